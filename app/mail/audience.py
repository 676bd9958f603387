"""Who is told what: turns an announcement into one mail per recipient."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.domain.outbox import announce
from app.extensions import db
from app.models import (
    ChangeSet,
    MessageKind,
    OutboxEntry,
    ReportStatus,
    Side,
    Ticket,
    TicketMessage,
    TicketReport,
    TicketStatus,
    User,
)

MAIL = "mail"


class NobodyToTell(Exception):
    """The announcement goes to nobody; the message says why."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One mail to be: whom, by which template, about what."""

    user_id: int
    template: str
    ids: dict[str, Any]


def expand(entry: OutboxEntry) -> None:
    """Announce the mail that this announcement means; the caller commits it with the entry.

    Raises NobodyToTell. The key makes a repetition after a crash impossible, not just unlikely.
    """
    telling = _AUDIENCES[entry.topic](entry)
    mail = announce(
        MAIL,
        key=f"{entry.id}:{telling.user_id}",
        recipient=db.session.get_one(User, telling.user_id),
        template=telling.template,
        **telling.ids,
    )
    mail.change_set_id = entry.change_set_id


def is_announcement(topic: str) -> bool:
    """Whether it has to be expanded; everything else is a mail already."""
    return topic in _AUDIENCES


def _received(entry: OutboxEntry) -> Telling:
    ticket = _ticket(entry.payload)
    return Telling(ticket.user_id, "received", {"ticket_id": ticket.id})


def _replied(entry: OutboxEntry) -> Telling:
    message = _public_message(entry.payload)
    ticket = db.session.get_one(Ticket, message.ticket_id)
    if ticket.user_id == message.author_id:
        raise NobodyToTell("The requester wrote it.")
    return Telling(ticket.user_id, "replied", {"ticket_id": ticket.id, "message_id": message.id})


def _answered(entry: OutboxEntry) -> Telling:
    message = _public_message(entry.payload)
    ticket = db.session.get_one(Ticket, message.ticket_id)
    if ticket.assignee_id is None:
        raise NobodyToTell("Nobody is assigned.")
    if ticket.assignee_id == message.author_id:
        raise NobodyToTell("The assignee wrote it.")
    ids = {"ticket_id": ticket.id, "message_id": message.id}
    return Telling(ticket.assignee_id, "answered", ids)


def _solved(entry: OutboxEntry) -> Telling:
    ticket = _ticket(entry.payload)
    if ticket.status not in (TicketStatus.SOLVED, TicketStatus.CLOSED):
        raise NobodyToTell("The ticket is open again.")
    if _acted(entry) == ticket.user_id:
        raise NobodyToTell("The requester solved it.")
    # A reply says that it solved, and not that it closed for good.
    if ticket.status is TicketStatus.SOLVED and _is_told_by_a_reply(ticket, entry.change_set_id):
        raise NobodyToTell("The mail about the reply says so.")
    return Telling(ticket.user_id, "solved", {"ticket_id": ticket.id})


def _assigned(entry: OutboxEntry) -> Telling:
    ticket = _ticket(entry.payload)
    user_id = entry.payload["user_id"]
    if ticket.assignee_id != user_id:
        raise NobodyToTell("Somebody else has it now.")
    if _acted(entry) == user_id:
        raise NobodyToTell("The assignee took it.")
    return Telling(user_id, "assigned", {"ticket_id": ticket.id})


def _report_filed(entry: OutboxEntry) -> Telling:
    report = _report(entry.payload)
    ticket = db.session.get_one(Ticket, report.ticket_id)
    if ticket.assignee_id is None:
        raise NobodyToTell("Nobody is assigned.")
    if ticket.assignee_id in (report.reporter_user_id, _acted(entry)):
        raise NobodyToTell("The assignee filed it.")
    ids = {"ticket_id": ticket.id, "report_id": report.id}
    return Telling(ticket.assignee_id, "report_filed", ids)


def _report_resolved(entry: OutboxEntry) -> Telling:
    report = _report(entry.payload)
    ticket = db.session.get_one(Ticket, report.ticket_id)
    if report.status is not ReportStatus.RESOLVED:
        raise NobodyToTell("The report is not resolved any more.")
    if _acted(entry) == report.reporter_user_id:
        raise NobodyToTell("The reporter solved it.")
    if report.reporter_user_id == ticket.user_id and not ticket.is_open:
        raise NobodyToTell("The mail to the requester says so.")
    ids = {"ticket_id": ticket.id, "report_id": report.id}
    return Telling(report.reporter_user_id, "report_resolved", ids)


_AUDIENCES: dict[str, Callable[[OutboxEntry], Telling]] = {
    "ticket.received": _received,
    "ticket.replied": _replied,
    "ticket.answered": _answered,
    "ticket.solved": _solved,
    "ticket.assigned": _assigned,
    "report.filed": _report_filed,
    "report.resolved": _report_resolved,
}


def _ticket(ids: dict[str, Any]) -> Ticket:
    return db.session.get_one(Ticket, ids["ticket_id"])


def _report(ids: dict[str, Any]) -> TicketReport:
    return db.session.get_one(TicketReport, ids["report_id"])


def _public_message(ids: dict[str, Any]) -> TicketMessage:
    message = db.session.get(TicketMessage, ids["message_id"])
    if message is None or message.undone_by_id is not None:
        raise NobodyToTell("The message was taken back.")
    if message.kind is not MessageKind.REPLY:
        raise NobodyToTell("The message is internal.")
    return message


def _acted(entry: OutboxEntry) -> int | None:
    """Whose act this announces."""
    act = db.session.get(ChangeSet, entry.change_set_id) if entry.change_set_id else None
    return act.by_id if act else None


def _is_told_by_a_reply(ticket: Ticket, change_set_id: int | None) -> bool:
    reply = select(TicketMessage.id).where(
        TicketMessage.ticket_id == ticket.id,
        TicketMessage.change_set_id == change_set_id,
        TicketMessage.kind == MessageKind.REPLY,
        TicketMessage.side == Side.STAFF,
        TicketMessage.undone_by_id.is_(None),
    )
    return db.session.scalar(reply.limit(1)) is not None
