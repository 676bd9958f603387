"""The list of categories that admins keep. A used one is archived, never deleted."""

from app.clock import now
from app.domain.naming import unique
from app.extensions import db
from app.models import Category
from app.queries.categories import locked_categories
from app.text import folded


def add(name: str) -> Category:
    """A new category at the end. Raises Conflict where the name is taken."""
    last = max((c.position for c in locked_categories()), default=0)
    category = Category(name=name, name_key=folded(name), position=last + 1)
    with unique("category", name):
        db.session.add(category)
    return category


def rename(category: Category, name: str) -> None:
    """Raises Conflict where another has this name."""
    with unique("category", name):
        category.name, category.name_key = name, folded(name)


def move(category: Category, places: int) -> None:
    """Up (negative) or down among those that are in use, or among the archived ones."""
    listed = list(locked_categories())
    peers = [c for c in listed if (c.archived_at is None) == (category.archived_at is None)]
    at = peers.index(category)
    to = min(max(at + places, 0), len(peers) - 1)
    peers.insert(to, peers.pop(at))
    others = [c for c in listed if c not in peers]
    for position, each in enumerate((*peers, *others), start=1):
        each.position = position


def archive(category: Category) -> None:
    """It stays on its tickets and is not offered any more."""
    category.archived_at = category.archived_at or now()


def restore(category: Category) -> None:
    category.archived_at = None
