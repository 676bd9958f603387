"""The ticket blueprint: filing, following and working on tickets, one address for everybody."""

from flask import Blueprint

blueprint = Blueprint("ticket", __name__)
