"""A list of tickets in its order and its groups, a page at a time: by key, never by offset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.orm import contains_eager, selectinload

from app.clock import now
from app.extensions import db
from app.models import (
    LIVE_REPORT_STATUSES,
    Category,
    ReportKind,
    Team,
    Ticket,
    TicketReport,
    User,
)
from app.policy import hidden_teams
from app.queries.attachments import tickets_with_files
from app.queries.order import (
    GROUPS,
    MOMENT,
    WAITING_BANDS,
    Assignee,
    GroupKey,
    Order,
    Place,
    Requester,
)
from app.queries.tickets import PAGE_SIZE, BadFilter, TicketFilter


@dataclass(frozen=True, slots=True)
class Page:
    """Some tickets of a list; ``after`` and ``before`` are cursors, None at its ends.

    ``group_keys`` has the key of each one's group.
    """

    tickets: Sequence[Ticket]
    after: str | None = None
    before: str | None = None
    group_keys: Sequence[GroupKey] = ()


def queue(user: User, wanted: TicketFilter, *, limit: int = PAGE_SIZE) -> Page:
    """A page of the tickets that this person sees and the filter names.

    Raises BadFilter for a cursor that is none of ours.
    """
    order = _order(wanted)
    backwards = wanted.before is not None and wanted.after is None
    query = (
        _joined(wanted.tickets(user), user)
        .options(
            contains_eager(Ticket.requester.of_type(Requester)).lazyload(Requester.staff),
            contains_eager(Ticket.assignee.of_type(Assignee)).lazyload(Assignee.staff),
            contains_eager(Ticket.category),
            contains_eager(Ticket.team),
            selectinload(Ticket.tags),
        )
        .add_columns(*order.columns(), _OTHERS_AFFECTED)
        .order_by(*order.by(backwards))
        .limit(limit + 1)
    )
    cursor = wanted.before if backwards else wanted.after
    if cursor is not None:
        query = query.where(order.beyond(_read(order, cursor), backwards))
    rows = db.session.execute(query).unique().all()
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows = rows[::-1]
    tickets = [row[0] for row in rows]
    for row in rows:
        row[0].people_affected = 1 + row.others_affected
    _mark_those_with_files(user, tickets)
    has_before = more if backwards else wanted.after is not None
    has_after = True if backwards else more
    return Page(
        tickets,
        after=order.cursor(order.place(rows[-1])) if rows and has_after else None,
        before=order.cursor(order.place(rows[0])) if rows and has_before else None,
        group_keys=[order.group_key(row) for row in rows],
    )


def _mark_those_with_files(user: User, tickets: Sequence[Ticket]) -> None:
    # Of the page alone: as a column it would be looked up for every ticket that is sorted.
    found = tickets_with_files(user, [ticket.id for ticket in tickets])
    for ticket in tickets:
        ticket.has_files = ticket.id in found


def _order(wanted: TicketFilter) -> Order:
    return Order(group=wanted.group, sort=wanted.sort, descending=wanted.descending)


def _read(order: Order, cursor: str) -> Place:
    try:
        return order.read(cursor)
    except ValueError as wrong:
        raise BadFilter(
            "This page’s address is not complete; start again from the first page."
        ) from wrong


def _joined(query: Select[tuple[Ticket]], user: User) -> Select[tuple[Ticket]]:
    """With all that tickets can be sorted and grouped by."""
    query = query.join(Requester, Ticket.user_id == Requester.id)
    for table, condition in _beside(user).values():
        query = query.outerjoin(table, condition)
    return query


def _beside(user: User) -> dict[str, tuple[Any, ColumnElement[bool]]]:
    return {
        "assignee": (Assignee, Ticket.assignee_id == Assignee.id),
        "category": (Category, Ticket.category_id == Category.id),
        # A team that its reader is not to know of is none here, also to the order and the cursor.
        "team": (Team, and_(Ticket.team_id == Team.id, Team.id.not_in(hidden_teams(user)))),
    }


_OTHERS_AFFECTED = (
    select(func.count())
    .where(
        TicketReport.ticket_id == Ticket.id,
        TicketReport.reporter_user_id != Ticket.user_id,
        TicketReport.kind == ReportKind.AFFECTED,
        TicketReport.status.in_(LIVE_REPORT_STATUSES),
    )
    .correlate(Ticket)
    .scalar_subquery()
    .label("others_affected")
)
"""How many people besides its requester have said that a ticket hits them."""


# --- groups ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """The tickets of a page that belong together; ``total`` is how many the whole list has.

    ``name`` is what the group is called where that is not known beforehand.
    """

    key: GroupKey
    name: str | None
    total: int
    tickets: Sequence[Ticket]


_NAMES: dict[str, Any] = {
    "assignee": Assignee.name,
    "team": Team.name,
    "category": Category.name,
}


def group_totals(user: User, wanted: TicketFilter) -> dict[GroupKey, tuple[str | None, int]]:
    """How many tickets each group of the whole list has, and what it is called; one query."""
    if wanted.group == "waiting":
        return _band_totals(user, wanted)
    keys = GROUPS[wanted.group]()
    # Grouped by their places in the list: written out twice, bound values would make PostgreSQL
    # take one key for two.
    places: list[Any] = [literal_column(str(place)) for place in range(1, len(keys) + 2)]
    name = _NAMES.get(wanted.group, null())
    query = wanted.tickets(user)
    if wanted.group in _NAMES:
        query = query.outerjoin(*_beside(user)[wanted.group])
    rows = db.session.execute(
        query.with_only_columns(*keys, name, func.count(), maintain_column_froms=True)
        .group_by(*places)
        .order_by(None)
    )
    return {tuple(row[:-2]): (row[-2], row[-1]) for row in rows}


def _band_totals(user: User, wanted: TicketFilter) -> dict[GroupKey, tuple[str | None, int]]:
    """Counted in one go and not grouped, which would sort all of them by their bands."""
    moment = now()
    up_to = [
        func.count().filter(Ticket.waiting_since <= literal(moment - least, MOMENT))
        for least in WAITING_BANDS
    ]
    query = wanted.tickets(user).with_only_columns(*up_to, func.count(), maintain_column_froms=True)
    counts = db.session.execute(query.order_by(None)).one()
    bands = enumerate(pairwise((0, *counts)))
    return {(band,): (None, upto - before) for band, (before, upto) in bands if upto > before}


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
    order = _order(wanted)
    place = _read(order, at) if at else _place(user, order, ticket)
    previous, next_ = (_beside_place(user, wanted, order, place, b) for b in (True, False))
    number, total = _counted(user, wanted, order, place, ticket)
    return Neighbours(previous, next_, order.cursor(place), number, total)


def _place(user: User, order: Order, ticket: Ticket) -> Place:
    query = _joined(select(Ticket).where(Ticket.id == ticket.id), user)
    return order.place(db.session.execute(query.add_columns(*order.columns())).one())


def _beside_place(
    user: User, wanted: TicketFilter, order: Order, place: Place, backwards: bool
) -> int | None:
    query = _joined(wanted.tickets(user).where(order.beyond(place, backwards)), user)
    return db.session.scalar(
        query.with_only_columns(Ticket.id).order_by(*order.by(backwards)).limit(1)
    )


def _counted(
    user: User, wanted: TicketFilter, order: Order, place: Place, ticket: Ticket
) -> tuple[int | None, int]:
    """Which of how many, in one query that gives up on long lists."""
    before = case((order.beyond(place, backwards=True), 1), else_=0)
    here = case((Ticket.id == ticket.id, 1), else_=0)
    some = (
        _joined(wanted.tickets(user), user)
        .with_only_columns(before.label("before"), here.label("here"))
        .limit(COUNTED + 1)
        .subquery()
    )
    total, number, is_in = db.session.execute(
        select(func.count(), func.sum(some.c.before), func.max(some.c.here))
    ).one()
    return (number + 1 if is_in and total <= COUNTED else None), total
