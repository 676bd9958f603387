"""The ticket edge."""

from app.ticket import views as views
from app.ticket.blueprint import blueprint

__all__ = ["blueprint"]
