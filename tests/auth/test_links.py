"""/forgot-password, and what the one-time links open."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from app.clock import now
from app.domain import accounts, credentials
from app.extensions import db
from app.models import OneTimeToken, OutboxEntry, Role, TokenPurpose, TokenScope, User, UserSession
from tests import factories
from tests.auth.conftest import topics
from tests.factories import PASSWORD, ada, ann, eve, hashed, sam, ticket

NEW = "a quite different one"


def link(purpose: TokenPurpose, person: User | None, **more: Any) -> str:
    secret = credentials.make_link(purpose, person, **more)
    db.session.commit()
    return secret


def opened(visitor: Any, path: str, secret: str) -> Any:
    """Follow a link: the secret leaves the address at once."""
    page = visitor.get(f"/{path}/{secret}", status=303)
    assert page.location == f"/{path}"
    return visitor.get(f"/{path}")


# --- forgotten passwords -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ann", "ANN@example.org"])
def test_asking_for_a_link(browser: Any, session: Any, name: str) -> None:
    person = ann()
    visitor = browser()
    visitor.get("/forgot-password")
    page = visitor.submit("form", {"username": name}, status=200)
    assert "Look into your mail" in page.text
    (entry,) = session.scalars(db.select(OutboxEntry)).all()
    assert (entry.topic, entry.recipient_id) == ("account.reset", person.id)
    assert entry.payload == {"user_id": person.id}


def test_the_answer_is_the_same_for_everybody(browser: Any, session: Any) -> None:
    ann()
    factories.user("Off", active=False)
    pages = {
        browser().post("/forgot-password", {"username": name}, status=200).text
        for name in ("ann", "off", "nobody", "nobody@example.org", "𝔞")
    }
    assert len(pages) == 1
    assert topics(session) == ["account.reset"]


def test_a_reset(browser: Any, session: Any) -> None:
    person = ann()
    elsewhere = browser(person)
    _, api = credentials.make_api_token(person, "script", scope=TokenScope.READ)
    visitor = browser()
    page = opened(visitor, "reset-password", link(TokenPurpose.RESET_PASSWORD, person))
    assert "ann" in page.text
    page = visitor.submit("form", {"password": NEW})
    assert page.location == "/login"
    visitor.get("/account", status=303)
    elsewhere.get("/account", status=303)
    assert credentials.live_api_token(api) is None
    assert topics(session) == ["account.password_changed"]
    browser().post("/login", {"username": "ann", "password": PASSWORD}, status=401)
    browser().post("/login", {"username": "ann", "password": NEW})


def test_a_reset_link_works_once(browser: Any, session: Any) -> None:
    secret = link(TokenPurpose.RESET_PASSWORD, ann())
    first, second = browser(), browser()
    for visitor in (first, second):
        opened(visitor, "reset-password", secret)
    first.submit("form", {"password": NEW})
    second.submit("form", {"password": "something else again"}, status=404)
    second.get(f"/reset-password/{secret}", status=303)
    second.get("/reset-password", status=404)


def test_a_reset_link_works_for_half_an_hour(browser: Any, session: Any) -> None:
    secret = link(TokenPurpose.RESET_PASSWORD, ann())
    begun = now()
    for minutes, status in ((29, 200), (31, 404)):
        with time_machine.travel(begun + dt.timedelta(minutes=minutes), tick=False):
            visitor = browser()
            visitor.get(f"/reset-password/{secret}", status=303)
            visitor.get("/reset-password", status=status)


def test_a_reset_link_ends_with_a_newer_one_and_with_a_change(browser: Any, session: Any) -> None:
    person = ann()
    older = link(TokenPurpose.RESET_PASSWORD, person)
    newer = link(TokenPurpose.RESET_PASSWORD, person)
    assert credentials.live_link(TokenPurpose.RESET_PASSWORD, older) is None
    accounts.change_password(person, hashed())
    session.commit()
    assert credentials.live_link(TokenPurpose.RESET_PASSWORD, newer) is None


def test_the_database_holds_no_usable_secret(session: Any) -> None:
    secret = link(TokenPurpose.RESET_PASSWORD, ann())
    row = session.scalars(db.select(OneTimeToken)).one()
    assert secret not in str(vars(row))
    assert credentials.live_link(TokenPurpose.RESET_PASSWORD, row.digest) is None


def test_new_passwords_are_checked_by_whose_they_are(browser: Any, session: Any) -> None:
    visitor = browser()
    opened(visitor, "reset-password", link(TokenPurpose.RESET_PASSWORD, sam()))
    for password in ("eleven char", "Sam Staffer!", "", "x" * 257):
        page = visitor.post("/reset-password", {"password": password}, status=422)
        assert page.one("#password-error")


# --- scanners and wrong links ------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["reset-password", "invite", "first-admin", "confirm-email", "change-email"]
)
def test_a_wrong_link_says_so(browser: Any, session: Any, path: str) -> None:
    for secret in ("x", "ü" * 200, "%00"):
        visitor = browser()
        visitor.get(f"/{path}/{secret}", status=303)
        page = visitor.get(f"/{path}", status=404)
        assert "doesn’t work any more" in page.text
        visitor.post(f"/{path}", {"password": NEW, "name": "x"}, status=404)


@pytest.mark.parametrize("made", list(TokenPurpose))
def test_no_link_opens_anothers_page(browser: Any, session: Any, made: TokenPurpose) -> None:
    person = ann()
    person.pending_email = "new@example.org"
    secret = link(made, person, email="ann@example.org")
    paths = {
        TokenPurpose.RESET_PASSWORD: "reset-password",
        TokenPurpose.INVITE: "invite",
        TokenPurpose.FIRST_ADMIN: "first-admin",
        TokenPurpose.CONFIRM_EMAIL: "confirm-email",
        TokenPurpose.CHANGE_EMAIL: "change-email",
    }
    for purpose, path in paths.items():
        visitor = browser()
        visitor.get(f"/{path}/{secret}", status=303)
        visitor.get(f"/{path}", status=200 if purpose is made else 404)


def test_following_a_link_changes_nothing(browser: Any, session: Any) -> None:
    person = factories.user("Ann", confirmed=False)
    secret = link(TokenPurpose.CONFIRM_EMAIL, person, email=person.email)
    for _ in range(3):
        opened(browser(), "confirm-email", secret)
    assert not person.is_confirmed
    assert credentials.live_link(TokenPurpose.CONFIRM_EMAIL, secret)


# --- confirming --------------------------------------------------------------------------------


def test_confirming_in_the_browser_that_signed_up(browser: Any, session: Any) -> None:
    visitor = browser()
    visitor.post(
        "/register", {"name": "N", "email": "n@example.org", "username": "", "password": PASSWORD}
    )
    person = session.scalars(db.select(User)).one()
    opened(visitor, "confirm-email", link(TokenPurpose.CONFIRM_EMAIL, person, email=person.email))
    assert visitor.submit("main form").location == "/tickets"
    assert person.is_confirmed


def test_confirming_elsewhere_asks_for_the_password(browser: Any, session: Any) -> None:
    person = factories.user("Ann", confirmed=False)
    secret = link(TokenPurpose.CONFIRM_EMAIL, person, email=person.email)
    for visitor in (browser(), browser(eve())):
        opened(visitor, "confirm-email", secret)
        page = visitor.submit("form", {"password": "wrong"}, status=401)
        assert "isn’t the password" in page.text
        assert not person.is_confirmed
    visitor.submit("form", {"password": PASSWORD})
    assert person.is_confirmed
    assert "ann" in visitor.get("/account").text


def test_a_strangers_sign_up_does_not_get_the_tickets_by_the_owners_click(
    browser: Any, session: Any
) -> None:
    """The owner follows the link in the mail; without the stranger's password nothing happens."""
    staff = sam()
    bo = accounts.requester_for("bo@example.org", "Bo", by=staff)
    session.commit()
    filed = ticket(bo, "About Bo’s salary", by=staff)
    stranger = browser()
    stranger.post(
        "/register",
        {"name": "Eve", "email": "bo@example.org", "username": "", "password": PASSWORD},
    )
    owner = browser()
    opened(owner, "confirm-email", link(TokenPurpose.CONFIRM_EMAIL, bo, email=bo.email))
    owner.submit("form", {"password": ""}, status=401)
    stranger.get(f"/tickets/{filed.id}", status=404)


def test_changing_the_address(browser: Any, session: Any) -> None:
    person = ann()
    visitor = browser(person)
    visitor.get("/account")
    visitor.submit("form[action='/account/email']", {"email": "new@example.org"})
    assert person.email == "ann@example.org"
    assert "Waiting for confirmation: new@example.org" in visitor.get("/account").text
    secret = link(TokenPurpose.CHANGE_EMAIL, person, email="new@example.org")
    opened(visitor, "change-email", secret)
    visitor.submit("main form")
    assert person.email == "new@example.org"
    entries = session.scalars(db.select(OutboxEntry).order_by(OutboxEntry.id)).all()
    assert [(entry.topic, entry.address) for entry in entries] == [
        ("account.change_email", "new@example.org"),
        ("account.email_changed", "ann@example.org"),
    ]


def test_an_address_that_went_to_somebody_else_meanwhile(browser: Any, session: Any) -> None:
    person = ann()
    accounts.ask_change_email(person, "eve@example.org")
    secret = link(TokenPurpose.CHANGE_EMAIL, person, email="eve@example.org")
    eve()
    visitor = browser(person)
    opened(visitor, "change-email", secret)
    page = visitor.submit("main form", status=409)
    assert "Another account has this address" in page.text
    assert person.email == "ann@example.org"


# --- invitations and the first admin --------------------------------------------------------------


def test_an_invitation(browser: Any, session: Any) -> None:
    agent = accounts.create_user(
        username=None, name="al", email="al@example.org", role=Role.AGENT, by=ada()
    )
    visitor = browser()
    secret = link(TokenPurpose.INVITE, agent, email=agent.email)
    page = opened(visitor, "invite", secret)
    assert page.one("#name")["value"] == "al"
    visitor.post("/invite", {"name": "Al Agent", "password": "too short"}, status=422)
    assert visitor.submit("form", {"name": "Al Agent", "password": NEW}).location == "/staff"
    assert visitor.get("/account").one("h1")
    assert (agent.name, agent.is_confirmed) == ("Al Agent", True)
    again = browser()
    again.get(f"/invite/{secret}", status=303)
    again.get("/invite", status=404)


def test_an_invitation_works_for_three_days(browser: Any, session: Any) -> None:
    agent = accounts.create_user(
        username=None, name="al", email="al@example.org", role=Role.AGENT, by=ada()
    )
    secret = link(TokenPurpose.INVITE, agent)
    with time_machine.travel(now() + dt.timedelta(hours=73), tick=False):
        visitor = browser()
        visitor.get(f"/invite/{secret}", status=303)
        visitor.get("/invite", status=404)


def test_the_first_admin(browser: Any, session: Any) -> None:
    secret = accounts.first_admin_link()
    session.commit()
    visitor = browser()
    opened(visitor, "first-admin", secret)
    typed = {"name": "Ada", "email": "ada@example.org", "username": "ada", "password": NEW}
    page = visitor.submit("form", {**typed, "password": "elevenchars"}, status=422)
    assert page.one("#password-error")
    assert visitor.submit("form", typed).location == "/staff"
    admin = session.scalars(db.select(User)).one()
    assert admin.is_admin
    assert admin.is_confirmed
    assert session.scalars(db.select(UserSession)).one().user_id == admin.id
    other = browser()
    other.get(f"/first-admin/{secret}", status=303)
    other.get("/first-admin", status=404)


def test_no_second_first_admin(browser: Any, session: Any) -> None:
    secret = accounts.first_admin_link()
    ada()
    visitor = browser()
    opened(visitor, "first-admin", secret)
    page = visitor.submit(
        "form",
        {"name": "E", "email": "e@example.org", "username": "", "password": NEW},
        status=409,
    )
    assert "There is an admin already" in page.text
