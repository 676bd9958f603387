"""The queue's addresses: this page in another order, further on, without one of its conditions."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import g, request, url_for

from app.extensions import db
from app.models import User
from app.queries import choices
from app.queries.tickets import TicketFilter
from app.text import refusal
from app.web.access import actor

COLUMNS = {
    "status": "status",
    "id": "number",
    "title": "title",
    "requester": "requester",
    "team": "team",
    "priority": "priority",
    "assignee": "assignee",
    "created_at": "created",
    "waiting": "waiting",
}
"""The table's columns, and what each is sorted by."""

SORT_MENU = (
    ("Longest waiting", "waiting", False),
    ("Highest priority", "priority", True),
    ("Last changed", "updated", True),
    ("Longest unchanged", "updated", False),
    ("Newest", "created", True),
    ("Oldest", "created", False),
    ("Number", "number", False),
    ("Title", "title", False),
    ("Requester", "requester", False),
    ("Assignee", "assignee", False),
    ("Team", "team", False),
    ("Category", "category", False),
    ("Status", "status", False),
)
"""Every order that has a name: what it is called, what by, and whether it falls."""


def address_with(**changes: Any) -> str:
    """This page's address with some of its arguments changed; None takes one away.

    Another list begins at its first page, and another page shows no preview of this one.
    """
    path, kept = _without(frozenset(changes))
    said = urlencode([(name, value) for name, value in changes.items() if value is not None])
    query = "&".join(filter(None, (kept, said)))
    return f"{path}?{query}" if query else path


def _without(changed: frozenset[str]) -> tuple[str, str]:
    """The path, and what the page's query says of everything else."""
    # A page has thirty such addresses, and of most the same is changed.
    found: dict[frozenset[str], tuple[str, str]] = g.setdefault("queue_addresses", {})
    if changed not in found:
        forgotten = {"preview", "after", "before"} if changed != {"preview"} else set()
        args = request.args.items(multi=True)
        kept = [pair for pair in args if pair[0] not in forgotten and pair[0] not in changed]
        found[changed] = url_for("staff.queue"), urlencode(kept)
    return found[changed]


def sorts(wanted: TicketFilter) -> dict[str, dict[str, str | None]]:
    """For each column, the address that sorts by it (or turns it round), and how it is sorted."""
    found = {}
    for column, sort in COLUMNS.items():
        current = sort == wanted.sort
        turned = "1" if current and not wanted.descending else None
        order = ("descending" if wanted.descending else "ascending") if current else None
        found[column] = {"url": address_with(sort=sort, desc=turned), "order": order}
    return found


def sort_menu(wanted: TicketFilter) -> list[dict[str, Any]]:
    """As the items of a menu."""
    return [
        {
            "label": label,
            "url": address_with(sort=sort, desc="1" if falling else None),
            "current": (sort, falling) == (wanted.sort, wanted.descending),
        }
        for label, sort, falling in SORT_MENU
    ]


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition of the filter, and the address without it."""

    name: str
    value: str
    without: str


def typed(text: str) -> str:
    """What was looked for, to stand in the box again, also where it could not be used."""
    return "" if refusal(text) else text


def chips(wanted: TicketFilter | None) -> list[Chip]:
    """What the address asks for; in its own words where no filter could be made of it (None)."""
    found = []
    for name in ("status", "priority", "category", "assignee", "team", "requester", "tag", "q"):
        if not request.args.get(name):
            continue
        said = typed(", ".join(request.args.getlist(name)))[:40]
        value = said if wanted is None else _chip_value(name, wanted)
        found.append(Chip(name, value, address_with(**{name: None})))
    for name, word in (("created_from", "opened from"), ("created_to", "opened until")):
        if request.args.get(name):
            found.append(Chip(word, request.args[name], address_with(**{name: None})))
    return found


def _chip_value(name: str, wanted: TicketFilter) -> str:
    if name in ("status", "priority"):
        return ", ".join(word.label for word in getattr(wanted, name))
    if name in ("tag", "q"):
        return str(getattr(wanted, name) or "")
    if name == "team" and wanted.teams_of is not None:
        return "mine"
    number = getattr(wanted, name)
    if number in (0, None):
        return "none"
    if name == "category":
        known = choices.of_desk(actor(), besides_category=number).categories
        found = next((category.name for category in known if category.id == number), None)
    elif name == "team":  # one that is not theirs to know reads like one that is not there
        known = choices.of_desk(actor(), besides_team=number).teams
        found = next((team.name for team in known if team.id == number), None)
    else:
        person = db.session.get(User, number)
        found = person.name if person else None
    return found or f"#{number}"
