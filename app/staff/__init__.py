"""The staff edge: what needs whom, the queue, and acts on many tickets."""

from app.staff import acting, bulk, home, preview, pulse, queue, teams
from app.staff.blueprint import blueprint

__all__ = ["acting", "blueprint", "bulk", "home", "preview", "pulse", "queue", "teams"]
