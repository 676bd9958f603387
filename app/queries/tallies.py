"""How many tickets stand where, for one person: from the tallies, which know no person.

Whoever is kept out of a private team still counts the tickets there that they take part in; those
few are read one by one.
"""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Integer, String, Subquery, func, literal, select, type_coerce, union_all

from app.extensions import db
from app.models import NOBODY, Ticket, TicketStatus, TicketTally, User
from app.policy import Reader, Sight, can_see_ticket, sight, takes_part

_CELL = (
    type_coerce(TicketTally.status, String).label("status"),
    TicketTally.assignee_id,
    TicketTally.category_id,
    TicketTally.team_id,
    TicketTally.n,
)
_ONE_BY_ONE = (
    type_coerce(Ticket.status, String).label("status"),
    func.coalesce(Ticket.assignee_id, literal(NOBODY)).label("assignee_id"),
    func.coalesce(Ticket.category_id, literal(NOBODY)).label("category_id"),
    func.coalesce(Ticket.team_id, literal(NOBODY)).label("team_id"),
    literal(1, Integer).label("n"),
)


EVERYTHING = select(*_CELL).subquery("tallied")
"""What ``tallied`` answers for whoever sees all tickets."""


def tallied(reader: Reader) -> Subquery:
    """Rows of ``status`` (a word), ``assignee_id``, ``category_id``, ``team_id`` and ``n``.

    Their sum is the number of tickets that this person sees, without the trash. The ids are 0 for
    none; several rows may name one cell.
    """
    return _tallied(sight(reader))


@lru_cache(maxsize=1024)  # it takes longer to put together than to answer
def _tallied(eye: Sight) -> Subquery:
    if not eye.is_staff or not eye.is_active:
        mine = select(*_ONE_BY_ONE).where(can_see_ticket(eye), Ticket.trashed_at.is_(None))
        return mine.subquery("tallied")
    if not eye.hidden:
        return EVERYTHING
    # One's part in what is hidden is a handful, and asked for by one's own name: by the team, all
    # of its tickets would be read to find them.
    elsewhere = Ticket.team_id.op("+")(0).in_(eye.hidden)
    return union_all(
        select(*_CELL).where(TicketTally.team_id.not_in(eye.hidden)),
        select(*_ONE_BY_ONE).where(takes_part(eye), elsewhere),
    ).subquery("tallied")


def count_in(user: User, statuses: Sequence[TicketStatus]) -> int:
    """How many tickets of these statuses this person sees."""
    cells = tallied(user)
    wanted = cells.c.status.in_([status.value for status in statuses])
    return db.session.scalar(select(func.sum(cells.c.n)).where(wanted)) or 0
