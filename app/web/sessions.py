"""Browser sessions: a row on the server behind a signed cookie, so that signing out is final."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from flask import Flask, current_app, g, request, session
from flask_login import current_user, login_user, logout_user
from sqlalchemy.exc import OperationalError

from app.clock import now
from app.domain import credentials
from app.extensions import db, login_manager
from app.models import User, UserSession

View = TypeVar("View", bound=Callable[..., Any])

_UNNOTICED = "_unnoticed"


def init_app(_app: Flask) -> None:
    login_manager.session_protection = None  # our rows decide, not a hash of the address
    login_manager.user_loader(_load)


def _load(secret: str) -> User | None:
    row = credentials.live_session(secret)
    if row is None:
        return None
    g.session_id, g.session_secret = row.id, secret
    if now() - row.last_seen_at > credentials.SEEN_EVERY and not _is_unnoticed():
        _note_use(row.id)
    return row.user


def unnoticed(view: View) -> View:
    """Declare that pages ask for this by themselves: no sign that anybody is there.

    So a page left open does not keep its session alive, and asking writes nothing.
    """
    setattr(view, _UNNOTICED, True)
    return view


def _is_unnoticed() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, _UNNOTICED, False)


def _note_use(session_id: int) -> None:
    # Where somebody is writing for long, the next page notes it.
    with suppress(OperationalError):
        credentials.seen(session_id)


def sign_in(user: User, *, remember: bool = False) -> None:
    """Begin a session in this browser under a new id; the caller commits before it answers.

    What the browser was signed in with before ends, whoever that was.
    """
    if (before := current()) is not None:
        db.session.delete(before)
    held = session.get("held")
    session.clear()
    if held:
        session["held"] = held
    user.session_secret = credentials.open_session(
        user,
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
        remembered=remember,
    )
    session.permanent = remember and not user.is_admin
    login_user(user)


def sign_out() -> None:
    """End this browser's session for good; the caller commits."""
    row = current()
    if row is not None:
        db.session.delete(row)
    logout_user()
    session.clear()


def current() -> UserSession | None:
    """The row of the session that this request came in with."""
    _ = current_user.is_authenticated  # reads the cookie, if nobody has asked yet
    return db.session.get(UserSession, g.session_id) if "session_id" in g else None


def former_owner_id() -> int | None:
    """Whose session this browser had, if it has ended by time and its row is still there."""
    secret = session.get("_user_id")
    return credentials.owner_id(secret) if isinstance(secret, str) else None
