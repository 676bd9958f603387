"""What the auth screens share: refusals and limits shown in place, and where to go on."""

from flask import Response, make_response, request, session, url_for
from flask_wtf import FlaskForm

from app.domain.errors import DomainError
from app.extensions import db
from app.models import User
from app.web.redirects import safe_next
from app.web.throttle import TooMany

_NOWHERE_TO_GO_BACK_TO = ("/login", "/logout", "/held", "/register")


def home_of(user: User) -> str:
    return url_for("staff.home" if user.is_staff else "ticket.mine")


def after_sign_in(user: User) -> str:
    """The page that was asked for, else the form that was kept, else home."""
    target = safe_next(request.args.get("next"))
    if target and target.partition("?")[0] not in _NOWHERE_TO_GO_BACK_TO:
        return target
    return url_for("auth.held") if "held" in session else home_of(user)


def refused(form: FlaskForm, error: DomainError, *, field: str) -> None:
    """Put a rule's sentence beside its field (or ``field``); what the act began is undone."""
    db.session.rollback()
    control = form[error.field] if error.field in form._fields else form[field]
    control.errors = [*control.errors, error.sentence]


def too_often(form: FlaskForm, error: TooMany, *, field: str) -> dict[str, str]:
    """Put the pause beside a field, and return the headers that tell machines."""
    form[field].errors = [*form[field].errors, error.description]
    return {"Retry-After": str(error.seconds)}


def answered(page: str, status: int, headers: dict[str, str] | None = None) -> Response:
    response = make_response(page, status)
    response.headers.update(headers or {})
    return response
