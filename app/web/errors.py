"""Every refusal and failure, turned in one place into a page or a problem+json."""

import logging
import uuid
from collections.abc import Sequence
from typing import Any

from flask import Flask, g, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

from app.domain.errors import Conflict, DomainError, Stale
from app.extensions import db
from app.web import held, problem, sessions
from app.web.access import NotSignedIn, access_of, is_unsafe

log = logging.getLogger("deskhand")

RETRY_AFTER_SECONDS = 10

_PAGES = {
    400: ("This request can’t be read", "Something in it is missing or damaged."),
    403: ("This isn’t for your account", "You are signed in, but this page needs other rights."),
    404: (
        "There’s nothing at this address",
        "The link may be old, or it leads to a ticket that isn’t yours to see.",
    ),
    405: ("That can’t be done here", "This address exists, but not for this kind of request."),
    409: ("This has changed meanwhile", "Somebody else was faster. Nothing of yours is lost."),
    413: ("That’s too much at once", "The request is larger than we accept here."),
    429: ("That was a lot of requests", "Wait a moment and try again."),
    500: (
        "Something broke on our side",
        "It isn’t your fault. We have kept a note of it under the number below.",
    ),
    503: (
        "We’re busy for a moment",
        "Another change is being stored. Try again in a few seconds; nothing is lost.",
    ),
}


def init_app(app: Flask) -> None:
    app.before_request(_number_the_request)
    app.register_error_handler(NotSignedIn, _not_signed_in)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(OperationalError, _database_busy)
    app.register_error_handler(StaleDataError, _stale_row)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _number_the_request() -> None:
    g.request_id = uuid.uuid4().hex[:12]


def error_page(
    code: int,
    *,
    title: str | None = None,
    text: str | None = None,
    headers: Any = (),
    actions: Sequence[dict[str, str]] = (),
) -> Response:
    """The page for a status code, with better words where somebody has them.

    ``actions`` are the ways on, each with ``label`` and ``url``; home where nobody knows better.
    """
    known = _PAGES.get(code, ("This didn’t work", "The server refused the request."))
    html = render_template(
        "errors/error.html",
        code=code,
        title=title or known[0],
        text=text or known[1],
        request_id=g.get("request_id", "") if code >= 500 else "",
        actions=actions or [{"label": "Go home", "url": url_for("ticket.welcome")}],
    )
    return Response(html, status=code, mimetype="text/html", headers=headers)


def _not_signed_in(_error: NotSignedIn) -> Any:
    if problem.is_asked_for():
        return problem.answer(401, "Sign in first.")
    secret = held.keep(held.from_request(), sessions.former_owner_id()) if is_unsafe() else None
    return redirect(held.sign_in_address(secret), 303)


def _csrf(error: CSRFError) -> Any:
    view = _view()
    if not current_user.is_authenticated and view is not None and access_of(view) != "public":
        return _not_signed_in(NotSignedIn())
    if request.form:
        return held.page(
            held.from_request(),
            title="This form had expired",
            text="Nothing you typed is lost. Check it and send it once more.",
            status=400,
        )
    return error_page(400, text=error.description)


def _view() -> Any:
    from flask import current_app

    return current_app.view_functions.get(request.endpoint or "")


def _domain_error(error: DomainError) -> Any:
    db.session().will_read()
    code = 409 if isinstance(error, (Conflict, Stale)) else 422
    if problem.is_asked_for():
        code = problem.code_of(error)
        errors = {error.field: [error.sentence]} if error.field else None
        return problem.answer(code, error.sentence, errors=errors)
    if is_unsafe() and request.form:
        return held.page(
            held.from_request(), title="This wasn’t stored", text=error.sentence, status=code
        )
    return error_page(code, text=error.sentence)


def _database_busy(error: OperationalError) -> Any:
    """The database is locked, full or away: say so, keep the text, and ask to come back."""
    db.session().will_read()
    log.warning("database unavailable", exc_info=error, extra={"request_id": g.request_id})
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if problem.is_asked_for():
        return problem.answer(503, "The database is busy; try again.", headers=headers)
    if is_unsafe() and request.form:
        title, text = _PAGES[503]
        response = held.page(held.from_request(), title=title, text=text, status=503)
        response.headers.extend(headers)
        return response
    return error_page(503, headers=headers)


def _stale_row(_error: StaleDataError) -> Any:
    return _domain_error(Conflict("Somebody changed this at the same moment. Try again."))


def _http(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400:
        return error
    headers = [(k, v) for k, v in error.get_headers() if k in ("Allow", "Retry-After")]
    if problem.is_asked_for():
        return problem.answer(code, error.description or error.name, headers=headers)
    if isinstance(error, SecurityError):
        # The host is not ours: nothing that builds an address can be rendered.
        return Response("This host is not served here.\n", status=400, mimetype="text/plain")
    if code == 413 and is_unsafe():
        return error_page(413, headers=headers)
    return error_page(code, headers=headers)


def _unexpected(error: Exception) -> Any:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return _database_busy(OperationalError("", {}, error))
    db.session().will_read()
    log.exception("request failed", extra={"request_id": g.get("request_id", "")})
    if problem.is_asked_for():
        return problem.answer(500, "Something broke on our side.")
    return error_page(500)
