"""The other tickets that a ticket's page names, as far as its reader sees them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func

from app.extensions import db
from app.models import Ticket, TicketStatus, User
from app.queries.tickets import visible_to


class Related(NamedTuple):
    """As much of a ticket as a link to it says."""

    id: int
    title: str
    status: TicketStatus


def others_of(
    viewer: User, requester_id: int, *, besides: int, limit: int = 5
) -> tuple[Sequence[Related], int]:
    """The newest other tickets of a requester, and how many there are."""
    theirs = visible_to(viewer).where(Ticket.user_id == requester_id, Ticket.id != besides)
    newest = _related(theirs.order_by(Ticket.id.desc()).limit(limit))
    if len(newest) < limit:
        return newest, len(newest)
    return newest, db.session.scalar(theirs.with_only_columns(func.count())) or 0


def continued(viewer: User, ticket_id: int | None) -> Related | None:
    """The ticket that another one is a follow-up of."""
    if ticket_id is None:
        return None
    return next(iter(_related(visible_to(viewer).where(Ticket.id == ticket_id))), None)


def follow_ups(viewer: User, ticket: Ticket) -> Sequence[Related]:
    """The tickets that this one goes on in, from when it was closed."""
    query = visible_to(viewer).where(Ticket.follow_up_of_id == ticket.id)
    return _related(query.order_by(Ticket.id))


def _related(query: Select[Any]) -> Sequence[Related]:
    columns = query.with_only_columns(Ticket.id, Ticket.title, Ticket.status)
    return [Related(*row) for row in db.session.execute(columns)]
