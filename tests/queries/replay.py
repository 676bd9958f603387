"""The numbers by another road: every ticket's history told again, one after the other."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.models import OPEN_STATUSES, Ticket, TicketFieldChange, TicketStatusChange

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
    category: int
    person: int


class Replay:
    """All that ever happened, and how each ticket stood when."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.states: list[State] = []
        for ticket in db.session.execute(
            select(Ticket.id, Ticket.category_id, Ticket.assignee_id)
        ).all():
            self._tell(*ticket)

    def _tell(self, ticket_id: int, category: int | None, person: int | None) -> None:
        story = self._story(ticket_id)
        where: dict[str, Any] = {"category": category, "assignee": person}
        for _, field, old, _ in reversed(story):
            if field in where:
                where[field] = old
        is_open = False
        for at, field, _, new in story:
            category_before, was_open = where["category"], is_open
            if field in where:
                where[field] = new
            here = (ticket_id, where["category"] or 0, where["assignee"] or 0)
            if field == "status":
                is_open = new in OPEN
                number = self._move(_, was_open, is_open)
                if number:
                    self.events.append(Event(at, number, *here))
            elif field == "category" and is_open:
                self.events.append(Event(at, "moved_in", *here))
                self.events.append(Event(at, "moved_out", ticket_id, category_before or 0, here[2]))
            self.states.append(State(at, ticket_id, is_open, *here[1:]))

    def _story(self, ticket_id: int) -> list[tuple[dt.datetime, str, Any, Any]]:
        told: list[tuple[Any, tuple[dt.datetime, str, Any, Any]]] = []
        for change in db.session.scalars(
            select(TicketStatusChange).where(
                TicketStatusChange.ticket_id == ticket_id, TicketStatusChange.report_id.is_(None)
            )
        ):
            entry = (change.recorded_at, "status", change.from_status, change.status_change)
            told.append(((change.recorded_at, 1, change.id), entry))
        for field in db.session.scalars(
            select(TicketFieldChange).where(TicketFieldChange.ticket_id == ticket_id)
        ):
            entry = (field.recorded_at, field.field, field.old, field.new)
            told.append(((field.recorded_at, 0, field.id), entry))
        return [entry for _, entry in sorted(told, key=lambda one: one[0])]

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
            if state.is_open
            if category in (None, state.category) and person in (None, state.person)
        )
