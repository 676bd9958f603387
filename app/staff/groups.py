"""The groups of the queue: what each is called, and its glyph."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.models import Priority, TicketStatus, User
from app.queries.lists import Group, Line, Page, group_totals, grouped
from app.queries.tickets import TicketFilter
from app.staff.addresses import address_with

GROUP_LABELS = {
    "none": "None",
    "waiting": "Waiting",
    "status": "Status",
    "priority": "Priority",
    "assignee": "Assignee",
    "team": "Team",
    "category": "Category",
}


@dataclass(frozen=True, slots=True)
class Head:
    """The line above the tickets of one group; ``total`` is how many there are on all pages."""

    label: str
    icon: str
    total: int
    tickets: Sequence[Line]
    late: bool = False


def groups_of(page: Page, me: User, wanted: TicketFilter) -> list[Head]:
    """The page's tickets in groups; none where it is not grouped."""
    if wanted.group == "none" or not page.tickets:
        return []
    return [_head(wanted.group, group) for group in grouped(page, group_totals(me, wanted))]


def group_menu(wanted: TicketFilter) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": address_with(group=group), "current": group == wanted.group}
        for group, label in GROUP_LABELS.items()
    ]


_BANDS = (
    ("Waiting for over a day", "alarm-clock"),
    ("Waiting for over four hours", "clock"),
    ("Waiting for less than four hours", "clock"),
    ("Not waiting for us", "timer"),
)
_NAMELESS = {
    "assignee": ("Nobody", "circle-dashed", "user"),
    "team": ("No team", "users-round", "users-round"),
    "category": ("No category", "rows-3", "rows-3"),
}
"""What a group without a name is called, its glyph, and the glyph of those with one."""


def _head(by: str, group: Group) -> Head:
    late = False
    if by == "status":
        status = list(TicketStatus)[group.key[0]]
        label, icon = status.label, f"s-{status.value}"
    elif by == "priority":
        priority = list(reversed(Priority))[group.key[0]]
        label, icon = priority.label, f"p-{priority.value}"
    elif by == "waiting":
        label, icon = _BANDS[group.key[0]]
        late = group.key[0] == 0
    else:
        nameless, without, with_ = _NAMELESS[by]
        label, icon = (group.name, with_) if group.name else (nameless, without)
    return Head(label, icon, group.total, group.tickets, late)
