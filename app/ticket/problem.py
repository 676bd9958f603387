"""How the help desk publishes a known problem: mark it, say what it is, say what is new."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.domain import problems
from app.domain.errors import DomainError, Stale
from app.extensions import db
from app.models import ChangeSet, Ticket
from app.policy import Permission
from app.queries.problems import affected_by, people_affected, updates_of
from app.ticket.blueprint import blueprint
from app.ticket.forms import ProblemForm, ProblemUpdateForm
from app.web import idempotency
from app.web.access import actor, begin_act, on_ticket
from app.web.forms import submission_key
from app.web.undoing import tell

AFFECTED_SHOWN = 500


@blueprint.get("/tickets/<id:ticket_id>/problem")
@on_ticket(Permission.TICKET_PUBLISH)
def problem(ticket: Ticket) -> Any:
    """All that is published of a ticket, with the forms that change it."""
    return _page(ticket)


@blueprint.post("/tickets/<id:ticket_id>/problem")
@on_ticket(Permission.TICKET_PUBLISH, form=ProblemForm)
def post_problem(ticket: Ticket, form: ProblemForm) -> Any:
    """Mark the ticket with a summary; on one that is marked already, change the summary."""
    if "preview" in request.args:
        return _page(ticket, form=form, preview=form.validate())
    if not form.validate():
        return _page(ticket, form=form, status=422)
    was_known = ticket.is_known_problem
    act = begin_act("problem.edited" if was_known else "problem.marked")
    try:
        changed = _publish(ticket, form, act)
    except Stale:
        db.session.rollback()
        form.version.data = ticket.version
        return _page(ticket, form=form, clash=ticket.public_summary, status=409)
    except DomainError as refused:
        db.session.rollback()
        form.summary.errors = [refused.sentence]
        return _page(ticket, form=form, status=409)
    there = redirect(url_for("ticket.show", ticket_id=ticket.id), 303)
    if not changed:
        db.session.rollback()
        flash(f"Nothing to change on #{ticket.id}")
        return there
    db.session.commit()
    sent = " and sent to everybody affected" if form.tell.data else ""
    tell(
        f"Summary of #{ticket.id} saved{sent}"
        if was_known
        else f"#{ticket.id} is a known problem now, for everybody to see",
        act,
    )
    return there


def _publish(ticket: Ticket, form: ProblemForm, act: ChangeSet) -> bool:
    summary, seen = form.summary.written, form.version.data
    if not ticket.is_known_problem:
        return problems.mark(ticket, summary, act=act, seen_version=seen)
    return problems.edit_summary(
        ticket, summary, act=act, tell=bool(form.tell.data), seen_version=seen
    )


@blueprint.post("/tickets/<id:ticket_id>/problem/updates")
@on_ticket(Permission.TICKET_PUBLISH, form=ProblemUpdateForm)
def post_problem_update(ticket: Ticket, form: ProblemUpdateForm) -> Any:
    """Tell everybody affected what is new; once, however often it is sent."""
    if "preview" in request.args:
        return _page(ticket, update=form, preview=form.validate())
    if not form.validate():
        return _page(ticket, update=form, status=422)
    me, route, key = actor(), f"ticket.{ticket.id}.problem.updates", submission_key(form)
    if earlier := idempotency.replay(me, route, key, ""):
        return redirect(earlier.answer, 303)
    act = begin_act("problem.updated")
    try:
        made = problems.publish_update(ticket, form.body.written, act=act)
    except DomainError as refused:
        db.session.rollback()
        form.body.errors = [refused.sentence]
        return _page(ticket, update=form, status=409)
    there = url_for("ticket.show", ticket_id=ticket.id, _anchor=f"u{made.id}")
    idempotency.remember(me, route, key, "", 303, there)
    db.session.commit()
    tell("Update published", act)
    return redirect(there, 303)


@blueprint.post("/tickets/<id:ticket_id>/problem/end")
@on_ticket(Permission.TICKET_PUBLISH)
def end_problem(ticket: Ticket) -> Any:
    """Take the mark away: those who do not see the ticket do not know of it any more."""
    there = redirect(url_for("ticket.show", ticket_id=ticket.id), 303)
    act = begin_act("problem.ended")
    try:
        changed = problems.unmark(ticket, act=act)
    except DomainError as refused:
        db.session.rollback()
        flash(refused.sentence, "error")
        return there
    if changed:
        db.session.commit()
        tell(f"#{ticket.id} is no known problem any more", act)
    else:
        db.session.rollback()
        flash(f"#{ticket.id} was not marked as a known problem")
    return there


def _page(
    ticket: Ticket,
    *,
    form: ProblemForm | None = None,
    update: ProblemUpdateForm | None = None,
    preview: bool = False,
    clash: str | None = None,
    status: int = 200,
) -> Any:
    """The page, perhaps with a form that is previewed or could not be stored.

    ``clash`` is the summary that somebody else has written meanwhile.
    """
    if form is None:
        form = ProblemForm(
            formdata=None, data={"summary": ticket.public_summary, "version": ticket.version}
        )
    shown = (update.body if update else form.summary).written if preview else None
    page = {
        "ticket": ticket,
        "form": form,
        "update": update or ProblemUpdateForm(formdata=None),
        "updates": updates_of(ticket),
        "preview": shown,
        "clash": clash,
        "reports": people_affected(ticket, limit=AFFECTED_SHOWN),
        "affected": affected_by(actor(), [ticket.id])[ticket.id][0],
    }
    return render_template("ticket/problem.html", **page), status
