"""The admin blueprint, which its views register on."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)
