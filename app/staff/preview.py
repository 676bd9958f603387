"""A ticket beside the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request

from app.models import Ticket, TicketMessage, User
from app.policy import Permission, allows
from app.queries.lists import Line
from app.queries.tickets import find_visible
from app.queries.timeline import last_message
from app.staff.addresses import address_with
from app.staff.blueprint import blueprint
from app.web.access import actor, requires
from app.web.view_address import number_in, view_query

LONGEST = 4000
"""Characters of HTML: a longer text is shown as its first lines without any formatting."""
FIRST_LINES = 600


@dataclass(frozen=True, slots=True)
class Text:
    """Something written, or how it begins."""

    html: str
    beginning: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What the pane shows; ``ticket`` is None where there is none of that number to be seen."""

    number: int | None
    ticket: Ticket | None
    description: Text | None = None
    last: TicketMessage | None = None
    last_text: Text | None = None
    previous_url: str | None = None
    next_url: str | None = None


def asked_preview(me: User, tickets: Sequence[Line]) -> Preview | None:
    """The preview that the address asks for, or the first ticket's where one has it always open."""
    if request.args.get("preview"):
        return preview_of(me, number_in(request.args, "preview"), tickets)
    return preview_of(me, tickets[0].id, tickets) if me.preview and tickets else None


def preview_of(me: User, number: int | None, tickets: Sequence[Line] = ()) -> Preview:
    ticket = find_visible(me, number) if number else None
    if ticket is None:
        return Preview(number, None)
    internal = allows(me, Permission.TICKET_SEE_INTERNAL, ticket)
    last = last_message(ticket, internal=internal)
    previous, next_ = _beside([t.id for t in tickets], ticket.id)
    return Preview(
        ticket.id,
        ticket,
        description=_text(ticket.description_html, ticket.description),
        last=last,
        last_text=_text(last.body_html, last.body) if last else None,
        previous_url=address_with(preview=previous) if previous else None,
        next_url=address_with(preview=next_) if next_ else None,
    )


def _beside(ids: list[int], number: int) -> tuple[int | None, int | None]:
    """The numbers before and after one on the page."""
    if number not in ids:
        return None, None
    place = ids.index(number)
    previous = ids[place - 1] if place else None
    return previous, ids[place + 1] if place + 1 < len(ids) else None


def _text(html: str, source: str) -> Text:
    if len(html) <= LONGEST:
        return Text(html, "")
    return Text("", source[:FIRST_LINES].rstrip() + "…")


@blueprint.get("/queue/<id:ticket_id>", endpoint="preview")
@requires(Permission.QUEUE_SEE)
def show(ticket_id: int) -> Any:
    """The pane alone, for a page that is there already; its address has the list's query."""
    preview = preview_of(actor(), ticket_id)
    if preview.ticket is None:
        abort(404)
    return render_template(
        "staff/preview.html",
        preview=preview,
        query=view_query(request.args),
        back=address_with(preview=ticket_id),
        closed_url=address_with(preview=None),
    )
