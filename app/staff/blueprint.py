"""The staff blueprint: the help desk's home and its queue."""

from flask import Blueprint

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
