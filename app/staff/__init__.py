"""The staff edge."""

from app.staff import views as views
from app.staff.blueprint import blueprint

__all__ = ["blueprint"]
