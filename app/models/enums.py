"""The words of the product, each with the few facts that everybody needs of it."""

from enum import StrEnum


class Role(StrEnum):
    AGENT = "agent"
    ADMIN = "admin"


REQUESTER = "requester"
"""What a User without a place on the help desk is called where a role is named."""


class TicketStatus(StrEnum):
    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    SOLVED = "solved"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        return self in OPEN_STATUSES

    @property
    def label(self) -> str:
        """As staff read it."""
        return _STATUS_LABELS[self]

    @property
    def requester_label(self) -> str:
        return "Waiting for you" if self is TicketStatus.PENDING else self.label


OPEN_STATUSES = (
    TicketStatus.NEW,
    TicketStatus.OPEN,
    TicketStatus.PENDING,
    TicketStatus.ON_HOLD,
)
SETTABLE_STATUSES = tuple(status for status in TicketStatus if status is not TicketStatus.NEW)
"""What a ticket can be set to: nothing becomes new again but by Undo."""
CLOSED_STATUSES = (TicketStatus.SOLVED, TicketStatus.CLOSED)
_STATUS_LABELS = {
    TicketStatus.NEW: "New",
    TicketStatus.OPEN: "Open",
    TicketStatus.PENDING: "Waiting",
    TicketStatus.ON_HOLD: "On hold",
    TicketStatus.SOLVED: "Solved",
    TicketStatus.CLOSED: "Closed",
}


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def urgency(self) -> str:
        """What requesters read: a consequence, never a priority."""
        return _URGENCY[self]


REQUESTER_PRIORITIES = (Priority.HIGH, Priority.NORMAL, Priority.LOW)
_URGENCY = {
    Priority.LOW: "No hurry",
    Priority.NORMAL: "It slows me down",
    Priority.HIGH: "I can’t work",
    Priority.URGENT: "I can’t work",
}


class MessageKind(StrEnum):
    REPLY = "reply"
    NOTE = "note"


class Side(StrEnum):
    """For whom somebody spoke; kept with the message, because roles change later."""

    REQUESTER = "requester"
    STAFF = "staff"


class ReportKind(StrEnum):
    AFFECTED = "affected"
    ESCALATION = "escalation"

    @property
    def label(self) -> str:
        return "Affected too" if self is ReportKind.AFFECTED else "Needs another look"


class ReportStatus(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"

    @property
    def is_live(self) -> bool:
        return self in LIVE_REPORT_STATUSES

    @property
    def label(self) -> str:
        return self.value.capitalize()


LIVE_REPORT_STATUSES = (ReportStatus.OPEN, ReportStatus.ACKNOWLEDGED)


class Door(StrEnum):
    """Through what an act came in."""

    WEB = "web"
    API = "api"
    CLI = "cli"
    WORKER = "worker"


class Outcome(StrEnum):
    """What a bulk act did to a ticket."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Density(StrEnum):
    """How close together the rows of the queue stand."""

    COMFORTABLE = "comfortable"
    COMPACT = "compact"


class TokenPurpose(StrEnum):
    """What a one-time link may do; no link opens another's door."""

    FIRST_ADMIN = "first_admin"
    INVITE = "invite"
    CONFIRM_EMAIL = "confirm_email"
    CHANGE_EMAIL = "change_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 -- a purpose, not a secret


class TokenScope(StrEnum):
    READ = "read"
    WRITE = "write"


class OutboxState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
