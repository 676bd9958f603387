"""The ticket edge: filing, following and working on tickets."""

from app.ticket import (
    acting,
    files,
    filing,
    known,
    lists,
    page,
    participants,
    problem,
    suggesting,
    trash,
    undoing,
)
from app.ticket.blueprint import blueprint

__all__ = [
    "acting",
    "blueprint",
    "files",
    "filing",
    "known",
    "lists",
    "page",
    "participants",
    "problem",
    "suggesting",
    "trash",
    "undoing",
]
