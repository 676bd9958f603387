"""Reports on tickets: "this hits me too", "this needs another look", and what becomes of them."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.clock import now
from app.domain import history
from app.domain.errors import Conflict
from app.domain.outbox import announce_act
from app.extensions import db
from app.models import (
    LIVE_REPORT_STATUSES,
    ChangeSet,
    ReportKind,
    ReportStatus,
    Ticket,
    TicketReport,
    TicketStatusChange,
    User,
)

MOVES = {
    ReportStatus.OPEN: (
        ReportStatus.ACKNOWLEDGED,
        ReportStatus.RESOLVED,
        ReportStatus.DISMISSED,
    ),
    ReportStatus.ACKNOWLEDGED: (ReportStatus.RESOLVED, ReportStatus.DISMISSED),
    ReportStatus.RESOLVED: (),
    ReportStatus.DISMISSED: (),
}
"""Where a report can go from where; the last two are final."""


def kind_for(reporter: User, ticket: Ticket) -> ReportKind:
    """What a report is when nobody says: the requester asks for another look, others join in."""
    return ReportKind.ESCALATION if reporter.id == ticket.user_id else ReportKind.AFFECTED


def create_report(
    ticket: Ticket,
    reporter: User,
    *,
    act: ChangeSet,
    kind: ReportKind | None = None,
    comment: str = "",
) -> TicketReport:
    """File a report. Raises Conflict where a live one of that kind exists."""
    history.refuse_trashed(ticket)
    kind = kind or kind_for(reporter, ticket)
    live = select(TicketReport.id).where(
        TicketReport.ticket_id == ticket.id,
        TicketReport.reporter_user_id == reporter.id,
        TicketReport.kind == kind,
        TicketReport.status.in_(LIVE_REPORT_STATUSES),
    )
    if db.session.scalar(live) is not None:
        raise _already(kind, reporter, act)
    report = TicketReport(
        ticket_id=ticket.id,
        reporter_user_id=reporter.id,
        reporter=reporter,
        change_set=act,
        kind=kind,
        comment=comment,
        reported_at=now(),
    )
    try:
        with db.session.begin_nested():
            history.set_report_status(report, ReportStatus.OPEN, act)
    except IntegrityError as race:
        raise _already(kind, reporter, act) from race
    history.touch(ticket, report.reported_at)
    announce_act("report.filed", act, report_id=report.id)
    return report


def move_report(
    report: TicketReport,
    status: ReportStatus,
    *,
    act: ChangeSet,
    change_at: dt.datetime | None = None,
) -> TicketStatusChange | None:
    """Move a report; None when it is there already. Raises Conflict for a move that is not."""
    if report.status is status:
        return None
    if status not in MOVES[report.status]:
        raise Conflict(
            f"A report that is {report.status.value} cannot become {status.value}.",
            field="new_status_change",
        )
    change = history.set_report_status(report, status, act, change_at=change_at)
    if status is ReportStatus.RESOLVED and report.kind is ReportKind.AFFECTED:
        announce_act("report.resolved", act, report_id=report.id)
    return change


def withdraw(report: TicketReport, *, act: ChangeSet) -> TicketStatusChange | None:
    """Whoever said to be affected is not any more; None when the report has ended already."""
    if not report.status.is_live:
        return None
    return history.set_report_status(report, ReportStatus.DISMISSED, act)


def resolve_affected(ticket: Ticket, *, act: ChangeSet) -> None:
    """The ticket is solved, and so it is for everybody who reported to be affected."""
    affected = db.session.scalars(
        select(TicketReport)
        .where(
            TicketReport.ticket_id == ticket.id,
            TicketReport.kind == ReportKind.AFFECTED,
            TicketReport.status.in_(LIVE_REPORT_STATUSES),
        )
        .order_by(TicketReport.id)
    ).all()
    for report in affected:
        move_report(report, ReportStatus.RESOLVED, act=act)


def _already(kind: ReportKind, reporter: User, act: ChangeSet) -> Conflict:
    who = "You are" if act.by is reporter else "This person is"
    what = "affected" if kind is ReportKind.AFFECTED else "waiting for another look"
    return Conflict(f"{who} reported as {what} already.", field="kind")
