"""The numbers of a period: all of them counts of events, told back from how it stands now."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    case,
    column,
    func,
    literal,
    select,
    union_all,
    values,
)

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
from app.queries.events import (
    CLOSED_WORDS,
    LEAVING,
    MOVES,
    OPEN_WORDS,
    TRASHINGS,
    Number,
    category_kept,
    moved,
    named,
    recategorised,
    stood_at,
    stood_beside,
    trashed,
)
from app.queries.periods import Period, Step, start_of_day
from app.queries.tallies import count_in, tallied

NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


# --- present totals ----------------------------------------------------------------------------


def get_open_tickets_count(user: User) -> int:
    """How many open tickets this person sees."""
    return count_in(user, OPEN_STATUSES)


def get_closed_tickets_count(user: User) -> int:
    """How many solved and closed tickets this person sees."""
    return count_in(user, CLOSED_STATUSES)


# --- the figures of a period -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flow:
    """What happened between two moments; ``net`` is by how much the backlog grew."""

    created: int = 0
    solved: int = 0
    reopened: int = 0
    removed: int = 0
    restored: int = 0
    moved_in: int = 0
    moved_out: int = 0

    @property
    def net(self) -> int:
        return sum(-n if number in LEAVING else n for number, n in self.numbers.items())

    @property
    def numbers(self) -> dict[str, int]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(**{name: n + getattr(other, name) for name, n in self.numbers.items()})


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
        _trash_leg(user, slots, category),
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
    moves = (
        select(slots.c.slot, named(MOVES).label("number"))
        .join(TicketStatusChange, happened)
        .join(Ticket, Ticket.id == TicketStatusChange.ticket_id)
        .where(*moved(user), *_then_in(category))
        .subquery()
    )
    return _leg("moves", moves, slot=moves.c.slot, number=moves.c.number)


def _trash_leg(user: User, slots: CTE, category: int | None) -> Select[Any]:
    happened = _within(slots, TicketFieldChange.recorded_at)
    there = [] if category is None else [stood_beside("category") == category]
    trashings = (
        select(slots.c.slot, named(TRASHINGS).label("number"))
        .join(TicketFieldChange, happened)
        .join(Ticket, Ticket.id == TicketFieldChange.ticket_id)
        .where(*trashed(user), *there)
        .subquery()
    )
    return _leg("moves", trashings, slot=trashings.c.slot, number=trashings.c.number)


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
        .where(*moved(user, (Number.CREATED, Number.SOLVED)), *_then_in(category))
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
    return Flow(**{name: counted["moves", slot, name, 0] for name in Flow().numbers})


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
