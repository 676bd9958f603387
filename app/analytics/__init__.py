"""The analytics edge."""

from app.analytics import views as views
from app.analytics.blueprint import blueprint

__all__ = ["blueprint"]
