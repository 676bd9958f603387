"""The staff edge: what needs whom, and the queue."""

from app.staff import home, queue
from app.staff.blueprint import blueprint

__all__ = ["blueprint", "home", "queue"]
