"""The admin edge."""

from app.admin import views as views
from app.admin.blueprint import blueprint

__all__ = ["blueprint"]
