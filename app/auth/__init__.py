"""The auth edge."""

from app.auth import views as views
from app.auth.blueprint import blueprint

__all__ = ["blueprint"]
