"""The analytics blueprint, which its views register on."""

from flask import Blueprint

blueprint = Blueprint("analytics", __name__)
