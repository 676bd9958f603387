"""Taking an act back: from the message after it, and from the timeline while it can be."""

from typing import Any

from flask import abort, flash, redirect, url_for
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import StringField

from app.domain import bulk, undo
from app.domain.errors import DomainError
from app.domain.recall import Undone
from app.extensions import db
from app.models import ChangeSet, Door, Ticket, User
from app.policy import Permission, allows
from app.text import Written, written
from app.ticket.blueprint import blueprint
from app.web.access import actor, requires
from app.web.redirects import safe_next
from app.web.undoing import tell

SENTENCES_SHOWN = 10


class UndoForm(FlaskForm):
    """``back`` is the page that the button stood on."""

    back = StringField()


def _texts(act_id: int) -> dict[str, Written]:
    """What may have to be shown again as it was, rendered while nobody waits for us."""
    texts = undo.texts_to_restore(_act(act_id, actor()))
    db.session.rollback()
    return {text: written(text) for text in texts}


@blueprint.post("/acts/<id:act_id>/undo")
@requires(Permission.SIGNED_IN, form=UndoForm, prepare=_texts)
def undo_act(act_id: int, form: UndoForm, prepared: dict[str, Written]) -> Any:
    """Take an act back, or an undo; what could not be restored is named with the reason."""
    me = actor()
    act = _act(act_id, me)
    back = safe_next(form.back.data)
    try:
        if _is_on_many(act):
            return _by_the_worker(act, me)
        undone = undo.undo(act, by=me, via=Door.WEB, texts=prepared)
    except DomainError as refused:
        db.session.rollback()
        flash(refused.sentence, "error")
        return redirect(back or _where(act, me), 303)
    db.session.commit()
    again = act.undoes_id is not None
    said = "Done again" if again else "Taken back"
    if _is_reached(act, me):
        tell(said, undone.act, label="Undo" if again else "Redo")
    else:  # one's own ticket lies in the trash now, where one does not see it
        flash(said)
    for left in undone.left[:SENTENCES_SHOWN]:
        flash(left.sentence, "warning")
    return redirect(_to_the_text(undone, act, me) or back or _where(act, me), 303)


def _is_on_many(act: ChangeSet) -> bool:
    """Whether it is on more tickets than one waits for."""
    some = undo.touched_by(undo.root(act)).limit(bulk.AT_ONCE + 1)
    return len(db.session.scalars(some).all()) > bulk.AT_ONCE


def _by_the_worker(act: ChangeSet, me: User) -> Any:
    undoing, touched = undo.begin(act, by=me, via=Door.WEB)
    run = bulk.start(touched, undo.root(act), act=undoing)
    db.session.commit()
    return redirect(url_for("staff.bulk_result", run_id=run.id), 303)


def _act(act_id: int, me: User) -> ChangeSet:
    """The act, if one reaches anything that it did (404) and may take it back (403)."""
    act = db.session.get(ChangeSet, act_id) or abort(404)
    if not _is_reached(act, me):
        abort(404)
    if not allows(me, Permission.ACT_UNDO, act):
        abort(403)
    return act


def _is_reached(act: ChangeSet, me: User) -> bool:
    first = undo.root(act)
    touched = undo.touched_by(first)
    seen = select(Ticket.id).where(undo.within_reach(first, me), Ticket.id.in_(touched))
    return db.session.scalar(seen.limit(1)) is not None


def _where(act: ChangeSet, me: User) -> str:
    """Where the act happened: its ticket, or the list for one on many."""
    touched = db.session.scalars(undo.touched_by(undo.root(act)).limit(2)).all()
    if len(touched) == 1:
        return url_for("ticket.show", ticket_id=touched[0])
    return url_for("staff.queue" if me.is_staff else "ticket.mine")


def _to_the_text(undone: Undone, act: ChangeSet, me: User) -> str | None:
    """Where one's own words can be changed and sent again."""
    for message in undone.messages:
        if message.author_id == me.id and message.undone_by_id is not None:
            return url_for(
                "ticket.show",
                ticket_id=message.ticket_id,
                again=message.id,
                _anchor="composer",
            )
    if act.kind == "ticket.created" and len(undone.changed) == 1:
        ticket = db.session.get_one(Ticket, undone.changed[0])
        if ticket.is_trashed and ticket.opened_by_id == me.id:
            return url_for("ticket.new", again=ticket.id)
    return None
