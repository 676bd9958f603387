"""The auth blueprint, which its screens register on."""

from flask import Blueprint

blueprint = Blueprint("auth", __name__)
