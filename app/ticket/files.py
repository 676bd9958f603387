"""Files: uploading one for a form that is still being filled in, and giving them out."""

from dataclasses import asdict
from typing import Any

from flask import Response, abort, jsonify
from sqlalchemy import select

from app.domain import attachments
from app.domain.errors import Conflict
from app.extensions import db
from app.models import Attachment, Ticket, User
from app.policy import Permission, allows
from app.queries.attachments import find_on, is_bindable
from app.storage import NotStored
from app.ticket.blueprint import blueprint
from app.ticket.forms import UploadForm
from app.web.access import actor, on_ticket, requires
from app.web.file_response import file_response
from app.web.intake import are_scanned, file_store


@blueprint.post("/uploads")
@requires(Permission.SIGNED_IN, form=UploadForm, files=1)
def post_upload(form: UploadForm) -> Any:
    """Keep one file for its sender, and say under which id; for scripts."""
    if not form.validate():
        return jsonify(errors=form.attachments.errors), form.attachments.status
    return jsonify(asdict(form.attachments.uploads[0])), 201


@blueprint.get("/uploads/<public_id:public_id>")
@requires(Permission.SIGNED_IN)
def upload(public_id: str) -> Any:
    """One's own file, as long as it is not sent."""
    return _sent(_own(public_id, actor()))


@blueprint.post("/uploads/<public_id:public_id>/remove")
@requires(Permission.SIGNED_IN)
def remove_upload(public_id: str) -> Any:
    """Take it back before it is sent with anything."""
    attachment = _own(public_id, actor(), lock=True)
    if attachment.ticket_id is None:  # else it stands on a message that was taken back
        attachments.remove(attachment)
        db.session.commit()
    return Response(status=204, mimetype="text/plain")


@blueprint.get("/tickets/<id:ticket_id>/attachments/<public_id:public_id>")
@on_ticket(Permission.TICKET_SEE)
def attachment(ticket: Ticket, public_id: str) -> Any:
    return _sent(_on(ticket, public_id))


@blueprint.get("/tickets/<id:ticket_id>/attachments/<public_id:public_id>/thumbnail")
@on_ticket(Permission.TICKET_SEE)
def thumbnail(ticket: Ticket, public_id: str) -> Any:
    """A small picture of an image, as soon as there is one."""
    found = _on(ticket, public_id)
    _refuse_withheld(found)
    if found.thumbnail_key is None:
        abort(404)
    return _bytes(found.thumbnail_key, name="thumbnail.webp", media_type="image/webp")


def _own(public_id: str, person: User, *, lock: bool = False) -> Attachment:
    query = select(Attachment).where(Attachment.public_id == public_id, is_bindable(person))
    if lock:
        query = query.with_for_update(of=Attachment)
    return db.session.scalars(query).one_or_none() or abort(404)


def _on(ticket: Ticket, public_id: str) -> Attachment:
    internal = allows(actor(), Permission.TICKET_SEE_INTERNAL, ticket)
    return find_on(ticket, public_id, internal=internal) or abort(404)


def _sent(found: Attachment) -> Any:
    _refuse_withheld(found)
    return _bytes(found.storage_key, name=found.name, media_type=found.media_type)


def _refuse_withheld(found: Attachment) -> None:
    if why := attachments.why_withheld(found, scanned=are_scanned()):
        raise Conflict(f"{found.name}: {why}")


def _bytes(key: str, *, name: str, media_type: str) -> Any:
    store = file_store()
    try:
        return file_response(
            store.open(key), name=name, media_type=media_type, size=store.size(key)
        )
    except NotStored:
        abort(404)
