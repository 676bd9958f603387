"""The api edge: the JSON API, its description, and the page that shows it."""

from app.api import docs as docs
from app.api import tickets as tickets
from app.api.blueprint import blueprint

__all__ = ["blueprint"]
