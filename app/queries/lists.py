"""A list of tickets in its order and its groups, a page at a time: by key, never by offset."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import contains_eager, selectinload

from app.extensions import db
from app.models import (
    ID_MAX,
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
from app.queries.order import GROUP_TYPES, GROUPS, SORT_TYPES, SORTS, Assignee, Requester
from app.queries.tickets import PAGE_SIZE, BadFilter, TicketFilter
from app.text import refusal


@dataclass(frozen=True, slots=True)
class Page:
    """Some tickets of a list; ``after`` and ``before`` are cursors, None at its ends.

    ``group_keys`` has the key of each one's group, ``affected`` how many people a ticket hits, for
    those that hit more than their requester.
    """

    tickets: Sequence[Ticket]
    after: str | None = None
    before: str | None = None
    group_keys: Sequence["GroupKey"] = ()
    affected: Mapping[int, int] = field(default_factory=dict)


GroupKey = tuple[Any, ...]


def queue(user: User, wanted: TicketFilter, *, limit: int = PAGE_SIZE) -> Page:
    """A page of the tickets that this person sees and the filter names.

    Raises BadFilter for a cursor that is none of ours.
    """
    order = _Order(wanted)
    backwards = wanted.before is not None and wanted.after is None
    query = (
        _joined(wanted, user)
        .options(
            contains_eager(Ticket.requester.of_type(Requester)).lazyload(Requester.staff),
            contains_eager(Ticket.assignee.of_type(Assignee)).lazyload(Assignee.staff),
            contains_eager(Ticket.category),
            contains_eager(Ticket.team),
            selectinload(Ticket.tags),
        )
        .add_columns(*order.columns(), _others_affected().label("others_affected"))
        .order_by(*order.by(backwards))
        .limit(limit + 1)
    )
    cursor = wanted.before if backwards else wanted.after
    if cursor is not None:
        query = query.where(order.beyond(order.read(cursor), backwards))
    rows = db.session.execute(query).unique().all()
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows = rows[::-1]
    tickets = [row[0] for row in rows]
    _mark_those_with_files(user, tickets)
    has_before = more if backwards else wanted.after is not None
    has_after = True if backwards else more
    return Page(
        tickets,
        after=order.cursor(rows[-1]) if rows and has_after else None,
        before=order.cursor(rows[0]) if rows and has_before else None,
        group_keys=[order.group_key(row) for row in rows],
        affected={row[0].id: row.others_affected + 1 for row in rows if row.others_affected},
    )


def _mark_those_with_files(user: User, tickets: Sequence[Ticket]) -> None:
    # Of the page alone: as a column it would be looked up for every ticket that is sorted.
    found = tickets_with_files(user, [ticket.id for ticket in tickets])
    for ticket in tickets:
        ticket.has_files = ticket.id in found


def _joined(wanted: TicketFilter, user: User) -> Select[tuple[Ticket]]:
    """The filter's tickets with all that they can be sorted and grouped by."""
    return (
        wanted.tickets(user)
        .join(Requester, Ticket.user_id == Requester.id)
        .outerjoin(Assignee, Ticket.assignee_id == Assignee.id)
        .outerjoin(Category, Ticket.category_id == Category.id)
        # A team that its reader is not to know of is none here, also to the order and the cursor.
        .outerjoin(Team, and_(Ticket.team_id == Team.id, Team.id.not_in(hidden_teams(user))))
    )


def _others_affected() -> Any:
    """How many people besides its requester have said that a ticket hits them."""
    return (
        select(func.count())
        .where(
            TicketReport.ticket_id == Ticket.id,
            TicketReport.reporter_user_id != Ticket.user_id,
            TicketReport.kind == ReportKind.AFFECTED,
            TicketReport.status.in_(LIVE_REPORT_STATUSES),
        )
        .correlate(Ticket)
        .scalar_subquery()
    )


class _Order:
    """By group first, then by the chosen key, then by number; only the latter two turn round."""

    def __init__(self, wanted: TicketFilter) -> None:
        self.groups = GROUPS[wanted.group]()
        self.key = SORTS[wanted.sort]()
        self.descending = wanted.descending
        # Who has waited longest is in the first band: ordered by the bands too, no index would do.
        by_itself = wanted.group == wanted.sort == "waiting" and not wanted.descending
        self.leading = () if by_itself else self.groups
        self.types = (
            *(() if by_itself else GROUP_TYPES[wanted.group]),
            SORT_TYPES[wanted.sort],
        )

    def columns(self) -> list[ColumnElement[Any]]:
        groups = [key.label(f"group_{place}") for place, key in enumerate(self.groups)]
        return [*groups, self.key.label("sort_key")]

    def by(self, backwards: bool) -> list[ColumnElement[Any]]:
        groups = [key.desc() if backwards else key.asc() for key in self.leading]
        if self.descending != backwards:
            return [*groups, self.key.desc(), Ticket.id.desc()]
        return [*groups, self.key.asc(), Ticket.id.asc()]

    def beyond(self, place: "Place", backwards: bool) -> ColumnElement[bool]:
        """What comes after the place; or, backwards, before it."""
        n = len(self.leading)
        in_group = _past((self.key, Ticket.id), place[n:], self.descending != backwards)
        if not n:
            return in_group
        same = and_(
            *(key == _value(key, value) for key, value in zip(self.leading, place, strict=False))
        )
        return or_(_past(self.leading, place[:n], backwards), and_(same, in_group))

    def group_key(self, row: Any) -> GroupKey:
        return tuple(row[1 : 1 + len(self.groups)])

    def cursor(self, row: Any) -> str:
        key = row.sort_key
        place = [
            *(self.group_key(row) if self.leading else ()),
            key.isoformat() if isinstance(key, dt.datetime) else key,
            row[0].id,
        ]
        raw = json.dumps(place, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def read(self, cursor: str) -> "Place":
        """The place that a cursor names. Raises BadFilter for what is none of ours."""
        wrong = BadFilter("This page’s address is not complete; start again from the first page.")
        if len(cursor) > 2000:
            raise wrong
        try:
            raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
            place = json.loads(raw)
            if not isinstance(place, list) or len(place) != len(self.types) + 1:
                raise wrong
            if self.types[-1] is dt.datetime:
                place[-2] = _moment(place[-2])
        except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError) as broken:
            raise wrong from broken
        if not all(map(_fits, place, (*self.types, int))) or place[-1] == 0:
            raise wrong
        return tuple(place)


Place = tuple[Any, ...]


def _past(keys: Sequence[Any], values: Sequence[Any], descending: bool) -> ColumnElement[bool]:
    here = tuple_(*keys)
    there = tuple_(*map(_value, keys, values))
    return here < there if descending else here > there


def _value(key: Any, value: Any) -> ColumnElement[Any]:
    return literal(value, key.type)


def _moment(text: str) -> dt.datetime:
    value = dt.datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return value.astimezone(dt.UTC)


def _fits(value: Any, expected: type) -> bool:
    """Whether what came in an address is something that we would have put there."""
    if type(value) is not expected:
        return False
    if isinstance(value, int):
        return 0 <= value <= ID_MAX
    return not isinstance(value, str) or refusal(value) is None


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
    keys = GROUPS[wanted.group]()
    # Grouped by their places in the list: written out twice, bound values would make PostgreSQL
    # take one key for two.
    places: list[Any] = [literal_column(str(place)) for place in range(1, len(keys) + 2)]
    name = _NAMES.get(wanted.group, null())
    rows = db.session.execute(
        _joined(wanted, user)
        .with_only_columns(*keys, name, func.count(), maintain_column_froms=True)
        .group_by(*places)
        .order_by(None)
    )
    return {tuple(row[:-2]): (row[-2], row[-1]) for row in rows}


def grouped(page: Page, totals: Mapping[GroupKey, tuple[str | None, int]]) -> list[Group]:
    """The page's tickets in their groups."""
    found = []
    for key, together in groupby(zip(page.group_keys, page.tickets, strict=True), itemgetter(0)):
        tickets = [ticket for _, ticket in together]
        name, total = totals.get(key, (None, len(tickets)))
        found.append(Group(key, name, total, tickets))
    return found
