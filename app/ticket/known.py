"""Known problems as everybody sees them: all of them, one of them, and being affected or not."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from sqlalchemy import select

from app.clock import now
from app.domain import reports
from app.domain.settings import site
from app.extensions import db
from app.models import ReportKind, Ticket, TicketReport, User
from app.policy import Permission
from app.queries.problems import PublicStory, known_problems, public_story
from app.ticket.blueprint import blueprint
from app.ticket.forms import ReportForm
from app.ticket.steps import steps
from app.ticket.story import Line
from app.web.access import actor, begin_act, on_ticket, permit, requires
from app.web.templating import safe_html
from app.web.undoing import tell


@blueprint.get("/problems")
@requires(Permission.PROBLEMS_SEE)
def problems() -> Any:
    """What the help desk knows of: what is open, and what was solved within the reopen window."""
    is_open, is_solved = known_problems(actor(), solved_since=now() - site().reopen_window)
    return render_template("ticket/problems.html", open=is_open, solved=is_solved)


def known_problem_page(
    ticket: Ticket, *, report: ReportForm | None = None, status: int = 200
) -> Any:
    """A ticket for those who may know of it and not see it: nothing but what was published."""
    me = actor()
    told = public_story(ticket, me)
    page = {
        "ticket": ticket,
        "steps": steps(ticket, told.taken_at, is_mine=False),
        "story": _lines(ticket, told, me),
        "affected": told.affected,
        "mine": told.mine,
        "report_form": report or ReportForm(formdata=None),
    }
    return render_template("ticket/known_problem.html", **page), status


@blueprint.post("/tickets/<id:ticket_id>/reports/<id:report_id>/withdrawal")
@on_ticket(Permission.TICKET_REPORT)
def withdraw_report(ticket: Ticket, report_id: int) -> Any:
    """Whoever said to be affected takes it back."""
    report = db.session.scalars(
        select(TicketReport)
        .where(
            TicketReport.id == report_id,
            TicketReport.ticket_id == ticket.id,
            TicketReport.kind == ReportKind.AFFECTED,
        )
        .with_for_update(of=TicketReport)
    ).one_or_none()
    if report is None:
        abort(404)
    permit(Permission.REPORT_WITHDRAW, report)
    act = begin_act("report.withdrawn")
    if reports.withdraw(report, act=act) is None:
        db.session.rollback()
        flash("This report has ended already")
    else:
        db.session.commit()
        tell("You are not counted any more", act)
    return redirect(url_for("ticket.show", ticket_id=ticket.id), 303)


# --- the story that everybody may read ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Desk:
    """Whoever speaks where it was nobody in particular."""

    name: str
    id: int = 0


def _lines(ticket: Ticket, told: PublicStory, reader: User) -> list[Line]:
    """The summary, and what has happened since, in order."""
    summary = _said(
        told.summary_by, told.summary_at, ticket.public_summary_html, reader, anchor="summary"
    )
    later = [
        _said(update.author, update.created_at, update.body_html, reader, anchor=f"u{update.id}")
        for update in told.updates
    ]
    later += [
        _moved(at, is_open=after.is_open, place=place)
        for place, (at, before, after) in enumerate(told.moves)
        if before.is_open != after.is_open
    ]
    if told.last_joined_at is not None:
        later.append(_joined(told.affected - 1, told.last_joined_at))
    return [summary, *sorted(later, key=lambda line: line.at)]


def _said(by: User | None, at: dt.datetime, html: str, reader: User, *, anchor: str) -> Line:
    author: Any = by or _Desk(site().name)
    return Line(
        kind="message",
        anchor=anchor,
        at=at,
        look="staff",
        author=author,
        author_label="You" if author.id == reader.id else author.name,
        role="Service desk",
        body=safe_html(html),
    )


def _moved(at: dt.datetime, *, is_open: bool, place: int) -> Line:
    status = "open" if is_open else "solved"
    return Line(
        kind="event",
        anchor=f"e{place}",
        at=at,
        icon=f"s-{status}",
        status=status,
        actor="Open again" if is_open else "Solved",
    )


def _joined(count: int, at: dt.datetime) -> Line:
    return Line(
        kind="event",
        anchor="affected",
        at=at,
        icon="users-round",
        actor=f"{count} people" if count > 1 else "1 person",
        sentence="pressed “I’m affected too”",
    )
