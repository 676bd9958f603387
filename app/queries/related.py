"""The other tickets that a ticket's page names, as far as its reader sees them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func

from app.extensions import db
from app.models import Ticket, TicketStatus, User
from app.policy import Sight, sight
from app.queries.tickets import visible_to


class Related(NamedTuple):
    """As much of a ticket as a link to it says."""

    id: int
    title: str
    status: TicketStatus


SHOWN = 5


def others_of(viewer: User, requester_id: int, *, besides: int) -> tuple[Sequence[Related], int]:
    """The newest other tickets of a requester, and how many there are."""
    newest, total = _others_of(sight(viewer))
    values = {"requester_id": requester_id, "besides": besides}
    found = [Related(*row) for row in db.session().rows(newest, values)]
    if len(found) < SHOWN:
        return found, len(found)
    return found, db.session().rows(total, values).scalar_one()


@lru_cache(maxsize=1024)  # it takes longer to put together than to answer
def _others_of(eye: Sight) -> tuple[Select[Any], Select[Any]]:
    theirs = visible_to(eye).where(
        Ticket.user_id == bindparam("requester_id"), Ticket.id != bindparam("besides")
    )
    newest = theirs.with_only_columns(*_RELATED).order_by(Ticket.id.desc()).limit(SHOWN)
    return newest, theirs.with_only_columns(func.count())


def continued(viewer: User, ticket_id: int | None) -> Related | None:
    """The ticket that another one is a follow-up of."""
    if ticket_id is None:
        return None
    query = visible_to(viewer).where(Ticket.id == ticket_id).with_only_columns(*_RELATED)
    return next((Related(*row) for row in db.session().rows(query)), None)


def follow_ups(viewer: User, ticket: Ticket) -> Sequence[Related]:
    """The tickets that this one goes on in, from when it was closed."""
    query = visible_to(viewer).where(Ticket.follow_up_of_id == ticket.id).order_by(Ticket.id)
    return [Related(*row) for row in db.session().rows(query.with_only_columns(*_RELATED))]


_RELATED = (Ticket.id, Ticket.title, Ticket.status)
