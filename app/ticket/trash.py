"""Into the trash and out of it: what is nobody's ticket."""

from typing import Any

from flask import flash, redirect, url_for

from app.domain import trash
from app.extensions import db
from app.models import Ticket
from app.policy import Permission
from app.ticket.blueprint import blueprint
from app.ticket.way_back import address_of
from app.web.access import begin_act, on_ticket
from app.web.undoing import tell


@blueprint.post("/tickets/<id:ticket_id>/trash")
@on_ticket(Permission.TICKET_TRASH)
def put_in_trash(ticket: Ticket) -> Any:
    act = begin_act("ticket.trashed")
    if not trash.put_in_trash(ticket, act=act):
        db.session.rollback()
        flash(f"#{ticket.id} is in the trash already")
        return _to(ticket)
    db.session.commit()
    tell(f"#{ticket.id} is in the trash", act)
    return redirect(url_for("staff.queue"), 303)


@blueprint.post("/tickets/<id:ticket_id>/restore")
@on_ticket(Permission.TICKET_TRASH)
def restore(ticket: Ticket) -> Any:
    act = begin_act("ticket.restored")
    if not trash.restore(ticket, act=act):
        db.session.rollback()
        flash(f"#{ticket.id} is not in the trash")
        return _to(ticket)
    db.session.commit()
    tell(f"#{ticket.id} is out of the trash", act)
    return _to(ticket)


def _to(ticket: Ticket) -> Any:
    return redirect(address_of(ticket.id), 303)
