"""The help edge: pages that explain the product to those who use it."""

from app.help import shortcuts
from app.help.blueprint import blueprint

__all__ = ["blueprint", "shortcuts"]
