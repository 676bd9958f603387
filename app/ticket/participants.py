"""Copying people into a ticket, taking them out, and leaving."""

from typing import Any

from flask import flash, redirect, url_for

from app.domain import participants
from app.domain.errors import DomainError
from app.extensions import db
from app.models import Ticket, User
from app.policy import Permission, allows
from app.queries.people import person as person_of
from app.ticket.blueprint import blueprint
from app.ticket.forms import ParticipantForm
from app.ticket.naming import Meant, whom
from app.ticket.page import ticket_page
from app.web.access import actor, begin_act, on_ticket
from app.web.undoing import tell


@blueprint.post("/tickets/<id:ticket_id>/participants")
@on_ticket(Permission.TICKET_SET_PARTICIPANTS, form=ParticipantForm)
def post_participant(ticket: Ticket, form: ParticipantForm) -> Any:
    """Copy somebody in: who was typed, or (for staff) whom of several they chose."""
    if not form.validate():
        return ticket_page(ticket, participant=form, status=422)
    meant = _meant(form)
    if meant.person is None:
        return _refused(ticket, form, meant.sentence, meant)
    act = begin_act("participant.added")
    try:
        added = participants.add(ticket, meant.person, act=act)
    except DomainError as refused:
        return _refused(ticket, form, refused.sentence)
    if not added:
        return _refused(ticket, form, f"{meant.person.name} is copied in already.")
    name = meant.person.name
    db.session.commit()
    tell(f"{name} is copied in", act)
    return _to(ticket)


def _meant(form: ParticipantForm) -> Meant:
    me = actor()
    if form.chosen.data and allows(me, Permission.PEOPLE_FIND):
        chosen = person_of(form.chosen.data)
        return Meant(chosen) if chosen else Meant(sentence="Choose one from the list.")
    return whom(form.person.data, me)


def _refused(
    ticket: Ticket, form: ParticipantForm, sentence: str, meant: Meant | None = None
) -> Any:
    db.session.rollback()
    form.person.errors = [sentence]
    candidates = meant.candidates if meant else ()
    return ticket_page(ticket, participant=form, candidates=candidates, status=422)


@blueprint.post("/tickets/<id:ticket_id>/participants/<id:user_id>/remove")
@on_ticket(Permission.TICKET_SET_PARTICIPANTS)
def remove_participant(ticket: Ticket, user_id: int) -> Any:
    person = next((p for p in ticket.participants if p.id == user_id), None)
    return _out(ticket, person)


@blueprint.post("/tickets/<id:ticket_id>/participants/leave")
@on_ticket(Permission.TICKET_LEAVE)
def leave(ticket: Ticket) -> Any:
    """Whoever was copied in leaves; unless it is theirs in another way, the ticket is gone."""
    return _out(ticket, actor())


def _out(ticket: Ticket, person: User | None) -> Any:
    me = actor()
    if person is None:
        flash("They were not copied in any more")
        return _to(ticket)
    said = f"You left #{ticket.id}" if person.id == me.id else f"{person.name} is not on it now"
    act = begin_act(participants.LEFT if person.id == me.id else "participant.removed")
    try:
        participants.remove(ticket, person, act=act)
    except DomainError as refused:
        db.session.rollback()
        flash(refused.sentence, "error")
        return _to(ticket)
    db.session.commit()
    tell(said, act)
    if allows(me, Permission.TICKET_SEE, ticket):
        return _to(ticket)
    return redirect(url_for("ticket.mine"), 303)


def _to(ticket: Ticket) -> Any:
    return redirect(url_for("ticket.show", ticket_id=ticket.id, _anchor="people"), 303)
