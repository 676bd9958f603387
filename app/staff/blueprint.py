"""The staff blueprint, which its views register on."""

from flask import Blueprint

blueprint = Blueprint("staff", __name__)
