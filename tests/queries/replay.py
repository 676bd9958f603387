"""The numbers by another road: every ticket's history told again, one after the other.

At one instant fields change before the status does; the trash comes where its version puts it.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.models import OPEN_STATUSES, Ticket, TicketFieldChange, TicketStatusChange, User
from app.policy import Permission, allows

OPEN = {status.value for status in OPEN_STATUSES}


@dataclass(frozen=True)
class Event:
    at: dt.datetime
    number: str
    ticket_id: int
    category: int
    person: int


@dataclass(frozen=True)
class State:
    """How a ticket stood from this moment on."""

    at: dt.datetime
    ticket_id: int
    is_open: bool
    is_trashed: bool
    category: int
    person: int


@dataclass(frozen=True)
class Row:
    """One change of a ticket; ``rank`` is its place in an act: restored first, put away last."""

    at: dt.datetime
    version: int
    rank: int
    id: int
    field: str
    old: Any
    new: Any


class Replay:
    """All that ever happened to what this person sees, and how each ticket stood when."""

    def __init__(self, reader: User) -> None:
        self.events: list[Event] = []
        self.states: list[State] = []
        for ticket in db.session.scalars(select(Ticket)).all():
            if allows(reader, Permission.TICKET_SEE, ticket):
                self._tell(ticket)

    def _tell(self, ticket: Ticket) -> None:
        rows = self._rows(ticket.id)
        trashings = [row for row in rows if row.field == "trashed"]
        where: dict[str, Any] = {"category": ticket.category_id, "assignee": ticket.assignee_id}
        for row in reversed(rows):
            if row.field in where:
                where[row.field] = row.old
        self._tell_of_the_trash(ticket.id, rows, dict(where))
        is_open = False
        for row in sorted(rows, key=lambda row: (row.at, row.field == "status", row.id)):
            category_before, was_open = where["category"], is_open
            if row.field in where:
                where[row.field] = row.new
            here = (ticket.id, where["category"] or 0, where["assignee"] or 0)
            if row.field == "status":
                is_open = row.new in OPEN
                number = self._move(row.old, was_open, is_open)
                if number:
                    self.events.append(Event(row.at, number, *here))
            elif row.field == "category" and is_open:
                self.events.append(Event(row.at, "moved_in", *here))
                gone = (ticket.id, category_before or 0, here[2])
                self.events.append(Event(row.at, "moved_out", *gone))
            put = [one.new for one in trashings if one.at <= row.at]
            self.states.append(State(row.at, ticket.id, is_open, bool(put and put[-1]), *here[1:]))

    def _tell_of_the_trash(self, ticket_id: int, rows: list[Row], where: dict[str, Any]) -> None:
        status = ""
        for row in rows:
            if row.field in where:
                where[row.field] = row.new
            elif row.field == "status":
                status = row.new
            elif row.field == "trashed" and status in OPEN:
                here = (ticket_id, where["category"] or 0, where["assignee"] or 0)
                self.events.append(Event(row.at, "removed" if row.new else "restored", *here))

    def _rows(self, ticket_id: int) -> list[Row]:
        """In the order in which they were written."""
        rows = [
            Row(c.recorded_at, c.version, 2, c.id, "status", c.from_status, c.status_change)
            for c in db.session.scalars(
                select(TicketStatusChange).where(
                    TicketStatusChange.ticket_id == ticket_id,
                    TicketStatusChange.report_id.is_(None),
                )
            )
        ]
        for c in db.session.scalars(
            select(TicketFieldChange).where(TicketFieldChange.ticket_id == ticket_id)
        ):
            rank = (3 if c.new else 0) if c.field == "trashed" else 1
            rows.append(Row(c.recorded_at, c.version, rank, c.id, c.field, c.old, c.new))
        return sorted(rows, key=lambda row: (row.version, row.rank, row.id))

    @staticmethod
    def _move(before: str | None, was_open: bool, is_open: bool) -> str | None:
        if before is None:
            return "created"
        if was_open and not is_open:
            return "solved"
        return "reopened" if is_open and not was_open else None

    def count(
        self,
        number: str,
        begins: dt.datetime,
        ends: dt.datetime,
        *,
        category: int | None = None,
        person: int | None = None,
    ) -> int:
        return len(self.tickets(number, begins, ends, category=category, person=person))

    def tickets(
        self,
        number: str,
        begins: dt.datetime,
        ends: dt.datetime,
        *,
        category: int | None = None,
        person: int | None = None,
    ) -> list[int]:
        """The ticket of each event, sorted."""
        return sorted(
            event.ticket_id
            for event in self.events
            if event.number == number and begins <= event.at < ends
            if category in (None, event.category) and person in (None, event.person)
        )

    def backlog(
        self, at: dt.datetime, *, category: int | None = None, person: int | None = None
    ) -> list[int]:
        """Which tickets were open just before this moment, sorted."""
        last: dict[int, State] = {}
        for state in self.states:
            if state.at < at:
                last[state.ticket_id] = state
        return sorted(
            state.ticket_id
            for state in last.values()
            if state.is_open and not state.is_trashed
            if category in (None, state.category) and person in (None, state.person)
        )
