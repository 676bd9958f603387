"""Keeps what was typed when the form that carried it cannot be accepted.

Signed in, with a token that expired: the page comes back with the same fields and a fresh token.
Signed out meanwhile: the fields wait in the database for whoever brings the secret, at most a day.
Uploads that the form names are kept with it; files that came with it are not, and the page asks for
them again.
"""

import datetime as dt
from dataclasses import dataclass

from flask import Flask, render_template, request, session, url_for
from flask_login import current_user
from sqlalchemy import delete, select
from werkzeug.wrappers import Response

from app.clock import now
from app.domain import secrets
from app.extensions import db
from app.models import HeldForm, User
from app.web import intake, throttle
from app.web.access import actor
from app.web.uploads import Upload, uploads_of

KEPT_FOR = dt.timedelta(days=1)
LIMIT = "60/hour"
_NEVER_KEPT = {"csrf_token", "password", "current_password", "new_password", "held"}
# Sent again like the rest, but nothing that a person typed or could read.
_NOT_SHOWN = {"nonce", "seen", "version", "back", "category", "assignee", "requester_id"}
_UPLOAD = "attachments"
_LOST = "lost_file"
"""Fields: an upload that the form names, and the name of a file that has to be chosen again."""
_FIELDS_MAX = 200
_SIZE_MAX = 200_000


@dataclass(frozen=True, slots=True)
class Held:
    """A form as it came: where it goes, and its fields in order. Secrets are asked for again."""

    path: str
    fields: list[tuple[str, str]]
    secrets: list[str]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """What to show of it: what was typed or chosen in words."""
        hidden = {*_NOT_SHOWN, _UPLOAD, _LOST}
        return [(name, value) for name, value in self.fields if value and name not in hidden]

    @property
    def sent(self) -> list[tuple[str, str]]:
        """What is sent again."""
        return [(name, value) for name, value in self.fields if name != _LOST]

    @property
    def uploads(self) -> list[Upload]:
        """What is attached to it and still there, as far as the visitor may see it."""
        named = [value for name, value in self.fields if name == _UPLOAD]
        return uploads_of(actor(), named) if named and current_user.is_authenticated else []

    @property
    def lost_files(self) -> list[str]:
        return [value for name, value in self.fields if name == _LOST]


def init_app(app: Flask) -> None:
    app.after_request(_forget_what_was_sent)


def from_request() -> Held:
    """The form of this request, without its passwords and tokens."""
    fields = [(k, v) for k, v in request.form.items(multi=True)][:_FIELDS_MAX]
    kept = [(name, value) for name, value in fields if name not in {*_NEVER_KEPT, _LOST}]
    kept += [(_UPLOAD, fresh.public_id) for fresh in intake.of_this_request().fresh]
    kept += [(_LOST, name) for name in intake.lost_names()]
    return Held(
        path=request.full_path.rstrip("?"),
        fields=kept,
        secrets=[name for name, _ in fields if name.endswith("password")],
    )


def page(held: Held, *, title: str, text: str, status: int, secret: str | None = None) -> Response:
    """The typed fields, to be sent once more with a fresh token.

    ``secret`` belongs to a form that was stored: it is forgotten once it was sent or thrown away.
    """
    html = render_template("errors/held.html", held=held, title=title, text=text, secret=secret)
    return Response(html, status=status, mimetype="text/html")


def keep(held: Held, owner_id: int | None) -> str | None:
    """Store the form in a transaction of its own and return the secret that brings it back."""
    if not held.fields or sum(len(name) + len(value) for name, value in held.fields) > _SIZE_MAX:
        return None
    if not throttle.allows("held", throttle.address(), limit=LIMIT):
        return None
    db.session().will_write()
    moment = now()
    db.session.execute(delete(HeldForm).where(HeldForm.created_at < moment - KEPT_FOR))
    secret = secrets.fresh()
    db.session.add(
        HeldForm(
            digest=secrets.digest(secret),
            user_id=owner_id,
            path=held.path[:2000],
            fields=[list(pair) for pair in held.fields],
            created_at=moment,
        )
    )
    db.session.commit()
    return secret


def give_back(secret: str, person: User) -> Held | None:
    """The kept form, once, to the person it was kept for; the caller commits."""
    row = db.session.scalars(
        select(HeldForm).where(
            HeldForm.digest == secrets.digest(secret), HeldForm.created_at > now() - KEPT_FOR
        )
    ).one_or_none()
    if row is None or row.user_id not in (None, person.id):
        return None
    return Held(path=row.path, fields=[(k, v) for k, v in row.fields], secrets=[])


def forget(secret: str) -> None:
    """The form was sent or thrown away; the caller commits."""
    db.session.execute(delete(HeldForm).where(HeldForm.digest == secrets.digest(secret)))


def _forget_what_was_sent(response: Response) -> Response:
    """A form that was given back and then accepted is not offered again."""
    if request.method != "POST" or response.status_code not in (201, 303):
        return response
    secret = request.form.get("held")
    if secret and secret == session.get("held") and "_user_id" in session:
        del session["held"]
        db.session.rollback()  # the view has committed; what it read since is done with
        forget(secret)
        db.session.commit()
    return response


def sign_in_address(secret: str | None) -> str:
    """Where to sign in and go on from here."""
    if secret:
        session["held"] = secret
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return url_for("auth.login", next=target)
