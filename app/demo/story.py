"""A ticket's life as a list of acts: what people did, in order, and when."""

from dataclasses import dataclass, field
from enum import StrEnum

from app.models import Priority, ReportKind, ReportStatus, TicketStatus


class Verb(StrEnum):
    """What somebody did; the value is the kind of the ChangeSet that the edges would open."""

    REPLY = "ticket.replied"
    NOTE = "ticket.noted"
    TAKE = "ticket.taken"
    ASSIGN = "ticket.assigned"
    SORT = "ticket.properties"
    EDIT = "ticket.edited"
    STATUS = "ticket.status"
    REPORT = "report.filed"
    MOVE_REPORT = "report.moved"
    CLOSE = "tickets.closed"


@dataclass(slots=True)
class Act:
    """One act of one person (``by`` None: the worker). Which fields matter depends on the verb.

    ``at`` is on the company's wall clock. ``report`` is the how-manieth report of this ticket.
    """

    at: int
    verb: Verb
    by: int | None
    text: str = ""
    status: TicketStatus | None = None
    to: int | None = None
    priority: Priority | None = None
    category: str | None = None
    tags: tuple[str, ...] | None = None
    kind: ReportKind = ReportKind.AFFECTED
    report: int = 0
    moved: ReportStatus = ReportStatus.ACKNOWLEDGED


@dataclass(slots=True)
class Story:
    """A ticket as it was filed, and what became of it."""

    at: int
    requester: int
    opened_by: int
    title: str
    description: str
    priority: Priority
    category: str | None
    follow_up_of: int | None = None
    acts: list[Act] = field(default_factory=list)

    @property
    def now(self) -> int:
        """When the last thing so far happened."""
        return self.acts[-1].at if self.acts else self.at
