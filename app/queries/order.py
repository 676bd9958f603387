"""What lists of tickets can be sorted and grouped by; nothing else ever reaches ORDER BY."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal
from sqlalchemy.orm import aliased

from app.clock import now
from app.models import Category, Priority, Team, Ticket, TicketStatus, User

Requester = aliased(User, name="requester")
Assignee = aliased(User, name="assignee")

_NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)

WAITING_BANDS = (dt.timedelta(days=1), dt.timedelta(hours=4), dt.timedelta())
"""How long somebody has waited for us: over a day, over four hours, less."""

_MOMENT = Ticket.waiting_since.type


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
    "waiting": lambda: func.coalesce(Ticket.waiting_since, literal(_NEVER, _MOMENT)),
}
SORT_TYPES: dict[str, type] = {
    **dict.fromkeys(("created", "updated", "waiting"), dt.datetime),
    **dict.fromkeys(("number", "status", "priority"), int),
    **dict.fromkeys(("title", "requester", "assignee", "category", "team"), str),
}
"""What the keys are in Python."""


def _waiting_band() -> ColumnElement[int]:
    moment = now()
    bands = [
        (Ticket.waiting_since <= literal(moment - least, _MOMENT), place)
        for place, least in enumerate(WAITING_BANDS)
    ]
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
