"""The api blueprint, which its views register on."""

from flask import Blueprint

blueprint = Blueprint("api", __name__)
