"""The staff edge: what needs whom, and the queue."""

from app.staff import acting, home, queue
from app.staff.blueprint import blueprint

__all__ = ["acting", "blueprint", "home", "queue"]
