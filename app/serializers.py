"""Resources as JSON: one plain function each, with every key written out."""

import datetime as dt
from typing import Any

from app.models import Ticket, TicketReport, TicketStatusChange


def ticket_json(ticket: Ticket, *, internal: bool) -> dict[str, Any]:
    """A ticket as everybody who sees it may know it; needs its category, team and tags loaded.

    ``internal`` is whether the reader is of its help desk, who alone are told which team has it.
    """
    return {
        "id": ticket.id,
        "user_id": ticket.user_id,
        "title": ticket.title,
        "description": ticket.description,
        "status": ticket.status.value,
        "priority": ticket.priority.value,
        "category": ticket.category.name if ticket.category else None,
        "tags": [tag.name for tag in ticket.tags],
        "team": ticket.team.name if internal and ticket.team else None,
        "assignee_id": ticket.assignee_id,
        "follow_up_of_id": ticket.follow_up_of_id,
        "version": ticket.version,
        "created_at": moment(ticket.created_at),
        "updated_at": moment(ticket.updated_at),
        "waiting_since": moment_or_none(ticket.waiting_since),
        "solved_at": moment_or_none(ticket.solved_at),
    }


def status_change_json(change: TicketStatusChange) -> dict[str, Any]:
    """A row of history, of a ticket or (with ``report_id``) of a report."""
    return {
        "id": change.id,
        "ticket_id": change.ticket_id,
        "report_id": change.report_id,
        "from_status": change.from_status,
        "status_change": change.status_change,
        "change_by_user_id": change.change_by_user_id,
        "change_at": moment(change.change_at),
    }


def report_json(report: TicketReport) -> dict[str, Any]:
    """A report on a ticket."""
    return {
        "id": report.id,
        "ticket_id": report.ticket_id,
        "reporter_user_id": report.reporter_user_id,
        "reported_at": moment(report.reported_at),
        "kind": report.kind.value,
        "status": report.status.value,
        "comment": report.comment,
    }


def moment(value: dt.datetime) -> str:
    """RFC 3339 in UTC."""
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def moment_or_none(value: dt.datetime | None) -> str | None:
    return moment(value) if value else None
