"""What the help desk's home asks besides the queue."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from app.extensions import db
from app.models import LIVE_REPORT_STATUSES, ReportKind, Ticket, TicketReport, User
from app.policy import can_see_ticket


def live_escalations(user: User, *, limit: int) -> Sequence[TicketReport]:
    """Who asked for another look and has not had it yet, oldest first."""
    return db.session.scalars(
        select(TicketReport)
        .join(Ticket, TicketReport.ticket_id == Ticket.id)
        .where(
            can_see_ticket(user),
            TicketReport.kind == ReportKind.ESCALATION,
            TicketReport.status.in_(LIVE_REPORT_STATUSES),
        )
        .options(
            contains_eager(TicketReport.ticket),
            joinedload(TicketReport.reporter).lazyload(User.staff),
        )
        .order_by(TicketReport.id)
        .limit(limit)
    ).all()
