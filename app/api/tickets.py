"""Tickets over the API: file, list, change, report."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any

from flask import Response

from app.api import schemas
from app.api.endpoint import Call, endpoint, the_report, the_ticket
from app.domain import reports, tickets
from app.domain.errors import Unprocessable
from app.extensions import db
from app.models import (
    CLOSED_STATUSES,
    ID_MAX,
    OPEN_STATUSES,
    Category,
    Priority,
    ReportKind,
    Ticket,
    TicketReport,
    TicketStatus,
    User,
)
from app.policy import Permission, allows, may_file_with_priority, status_permission
from app.queries.analytics import get_closed_tickets_count as closed_count
from app.queries.analytics import get_open_tickets_count as open_count
from app.queries.choices import category_named
from app.queries.tickets import get_user_tickets as tickets_of
from app.queries.tickets import newest_first
from app.serializers import report_json, status_change_json, ticket_json
from app.web.json_body import Refused


@endpoint(
    "POST",
    "/create_ticket",
    Permission.TICKET_OPEN,
    body=schemas.CreateTicket,
    answer=schemas.TicketCreated,
    status=201,
)
def create_ticket(call: Call, body: schemas.CreateTicket) -> Response:
    """File a ticket."""
    call.permit_naming(body.user_id, Permission.TICKET_OPEN_FOR_OTHERS)
    priority = body.priority or Priority.NORMAL
    if not may_file_with_priority(call.user, priority):
        raise Refused(403, "Only the help desk calls a ticket urgent.")
    if earlier := call.replay():
        return earlier
    requester = call.named(body.user_id, "user_id")
    category = _category_in_use(body.category)  # before anything waits to be written
    ticket = tickets.create_ticket(
        requester,
        body.title,
        body.description,
        act=call.act("ticket.created", requester),
        priority=priority,
        category=category,
    )
    answer = call.answer({"ticket_id": ticket.id, "ticket": _shown(call, ticket)})
    db.session.commit()
    return answer


@endpoint(
    "GET",
    "/get_open_tickets",
    Permission.SIGNED_IN,
    query=schemas.PageQuery,
    answer=schemas.TicketPage,
)
def get_open_tickets(call: Call, query: schemas.PageQuery) -> Response:
    """The open tickets that you may see, newest first."""
    return _page(call, *_listed(call, query, OPEN_STATUSES))


@endpoint(
    "GET",
    "/get_closed_tickets",
    Permission.SIGNED_IN,
    query=schemas.PageQuery,
    answer=schemas.TicketPage,
)
def get_closed_tickets(call: Call, query: schemas.PageQuery) -> Response:
    """The solved and closed tickets that you may see, newest first."""
    return _page(call, *_listed(call, query, CLOSED_STATUSES))


@endpoint(
    "GET",
    "/get_open_tickets_count",
    Permission.SIGNED_IN,
    query=schemas.NoQuery,
    answer=schemas.Count,
)
def get_open_tickets_count(call: Call, _query: schemas.NoQuery) -> Response:
    """How many open tickets you may see."""
    return call.answer({"count": open_count(call.user)})


@endpoint(
    "GET",
    "/get_closed_tickets_count",
    Permission.SIGNED_IN,
    query=schemas.NoQuery,
    answer=schemas.Count,
)
def get_closed_tickets_count(call: Call, _query: schemas.NoQuery) -> Response:
    """How many solved and closed tickets you may see."""
    return call.answer({"count": closed_count(call.user)})


@endpoint(
    "GET",
    "/get_user_tickets",
    Permission.SIGNED_IN,
    query=schemas.UserTicketsQuery,
    answer=schemas.TicketPage,
)
def get_user_tickets(call: Call, query: schemas.UserTicketsQuery) -> Response:
    """The tickets of one person, newest first, as far as you may see them."""
    below = _below(query.cursor)
    call.permit_naming(query.user_id, Permission.PEOPLE_FIND)
    if db.session.get(User, query.user_id) is None:
        raise Refused(404, "There is no such person.")
    return _page(
        call,
        *tickets_of(call.user, requester_id=query.user_id, below=below, limit=query.limit),
    )


@endpoint(
    "PUT",
    "/update_ticket",
    Permission.TICKET_SEE,
    body=schemas.UpdateTicket,
    answer=schemas.TicketAnswer,
    load=the_ticket,
)
def update_ticket(call: Call, body: schemas.UpdateTicket, ticket: Ticket) -> Response:
    """Change any of a ticket's fields. Requesters may change title and description."""
    _permit_fields(call, body, ticket)
    call.must_match(ticket)
    changed = tickets.update_ticket(
        ticket, _changes(body), act=call.act("ticket.edited", call.user)
    )
    db.session.flush()
    answer = call.answer({"ticket": _shown(call, ticket)})
    _keep(changed)
    return answer


@endpoint(
    "PUT",
    "/change_status",
    Permission.TICKET_SEE,
    body=schemas.ChangeStatus,
    answer=schemas.StatusChanged,
    load=the_ticket,
)
def change_status(call: Call, body: schemas.ChangeStatus, ticket: Ticket) -> Response:
    """Move a ticket to another status. Requesters may solve their tickets and reopen them."""
    call.permit(status_permission(ticket, body.status_change), ticket)
    call.permit_naming(body.user_id, Permission.ACT_FOR_OTHERS)
    call.must_match(ticket)
    change = tickets.change_status(
        ticket,
        body.status_change,
        act=call.act("ticket.status", call.named(body.user_id, "user_id")),
        change_at=body.change_at,
    )
    db.session.flush()
    answer = call.answer(
        {
            "ticket": _shown(call, ticket),
            "status_change": status_change_json(change) if change else None,
        }
    )
    _keep(change is not None)
    return answer


@endpoint(
    "PUT",
    "/assign_ticket_to_staff",
    Permission.TICKET_ASSIGN,
    body=schemas.AssignTicketToStaff,
    answer=schemas.TicketAnswer,
    load=the_ticket,
)
def assign_ticket_to_staff(
    call: Call, body: schemas.AssignTicketToStaff, ticket: Ticket
) -> Response:
    """Give a ticket to somebody on the help desk, or to nobody. A new ticket becomes open."""
    call.must_match(ticket)
    assignee = None if body.staff_id is None else call.named(body.staff_id, "staff_id")
    changed = tickets.assign_ticket_to_staff(
        ticket, assignee, act=call.act("ticket.assigned", call.user)
    )
    db.session.flush()
    answer = call.answer({"ticket": _shown(call, ticket)})
    _keep(changed)
    return answer


@endpoint(
    "POST",
    "/create_report",
    Permission.TICKET_REPORT,
    body=schemas.CreateReport,
    answer=schemas.ReportCreated,
    status=201,
    load=the_ticket,
)
def create_report(call: Call, body: schemas.CreateReport, ticket: Ticket) -> Response:
    """Report that a ticket needs another look, or that somebody is affected too."""
    call.permit_naming(body.reporter_user_id, Permission.REPORT_FOR_OTHERS)
    if earlier := call.replay():
        return earlier
    reporter = call.named(body.reporter_user_id, "reporter_user_id")
    kind = body.kind or reports.kind_for(reporter, ticket)
    if kind is ReportKind.ESCALATION:
        call.permit(Permission.TICKET_ESCALATE, ticket)
    report = reports.create_report(
        ticket,
        reporter,
        act=call.act("report.filed", reporter),
        kind=kind,
        comment=body.comment or "",
    )
    answer = call.answer({"report_id": report.id, "report": report_json(report)})
    db.session.commit()
    return answer


@endpoint(
    "PUT",
    "/update_status_change",
    Permission.REPORT_MOVE,
    body=schemas.UpdateStatusChange,
    answer=schemas.ReportStatusChanged,
    load=the_report,
)
def update_status_change(
    call: Call, body: schemas.UpdateStatusChange, report: TicketReport
) -> Response:
    """Move a report to another status. Resolved and dismissed are final."""
    call.permit_naming(body.user_id, Permission.ACT_FOR_OTHERS)
    call.must_match(report.ticket)
    change = reports.move_report(
        report,
        body.new_status_change,
        act=call.act("report.moved", call.named(body.user_id, "user_id")),
        change_at=body.change_at,
    )
    db.session.flush()
    answer = call.answer(
        {
            "report": report_json(report),
            "status_change": status_change_json(change) if change else None,
        }
    )
    _keep(change is not None)
    return answer


def _shown(call: Call, ticket: Ticket) -> dict[str, Any]:
    internal = allows(call.user, Permission.TICKET_SEE_INTERNAL, ticket)
    return ticket_json(ticket, internal=internal)


def _keep(changed: bool) -> None:
    """Commit what was changed; where nothing was, no ChangeSet stays either."""
    if changed:
        db.session.commit()
    else:
        db.session.rollback()


# --- changes -----------------------------------------------------------------------------------


def _permit_fields(call: Call, body: schemas.UpdateTicket, ticket: Ticket) -> None:
    if body.gives("priority") or body.gives("category"):
        call.permit(Permission.TICKET_SET_PROPERTIES, ticket)
    if body.gives("status"):
        call.permit(Permission.TICKET_SET_STATUS, ticket)
    if body.gives("title") or body.gives("description") or body.gives("new_description"):
        call.permit(Permission.TICKET_EDIT_TEXT, ticket)


def _changes(body: schemas.UpdateTicket) -> tickets.Changes:
    status: TicketStatus | None = body.status
    return tickets.Changes(
        title=body.title,
        description=body.new_description or body.description,
        priority=body.priority,
        status=status,
        category=_category(body.category),
        category_given=body.gives("category"),
    )


def _category(name: str | None) -> Category | None:
    """The category of this name; raises Unprocessable where there is none."""
    if name is None:
        return None
    category = category_named(name)
    if category is None:
        raise Unprocessable("There is no category of this name.", field="category")
    return category


def _category_in_use(name: str | None) -> Category | None:
    category = _category(name)
    if category is not None and category.archived_at is not None:
        raise Unprocessable("This category is not used any more.", field="category")
    return category


# --- lists -------------------------------------------------------------------------------------

Listed = tuple[Sequence[Ticket], int | None]


def _listed(call: Call, query: schemas.PageQuery, statuses: Sequence[TicketStatus]) -> Listed:
    return newest_first(call.user, statuses=statuses, below=_below(query.cursor), limit=query.limit)


def _page(call: Call, found: Sequence[Ticket], below: int | None) -> Response:
    content: dict[str, Any] = {
        "tickets": [_shown(call, ticket) for ticket in found],
        "next_cursor": _cursor(below) if below else None,
    }
    return call.answer(content)


def _cursor(below: int) -> str:
    return base64.urlsafe_b64encode(f"below:{below}".encode()).decode().rstrip("=")


def _below(cursor: str | None) -> int | None:
    """The number to go on below; raises Unprocessable for a cursor that is none of ours."""
    if cursor is None:
        return None
    with_padding = cursor + "=" * (-len(cursor) % 4)
    try:
        text = base64.urlsafe_b64decode(with_padding.encode("ascii")).decode("ascii")
    except (UnicodeError, binascii.Error):
        text = ""
    found = re.fullmatch(r"below:([1-9][0-9]{0,9})", text)
    # Only the very text that we made: no second way to write it.
    if found is None or int(found[1]) > ID_MAX or _cursor(int(found[1])) != cursor:
        raise Unprocessable("This cursor is none of ours.", field="cursor")
    return int(found[1])
