"""What the one-time links in mails (and on the terminal) open.

The secret moves from the address into the session at once, so that it stays out of histories and
referrers (R47). Nothing happens before a button is pressed: mail scanners follow links.
"""

from typing import Any

from flask import flash, redirect, render_template, session, url_for
from flask_wtf import FlaskForm

from app.auth.blueprint import blueprint
from app.auth.forms import (
    ConfirmForm,
    FirstAdminForm,
    ForgotPasswordForm,
    InviteForm,
    NewPasswordForm,
    check_new_password,
)
from app.auth.way import answered, home_of, refused, too_often
from app.domain import accounts, credentials, passwords
from app.domain.errors import DomainError
from app.extensions import db
from app.models import OneTimeToken, TokenPurpose, User
from app.web import sessions, throttle
from app.web.access import is_unsafe, public, viewer
from app.web.errors import error_page

RESETS_OF_AN_ACCOUNT = "5/day"
RESETS_FROM_AN_ADDRESS = "20/hour"
TRIES_OF_LINKS = "60/hour"


@blueprint.route("/forgot-password", methods=["GET", "POST"])
@throttle.small_body
@public
def forgot_password() -> Any:
    """Ask for a link; the answer does not tell whether anybody has the address (R6)."""
    form = ForgotPasswordForm()
    if not is_unsafe():
        return _form_page("auth/forgot_password.html", form, 200, sent=False)
    if not form.validate():
        return _form_page("auth/forgot_password.html", form, 422, sent=False)
    try:
        throttle.hit("reset-from", throttle.address(), limit=RESETS_FROM_AN_ADDRESS)
    except throttle.TooMany as limit:
        headers = too_often(form, limit, field="username")
        return _form_page("auth/forgot_password.html", form, 429, headers=headers, sent=False)
    db.session().will_write()
    # Over the account's own limit the page says the same and nothing is sent.
    account = throttle.account_of(form.username.data)
    if throttle.allows("reset-of", account, limit=RESETS_OF_AN_ACCOUNT):
        accounts.ask_reset(form.username.data)
    db.session.commit()
    return _form_page("auth/forgot_password.html", form, 200, sent=True)


@blueprint.get("/reset-password/<token>")
@blueprint.route("/reset-password", methods=["GET", "POST"])
@throttle.small_body
@public
def reset_password(token: str | None = None) -> Any:
    if token is not None:
        return _taken(TokenPurpose.RESET_PASSWORD, token, "auth.reset_password")
    form = NewPasswordForm()
    link = _link(TokenPurpose.RESET_PASSWORD)
    if link is None or link.user is None:
        return _gone("auth.forgot_password", "Ask for a new link")
    if not is_unsafe() or not _password_is_fine(form, link.user):
        return _form_page("auth/reset_password.html", form, 422 if is_unsafe() else 200, link.user)
    password_hash = _hashed(form)
    link = _link(TokenPurpose.RESET_PASSWORD)
    if link is None or link.user is None:
        return _gone("auth.forgot_password", "Ask for a new link")
    user = accounts.reset_password(link, password_hash)
    account = str(user.id)
    _forget_link()
    db.session.commit()
    throttle.clear_failures(account)
    flash("Your new password is set. Sign in with it.")
    return redirect(url_for("auth.login"), 303)


@blueprint.get("/invite/<token>")
@blueprint.route("/invite", methods=["GET", "POST"])
@throttle.small_body
@public
def invite(token: str | None = None) -> Any:
    if token is not None:
        return _taken(TokenPurpose.INVITE, token, "auth.invite")
    form = InviteForm()
    link = _link(TokenPurpose.INVITE)
    if link is None or link.user is None:
        return _gone("auth.login", "Sign in")
    if not is_unsafe():
        form.name.data = link.user.name
        return _form_page("auth/invite.html", form, 200, link.user)
    if not _password_is_fine(form, link.user):
        return _form_page("auth/invite.html", form, 422, link.user)
    password_hash = _hashed(form)
    link = _link(TokenPurpose.INVITE)
    if link is None or link.user is None:
        return _gone("auth.login", "Sign in")
    user = accounts.accept_invite(link, name=form.name.data, password_hash=password_hash)
    sessions.sign_in(user)
    db.session.commit()
    flash("Welcome. Your account is ready.")
    return redirect(home_of(user), 303)


@blueprint.get("/first-admin/<token>")
@blueprint.route("/first-admin", methods=["GET", "POST"])
@throttle.small_body
@public
def first_admin(token: str | None = None) -> Any:
    """The link that the terminal prints while nobody administers this installation."""
    if token is not None:
        return _taken(TokenPurpose.FIRST_ADMIN, token, "auth.first_admin")
    form = FirstAdminForm()
    if _link(TokenPurpose.FIRST_ADMIN) is None:
        return _gone("auth.login", "Sign in")
    if not is_unsafe() or not form.validate():
        return _form_page("auth/first_admin.html", form, 422 if is_unsafe() else 200)
    password_hash = _hashed(form)
    link = _link(TokenPurpose.FIRST_ADMIN)
    if link is None:
        return _gone("auth.login", "Sign in")
    try:
        user = accounts.make_first_admin(
            link,
            username=form.username.data or None,
            name=form.name.data,
            email=form.email.data,
            password_hash=password_hash,
        )
    except DomainError as refusal:
        refused(form, refusal, field="email")
        return _form_page("auth/first_admin.html", form, 409)
    sessions.sign_in(user)
    db.session.commit()
    flash("You are the admin now. Invite your colleagues under Admin, People.")
    return redirect(home_of(user), 303)


@blueprint.get("/confirm-email/<token>")
@blueprint.route("/confirm-email", methods=["GET", "POST"])
@throttle.small_body
@public
def confirm_email(token: str | None = None) -> Any:
    if token is not None:
        return _taken(TokenPurpose.CONFIRM_EMAIL, token, "auth.confirm_email")
    return _prove(TokenPurpose.CONFIRM_EMAIL)


@blueprint.get("/change-email/<token>")
@blueprint.route("/change-email", methods=["GET", "POST"])
@throttle.small_body
@public
def change_email(token: str | None = None) -> Any:
    if token is not None:
        return _taken(TokenPurpose.CHANGE_EMAIL, token, "auth.change_email")
    return _prove(TokenPurpose.CHANGE_EMAIL)


_PROVING = {
    TokenPurpose.CONFIRM_EMAIL: accounts.confirm_email,
    TokenPurpose.CHANGE_EMAIL: accounts.change_email,
}


def _prove(purpose: TokenPurpose) -> Any:
    """Take an address as proven, when whoever has the link is also the account's owner.

    The link alone is not enough: a stranger may have signed up with this address, and its owner,
    who follows links in mails, would make the stranger's account their own tickets' reader.
    """
    form = ConfirmForm()
    if is_unsafe():
        db.session().will_write()
    link = _link(purpose)
    if link is None or link.user is None:
        return _gone("auth.login", "Sign in")
    person = viewer()
    is_theirs = person is not None and person.id == link.user_id
    address = link.email or link.user.pending_email or link.user.email
    page: dict[str, Any] = {"address": address, "is_theirs": is_theirs}
    if not is_unsafe():
        return _form_page("auth/prove_email.html", form, 200, link.user, **page)
    if not is_theirs:
        user_id = link.user.id
        status, headers = _check_password(form, link.user)
        if status != 200:
            user = db.session.get_one(User, user_id)
            return _form_page("auth/prove_email.html", form, status, user, headers=headers, **page)
    link = _link(purpose)
    if link is None:
        return _gone("auth.login", "Sign in")
    try:
        user = _PROVING[purpose](link)
    except DomainError as refusal:
        db.session.rollback()
        return error_page(409, title="This address can’t be used", text=refusal.sentence)
    if is_theirs:
        _forget_link()
    else:
        sessions.sign_in(user)
    db.session.commit()
    flash("Thank you. Your e-mail address is confirmed.")
    return redirect(home_of(user), 303)


def _check_password(form: ConfirmForm, user: User) -> tuple[int, dict[str, str]]:
    username, given = user.username, form.password.data or ""
    try:
        attempt = throttle.try_password(username)
    except throttle.TooMany as limit:
        return 429, too_often(form, limit, field="password")
    if accounts.verify(username, given) is None:
        form.password.errors = ["That isn’t the password of this account."]
        return 401, {}
    attempt.succeeded()
    return 200, {}


def _taken(purpose: TokenPurpose, secret: str, endpoint: str) -> Any:
    session["link"] = {purpose.value: secret[:100]}
    return redirect(url_for(endpoint), 303)


def _link(purpose: TokenPurpose) -> OneTimeToken | None:
    secret = session.get("link", {}).get(purpose.value)
    return credentials.live_link(purpose, secret) if secret else None


def _forget_link() -> None:
    session.pop("link", None)


def _hashed(form: FlaskForm) -> str:
    """The hash of the new password, made while nothing is open; after it the session writes."""
    db.session.rollback()
    password_hash = passwords.hash_password(form.password.data)
    db.session().will_write()
    return password_hash


def _password_is_fine(form: FlaskForm, user: User) -> bool:
    valid: bool = form.validate()
    try:
        check_new_password(
            form.password, staff=user.is_staff, name=user.name, email=user.email or ""
        )
    except ValueError as sentence:  # WTForms' ValidationError is one
        form.password.errors = [*form.password.errors, str(sentence)]
        valid = False
    return valid


def _gone(endpoint: str, label: str) -> Any:
    return error_page(
        404,
        title="This link doesn’t work any more",
        text="It was used, or it is too old, or a newer one was sent.",
        actions=[{"label": label, "url": url_for(endpoint)}],
    )


def _form_page(
    template: str,
    form: FlaskForm,
    status: int,
    user: User | None = None,
    *,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Any:
    least = passwords.least_password(staff=user.is_staff if user else True)
    page = render_template(template, form=form, user=user, least=least, **more)
    return answered(page, status, headers)
