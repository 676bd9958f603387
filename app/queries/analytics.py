"""The numbers: all of them answers to questions about the history.

Everything goes by the time that the server recorded. Where a ticket stood at a moment (category,
assignee) is what it holds now, taken back by the changes recorded since; at one and the same
instant, fields change before the status does.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    Subquery,
    Text,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
    values,
)
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models import (
    CLOSED_STATUSES,
    NOBODY,
    OPEN_STATUSES,
    Category,
    Ticket,
    TicketFieldChange,
    TicketStatusChange,
    User,
)
from app.models.base import UtcDateTime
from app.policy import can_see_ticket
from app.queries.tallies import count_in, tallied

DAYS_SHOWN = 93
"""A longer period is shown by weeks: a quarter of bars is what one can still read and click."""

NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


# --- present totals ----------------------------------------------------------------------------


def get_open_tickets_count(user: User) -> int:
    """How many open tickets this person sees."""
    return count_in(user, OPEN_STATUSES)


def get_closed_tickets_count(user: User) -> int:
    """How many solved and closed tickets this person sees."""
    return count_in(user, CLOSED_STATUSES)


# --- a period and its days ---------------------------------------------------------------------


def start_of_day(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """When the day begins there, as UTC.

    Where a clock change skips midnight, that is the moment of the change; where it repeats
    midnight, the first of the two.
    """
    return dt.datetime.combine(day, dt.time.min, zone).astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the chart: a day, or the days of a week that lie in the period."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Period:
    """From the start of the day ``first`` to the end of the day ``last``, as ``zone`` has days."""

    first: dt.date
    last: dt.date
    zone: ZoneInfo

    @property
    def starts(self) -> dt.datetime:
        return start_of_day(self.first, self.zone)

    @property
    def ends(self) -> dt.datetime:
        return start_of_day(self.last + dt.timedelta(days=1), self.zone)

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def by_week(self) -> bool:
        return self.length > DAYS_SHOWN

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        steps, first = [], self.first
        while first <= self.last:
            days_to_sunday = 6 - first.weekday() if self.by_week else 0
            last = min(first + dt.timedelta(days=days_to_sunday), self.last)
            steps.append(Step(first, last))
            first = last + dt.timedelta(days=1)
        return tuple(steps)


# --- what happened, as SQL ---------------------------------------------------------------------


class Number(StrEnum):
    """What is counted; each word is also the name of a list of exactly those tickets."""

    CREATED = "created"
    SOLVED = "solved"
    REOPENED = "reopened"
    MOVED_IN = "moved_in"
    MOVED_OUT = "moved_out"
    BACKLOG = "backlog"


OPEN_WORDS = [status.value for status in OPEN_STATUSES]
CLOSED_WORDS = [status.value for status in CLOSED_STATUSES]

MOVES: dict[Number, ColumnElement[bool]] = {
    Number.CREATED: TicketStatusChange.from_status.is_(None),
    Number.SOLVED: and_(
        TicketStatusChange.from_status.in_(OPEN_WORDS),
        TicketStatusChange.status_change.in_(CLOSED_WORDS),
    ),
    Number.REOPENED: and_(
        TicketStatusChange.from_status.in_(CLOSED_WORDS),
        TicketStatusChange.status_change.in_(OPEN_WORDS),
    ),
}
"""The changes of status that take a ticket into the backlog or out of it."""


def moved(user: User, *numbers: Number) -> list[ColumnElement[bool]]:
    """The conditions on ticket_status_changes (with its ticket joined) for these moves."""
    return [
        # Not "is null": without statistics SQLite takes that index, which finds all of history,
        # rather than the one on recorded_at, which finds the period.
        func.coalesce(TicketStatusChange.report_id, literal(0)) == 0,
        can_see_ticket(user),
        or_(*(MOVES[number] for number in numbers or MOVES)),
    ]


def stood_at(field: str, moment: Any, *, instant_included: bool) -> ColumnElement[int]:
    """The id of the ticket's category or assignee at a moment, 0 for none.

    ``instant_included``: whether what changed in that very instant counts as changed already.
    """
    current = {"category": Ticket.category_id, "assignee": Ticket.assignee_id}[field]
    later = aliased(TicketFieldChange)
    since = later.recorded_at > moment if instant_included else later.recorded_at >= moment
    earlier_value = (
        select(_kept_id(later.old))
        # A ticket has few changes, a field has all tickets': only the ticket may choose the index.
        .where(later.ticket_id == Ticket.id, func.coalesce(later.field, "") == field, since)
        .order_by(later.recorded_at, later.id)
        .limit(1)
        .correlate(Ticket, TicketStatusChange, TicketFieldChange)
        .scalar_subquery()
    )
    return func.coalesce(earlier_value, current, literal(NOBODY))


def _kept_id(value: Any) -> ColumnElement[int]:
    """An id that the history keeps as JSON, 0 for null; both engines write numbers as digits."""
    digits = func.nullif(cast(value, Text), "null")
    return func.coalesce(cast(digits, Integer), literal(NOBODY))


def category_kept(side: Any) -> ColumnElement[int]:
    """The category that a row of ticket_field_changes names on this side, ``old`` or ``new``.

    The case keeps the cast from meeting a title, in whatever order the engine tries conditions.
    """
    return case((TicketFieldChange.field == "category", _kept_id(side)))


def open_when(moment: Any) -> ColumnElement[bool]:
    """Whether the ticket was open just before this moment: by its next change, or as it is now."""
    following = aliased(TicketStatusChange)
    next_from = (
        select(func.coalesce(following.from_status, literal("unborn", String)))
        .where(
            following.ticket_id == Ticket.id,
            func.coalesce(following.report_id, literal(0)) == 0,  # steered as above
            following.recorded_at >= moment,
        )
        .order_by(following.recorded_at, following.id)
        .limit(1)
        .correlate(Ticket, TicketFieldChange)
        .scalar_subquery()
    )
    return func.coalesce(next_from, type_coerce(Ticket.status, String)).in_(OPEN_WORDS)


def recategorised(user: User) -> list[ColumnElement[bool]]:
    """The conditions on ticket_field_changes for open tickets that changed their category."""
    return [
        TicketFieldChange.field == "category",
        can_see_ticket(user),
        open_when(TicketFieldChange.recorded_at),
    ]


# --- the figures of a period -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flow:
    """What happened between two moments; ``net`` is by how much the backlog grew."""

    created: int = 0
    solved: int = 0
    reopened: int = 0
    moved_in: int = 0
    moved_out: int = 0

    @property
    def net(self) -> int:
        return self.created + self.reopened + self.moved_in - self.solved - self.moved_out

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(
            self.created + other.created,
            self.solved + other.solved,
            self.reopened + other.reopened,
            self.moved_in + other.moved_in,
            self.moved_out + other.moved_out,
        )


@dataclass(frozen=True, slots=True)
class StepFigures:
    """``backlog`` is the level at the end of the step."""

    step: Step
    flow: Flow
    backlog: int


@dataclass(frozen=True, slots=True)
class CategoryFigures:
    id: int
    name: str
    created: int
    solved: int
    open_now: int


@dataclass(frozen=True, slots=True)
class PersonFigures:
    id: int
    name: str
    open_now: int
    solved: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the page shows. ``open_now`` and ``closed_now`` know no period and no category."""

    open_now: int
    closed_now: int
    flow: Flow
    backlog_before: int
    backlog: int
    steps: Sequence[StepFigures]
    categories: Sequence[CategoryFigures]
    persons: Sequence[PersonFigures]

    @property
    def is_empty(self) -> bool:
        return not (
            self.backlog_before or self.backlog or any(s.flow != Flow() for s in self.steps)
        )


_AFTER = -1
"""The slot of all that was recorded since the period ended."""

_Key = tuple[str, int, str, int]


def figures(user: User, period: Period, *, category: int | None = None) -> Figures:
    """Count a period in four queries, whatever its length and the number of tickets.

    ``category`` (0: none) counts each event where the ticket stood at that moment.
    """
    counted = _counted(user, period, category)
    present = _Present(counted)
    flows = [_flow(counted, slot) for slot in range(len(period.steps))]
    backlog = present.open_in(category) - _flow(counted, _AFTER).net
    steps = _levels(period.steps, flows, backlog)
    total = sum(flows, Flow())
    return Figures(
        open_now=present.total(OPEN_WORDS),
        closed_now=present.total(CLOSED_WORDS),
        flow=total,
        backlog_before=backlog - total.net,
        backlog=backlog,
        steps=steps,
        categories=_by_category(counted, present, category),
        persons=_by_person(counted),
    )


def _counted(user: User, period: Period, category: int | None) -> Counter[_Key]:
    """All counts by (part, slot, number, id).

    One statement, and so one snapshot: the level of now and the moves since must be of the same
    moment, or a ticket that is solved meanwhile would be missing from the past.
    """
    slots = _slots(period)
    legs = [
        *_present_legs(user, category),
        _move_leg(user, slots, category),
        _where_leg(user, period, category),
    ]
    if category is not None:
        legs.append(_moved_leg(user, slots, category, TicketFieldChange.new, Number.MOVED_IN))
        legs.append(_moved_leg(user, slots, category, TicketFieldChange.old, Number.MOVED_OUT))
    rows = db.session.execute(union_all(*legs))
    return Counter({(part, slot, number, id_): n for part, slot, number, id_, n in rows})


def _slots(period: Period) -> CTE:
    """The steps with their bounds in UTC, and one more for all that came after.

    The bounds are made here and joined as rows, because no function of either engine knows the
    days of a zone as zoneinfo does: they would have to agree on every change of clocks.
    """
    bounds = [
        (
            slot,
            start_of_day(step.first, period.zone),
            start_of_day(step.last + dt.timedelta(days=1), period.zone),
        )
        for slot, step in enumerate(period.steps)
    ]
    rows = values(
        column("slot", Integer),
        column("begins", UtcDateTime()),
        column("ends", UtcDateTime()),
        name="slots",
    ).data([*bounds, (_AFTER, period.ends, NEVER)])
    return rows.cte("slots")


def _leg(
    part: str, events: Subquery, *, slot: Any = 0, number: Any = "", id_: Any = 0
) -> Select[Any]:
    """Count the rows of a subquery by the columns of its that are named."""
    keys = [
        literal(part, String).label("part"),
        literal(slot, Integer) if isinstance(slot, int) else slot,
        literal(number, String) if isinstance(number, str) else number,
        literal(id_, Integer) if isinstance(id_, int) else id_,
    ]
    grouped = [key for key in (slot, number, id_) if not isinstance(key, (int, str))]
    return select(*keys, func.count().label("n")).select_from(events).group_by(*grouped)


def _present_legs(user: User, category: int | None) -> list[Select[Any]]:
    present = tallied(user)
    total = func.sum(present.c.n).label("n")
    by_category = select(
        literal("now", String).label("part"),
        literal(0, Integer),
        present.c.status,
        present.c.category_id,
        total,
    ).group_by(present.c.status, present.c.category_id)
    by_person = (
        select(
            literal("now by person", String),
            literal(0, Integer),
            literal("", String),
            present.c.assignee_id,
            total,
        )
        .where(present.c.status.in_(OPEN_WORDS))
        .group_by(present.c.assignee_id)
    )
    if category is not None:
        by_person = by_person.where(present.c.category_id == category)
    return [by_category, by_person]


def _move_leg(user: User, slots: CTE, category: int | None) -> Select[Any]:
    happened = _within(slots, TicketStatusChange.recorded_at)
    number = case(*((condition, literal(n.value, String)) for n, condition in MOVES.items()))
    moves = (
        select(slots.c.slot, number.label("number"))
        .join(TicketStatusChange, happened)
        .join(Ticket, Ticket.id == TicketStatusChange.ticket_id)
        .where(*moved(user), *_then_in(category))
        .subquery()
    )
    return _leg("moves", moves, slot=moves.c.slot, number=moves.c.number)


def _within(slots: CTE, recorded_at: Any) -> ColumnElement[bool]:
    return and_(recorded_at >= slots.c.begins, recorded_at < slots.c.ends)


def _then_in(category: int | None) -> list[ColumnElement[bool]]:
    if category is None:
        return []
    at = TicketStatusChange.recorded_at
    return [stood_at("category", at, instant_included=True) == category]


def _where_leg(user: User, period: Period, category: int | None) -> Select[Any]:
    """What was created and solved, by where and with whom it stood: the slot holds the person."""
    at = TicketStatusChange.recorded_at
    created = MOVES[Number.CREATED]
    assignee = stood_at("assignee", at, instant_included=True)
    events = (
        select(
            case((created, literal(NOBODY)), else_=assignee).label("assignee_id"),
            case(
                (created, literal(Number.CREATED.value, String)),
                else_=literal(Number.SOLVED.value, String),
            ).label("number"),
            stood_at("category", at, instant_included=True).label("category_id"),
        )
        .select_from(TicketStatusChange)
        .join(Ticket, Ticket.id == TicketStatusChange.ticket_id)
        .where(at >= period.starts, at < period.ends)
        .where(*moved(user, Number.CREATED, Number.SOLVED), *_then_in(category))
        .subquery()
    )
    columns = events.c
    return _leg(
        "where", events, slot=columns.assignee_id, number=columns.number, id_=columns.category_id
    )


def _moved_leg(user: User, slots: CTE, category: int, side: Any, number: Number) -> Select[Any]:
    events = (
        select(slots.c.slot)
        .join(TicketFieldChange, _within(slots, TicketFieldChange.recorded_at))
        .join(Ticket, Ticket.id == TicketFieldChange.ticket_id)
        .where(*recategorised(user), category_kept(side) == category)
        .subquery()
    )
    return _leg("moves", events, slot=events.c.slot, number=number.value)


def _flow(counted: Counter[_Key], slot: int) -> Flow:
    return Flow(
        **{
            number.value: counted["moves", slot, number.value, 0]
            for number in Number
            if number is not Number.BACKLOG
        }
    )


def _levels(
    steps: Sequence[Step], flows: Sequence[Flow], level_at_end: int
) -> Sequence[StepFigures]:
    """The level at the end of each step: what is known is the last one, so from there back."""
    levels = []
    level = level_at_end
    for step, flow in zip(reversed(steps), reversed(flows), strict=True):
        levels.append(StepFigures(step, flow, level))
        level -= flow.net
    return levels[::-1]


class _Present:
    """How many tickets stand where now, out of all that was counted."""

    def __init__(self, counted: Counter[_Key]) -> None:
        self._cells = {
            (status, category): n
            for (part, _, status, category), n in counted.items()
            if part == "now"
        }

    def total(self, statuses: Iterable[str]) -> int:
        wanted = set(statuses)
        return sum(n for (status, _), n in self._cells.items() if status in wanted)

    def open_in(self, category: int | None) -> int:
        return sum(
            n
            for (status, where), n in self._cells.items()
            if status in OPEN_WORDS and category in (None, where)
        )

    def categories(self) -> set[int]:
        return {category for (_, category), n in self._cells.items() if n}


def _by_category(
    counted: Counter[_Key], present: _Present, only: int | None
) -> Sequence[CategoryFigures]:
    """A row for each category with anything to tell, in the order that admins gave them."""
    named = {NOBODY: "No category", **category_names()}
    created: Counter[int] = Counter()
    solved: Counter[int] = Counter()
    for (part, _, number, id_), n in counted.items():
        if part == "where":
            (created if number == Number.CREATED else solved)[id_] += n
    rows = [
        CategoryFigures(
            id=id_,
            name=name,
            created=created[id_],
            solved=solved[id_],
            open_now=present.open_in(id_),
        )
        for id_, name in sorted(named.items(), key=lambda item: item[0] == NOBODY)
        if only in (None, id_)
    ]
    return [row for row in rows if row.created or row.solved or row.open_now]


def category_names() -> dict[int, str]:
    """All categories, archived ones too, in their order."""
    rows = db.session.execute(
        select(Category.id, Category.name).order_by(Category.position, Category.id)
    )
    return dict(rows.tuples().all())


def _by_person(counted: Counter[_Key]) -> Sequence[PersonFigures]:
    """A row for each person with anything to tell, by name: this is no ranking."""
    open_now: Counter[int] = Counter()
    solved: Counter[int] = Counter()
    for (part, slot, number, id_), n in counted.items():
        if part == "now by person":
            open_now[id_] += n
        elif part == "where" and number == Number.SOLVED:
            solved[slot] += n
    ids = {id_ for id_, n in (open_now + solved).items() if n}
    names = {NOBODY: "Nobody"}
    rows = db.session.execute(select(User.id, User.name, User.name_key).where(User.id.in_(ids)))
    names |= {id_: name for id_, name, _ in sorted(rows, key=lambda row: (row[2], row[0]))}
    return [
        PersonFigures(
            id=id_,
            name=name,
            open_now=open_now[id_],
            solved=solved[id_],
        )
        for id_, name in sorted(names.items(), key=lambda item: item[0] == NOBODY)
        if id_ in ids
    ]
