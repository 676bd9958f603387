"""Where a member of the help desk came from to a ticket, and what stands beside it there."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.models import Ticket, User
from app.queries.lists import Neighbours, neighbours
from app.queries.tickets import BadFilter
from app.queries.views import ALL_OPEN
from app.web.view_address import View, came_from, trail


@dataclass(frozen=True, slots=True)
class WayBack:
    """The list, its address, and the addresses of the tickets before and after this one.

    ``at`` is this one's place there: the page's address keeps it, so that the next one stays the
    same when this one changes.
    """

    label: str
    url: str
    previous_url: str | None = None
    next_url: str | None = None
    number: int | None = None
    total: int = 0
    at: str = ""


def address_of(ticket_id: int, anchor: str | None = None, *, query: str | None = None) -> str:
    """A ticket's page, reached from the list of this query; by default, from where one is now."""
    # The name is a word of Python's.
    values: dict[str, Any] = {"from": query} if query else dict(trail())
    return url_for("ticket.show", ticket_id=ticket_id, _anchor=anchor, **values)


def way_back(me: User, ticket: Ticket) -> WayBack:
    view = came_from(me)
    if view is None:
        return WayBack(ALL_OPEN.label, url_for("staff.queue"))
    beside = _beside(me, view, ticket)
    return WayBack(
        view.label,
        f"{url_for('staff.queue')}?{view.query}",
        previous_url=_in_list(view, beside.previous),
        next_url=_in_list(view, beside.next),
        number=beside.number,
        total=beside.total,
        at=beside.at,
    )


def _beside(me: User, view: View, ticket: Ticket) -> Neighbours:
    try:
        return neighbours(me, view.filter, ticket, at=trail().get("at"))
    except BadFilter:
        return neighbours(me, view.filter, ticket)


def _in_list(view: View, ticket_id: int | None) -> str | None:
    if ticket_id is None:
        return None
    return address_of(ticket_id, query=view.query)
