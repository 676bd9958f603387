"""The ticket edge: filing, following and working on tickets."""

from app.ticket import acting, filing, lists, page, participants, trash, undoing
from app.ticket.blueprint import blueprint

__all__ = [
    "acting",
    "blueprint",
    "filing",
    "lists",
    "page",
    "participants",
    "trash",
    "undoing",
]
