"""A list of tickets in its order and its groups, a page at a time: by key, never by offset.

Statements are kept by who sees alike and what is asked for: putting one together takes longer than
answering it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)

from app.extensions import db
from app.models import (
    LIVE_REPORT_STATUSES,
    Attachment,
    Category,
    Priority,
    ReportKind,
    Tag,
    Team,
    Ticket,
    TicketReport,
    TicketStatus,
    User,
    ticket_tags,
)
from app.policy import Sight, sight
from app.queries.attachments import files_seen
from app.queries.order import (
    GROUPS,
    Assignee,
    GroupKey,
    Order,
    Place,
    Requester,
    waiting_for_bands,
)
from app.queries.tickets import PAGE_SIZE, BadFilter, TicketFilter
from app.text import first_name


class Named(NamedTuple):
    """As much of a person as a list says."""

    id: int
    name: str

    @property
    def first_name(self) -> str:
        return first_name(self.name)


class Line(NamedTuple):
    """As much of a ticket as a list says; ``team`` and ``category`` are names, of what its
    reader may know.

    ``people_affected`` is how many it hits, its requester included. ``has_files`` is whether its
    reader sees files on it.
    """

    id: int
    title: str
    status: TicketStatus
    priority: Priority
    created_at: dt.datetime
    updated_at: dt.datetime
    awaited_since: dt.datetime | None
    requester: Named
    assignee: Named | None
    team: str | None
    category: str | None
    tags: tuple[str, ...] = ()
    people_affected: int = 1
    has_files: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some tickets of a list; ``after`` and ``before`` are cursors, None at its ends.

    ``group_keys`` has the key of each one's group.
    """

    tickets: Sequence[Line]
    after: str | None = None
    before: str | None = None
    group_keys: Sequence[GroupKey] = ()


def queue(user: User, wanted: TicketFilter, *, limit: int = PAGE_SIZE) -> Page:
    """A page of the tickets that this person sees and the filter names.

    Raises BadFilter for a cursor that is none of ours.
    """
    eye = sight(user)
    backwards = wanted.before is not None and wanted.after is None
    cursor = wanted.before if backwards else wanted.after
    order, query = _page(eye, replace(wanted, after=None, before=None), backwards, limit)
    if cursor is not None:
        query = query.where(order.beyond(_read(order, cursor), backwards))
    rows: Sequence[Any] = db.session().rows(query, order.values()).all()
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows = rows[::-1]
    has_before = more if backwards else wanted.after is not None
    has_after = True if backwards else more
    return Page(
        _lines(eye, rows),
        after=order.cursor(order.place(rows[-1])) if rows and has_after else None,
        before=order.cursor(order.place(rows[0])) if rows and has_before else None,
        group_keys=[order.group_key(row) for row in rows],
    )


_COLUMNS = (  # as _line takes them
    *(Ticket.id, Ticket.title, Ticket.status, Ticket.priority),
    *(Ticket.created_at, Ticket.updated_at, Ticket.awaited_since),
    *(Requester.id.label("requester_id"), Requester.name.label("requester")),
    *(Assignee.id.label("assignee_id"), Assignee.name.label("assignee")),
    *(Team.name.label("team"), Category.name.label("category")),
)


@lru_cache(maxsize=256)  # it takes longer to put together than to answer
def _page(
    eye: Sight, wanted: TicketFilter, backwards: bool, limit: int
) -> tuple[Order, Select[Any]]:
    """The first page of a list, or backwards its last, and one ticket more."""
    order = _order(wanted)
    query = _joined(wanted.tickets(eye), eye).with_only_columns(*_COLUMNS, *order.columns())
    return order, query.order_by(*order.by(backwards)).limit(limit + 1)


def _lines(eye: Sight, rows: Sequence[Any]) -> Sequence[Line]:
    # Of the page alone: as columns they would be looked up for every ticket that is sorted.
    tags: dict[int, list[str]] = {}
    affected: dict[int, int] = {}
    with_files = set()
    marks = db.session().rows(_marks(eye), {"ids": [row[0] for row in rows]}).all()
    for ticket_id, tag, others_affected in marks:
        if tag is not None:
            tags.setdefault(ticket_id, []).append(tag)
        elif others_affected:
            affected[ticket_id] = others_affected
        else:
            with_files.add(ticket_id)
    return [
        _line(row, tuple(tags.get(row[0], ())), affected.get(row[0], 0), row[0] in with_files)
        for row in rows
    ]


def _line(row: Any, tags: tuple[str, ...], others_affected: int, has_files: bool) -> Line:
    id_, title, status, priority, created_at, updated_at, awaited_since, *named = row[:13]
    requester_id, requester, assignee_id, assignee, team, category = named
    return Line(
        *(id_, title, status, priority, created_at, updated_at, awaited_since),
        Named(requester_id, requester),
        Named(assignee_id, assignee) if assignee_id else None,
        *(team, category, tags, 1 + others_affected, has_files),
    )


@lru_cache(maxsize=1024)
def _marks(eye: Sight) -> CompoundSelect[Any]:
    """What stands beside the titles of these tickets: tags by name, people affected, files."""
    ids: Any = bindparam("ids", expanding=True)
    no_tag, nobody = cast(null(), String), cast(null(), Integer)
    tags = (
        select(ticket_tags.c.ticket_id, Tag.name.label("tag"), nobody.label("others_affected"))
        .join(Tag, Tag.id == ticket_tags.c.tag_id)
        .where(ticket_tags.c.ticket_id.in_(ids))
    )
    affected = (
        select(TicketReport.ticket_id, no_tag, func.count())
        .join(Ticket, Ticket.id == TicketReport.ticket_id)
        .where(
            TicketReport.ticket_id.in_(ids),
            TicketReport.reporter_user_id != Ticket.user_id,
            TicketReport.kind == ReportKind.AFFECTED,
            TicketReport.status.in_(LIVE_REPORT_STATUSES),
        )
        .group_by(TicketReport.ticket_id)
    )
    files = files_seen(eye).with_only_columns(Attachment.ticket_id, no_tag, nobody).distinct()
    return union_all(tags, affected, files.where(Attachment.ticket_id.in_(ids))).order_by("tag")


def _order(wanted: TicketFilter) -> Order:
    return Order(group=wanted.group, sort=wanted.sort, descending=wanted.descending)


def _read(order: Order, cursor: str) -> Place:
    try:
        return order.read(cursor)
    except ValueError as wrong:
        raise BadFilter(
            "This page’s address is not complete; start again from the first page."
        ) from wrong


def _joined(query: Select[Any], eye: Sight) -> Select[Any]:
    """With all that tickets can be sorted and grouped by."""
    query = query.join(Requester, Ticket.user_id == Requester.id)
    for table, condition in _beside(eye).values():
        query = query.outerjoin(table, condition)
    return query


def _beside(eye: Sight) -> dict[str, tuple[Any, ColumnElement[bool]]]:
    return {
        "assignee": (Assignee, Ticket.assignee_id == Assignee.id),
        "category": (Category, Ticket.category_id == Category.id),
        # A team that its reader is not to know of is none here, also to the order and the cursor.
        "team": (Team, and_(Ticket.team_id == Team.id, Team.id.not_in(eye.hidden))),
    }


# --- groups ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """The tickets of a page that belong together; ``total`` is how many the whole list has.

    ``name`` is what the group is called where that is not known beforehand.
    """

    key: GroupKey
    name: str | None
    total: int
    tickets: Sequence[Line]


_NAMES: dict[str, Any] = {
    "assignee": Assignee.name,
    "team": Team.name,
    "category": Category.name,
}


def group_totals(user: User, wanted: TicketFilter) -> dict[GroupKey, tuple[str | None, int]]:
    """How many tickets each group of the whole list has, and what it is called; one query."""
    eye, wanted = sight(user), replace(wanted, after=None, before=None)
    if wanted.group == "waiting":
        return _band_totals(eye, wanted)
    rows = db.session().rows(_by_group(eye, wanted))
    return {tuple(row[:-2]): (row[-2], row[-1]) for row in rows}


@lru_cache(maxsize=256)
def _by_group(eye: Sight, wanted: TicketFilter) -> Select[Any]:
    keys = GROUPS[wanted.group]()
    # Grouped by their places in the list: written out twice, bound values would make PostgreSQL
    # take one key for two.
    places: list[Any] = [literal_column(str(place)) for place in range(1, len(keys) + 2)]
    name = _NAMES.get(wanted.group, null())
    query = wanted.tickets(eye)
    if wanted.group in _NAMES:
        query = query.outerjoin(*_beside(eye)[wanted.group])
    query = query.with_only_columns(*keys, name, func.count(), maintain_column_froms=True)
    return query.group_by(*places).order_by(None)


def _band_totals(eye: Sight, wanted: TicketFilter) -> dict[GroupKey, tuple[str | None, int]]:
    counts = db.session().rows(_by_band(eye, wanted), _order(wanted).values()).one()
    bands = enumerate(pairwise((0, *counts)))
    return {(band,): (None, upto - before) for band, (before, upto) in bands if upto > before}


@lru_cache(maxsize=256)
def _by_band(eye: Sight, wanted: TicketFilter) -> Select[Any]:
    """Counted in one go and not grouped, which would sort all of them by their bands."""
    up_to = [func.count().filter(band) for band in waiting_for_bands()]
    query = wanted.tickets(eye).with_only_columns(*up_to, func.count(), maintain_column_froms=True)
    return query.order_by(None)


def grouped(page: Page, totals: Mapping[GroupKey, tuple[str | None, int]]) -> list[Group]:
    """The page's tickets in their groups."""
    found = []
    for key, together in groupby(zip(page.group_keys, page.tickets, strict=True), itemgetter(0)):
        tickets = [ticket for _, ticket in together]
        name, total = totals.get(key, (None, len(tickets)))
        found.append(Group(key, name, total, tickets))
    return found


# --- beside one ticket -------------------------------------------------------------------------

COUNTED = 1000
"""Up to so many tickets it is told which of them one is; beyond, nobody cares, and it is slow."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The tickets before and after one in a list, None at its ends.

    ``at`` is the ticket's place, to find the same ones after it has changed; ``number`` of
    ``total`` says which it is, None in long lists and where it is not in it any more.
    """

    previous: int | None
    next: int | None
    at: str
    number: int | None
    total: int


def neighbours(
    user: User, wanted: TicketFilter, ticket: Ticket, *, at: str | None = None
) -> Neighbours:
    """What stands beside a ticket that was reached from this list; ``at`` where it stood then.

    Raises BadFilter for a place that is none of ours.
    """
    eye, order = sight(user), _order(wanted)
    place = _read(order, at) if at else _place(eye, order, ticket)
    previous, next_ = (_beside_place(eye, wanted, order, place, b) for b in (True, False))
    number, total = _counted(eye, wanted, order, place, ticket)
    return Neighbours(previous, next_, order.cursor(place), number, total)


def _place(eye: Sight, order: Order, ticket: Ticket) -> Place:
    query = _joined(select(Ticket).where(Ticket.id == ticket.id), eye)
    columns = query.with_only_columns(*_COLUMNS, *order.columns())
    return order.place(db.session.execute(columns, order.values()).one())


def _beside_place(
    eye: Sight, wanted: TicketFilter, order: Order, place: Place, backwards: bool
) -> int | None:
    query = _joined(wanted.tickets(eye).where(order.beyond(place, backwards)), eye)
    first = query.with_only_columns(Ticket.id).order_by(*order.by(backwards)).limit(1)
    return db.session.scalar(first, order.values())


def _counted(
    eye: Sight, wanted: TicketFilter, order: Order, place: Place, ticket: Ticket
) -> tuple[int | None, int]:
    """Which of how many, in one query that gives up on long lists."""
    before = case((order.beyond(place, backwards=True), 1), else_=0)
    here = case((Ticket.id == ticket.id, 1), else_=0)
    some = (
        _joined(wanted.tickets(eye), eye)
        .with_only_columns(before.label("before"), here.label("here"))
        .limit(COUNTED + 1)
        .subquery()
    )
    total, number, is_in = db.session.execute(
        select(func.count(), func.sum(some.c.before), func.max(some.c.here)), order.values()
    ).one()
    return (number + 1 if is_in and total <= COUNTED else None), total
