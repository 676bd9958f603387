"""The auth blueprint, which its views register on."""

from flask import Blueprint

blueprint = Blueprint("auth", __name__)
