"""Whether anything has happened since somebody last looked: the question that is asked all day."""

import datetime as dt
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Select, bindparam, func, select

from app.extensions import db
from app.models import ChangeSet, HelpdeskStaff, Role, Ticket, User, UserSession
from app.policy import Sight, sight
from app.queries.tickets import TicketFilter, visible_to

MARKED = 64
"""So many newest acts mark how far things have come.

Not the newest alone: of two acts at the same moment the one with the higher number may be there
first, and the other, when it arrives, changes the sum.
"""


class Look(NamedTuple):
    """Who looks, by the row of their session, and how far things have come."""

    user_id: int
    began_at: dt.datetime
    seen_at: dt.datetime
    deactivated_at: dt.datetime | None
    role: Role | None
    newest_act: int | None
    newest_acts: int | None

    @property
    def mark(self) -> str:
        """Another one after each act, and for each person and role."""
        return f"{self.user_id}.{self.role}.{self.newest_act}.{self.newest_acts}"


# Of tables, not of the mapped classes, which would cost more than the database does.
_sessions, _users, _staff, _acts = (
    model.__table__ for model in (UserSession, User, HelpdeskStaff, ChangeSet)
)
_newest = select(_acts.c.id).order_by(_acts.c.id.desc()).limit(MARKED).subquery("newest")
_LOOK = (
    select(
        _sessions.c.user_id,
        _sessions.c.created_at,
        _sessions.c.last_seen_at,
        _users.c.deactivated_at,
        _staff.c.role,
        select(func.max(_newest.c.id)).scalar_subquery(),
        select(func.sum(_newest.c.id)).scalar_subquery(),
    )
    .select_from(_sessions)
    .join(_users, _users.c.id == _sessions.c.user_id)
    .outerjoin(_staff, _staff.c.user_id == _users.c.id)
    .where(_sessions.c.digest == bindparam("digest"))
)


def look(digest: str) -> Look | None:
    """All that has to be read where nothing is new, in one statement; None for no session."""
    row = db.session.connection().execute(_LOOK, {"digest": digest}).one_or_none()
    return Look(*row) if row else None


def newest_number(user: User) -> int:
    """The number of the newest ticket that this person sees, 0 for none."""
    return db.session().rows(_newest_visible(sight(user))).scalar() or 0


@lru_cache(maxsize=1024)  # it takes longer to put together than to answer
def _newest_visible(eye: Sight) -> Select[tuple[int]]:
    return visible_to(eye).with_only_columns(Ticket.id).order_by(Ticket.id.desc()).limit(1)


def arrived(user: User, wanted: TicketFilter, *, after: int) -> int:
    """How many tickets of the list have a higher number than the newest that was seen."""
    query = wanted.tickets(user).where(Ticket.id > after)
    return db.session.scalar(query.with_only_columns(func.count()).order_by(None)) or 0
