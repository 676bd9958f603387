"""The categories as admins see them, archived ones included."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.extensions import db
from app.models import OPEN_STATUSES, Category, TicketTally


@dataclass(frozen=True, slots=True)
class Counted:
    category: Category
    open_tickets: int


def counted_categories() -> Sequence[Counted]:
    """All in the admins' order with their open tickets, from the tallies: one query."""
    open_tickets = (
        select(TicketTally.category_id, func.sum(TicketTally.n).label("n"))
        .where(TicketTally.status.in_(OPEN_STATUSES))
        .group_by(TicketTally.category_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Category, func.coalesce(open_tickets.c.n, 0))
        .outerjoin(open_tickets, open_tickets.c.category_id == Category.id)
        .order_by(Category.position, Category.id)
    )
    return [Counted(category, int(n)) for category, n in rows]


def locked_categories() -> Sequence[Category]:
    """All of them for changing their order, locked by id so that two admins cannot deadlock."""
    rows = db.session.scalars(select(Category).order_by(Category.id).with_for_update()).all()
    return sorted(rows, key=lambda category: (category.position, category.id))
