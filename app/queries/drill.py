"""The tickets behind a number: exactly those that it counted, a page at a time."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Subquery,
    bindparam,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models import (
    ID_MAX,
    OPEN_STATUSES,
    Category,
    ChangeSet,
    Ticket,
    TicketFieldChange,
    TicketStatus,
    TicketStatusChange,
    User,
)
from app.models.base import UtcDateTime
from app.policy import can_see_ticket
from app.queries.events import (
    MOVES,
    TRASHINGS,
    Number,
    category_kept,
    moved,
    recategorised,
    stood_at,
    stood_beside,
    trashed,
    weighed,
)
from app.queries.tickets import PAGE_SIZE, BadFilter

EXPORT_PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Drill:
    """Which number, when, and under which filter (an id, 0 for none, None for whatever).

    The backlog is the level at ``ends`` and knows no beginning; ``moved_in`` and ``moved_out``
    need a category.
    """

    number: Number
    starts: dt.datetime
    ends: dt.datetime
    category: int | None = None
    person: int | None = None
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class DrillRow:
    """``at`` and ``by``: when and by whom it happened; for the backlog, when it was filed."""

    at: dt.datetime
    key: int
    ticket_id: int
    title: str
    status: TicketStatus
    is_trashed: bool
    requester: str
    by: str | None
    category: str | None
    assignee: str | None

    @property
    def cursor(self) -> str:
        return f"{_microseconds(self.at)}-{self.key}"


@dataclass(frozen=True, slots=True)
class DrillPage:
    rows: Sequence[DrillRow]
    total: int
    after: str | None
    before: str | None


def drill(user: User, wanted: Drill, *, limit: int = PAGE_SIZE) -> DrillPage:
    """A page of the list, newest first, and how long the list is: two queries.

    Raises BadFilter for a cursor that is none of ours.
    """
    listed = _listed(user, wanted)
    total = db.session.scalar(select(func.count()).select_from(listed.subquery())) or 0
    backwards = wanted.before is not None and wanted.after is None
    rows = _page(listed, wanted.before if backwards else wanted.after, backwards, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows = rows[::-1]
    has_before = more if backwards else wanted.after is not None
    has_after = True if backwards else more
    return DrillPage(
        rows,
        total,
        after=rows[-1].cursor if rows and has_after else None,
        before=rows[0].cursor if rows and has_before else None,
    )


def whole_list(user: User, wanted: Drill) -> Iterator[DrillRow]:
    """Every row of the list, read a page at a time."""
    wanted = replace(wanted, before=None)
    while True:
        rows = _page(_listed(user, wanted), wanted.after, False, EXPORT_PAGE_SIZE)
        yield from rows
        if len(rows) < EXPORT_PAGE_SIZE:
            return
        wanted = replace(wanted, after=rows[-1].cursor)


def _page(
    listed: Select[Any], cursor: str | None, backwards: bool, limit: int
) -> Sequence[DrillRow]:
    found = listed.subquery()
    query = select(found).limit(limit)
    if cursor is not None:
        moment, id_ = _read_cursor(cursor)
        here = tuple_(found.c.at, found.c.key)
        there = tuple_(literal(moment, UtcDateTime()), literal(id_))
        query = query.where(here > there if backwards else here < there)
    page = query.order_by(*_directed(found, backwards)).subquery("page")
    return [DrillRow(*row) for row in db.session.execute(_named(page, backwards))]


def _directed(table: Subquery, backwards: bool) -> list[Any]:
    columns = (table.c.at, table.c.key)
    return [column.asc() if backwards else column.desc() for column in columns]


_requester = aliased(User, name="requester")
_assignee = aliased(User, name="assignee")
_by = aliased(User, name="by_person")


def _named(page: Subquery, backwards: bool) -> Select[Any]:
    """The rows of a page with all that they show, looked up for these rows only."""
    return (
        select(
            page.c.at,
            page.c.key,
            Ticket.id,
            Ticket.title,
            Ticket.status,
            Ticket.trashed_at.is_not(None),
            _requester.name,
            _by.name,
            Category.name,
            _assignee.name,
        )
        .select_from(page)
        .join(Ticket, Ticket.id == page.c.ticket_id)
        .join(_requester, _requester.id == Ticket.user_id)
        .outerjoin(_assignee, _assignee.id == Ticket.assignee_id)
        .outerjoin(_by, _by.id == page.c.by_id)
        .outerjoin(Category, Category.id == Ticket.category_id)
        .order_by(*_directed(page, backwards))
    )


# --- the lists ---------------------------------------------------------------------------------


def _listed(user: User, wanted: Drill) -> Select[Any]:
    if wanted.number is Number.BACKLOG:
        return _backlog(user, wanted)
    if wanted.number in MOVES:
        return _moves(user, wanted)
    if wanted.number in TRASHINGS:
        return _trashings(user, wanted)
    return _recategorised(user, wanted)


def _columns(at: Any, key: Any, by_id: Any) -> list[Any]:
    return [at.label("at"), key.label("key"), Ticket.id.label("ticket_id"), by_id.label("by_id")]


def _moves(user: User, wanted: Drill) -> Select[Any]:
    at = TicketStatusChange.recorded_at
    query = (
        select(*_columns(at, TicketStatusChange.id, TicketStatusChange.change_by_user_id))
        .select_from(TicketStatusChange)
        .join(Ticket, Ticket.id == TicketStatusChange.ticket_id)
        .where(at >= wanted.starts, at < wanted.ends, *moved(user, (wanted.number,)))
    )
    return _narrowed(query, wanted, partial(stood_at, moment=at, instant_included=True))


def _narrowed(
    query: Select[Any], wanted: Drill, stood: Callable[[str], ColumnElement[int]]
) -> Select[Any]:
    """Only where it stood as is wanted."""
    for field, id_ in (("category", wanted.category), ("assignee", wanted.person)):
        if id_ is not None:
            query = query.where(stood(field) == id_)
    return query


def _trashings(user: User, wanted: Drill) -> Select[Any]:
    query = _field_changes(wanted).where(*trashed(user, (wanted.number,)))
    return _narrowed(query, wanted, stood_beside)


def _recategorised(user: User, wanted: Drill) -> Select[Any]:
    side = TicketFieldChange.new if wanted.number is Number.MOVED_IN else TicketFieldChange.old
    there = category_kept(side) == wanted.category
    return _field_changes(wanted).where(*recategorised(user), there)


def _field_changes(wanted: Drill) -> Select[Any]:
    at = TicketFieldChange.recorded_at
    by_id = func.coalesce(ChangeSet.named_id, ChangeSet.actor_id)
    return (
        select(*_columns(at, TicketFieldChange.id, by_id))
        .select_from(TicketFieldChange)
        .join(Ticket, Ticket.id == TicketFieldChange.ticket_id)
        .join(ChangeSet, ChangeSet.id == TicketFieldChange.change_set_id)
        .where(at >= wanted.starts, at < wanted.ends)
    )


def _backlog(user: User, wanted: Drill) -> Select[Any]:
    """In it now but for those that came in since, and those that went out since."""
    since = _since(user, wanted.ends)
    came_in = select(since.c.ticket_id).where(since.c.net > 0)
    # Two lists of ids and not an "or", which would read every ticket there ever was.
    here = aliased(Ticket)
    were_here = union_all(
        select(here.id).where(
            here.status.in_(_open()), here.trashed_at.is_(None), here.id.not_in(came_in)
        ),
        select(since.c.ticket_id).where(since.c.net < 0),
    )
    # Not visible_to: what was put in the trash later was in the backlog all the same.
    query = select(*_columns(Ticket.created_at, Ticket.id, Ticket.opened_by_id)).where(
        can_see_ticket(user), Ticket.id.in_(were_here)
    )
    return _narrowed(query, wanted, partial(stood_at, moment=wanted.ends, instant_included=False))


def _since(user: User, moment: dt.datetime) -> CTE:
    """The tickets that came in or went out from this moment on, and how often net."""
    moves = (
        select(TicketStatusChange.ticket_id, weighed(MOVES).label("weight"))
        .join(Ticket, Ticket.id == TicketStatusChange.ticket_id)
        .where(TicketStatusChange.recorded_at >= moment, *moved(user))
    )
    trashings = (
        select(TicketFieldChange.ticket_id, weighed(TRASHINGS))
        .join(Ticket, Ticket.id == TicketFieldChange.ticket_id)
        .where(TicketFieldChange.recorded_at >= moment, *trashed(user))
    )
    events = union_all(moves, trashings).subquery()
    return (
        select(events.c.ticket_id, func.sum(events.c.weight).label("net"))
        .group_by(events.c.ticket_id)
        .cte("since")
    )


def _open() -> Any:
    """The open statuses as words in the statement: SQLite uses a partial index for nothing less."""
    return bindparam("open_statuses", OPEN_STATUSES, expanding=True, literal_execute=True)


# --- cursors -----------------------------------------------------------------------------------

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def _microseconds(moment: dt.datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _read_cursor(cursor: str) -> tuple[dt.datetime, int]:
    microseconds, _, id_ = cursor.partition("-")
    if len(cursor) < 32 and microseconds.isdecimal() and id_.isdecimal() and cursor.isascii():
        try:
            moment = _EPOCH + int(microseconds) * _MICROSECOND
        except OverflowError:
            moment = None
        if moment is not None and 0 < int(id_) <= ID_MAX:
            return moment, int(id_)
    raise BadFilter("This page’s address is not complete; start again from the first page.")
