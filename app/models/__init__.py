"""What is stored: columns, constraints, relationships and one-line facts."""

from app.models.attachment import FILE_NAME_MAX, PUBLIC_ID, Attachment
from app.models.base import ID_MAX, Base
from app.models.bulk_run import BulkOutcome, BulkRun
from app.models.category import Category, Tag, ticket_tags
from app.models.change_set import ChangeSet
from app.models.credentials import ApiToken, OneTimeToken, UserSession
from app.models.enums import (
    CLOSED_STATUSES,
    LIVE_REPORT_STATUSES,
    OPEN_STATUSES,
    REQUESTER,
    REQUESTER_PRIORITIES,
    SETTABLE_STATUSES,
    Density,
    Door,
    MessageKind,
    OutboxState,
    Outcome,
    Priority,
    ReportKind,
    ReportStatus,
    Role,
    Side,
    TicketStatus,
    TokenPurpose,
    TokenScope,
)
from app.models.helpdesk_staff import HelpdeskStaff
from app.models.outbox_entry import OutboxEntry
from app.models.problem_update import ProblemUpdate
from app.models.setting import Setting
from app.models.submission import HeldForm, Submission
from app.models.task_lease import TaskLease
from app.models.team import Team, team_members
from app.models.ticket import IS_OPEN, IS_SOLVED, Ticket, ticket_participants
from app.models.ticket_field_change import TicketFieldChange
from app.models.ticket_message import TicketMessage
from app.models.ticket_report import TicketReport
from app.models.ticket_status_change import TicketStatusChange
from app.models.ticket_tally import NOBODY, TicketTally
from app.models.user import USERNAME_MAX, User

__all__ = [
    "CLOSED_STATUSES",
    "FILE_NAME_MAX",
    "ID_MAX",
    "IS_OPEN",
    "IS_SOLVED",
    "LIVE_REPORT_STATUSES",
    "NOBODY",
    "OPEN_STATUSES",
    "PUBLIC_ID",
    "REQUESTER",
    "REQUESTER_PRIORITIES",
    "SETTABLE_STATUSES",
    "USERNAME_MAX",
    "ApiToken",
    "Attachment",
    "Base",
    "BulkOutcome",
    "BulkRun",
    "Category",
    "ChangeSet",
    "Density",
    "Door",
    "HeldForm",
    "HelpdeskStaff",
    "MessageKind",
    "OneTimeToken",
    "OutboxEntry",
    "OutboxState",
    "Outcome",
    "Priority",
    "ProblemUpdate",
    "ReportKind",
    "ReportStatus",
    "Role",
    "Setting",
    "Side",
    "Submission",
    "Tag",
    "TaskLease",
    "Team",
    "Ticket",
    "TicketFieldChange",
    "TicketMessage",
    "TicketReport",
    "TicketStatus",
    "TicketStatusChange",
    "TicketTally",
    "TokenPurpose",
    "TokenScope",
    "User",
    "UserSession",
    "team_members",
    "ticket_participants",
    "ticket_tags",
]
