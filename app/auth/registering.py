"""Signing up. The answer is the same whoever has the address already (R6)."""

from typing import Any

from flask import flash, redirect, render_template, request

from app.auth.blueprint import blueprint
from app.auth.forms import RegisterForm
from app.auth.way import after_sign_in, answered, refused, too_often
from app.domain import accounts, passwords
from app.domain.errors import DomainError
from app.domain.settings import site
from app.extensions import db
from app.web import sessions, throttle
from app.web.access import public, viewer

LIMIT = "100/hour"  # a whole office may sit behind one address on its first day


@blueprint.get("/register")
@public
def register() -> Any:
    person = viewer()
    if person is not None:
        return redirect(after_sign_in(person), 303)
    return _page(RegisterForm())


@blueprint.post("/register", endpoint="sign_up")
@throttle.small_body
@public
def sign_up() -> Any:
    form = RegisterForm()
    if not site().self_registration:
        return _page(form, 403)
    if not form.validate():
        return _page(form, 422)
    db.session.rollback()  # nothing is held open while the password is hashed
    try:
        throttle.hit("register", throttle.address(), limit=LIMIT)
    except throttle.TooMany as limit:
        return _page(form, 429, too_often(form, limit, field="email"))
    password_hash = passwords.hash_password(form.password.data)
    db.session().will_write()
    try:
        user = accounts.register(
            username=form.username.data or None,
            name=form.name.data,
            email=form.email.data,
            password_hash=password_hash,
        )
    except DomainError as refusal:
        refused(form, refusal, field="email")
        return _page(form, 409)
    sessions.sign_in(user)
    db.session.commit()
    flash(f"Welcome. We have written to {form.email.data}: follow the link there to confirm it.")
    return redirect(after_sign_in(user), 303)


def _page(form: RegisterForm, status: int = 200, headers: dict[str, str] | None = None) -> Any:
    page = render_template(
        "auth/register.html",
        form=form,
        least=passwords.least_password(staff=False),
        next=request.args.get("next"),
    )
    return answered(page, status, headers)
