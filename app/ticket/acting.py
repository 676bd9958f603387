"""What one can do on a ticket: write, move, take, change its properties and text, report."""

from typing import Any

from flask import abort, flash, redirect, render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.domain import attachments, history, reports, tickets
from app.domain.attachments import FILES_MAX
from app.domain.errors import DomainError, Stale
from app.domain.settings import site
from app.extensions import db
from app.models import (
    ID_MAX,
    Category,
    MessageKind,
    Priority,
    ReportKind,
    ReportStatus,
    Team,
    Ticket,
    TicketReport,
    TicketStatus,
    User,
)
from app.policy import Permission, allows, status_permission
from app.queries.tickets import find_known
from app.queries.timeline import messages_after
from app.ticket.blueprint import blueprint
from app.ticket.forms import (
    AssigneeForm,
    MessageForm,
    PropertiesForm,
    ReportForm,
    ReportStatusForm,
    StatusForm,
    TextForm,
)
from app.ticket.page import offer_properties, ticket_page
from app.ticket.way_back import address_of
from app.web import idempotency
from app.web.access import actor, begin_act, on_ticket, permit
from app.web.forms import submission_key
from app.web.undoing import tell


def _to(ticket: Ticket, anchor: str = "") -> Any:
    return redirect(address_of(ticket.id, anchor or None), 303)


# --- writing -----------------------------------------------------------------------------------


@blueprint.post("/tickets/<id:ticket_id>/messages")
@on_ticket(Permission.TICKET_REPLY, form=MessageForm, files=FILES_MAX)
def post_message(ticket: Ticket, form: MessageForm) -> Any:
    """Send a reply or add a note, perhaps with a status; once, however often it is sent.

    A reply that crosses another message is held once, with the new message above it.
    """
    me = actor()
    if not form.validate():
        return ticket_page(ticket, message=form, status=form.attachments.status)
    kind = MessageKind(form.kind.data)
    then = TicketStatus(form.then.data) if form.then.data else None
    if kind is MessageKind.NOTE:
        permit(Permission.TICKET_NOTE, ticket)
    if then is not None and then is not ticket.status:
        permit(status_permission(ticket, then), ticket)
    route = f"ticket.{ticket.id}.messages"
    key = submission_key(form)
    if earlier := idempotency.replay(me, route, key, ""):
        form.attachments.forget_fresh()
        db.session.commit()
        return redirect(earlier.answer, 303)
    if _crossed(ticket, form, me):
        return ticket_page(ticket, message=form, arrived_after=form.seen.data, status=409)
    act = begin_act("ticket.replied" if kind is MessageKind.REPLY else "ticket.noted")
    try:
        sent = _send(ticket, form, kind, then, act)
        attachments.bind(form.attachments.data, act=act, ticket=sent.ticket, message=sent.message)
    except DomainError as refused:
        db.session.rollback()
        field = form.attachments if refused.field == attachments.FIELD else form.body
        field.errors = [refused.sentence]
        return ticket_page(ticket, message=form, status=409)
    there = address_of(sent.ticket.id, f"m{sent.message.id}" if sent.message else None)
    idempotency.remember(me, route, key, "", 303, there)
    db.session.commit()
    tell(_said(sent, kind, then, ticket), act)
    return redirect(there, 303)


def _send(
    ticket: Ticket, form: MessageForm, kind: MessageKind, then: TicketStatus | None, act: Any
) -> tickets.Sent:
    if kind is MessageKind.REPLY:
        return tickets.reply(ticket, form.body.written, act=act, then=then)
    message = tickets.note(ticket, form.body.written, act=act)
    if then is not None:
        tickets.change_status(ticket, then, act=act)
    return tickets.Sent(ticket, message)


def _crossed(ticket: Ticket, form: MessageForm, me: User) -> bool:
    """Whether somebody else wrote, or set the status that this sets, unseen by this person."""
    if _status_moved_on(ticket, form):
        return True
    if form.seen.data is None or form.kind.data == MessageKind.NOTE.value:
        return False
    internal = allows(me, Permission.TICKET_SEE_INTERNAL, ticket)
    arrived = messages_after(ticket, form.seen.data, internal=internal)
    return any(message.author.id != me.id for message in arrived)


def _status_moved_on(ticket: Ticket, form: MessageForm) -> bool:
    if not form.then.data or form.version.data is None or form.then.data == ticket.status.value:
        return False
    return "status" in history.changes_since(ticket, form.version.data)


def _said(sent: tickets.Sent, kind: MessageKind, then: TicketStatus | None, ticket: Ticket) -> str:
    if sent.message is None:
        return f"#{ticket.id} is closed, so your reply opened the follow-up #{sent.ticket.id}"
    said = "Note added" if kind is MessageKind.NOTE else "Reply sent"
    if then:
        said += f", status set to {then.label}"
    seconds = site().recall_seconds
    if kind is MessageKind.REPLY and seconds:
        said += f". The mail goes out in {seconds} seconds"
    return said


# --- status and assignee -----------------------------------------------------------------------


@blueprint.post("/tickets/<id:ticket_id>/status")
@on_ticket(Permission.TICKET_SEE, form=StatusForm)
def post_status(ticket: Ticket, form: StatusForm) -> Any:
    """Set the status; requesters solve and reopen their own."""
    if not form.validate():
        return _refused(ticket, form)
    status = TicketStatus(form.status.data)
    permit(status_permission(ticket, status), ticket)
    changes = tickets.Changes(status=status)
    act = begin_act("ticket.status")
    try:
        changed = tickets.update_ticket(ticket, changes, act=act, seen_version=form.version.data)
    except Stale:
        db.session.rollback()
        flash(f"#{ticket.id} was set to {ticket.status.label} meanwhile. Look again.", "error")
        return _to(ticket)
    except DomainError as refused:
        db.session.rollback()
        flash(refused.sentence, "error")
        return _to(ticket)
    db.session.commit()
    staff = allows(actor(), Permission.TICKET_SEE_INTERNAL, ticket)
    label = (status.label if staff else status.requester_label).lower()
    if changed:
        tell(f"#{ticket.id} is {label}", act)
    else:
        flash(f"#{ticket.id} was {label} already")
    return _to(ticket)


@blueprint.post("/tickets/<id:ticket_id>/assignee")
@on_ticket(Permission.TICKET_ASSIGN, form=AssigneeForm)
def post_assignee(ticket: Ticket, form: AssigneeForm) -> Any:
    """Give the ticket to ``me`` (who is first wins), to a person's id, or to ``0``, nobody."""
    if not form.validate():
        return _refused(ticket, form)
    me = actor()
    takes = form.assignee.data == "me"
    person = me if takes else _person(form.assignee.data)
    act = begin_act("ticket.taken" if takes else "ticket.assigned")
    try:
        if takes:
            changed = tickets.take(ticket, act=act)
        else:
            changed = tickets.assign_ticket_to_staff(ticket, person, act=act)
    except DomainError as refused:
        db.session.rollback()
        flash(refused.sentence, "error")
        return _to(ticket)
    db.session.commit()
    if person is None:
        said = f"#{ticket.id} has no assignee now"
    else:
        said = f"#{ticket.id} assigned to {'you' if person.id == me.id else person.name}"
    tell(said, act) if changed else flash(said)
    return _to(ticket)


def _person(text: str) -> User | None:
    """The person of this id, None for ``0``; 404 for a number that names nobody."""
    if not (text.isascii() and text.isdigit()) or int(text[:11]) > ID_MAX:
        abort(404)
    if int(text) == 0:
        return None
    return db.session.get(User, int(text)) or abort(404)


def _refused(ticket: Ticket, form: Any) -> Any:
    """A small form without a page of its own: say what was wrong on the ticket."""
    flash(" ".join(sentence for errors in form.errors.values() for sentence in errors), "error")
    return _to(ticket)


# --- properties --------------------------------------------------------------------------------


@blueprint.post("/tickets/<id:ticket_id>/properties")
@on_ticket(Permission.TICKET_SET_PROPERTIES, form=PropertiesForm)
def post_properties(ticket: Ticket, form: PropertiesForm) -> Any:
    """Save the panel. What somebody else changed meanwhile is kept, unless it is the same field."""
    offer_properties(form, ticket)
    if not form.validate():
        return ticket_page(ticket, properties=form, status=422)
    changes = tickets.Changes(
        status=TicketStatus(form.status.data),
        priority=Priority(form.priority.data),
        assignee=db.session.get(User, form.assignee.data) if form.assignee.data else None,
        assignee_given=True,
        category=db.session.get(Category, form.category.data) if form.category.data else None,
        category_given=True,
        team=db.session.get(Team, form.team.data) if form.team.data else None,
        team_given=True,
        tags=form.tag_names,
    )
    holder = ticket.assignee
    act = begin_act("ticket.properties")
    try:
        changed = tickets.update_ticket(ticket, changes, act=act, seen_version=form.version.data)
    except Stale as stale:
        db.session.rollback()
        clash = {stale.field or "": _value_now(ticket, stale.field or "")}
        return ticket_page(ticket, properties=form, clash=clash, status=409)
    except DomainError as refused:
        db.session.rollback()
        field = form[_PROPERTIES.get(refused.field or "", "status")]
        field.errors = [refused.sentence]
        return ticket_page(ticket, properties=form, status=422)
    db.session.commit()
    if changed:
        tell(f"#{ticket.id} saved{_lost(ticket, holder, form)}", act)
    else:
        flash(f"Nothing to change on #{ticket.id}")
    return _to(ticket)


_PROPERTIES = {"staff_id": "assignee", "team": "team", "category": "category", "tags": "tags"}
"""The control beside which the domain's refusals of a field stand."""


def _lost(ticket: Ticket, holder: User | None, form: PropertiesForm) -> str:
    """That whoever had the ticket could not follow it into a private team."""
    if holder is None or ticket.assignee_id is not None or form.assignee.data != holder.id:
        return ""
    return f". {holder.name} is not in its team, so nobody has it now"


def _value_now(ticket: Ticket, field: str) -> str:
    """What a property holds at this moment, in words."""
    if field == "assignee":
        return ticket.assignee.name if ticket.assignee else "Nobody"
    if field in ("category", "team"):
        named = getattr(ticket, field)
        return named.name if named else "None"
    if field == "tags":
        return ", ".join(tag.name for tag in ticket.tags) or "none"
    if field in ("status", "priority"):
        return str(getattr(ticket, field).label)
    return str(getattr(ticket, field))


# --- title and description ---------------------------------------------------------------------


@blueprint.get("/tickets/<id:ticket_id>/edit")
@on_ticket(Permission.TICKET_EDIT_TEXT, form=TextForm)
def edit(ticket: Ticket, form: TextForm) -> Any:
    form.title.data = ticket.title
    form.description.data = ticket.description
    form.version.data = ticket.version
    return render_template("ticket/edit.html", ticket=ticket, form=form, clash=None)


@blueprint.post("/tickets/<id:ticket_id>/edit")
@on_ticket(Permission.TICKET_EDIT_TEXT, form=TextForm)
def post_edit(ticket: Ticket, form: TextForm) -> Any:
    """Change title and description; the history keeps the old text."""
    if not form.validate():
        return render_template("ticket/edit.html", ticket=ticket, form=form, clash=None), 422
    changes = tickets.Changes(title=form.title.data, description=form.description.written)
    act = begin_act("ticket.edited")
    try:
        changed = tickets.update_ticket(ticket, changes, act=act, seen_version=form.version.data)
    except Stale as stale:
        db.session.rollback()
        form.version.data = ticket.version
        clash = (stale.field, _value_now(ticket, stale.field or ""))
        return render_template("ticket/edit.html", ticket=ticket, form=form, clash=clash), 409
    except DomainError as refused:
        db.session.rollback()
        form.title.errors = [refused.sentence]
        return render_template("ticket/edit.html", ticket=ticket, form=form, clash=None), 409
    db.session.commit()
    if changed:
        tell(f"#{ticket.id} saved", act)
    return _to(ticket)


# --- reports -----------------------------------------------------------------------------------


@blueprint.post("/tickets/<id:ticket_id>/reports")
@on_ticket(Permission.TICKET_REPORT, form=ReportForm)
def post_report(ticket: Ticket, form: ReportForm) -> Any:
    """Report to be affected, or ask for another look."""
    if not form.validate():
        return ticket_page(ticket, report=form, status=422)
    kind = ReportKind(form.kind.data)
    if kind is ReportKind.ESCALATION:
        permit(Permission.TICKET_ESCALATE, ticket)
    me = actor()
    reporter = _reporter(form, me)
    route = f"ticket.{ticket.id}.reports"
    key = submission_key(form)
    if earlier := idempotency.replay(me, route, key, ""):
        return redirect(earlier.answer, 303)
    act = begin_act("report.filed", named=reporter)
    try:
        reports.create_report(
            ticket,
            reporter,
            act=act,
            kind=kind,
            comment=form.comment.data or "",
        )
    except DomainError as refused:
        db.session().will_read()  # many may press at once, and wait for each other
        form.comment.errors = [refused.sentence]
        seen_again = find_known(actor(), ticket.id) or abort(404)
        return ticket_page(seen_again, report=form, status=409)
    there = address_of(ticket.id)
    idempotency.remember(me, route, key, "", 303, there)
    db.session.commit()
    tell(_reported(kind, reporter, me), act)
    return redirect(there, 303)


def _reporter(form: ReportForm, me: User) -> User:
    """Whose report it is: staff note it for whoever called."""
    if form.reporter.data in (None, me.id):
        return me
    permit(Permission.REPORT_FOR_OTHERS)
    return db.session.get(User, form.reporter.data) or abort(404)


def _reported(kind: ReportKind, reporter: User, me: User) -> str:
    if kind is ReportKind.ESCALATION:
        return "The help desk will take another look"
    if reporter.id != me.id:
        return f"{reporter.name} is counted as affected"
    return "You are counted. You hear from us when there is news and when it is solved"


@blueprint.post("/tickets/<id:ticket_id>/reports/<id:report_id>/status")
@on_ticket(Permission.REPORT_MOVE, form=ReportStatusForm)
def post_report_status(ticket: Ticket, report_id: int, form: ReportStatusForm) -> Any:
    """Acknowledge, resolve or dismiss a report of this ticket."""
    report = db.session.scalars(
        select(TicketReport)
        .where(TicketReport.id == report_id, TicketReport.ticket_id == ticket.id)
        .options(joinedload(TicketReport.reporter))
        .with_for_update(of=TicketReport)
    ).one_or_none()
    if report is None:
        abort(404)
    if not form.validate():
        return _refused(ticket, form)
    status = ReportStatus(form.status.data)
    act = begin_act("report.moved")
    try:
        moved = reports.move_report(report, status, act=act)
    except DomainError as refused:
        db.session.rollback()
        flash(refused.sentence, "error")
        return _to(ticket)
    db.session.commit()
    said = f"The report of {report.reporter.name} is {status.value}"
    tell(said, act) if moved else flash(said)
    return _to(ticket)
