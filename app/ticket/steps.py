"""How far a ticket is, as its requester is told: four stops on its way."""

import datetime as dt
from dataclasses import dataclass

from app.models import Ticket, TicketStatus
from app.queries.timeline import FieldEvent, Timeline


@dataclass(frozen=True, slots=True)
class Step:
    """One stop on the way of a ticket: ``state`` is done, now or empty."""

    label: str
    icon: str
    state: str
    at: dt.datetime | None = None
    hint: str = ""


def taken_at(told: Timeline) -> dt.datetime | None:
    """When whoever has the ticket now was given it."""
    assigned = (e for e in told.entries if isinstance(e, FieldEvent) and e.field == "assignee")
    return max((event.at for event in assigned), default=None)


def steps(ticket: Ticket, taken: dt.datetime | None, *, is_mine: bool = True) -> list[Step]:
    """Received, with whom, how it stands, solved; ``is_mine`` is whether the reader is awaited."""
    solved = not ticket.is_open
    return [
        Step("Received", "s-solved", "done", at=ticket.created_at),
        _second(ticket, taken),
        _third(ticket, is_mine),
        Step(
            "Closed" if ticket.status is TicketStatus.CLOSED else "Solved",
            f"s-{ticket.status.value}" if solved else "circle-dashed",
            "now" if solved else "",
            at=ticket.solved_at if solved else None,
        ),
    ]


def _second(ticket: Ticket, taken: dt.datetime | None) -> Step:
    if helper := ticket.assignee:
        return Step(f"{helper.first_name} is on it", "s-solved", "done", at=taken)
    if ticket.status is TicketStatus.NEW:
        return Step("In the queue", "s-new", "now")
    return Step("Seen by the help desk", "s-solved", "done")


_NOW = {
    TicketStatus.NEW: ("In the queue", "s-new"),
    TicketStatus.OPEN: ("Being worked on", "s-open"),
    TicketStatus.PENDING: ("Waiting for you", "s-pending"),
    TicketStatus.ON_HOLD: ("On hold", "s-on_hold"),
}
_NOW_FOR_OTHERS = {TicketStatus.PENDING: "Waiting for an answer"}


def _third(ticket: Ticket, is_mine: bool) -> Step:
    if not ticket.is_open:
        return Step("Worked on", "s-solved", "done")
    if ticket.status is TicketStatus.NEW and ticket.assignee is None:
        return Step("Worked on", "circle-dashed", "")
    label, icon = _NOW[ticket.status]
    return Step(label if is_mine else _NOW_FOR_OTHERS.get(ticket.status, label), icon, "now")
