"""Acting on the tickets that are selected in the queue."""

from typing import Any

from flask import flash, redirect
from sqlalchemy.orm import joinedload, selectinload

from app.domain import tickets
from app.domain.errors import DomainError
from app.extensions import db
from app.models import ChangeSet, Priority, Ticket, TicketStatus, User
from app.policy import Permission, allows
from app.queries.tickets import visible_to
from app.staff.blueprint import blueprint
from app.staff.forms import BulkForm
from app.web.access import actor, begin_act, requires


@blueprint.post("/queue")
@requires(Permission.QUEUE_SEE, form=BulkForm)
def act_on_selected(form: BulkForm) -> Any:
    """Take, assign, move or solve the selected tickets; each by the rules, all in one act.

    A ticket that refuses is left as it was and named with its reason. What one may not see is not
    there.
    """
    back = form.back_url()
    if not form.validate():
        flash(form.sentence(), "error")
        return redirect(back, 303)
    me = actor()
    chosen = db.session.scalars(
        visible_to(me)
        .where(Ticket.id.in_(form.ids))
        .order_by(Ticket.id)  # locked in one order, so that two colleagues cannot deadlock
        .options(joinedload(Ticket.assignee), selectinload(Ticket.tags))
        .with_for_update(of=Ticket)
    ).all()
    act = begin_act("queue." + form.verb)
    done, refused = 0, []
    for ticket in chosen:
        try:
            with db.session.begin_nested():
                done += _apply(form, ticket, me, act)
        except DomainError as error:
            refused.append(f"#{ticket.id}: {error.sentence}")
    db.session.commit()
    _tell(done, len(form.ids), refused)
    return redirect(back, 303)


def _apply(form: BulkForm, ticket: Ticket, me: User, act: ChangeSet) -> bool:
    """One act on one ticket; whether it changed."""
    if form.verb in ("take", "assign") and not allows(me, Permission.TICKET_ASSIGN, ticket):
        raise DomainError("This isn’t yours to assign.")
    if form.verb == "take":
        return tickets.take(ticket, act=act)
    if form.verb == "assign":
        person = db.session.get(User, form.person_id) if form.person_id else None
        return tickets.assign_ticket_to_staff(ticket, person, act=act)
    if not allows(me, Permission.TICKET_SET_PROPERTIES, ticket):
        raise DomainError("This isn’t yours to change.")
    if form.verb == "priority":
        changes = tickets.Changes(priority=Priority(form.value))
        return tickets.update_ticket(ticket, changes, act=act)
    return tickets.change_status(ticket, TicketStatus(form.value), act=act) is not None


def _tell(done: int, asked: int, refused: list[str]) -> None:
    if done:
        flash(f"{done} ticket{'s' if done > 1 else ''} changed")
    elif not refused:
        flash("Nothing to change there")
    if refused:
        left = f"{len(refused)} of {asked} left as they were. " if asked > 1 else ""
        flash(left + " ".join(refused[:10]), "error")
