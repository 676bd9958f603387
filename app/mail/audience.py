"""Who is told what: turns an announcement into one mail per recipient."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, union

from app.domain.outbox import announce
from app.extensions import db
from app.models import (
    LIVE_REPORT_STATUSES,
    ChangeSet,
    MessageKind,
    OutboxEntry,
    ProblemUpdate,
    ReportKind,
    ReportStatus,
    Side,
    Ticket,
    TicketMessage,
    TicketReport,
    TicketStatus,
    User,
    ticket_participants,
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
    """Announce a mail for each whom this announcement concerns, in the caller's transaction.

    Raises NobodyToTell. The keys make a repetition after a crash impossible, not just unlikely.
    """
    act = _act(entry)
    tellings = {telling.user_id: telling for telling in _AUDIENCES[entry.topic](entry)}
    if not tellings:
        raise NobodyToTell("There is nobody to tell.")
    keys = {f"{entry.id}:{user_id}": telling for user_id, telling in tellings.items()}
    told = set(db.session.scalars(select(OutboxEntry.key).where(OutboxEntry.key.in_(keys))))
    people = {
        person.id: person
        for person in db.session.scalars(select(User).where(User.id.in_(tellings)))
    }
    for key, telling in keys.items():
        if key not in told:
            announce(
                MAIL,
                act=act,
                key=key,
                recipient=people[telling.user_id],
                template=telling.template,
                **telling.ids,
            )


def is_announcement(topic: str) -> bool:
    """Whether it has to be expanded; everything else is a mail already."""
    return topic in _AUDIENCES


def _received(entry: OutboxEntry) -> list[Telling]:
    ticket = _ticket(entry.payload["ticket_id"])
    return [Telling(ticket.user_id, "received", {"ticket_id": ticket.id})]


def _replied(entry: OutboxEntry) -> list[Telling]:
    message, ticket = _public_message(entry.payload)
    people = _requesters_side(ticket) - {message.author_id}
    if not people:
        raise NobodyToTell("The requester wrote it.")
    ids = {"ticket_id": ticket.id, "message_id": message.id}
    return [Telling(user_id, "replied", ids) for user_id in sorted(people)]


def _answered(entry: OutboxEntry) -> list[Telling]:
    message, ticket = _public_message(entry.payload)
    ids = {"ticket_id": ticket.id, "message_id": message.id}
    others = _requesters_side(ticket) - {message.author_id, ticket.assignee_id}
    tellings = [Telling(user_id, "replied", ids) for user_id in sorted(others)]
    if ticket.assignee_id not in (None, message.author_id):
        tellings.append(Telling(ticket.assignee_id, "answered", ids))
    if not tellings:
        raise NobodyToTell(
            "The assignee wrote it." if ticket.assignee_id else "Nobody is assigned."
        )
    return tellings


def _solved(entry: OutboxEntry) -> list[Telling]:
    ticket = _ticket(entry.payload["ticket_id"])
    if ticket.status not in (TicketStatus.SOLVED, TicketStatus.CLOSED):
        raise NobodyToTell("The ticket is open again.")
    people = _requesters_side(ticket) - {_acted(entry)}
    if not people:
        raise NobodyToTell("The requester solved it.")
    # A reply says that it solved, and not that it closed for good.
    if ticket.status is TicketStatus.SOLVED and _is_told_by_a_reply(ticket, entry.change_set_id):
        raise NobodyToTell("The mail about the reply says so.")
    return [Telling(user_id, "solved", {"ticket_id": ticket.id}) for user_id in sorted(people)]


def _assigned(entry: OutboxEntry) -> list[Telling]:
    ticket = _ticket(entry.payload["ticket_id"])
    user_id = entry.payload["user_id"]
    if ticket.assignee_id != user_id:
        raise NobodyToTell("Somebody else has it now.")
    if _acted(entry) == user_id:
        raise NobodyToTell("The assignee took it.")
    return [Telling(user_id, "assigned", {"ticket_id": ticket.id})]


def _copied_in(entry: OutboxEntry) -> list[Telling]:
    ticket = _ticket(entry.payload["ticket_id"])
    user_id = entry.payload["user_id"]
    if user_id not in {person.id for person in ticket.participants}:
        raise NobodyToTell("They are not on the ticket any more.")
    return [Telling(user_id, "copied_in", {"ticket_id": ticket.id, "by_id": _acted(entry)})]


def _requesters_side(ticket: Ticket) -> set[int]:
    """Its requester and everybody who was copied in."""
    return {ticket.user_id, *(person.id for person in ticket.participants)}


def _report_filed(entry: OutboxEntry) -> list[Telling]:
    report, ticket = _report(entry.payload)
    if ticket.is_known_problem and report.kind is ReportKind.AFFECTED:
        raise NobodyToTell("The known problem’s page counts it.")
    if ticket.assignee_id is None:
        raise NobodyToTell("Nobody is assigned.")
    if ticket.assignee_id in (report.reporter_user_id, _acted(entry)):
        raise NobodyToTell("The assignee filed it.")
    ids = {"ticket_id": ticket.id, "report_id": report.id}
    return [Telling(ticket.assignee_id, "report_filed", ids)]


def _report_resolved(entry: OutboxEntry) -> list[Telling]:
    report, ticket = _report(entry.payload)
    if report.status is not ReportStatus.RESOLVED:
        raise NobodyToTell("The report is not resolved any more.")
    if _acted(entry) == report.reporter_user_id:
        raise NobodyToTell("The reporter solved it.")
    if report.reporter_user_id == ticket.user_id and not ticket.is_open:
        raise NobodyToTell("The mail to the requester says so.")
    ids = {"ticket_id": ticket.id, "report_id": report.id}
    return [Telling(report.reporter_user_id, "report_resolved", ids)]


def _problem(entry: OutboxEntry) -> list[Telling]:
    ticket = _known_problem(entry.payload["ticket_id"])
    return _to_affected(entry, ticket, "problem", {"ticket_id": ticket.id})


def _problem_updated(entry: OutboxEntry) -> list[Telling]:
    update = db.session.get_one(ProblemUpdate, entry.payload["update_id"])
    if update.undone_by_id is not None:
        raise NobodyToTell("The update was taken back.")
    ticket = _known_problem(update.ticket_id)
    ids = {"ticket_id": ticket.id, "update_id": update.id}
    return _to_affected(entry, ticket, "problem_updated", ids)


def _to_affected(
    entry: OutboxEntry, ticket: Ticket, template: str, ids: dict[str, int]
) -> list[Telling]:
    """Its requester, whoever takes part, and all with a live report; not whose act it was."""
    affected = select(TicketReport.reporter_user_id).where(
        TicketReport.ticket_id == ticket.id,
        TicketReport.kind == ReportKind.AFFECTED,
        TicketReport.status.in_(LIVE_REPORT_STATUSES),
    )
    copied_in = select(ticket_participants.c.user_id).where(
        ticket_participants.c.ticket_id == ticket.id
    )
    others = union(affected, copied_in).subquery()
    people = {ticket.user_id, *db.session.scalars(select(others.c[0]))} - {_acted(entry)}
    return [Telling(user_id, template, ids) for user_id in sorted(people)]


_AUDIENCES: dict[str, Callable[[OutboxEntry], list[Telling]]] = {
    "ticket.received": _received,
    "ticket.replied": _replied,
    "ticket.answered": _answered,
    "ticket.solved": _solved,
    "ticket.assigned": _assigned,
    "participant.added": _copied_in,
    "report.filed": _report_filed,
    "report.resolved": _report_resolved,
    "problem.published": _problem,
    "problem.edited": _problem,
    "problem.updated": _problem_updated,
}


def _ticket(ticket_id: int) -> Ticket:
    ticket = db.session.get_one(Ticket, ticket_id)
    if ticket.is_trashed:
        raise NobodyToTell("The ticket is in the trash.")
    return ticket


def _known_problem(ticket_id: int) -> Ticket:
    ticket = _ticket(ticket_id)
    if not ticket.is_known_problem:
        raise NobodyToTell("It is not a known problem any more.")
    return ticket


def _report(ids: dict[str, Any]) -> tuple[TicketReport, Ticket]:
    report = db.session.get_one(TicketReport, ids["report_id"])
    return report, _ticket(report.ticket_id)


def _public_message(ids: dict[str, Any]) -> tuple[TicketMessage, Ticket]:
    message = db.session.get(TicketMessage, ids["message_id"])
    if message is None or message.undone_by_id is not None:
        raise NobodyToTell("The message was taken back.")
    if message.kind is not MessageKind.REPLY:
        raise NobodyToTell("The message is internal.")
    return message, _ticket(message.ticket_id)


def _act(entry: OutboxEntry) -> ChangeSet | None:
    return db.session.get(ChangeSet, entry.change_set_id) if entry.change_set_id else None


def _acted(entry: OutboxEntry) -> int | None:
    """Whose act this announces."""
    act = _act(entry)
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
