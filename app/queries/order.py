"""In which order lists of tickets stand, and where a page of them begins.

What they can be sorted and grouped by is all that ever reaches ORDER BY.
"""

import base64
import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal, or_, tuple_
from sqlalchemy.orm import aliased

from app.clock import now
from app.models import ID_MAX, Category, Priority, Team, Ticket, TicketStatus, User
from app.text import refusal

Requester = aliased(User, name="requester")
Assignee = aliased(User, name="assignee")

WAITING_BANDS = (dt.timedelta(days=1), dt.timedelta(hours=4), dt.timedelta())
"""How long somebody has waited for us: over a day, over four hours, less."""


def _rank(column: Any, order: Sequence[Any]) -> ColumnElement[int]:
    return case({value: place for place, value in enumerate(order)}, value=column)


SORTS: dict[str, Callable[[], Any]] = {
    "number": lambda: Ticket.id,
    "title": lambda: Ticket.title,
    "requester": lambda: Requester.name_key,
    "assignee": lambda: func.coalesce(Assignee.name_key, ""),
    "category": lambda: func.coalesce(Category.name_key, ""),
    "team": lambda: func.coalesce(Team.name_key, ""),
    "status": lambda: _rank(Ticket.status, list(TicketStatus)),
    "priority": lambda: _rank(Ticket.priority, list(Priority)),
    "created": lambda: Ticket.created_at,
    "updated": lambda: Ticket.updated_at,
    # Who has waited longest comes first, who does not wait last.
    "waiting": lambda: Ticket.waiting_since,
}
SORT_TYPES: dict[str, type] = {
    **dict.fromkeys(("created", "updated", "waiting"), dt.datetime),
    **dict.fromkeys(("number", "status", "priority"), int),
    **dict.fromkeys(("title", "requester", "assignee", "category", "team"), str),
}
"""What the keys are in Python."""


def waiting_for_bands() -> list[ColumnElement[bool]]:
    """Whether somebody has waited for so long; the moments come with ``Order.values``."""
    return [
        Ticket.waiting_since <= bindparam(f"waited_{place}", type_=Ticket.waiting_since.type)
        for place in range(len(WAITING_BANDS))
    ]


def _waiting_band() -> ColumnElement[int]:
    bands = [(band, place) for place, band in enumerate(waiting_for_bands())]
    return case(*bands, else_=len(WAITING_BANDS))


def _named(id_: Any, key: Any) -> tuple[Any, ...]:
    """By name, whoever has none first. The id too: two people may have one name."""
    return func.coalesce(key, ""), func.coalesce(id_, 0)


GROUPS: dict[str, Callable[[], tuple[Any, ...]]] = {
    "none": lambda: (),
    "status": lambda: (_rank(Ticket.status, list(TicketStatus)),),
    "priority": lambda: (_rank(Ticket.priority, list(reversed(Priority))),),
    "assignee": lambda: _named(Ticket.assignee_id, Assignee.name_key),
    "team": lambda: _named(Team.id, Team.name_key),
    "category": lambda: _named(Ticket.category_id, Category.name_key),
    "waiting": lambda: (_waiting_band(),),
}
"""What a list can be grouped by, as the keys of its groups in their order."""

GROUP_TYPES: dict[str, tuple[type, ...]] = {
    "none": (),
    **dict.fromkeys(("status", "priority", "waiting"), (int,)),
    **dict.fromkeys(("assignee", "team", "category"), (str, int)),
}

GroupKey = tuple[Any, ...]
Place = tuple[Any, ...]
"""Where a ticket stands in a list: the keys of its group, its own key, its number."""


class Order:
    """By group first, then by the chosen key, then by number; only the latter two turn round."""

    def __init__(self, *, group: str, sort: str, descending: bool) -> None:
        self.group = group
        self.groups = GROUPS[group]()
        self.key = SORTS[sort]()
        self.descending = descending
        # Who has waited longest is in the first band: ordered by the bands too, no index would do.
        by_itself = group == sort == "waiting" and not descending
        self.leading = () if by_itself else self.groups
        self.types = (
            *(() if by_itself else GROUP_TYPES[group]),
            SORT_TYPES[sort],
        )
        self.may_be_none = sort == "waiting"

    def values(self) -> dict[str, dt.datetime]:
        """What statements in this order are executed with."""
        if self.group != "waiting":
            return {}
        moment = now()
        return {f"waited_{place}": moment - least for place, least in enumerate(WAITING_BANDS)}

    def columns(self) -> list[ColumnElement[Any]]:
        """They come last in a row."""
        groups = [key.label(f"group_{place}") for place, key in enumerate(self.groups)]
        return [*groups, self.key.label("sort_key")]

    def by(self, backwards: bool) -> list[ColumnElement[Any]]:
        groups = [key.desc() if backwards else key.asc() for key in self.leading]
        # Where the key may be none, that is the last; said in the words that indexes are read by.
        if self.descending != backwards:
            key = self.key.desc().nulls_first() if self.may_be_none else self.key.desc()
            return [*groups, key, Ticket.id.desc()]
        key = self.key.asc().nulls_last() if self.may_be_none else self.key.asc()
        return [*groups, key, Ticket.id.asc()]

    def beyond(self, place: Place, backwards: bool) -> ColumnElement[bool]:
        """What comes after the place; or, backwards, before it."""
        n = len(self.leading)
        in_group = self._past_key(place[n], place[n + 1], self.descending != backwards)
        if not n:
            return in_group
        same = and_(
            *(key == _value(key, value) for key, value in zip(self.leading, place, strict=False))
        )
        return or_(_past(self.leading, place[:n], backwards), and_(same, in_group))

    def _past_key(self, value: Any, number: int, falling: bool) -> ColumnElement[bool]:
        if value is None:
            same = and_(self.key.is_(None), Ticket.id < number if falling else Ticket.id > number)
            return or_(same, self.key.is_not(None)) if falling else same
        past = _past((self.key, Ticket.id), (value, number), falling)
        return or_(past, self.key.is_(None)) if self.may_be_none and not falling else past

    def group_key(self, row: Any) -> GroupKey:
        return tuple(row[-1 - len(self.groups) : -1])

    def place(self, row: Any) -> Place:
        """Where a ticket stands, ``row`` having its id and, last, these columns."""
        return (*(self.group_key(row) if self.leading else ()), row.sort_key, row.id)

    def cursor(self, place: Place) -> str:
        raw = json.dumps(place, ensure_ascii=False, separators=(",", ":"), default=_iso).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def read(self, cursor: str) -> Place:
        """The place that a cursor names. Raises ValueError for what is none of ours."""
        wrong = ValueError("not a place in this list")
        if len(cursor) > 2000:
            raise wrong
        try:
            raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
            place = json.loads(raw)
            if not isinstance(place, list) or len(place) != len(self.types) + 1:
                raise wrong
            if self.types[-1] is dt.datetime and not (self.may_be_none and place[-2] is None):
                place[-2] = _moment(place[-2])
        except (ValueError, TypeError, OverflowError, RecursionError) as broken:
            raise wrong from broken
        *groups, key, number = place
        key_fits = _fits(key, self.types[-1]) or (key is None and self.may_be_none)
        if not key_fits or not all(map(_fits, groups, self.types)):
            raise wrong
        if not _fits(number, int) or number == 0:
            raise wrong
        return tuple(place)


def _past(keys: Sequence[Any], values: Sequence[Any], descending: bool) -> ColumnElement[bool]:
    here = tuple_(*keys)
    there = tuple_(*map(_value, keys, values))
    return here < there if descending else here > there


def _value(key: Any, value: Any) -> ColumnElement[Any]:
    return literal(value, key.type)


def _iso(moment: dt.datetime) -> str:
    return moment.isoformat()


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
