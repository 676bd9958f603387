"""A ticket's life as a list of acts: what people did, in order, and when."""

from dataclasses import dataclass, field
from enum import StrEnum

from app.demo.papers import Paper
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
    COPY_IN = "participant.added"
    LEAVE = "participant.left"
    REPORT = "report.filed"
    MOVE_REPORT = "report.moved"
    WITHDRAW = "report.withdrawn"
    MARK = "problem.marked"
    NEWS = "problem.updated"
    SUMMARY = "problem.edited"
    TRASH = "ticket.trashed"
    RESTORE = "ticket.restored"
    UNDO = "undo"
    CLOSE = "tickets.closed"


@dataclass(slots=True)
class Act:
    """One act of one person (``by`` None: the worker). Which fields matter depends on the verb.

    ``at`` is on the company's wall clock. ``report`` is the how-manieth report of this ticket.
    ``to`` is who gets the ticket, or is copied in. UNDO takes back the act just before it.
    """

    at: int
    verb: Verb
    by: int | None
    text: str = ""
    status: TicketStatus | None = None
    to: int | None = None
    priority: Priority | None = None
    category: str | None = None
    team: str | None = None
    tags: tuple[str, ...] | None = None
    kind: ReportKind = ReportKind.AFFECTED
    report: int = 0
    moved: ReportStatus = ReportStatus.ACKNOWLEDGED
    files: tuple[Paper, ...] = ()


@dataclass(slots=True)
class Story:
    """A ticket as it was filed, and what became of it.

    ``team`` is the one that it was filed for, ``team_in_the_end`` where it has come to.
    """

    at: int
    requester: int
    opened_by: int
    title: str
    description: str
    priority: Priority
    category: str | None
    team: str | None = None
    files: tuple[Paper, ...] = ()
    follow_up_of: int | None = None
    acts: list[Act] = field(default_factory=list)
    team_in_the_end: str | None = None

    def __post_init__(self) -> None:
        self.team_in_the_end = self.team

    @property
    def now(self) -> int:
        """When the last thing so far happened."""
        return self.acts[-1].at if self.acts else self.at
