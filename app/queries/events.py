"""What happened to tickets, as SQL: which rows of the history count as what, and where it was.

Everything goes by the time that the server recorded. Where a ticket stood at a moment (category,
assignee) is what it holds now, taken back by the changes recorded since; at one and the same
instant, fields change before the status does. The trash alone goes by the order of the changes
themselves: nothing happens in there, so what else an act did lies before it or after it.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from app.models import (
    CLOSED_STATUSES,
    NOBODY,
    OPEN_STATUSES,
    Ticket,
    TicketFieldChange,
    TicketStatusChange,
    User,
)
from app.policy import can_see_ticket


class Number(StrEnum):
    """What is counted; each word is also the name of a list of exactly those tickets."""

    CREATED = "created"
    SOLVED = "solved"
    REOPENED = "reopened"
    REMOVED = "removed"
    RESTORED = "restored"
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

_WAY: dict[str, ColumnElement[bool]] = {
    way: cast(TicketFieldChange.new, Text) == way for way in ("true", "false")
}
TRASHINGS: dict[Number, ColumnElement[bool]] = {
    Number.REMOVED: _WAY["true"],
    Number.RESTORED: _WAY["false"],
}
"""Into the trash and out of it: what an open ticket leaves the backlog by, and comes back."""

LEAVING = (Number.SOLVED, Number.REMOVED, Number.MOVED_OUT)
"""By these the backlog shrinks; by the others it grows."""


def named(conditions: dict[Number, ColumnElement[bool]]) -> ColumnElement[str]:
    """Which number a row counts for."""
    return case(*((condition, literal(n.value, String)) for n, condition in conditions.items()))


def weighed(conditions: dict[Number, ColumnElement[bool]]) -> ColumnElement[int]:
    """By how much a row changes the backlog."""
    out = (condition for number, condition in conditions.items() if number in LEAVING)
    return case((or_(*out), literal(-1)), else_=literal(1))


def moved(user: User, numbers: Iterable[Number] = MOVES) -> list[ColumnElement[bool]]:
    """The conditions on ticket_status_changes (with its ticket joined) for these moves."""
    return [
        # Not "is null": without statistics SQLite takes that index, which finds all of history,
        # rather than the one on recorded_at, which finds the period.
        func.coalesce(TicketStatusChange.report_id, literal(0)) == 0,
        can_see_ticket(user),
        or_(*(MOVES[number] for number in numbers)),
    ]


def trashed(user: User, numbers: Iterable[Number] = TRASHINGS) -> list[ColumnElement[bool]]:
    """The conditions on ticket_field_changes for open tickets that came in or out of the trash."""
    return [
        TicketFieldChange.field == "trashed",
        can_see_ticket(user),
        _was_open_beside_the_trash(),
        or_(*(TRASHINGS[number] for number in numbers)),
    ]


def recategorised(user: User) -> list[ColumnElement[bool]]:
    """The conditions on ticket_field_changes for open tickets that changed their category."""
    return [
        TicketFieldChange.field == "category",
        can_see_ticket(user),
        _was_open_when(TicketFieldChange.recorded_at),
    ]


# --- where a ticket stood ----------------------------------------------------------------------


def stood_at(field: str, moment: Any, *, instant_included: bool) -> ColumnElement[int]:
    """The id of the ticket's category or assignee at a moment, 0 for none.

    ``instant_included``: whether what changed in that very instant counts as changed already.
    """
    later = aliased(TicketFieldChange)
    since = later.recorded_at > moment if instant_included else later.recorded_at >= moment
    return _before(field, later, since, (later.recorded_at, later.id))


def stood_beside(field: str) -> ColumnElement[int]:
    """The same beside a row of ticket_field_changes, by the order in which they were written."""
    later = aliased(TicketFieldChange)
    return _before(field, later, later.id > TicketFieldChange.id, (later.id,))


def _before(
    field: str, later: Any, since: ColumnElement[bool], order: tuple[Any, ...]
) -> ColumnElement[int]:
    current = {"category": Ticket.category_id, "assignee": Ticket.assignee_id}[field]
    earlier_value = (
        select(_kept_id(later.old))
        # A ticket has few changes, a field has all tickets': only the ticket may choose the index.
        .where(later.ticket_id == Ticket.id, func.coalesce(later.field, "") == field, since)
        .order_by(*order)
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


def _was_open_when(moment: Any) -> ColumnElement[bool]:
    """Whether the ticket was open just before this moment: by its next change, or as it is now."""
    following = aliased(TicketStatusChange)
    since = following.recorded_at >= moment
    return _was_open_before(following, since, (following.recorded_at, following.id))


def _was_open_beside_the_trash() -> ColumnElement[bool]:
    """The same by the versions: an act puts away last, and restores first."""
    following = aliased(TicketStatusChange)
    own = TicketFieldChange.version
    since = case((_WAY["true"], following.version > own), else_=following.version >= own)
    return _was_open_before(following, since, (following.id,))


def _was_open_before(
    following: Any, since: ColumnElement[bool], order: tuple[Any, ...]
) -> ColumnElement[bool]:
    next_from = (
        select(func.coalesce(following.from_status, literal("unborn", String)))
        .where(
            following.ticket_id == Ticket.id,
            func.coalesce(following.report_id, literal(0)) == 0,  # steered as above
            since,
        )
        .order_by(*order)
        .limit(1)
        .correlate(Ticket, TicketFieldChange)
        .scalar_subquery()
    )
    return func.coalesce(next_from, type_coerce(Ticket.status, String)).in_(OPEN_WORDS)
