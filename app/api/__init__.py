"""The api edge."""

from app.api import views as views
from app.api.blueprint import blueprint

__all__ = ["blueprint"]
