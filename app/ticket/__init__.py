"""The ticket edge: filing, following and working on tickets."""

from app.ticket import acting, files, filing, lists, page, participants, trash, undoing
from app.ticket.blueprint import blueprint

__all__ = [
    "acting",
    "blueprint",
    "files",
    "filing",
    "lists",
    "page",
    "participants",
    "trash",
    "undoing",
]
