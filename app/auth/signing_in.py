"""Signing in and out."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm

from app.auth.blueprint import blueprint
from app.auth.forms import SignInForm
from app.auth.way import after_sign_in, answered, too_often
from app.domain import accounts
from app.extensions import db
from app.models import User
from app.web import json_login, problem, sessions, throttle
from app.web.access import public, viewer

WRONG = "This name and password don’t match."


@blueprint.get("/login")
@public
def login() -> Any:
    person = viewer()
    if person is not None:
        return redirect(after_sign_in(person), 303)
    return _page(SignInForm())


@blueprint.post("/login", endpoint="sign_in")
@throttle.small_body
@public
def sign_in() -> Any:
    """The form of the page, or JSON, which is the API's way to a token."""
    if problem.is_asked_for():
        return json_login.answer()
    form = SignInForm()
    if not form.validate():
        return _page(form, 422)
    db.session().will_write()
    try:
        user = _who(form)
    except throttle.TooMany as limit:
        return _page(form, 429, too_often(form, limit, field="username"))
    if user is None:
        form.form_errors.append(WRONG)
        return _page(form, 401)
    sessions.sign_in(user, remember=form.remember.data)
    db.session.commit()
    return redirect(after_sign_in(user), 303)


@blueprint.post("/logout")
@public
def logout() -> Any:
    db.session().will_write()
    sessions.sign_out()
    db.session.commit()
    flash("You are signed out.")
    response = redirect(url_for("auth.login"), 303)
    # What the browser kept of our pages is not for whoever sits down next.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _who(form: FlaskForm) -> User | None:
    attempt = throttle.try_password(form.username.data)
    user = accounts.verify(form.username.data, form.password.data)
    if user is not None:
        attempt.succeeded()
    return user


def _page(form: SignInForm, status: int = 200, headers: dict[str, str] | None = None) -> Any:
    page = render_template("auth/login.html", form=form, next=request.args.get("next"))
    return answered(page, status, headers)
