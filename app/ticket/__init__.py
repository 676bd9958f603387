"""The ticket edge: filing, following and working on tickets."""

from app.ticket import acting, filing, lists, page, trash, undoing
from app.ticket.blueprint import blueprint

__all__ = ["acting", "blueprint", "filing", "lists", "page", "trash", "undoing"]
