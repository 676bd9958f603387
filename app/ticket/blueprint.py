"""The ticket blueprint, which its views register on."""

from flask import Blueprint

blueprint = Blueprint("ticket", __name__)
