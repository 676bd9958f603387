"""One's own account: who one is, where one is signed in, and what else holds a key to it."""

from typing import Any
from zoneinfo import available_timezones

from flask import abort, flash, g, redirect, render_template, url_for
from flask_wtf import FlaskForm

from app.auth.blueprint import blueprint
from app.auth.forms import (
    THEMES,
    ChangeEmailForm,
    ChangePasswordForm,
    DeskForm,
    PreferencesForm,
    ProfileForm,
    TokenForm,
    check_new_password,
)
from app.auth.way import answered, refused
from app.domain import accounts, credentials, passwords
from app.domain.errors import DomainError
from app.extensions import db
from app.models import Density, TokenScope
from app.policy import Permission
from app.queries import account as asked
from app.web import sessions, throttle
from app.web.access import actor, requires
from app.web.redirects import safe_next

CONFIRMATIONS = "5/hour"
"""How many mails one account may have sent to an address that it has not proven."""


@blueprint.get("/account")
@requires(Permission.SIGNED_IN)
def account() -> Any:
    return _page()


@blueprint.post("/account/name")
@requires(Permission.SIGNED_IN, form=ProfileForm)
def rename(form: ProfileForm) -> Any:
    if not form.validate():
        return _page(form, 422)
    accounts.rename(actor(), form.name.data)
    db.session.commit()
    return _stored("Your name is changed.")


@blueprint.post("/account/preferences")
@requires(Permission.SIGNED_IN, form=PreferencesForm)
def set_preferences(form: PreferencesForm) -> Any:
    if not form.validate():
        return _page(form, 422)
    user = actor()
    user.time_zone = form.time_zone.data or None
    user.theme = form.theme.data or None
    db.session.commit()
    return _stored("Your preferences are stored.")


@blueprint.post("/account/desk")
@requires(Permission.QUEUE_SEE, form=DeskForm)
def set_desk(form: DeskForm) -> Any:
    """How one works with the queue: from this page, or by a switch on another."""
    if not form.validate():
        return _page(form, 422)
    user = actor()
    if form.density.raw_data:
        user.density = Density(form.density.data)
    if form.preview.raw_data:
        user.preview = form.preview.data == "on"
    if form.shortcuts.raw_data:
        user.shortcuts = form.shortcuts.data == "on"
    db.session.commit()
    if back := safe_next(form.back.data):
        return redirect(back, 303)
    return _stored("Your preferences are stored.")


@blueprint.post("/account/email")
@requires(Permission.SIGNED_IN, form=ChangeEmailForm)
def ask_change_email(form: ChangeEmailForm) -> Any:
    """The new address counts once its link was followed; until then the old one stays."""
    if not form.validate():
        return _page(form, 422)
    if (status := _proof(form)) != 200:
        return _page(form, status)
    try:
        throttle.hit("confirm", str(actor().id), limit=CONFIRMATIONS)
        accounts.ask_change_email(actor(), form.email.data)
    except throttle.TooMany as limit:
        form.email.errors = [limit.description]
        return _page(form, 429)
    except DomainError as refusal:
        refused(form, refusal, field="email")
        return _page(form, 422)
    db.session.commit()
    return _stored(f"We have written to {form.email.data}. Follow the link there to change to it.")


@blueprint.post("/account/email/confirmation")
@requires(Permission.SIGNED_IN)
def ask_confirmation() -> Any:
    """Send the link that confirms the address once more."""
    throttle.hit("confirm", str(actor().id), limit=CONFIRMATIONS)
    accounts.ask_for_proof_again(actor())
    db.session.commit()
    return _stored("We have sent the link again.")


@blueprint.post("/account/password")
@requires(Permission.SIGNED_IN, form=ChangePasswordForm)
def change_password(form: ChangePasswordForm) -> Any:
    user = actor()
    valid = form.validate()
    try:
        check_new_password(
            form.new_password, staff=user.is_staff, name=user.name, email=user.email or ""
        )
    except ValueError as sentence:  # WTForms' ValidationError is one
        form.new_password.errors = [*form.new_password.errors, str(sentence)]
        valid = False
    if not valid:
        return _page(form, 422)
    if (status := _compared(form)) != 200:
        return _page(form, status)
    db.session.rollback()
    password_hash = passwords.hash_password(form.new_password.data)
    accounts.change_password(actor(), password_hash, but=g.session_secret)
    db.session.commit()
    return _stored("Your password is changed. All other devices are signed out.")


@blueprint.post("/account/sessions/<id:session_id>/end")
@requires(Permission.SIGNED_IN)
def end_session(session_id: int) -> Any:
    if not credentials.end_session(actor(), session_id):
        abort(404)
    db.session.commit()
    return _stored("That device is signed out.")


@blueprint.post("/account/sessions/end-others")
@requires(Permission.SIGNED_IN)
def end_other_sessions() -> Any:
    credentials.end_sessions(actor(), but=g.session_secret)
    db.session.commit()
    return _stored("All other devices are signed out.")


@blueprint.post("/account/tokens")
@requires(Permission.SIGNED_IN, form=TokenForm)
def make_token(form: TokenForm) -> Any:
    """The secret is on the page that answers, and nowhere else ever again."""
    if not form.validate():
        return _page(form, 422)
    if (status := _proof(form)) != 200:
        return _page(form, status)
    token, secret = credentials.make_api_token(
        actor(),
        form.name.data,
        scope=TokenScope(form.scope.data),
        days=form.days.data or credentials.API_TOKEN_DAYS,
    )
    db.session.commit()
    response = answered(_rendered(new_token=token, secret=secret), 201)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/account/tokens/<id:token_id>/revoke")
@requires(Permission.SIGNED_IN)
def revoke_token(token_id: int) -> Any:
    if not credentials.revoke_api_token(actor(), token_id):
        abort(404)
    db.session.commit()
    return _stored("The token is revoked. It opens nothing any more.")


def _proof(form: FlaskForm) -> int:
    """200 when the password was given lately or is given now (R9), else how to refuse."""
    session = sessions.current()
    if session is not None and credentials.is_proved(session):
        return 200
    status = _compared(form)
    if status == 200 and (session := sessions.current()) is not None:
        credentials.prove(session)
    return status


def _compared(form: FlaskForm) -> int:
    """Compare the current password; ends the transaction meanwhile."""
    username = actor().username
    try:
        attempt = throttle.try_password(username)
    except throttle.TooMany as limit:
        form.current_password.errors = [limit.description]
        return 429
    if accounts.verify(username, form.current_password.data or "") is None:
        form.current_password.errors = ["That isn’t your current password."]
        return 422
    attempt.succeeded()
    return 200


def _stored(sentence: str) -> Any:
    flash(sentence)
    return redirect(url_for("auth.account"), 303)


def _page(sent: FlaskForm | None = None, status: int = 200) -> Any:
    """The whole page, with the form that was refused as it was sent."""
    return answered(_rendered(sent), status)


def _rendered(sent: FlaskForm | None = None, **more: Any) -> str:
    user = actor()
    forms: dict[str, FlaskForm] = {
        "profile": ProfileForm(formdata=None, name=user.name),
        "preferences": PreferencesForm(
            formdata=None, time_zone=_known_zone(user.time_zone), theme=_known_theme(user.theme)
        ),
        "desk": DeskForm(
            formdata=None,
            density=user.density,
            preview="on" if user.preview else "off",
            shortcuts="on" if user.shortcuts else "off",
        ),
        "email": ChangeEmailForm(formdata=None),
        "password": ChangePasswordForm(formdata=None),
        "token": TokenForm(formdata=None),
    }
    if sent is not None:
        forms[sent.part] = sent
    here = sessions.current()
    return render_template(
        "auth/account.html",
        forms=forms,
        sent=sent,
        least=passwords.least_password(staff=user.is_staff),
        proved=here is not None and credentials.is_proved(here),
        this_session=here.id if here else None,
        devices=asked.devices(user),
        tokens=asked.tokens(user),
        **{"new_token": None, "secret": None, **more},
    )


def _known_zone(name: str | None) -> str:
    return name if name in available_timezones() else ""


def _known_theme(name: str | None) -> str:
    return name if name in THEMES else ""
