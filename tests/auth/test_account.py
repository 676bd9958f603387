"""/account."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from app.clock import now
from app.domain import credentials
from app.extensions import db
from app.models import ApiToken, TokenScope, User, UserSession
from tests.auth.conftest import topics
from tests.factories import PASSWORD, ada, ann, eve, sam

LATER = dt.timedelta(minutes=16)
NEW = "a quite different one"


@pytest.mark.parametrize("person", [ann, sam, ada])
def test_everybody_has_one(browser: Any, session: Any, person: Any) -> None:
    page = browser(person()).get("/account")
    assert "this one" in page.text
    assert len(page.soup.select("form[action='/account/password']")) == 1


def test_nobody_else_has(browser: Any, session: Any) -> None:
    assert browser().get("/account", status=303).location == "/login?next=/account"


def test_the_number_of_queries_does_not_grow(
    browser: Any, session: Any, count_queries: list[str]
) -> None:
    person = ann()
    visitor = browser(person)
    counts = []
    for _ in range(2):
        visitor.get("/account")
        count_queries.clear()
        visitor.get("/account")
        counts.append(len(count_queries))
        for number in range(15):
            credentials.open_session(person, ip="127.0.0.1", user_agent="Firefox/1 Linux")
            credentials.make_api_token(person, f"t{number}", scope=TokenScope.READ)
        session.commit()
    assert counts[0] == counts[1]


def test_the_name(browser: Any, session: Any) -> None:
    person = ann()
    visitor = browser(person)
    visitor.get("/account")
    visitor.submit("form[action='/account/name']", {"name": "  Ann “Annie” Asker <b>"})
    assert person.name == "  Ann “Annie” Asker <b>"
    page = visitor.post("/account/name", {"name": ""}, status=422)
    assert page.one("#profile-name-error")


def test_time_zone_and_theme(browser: Any, session: Any) -> None:
    person = ann()
    visitor = browser(person)
    visitor.get("/account")
    form = "form[action='/account/preferences']"
    visitor.submit(form, {"time_zone": "Europe/Berlin", "theme": "dark"})
    assert (person.time_zone, person.theme) == ("Europe/Berlin", "dark")
    page = visitor.get("/account")
    assert page.one("html")["data-theme"] == "dark"
    visitor.submit(form, {"time_zone": "", "theme": ""})
    assert (person.time_zone, person.theme) == (None, None)
    for wrong in ({"time_zone": "Mars/Base"}, {"theme": "pink"}):
        visitor.post("/account/preferences", {"time_zone": "", "theme": "", **wrong}, status=422)


# --- password and address ----------------------------------------------------------------------


def test_changing_the_password_ends_the_other_sessions(browser: Any, session: Any) -> None:
    person = ann()
    here, elsewhere = browser(person), browser(person)
    here.get("/account")
    here.submit(
        "form[action='/account/password']", {"current_password": PASSWORD, "new_password": NEW}
    )
    here.get("/account")
    elsewhere.get("/account", status=303)
    assert topics(session) == ["account.password_changed"]
    browser().post("/login", {"username": "ann", "password": NEW})


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong", NEW, "current-password"),
        ("", NEW, "current-password"),
        (PASSWORD, "short", "new-password"),
        (PASSWORD, "1234567890", "new-password"),
        (PASSWORD, "ann asker 1", "new-password"),
    ],
)
def test_a_password_that_is_not_changed(
    browser: Any, session: Any, current: str, new: str, field: str
) -> None:
    person = ann()
    before = person.password_hash
    page = browser(person).post(
        "/account/password", {"current_password": current, "new_password": new}, status=422
    )
    assert page.one(f"#password-{field}-error")
    assert person.password_hash == before
    assert topics(session) == []


@pytest.mark.parametrize(
    ("path", "typed", "part"),
    [
        ("/account/email", {"email": "new@example.org"}, "email"),
        ("/account/tokens", {"name": "t", "scope": "read", "days": "90"}, "token"),
    ],
)
def test_dangerous_things_need_the_password_again(
    browser: Any, session: Any, path: str, typed: dict[str, str], part: str
) -> None:
    person = ann()
    visitor = browser(person)
    with time_machine.travel(now() + LATER, tick=False):
        visitor.get("/account")
        page = visitor.submit(f"form[action='{path}']", typed, status=422)
        assert page.one(f"#{part}-current-password-error")
        assert person.pending_email is None
        assert not session.scalars(db.select(ApiToken)).all()
        done = 303 if part == "email" else 201
        visitor.submit(
            f"form[action='{path}']", {**typed, "current_password": PASSWORD}, status=done
        )
        assert "email-current-password" not in visitor.get("/account").html


@pytest.mark.parametrize("address", ["nobody", "postmaster@example.org", ""])
def test_an_address_that_cannot_be(browser: Any, session: Any, address: str) -> None:
    page = browser(ann()).post("/account/email", {"email": address}, status=422)
    assert page.one("#email-email-error")


# --- devices -----------------------------------------------------------------------------------


def test_devices_are_listed_and_signed_out(browser: Any, session: Any) -> None:
    person = ann()
    here = browser(person)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    other = credentials.open_session(person, ip="192.0.2.7", user_agent=agent)
    session.commit()
    page = here.get("/account")
    assert "Firefox on Linux" in page.text
    assert "192.0.2.7" in page.text
    here.submit("form[action*='/account/sessions/'][action$='/end']")
    assert credentials.live_session(other) is None
    here.get("/account")


def test_signing_out_everywhere_else(browser: Any, session: Any) -> None:
    person = ann()
    here, there = browser(person), browser(person)
    here.get("/account")
    here.submit("form[action$='/end-others']")
    here.get("/account")
    there.get("/account", status=303)


def test_nobody_signs_others_out_or_revokes_their_tokens(browser: Any, session: Any) -> None:
    person = ann()
    visitor = browser(person)
    token, _ = credentials.make_api_token(person, "t", scope=TokenScope.READ)
    session.commit()
    theirs = session.scalars(db.select(UserSession.id)).one()
    stranger = browser(eve())
    stranger.post(f"/account/sessions/{theirs}/end", status=404)
    stranger.post(f"/account/tokens/{token.id}/revoke", status=404)
    stranger.post(f"/account/sessions/{2**31}/end", status=404)
    visitor.get("/account")


# --- API tokens --------------------------------------------------------------------------------


def test_a_token_is_shown_once(browser: Any, session: Any) -> None:
    person = ann()
    visitor = browser(person)
    visitor.get("/account")
    page = visitor.submit(
        "form[action='/account/tokens']", {"name": "Backup", "scope": "write"}, status=201
    )
    secret = page.one(".account__secret").get_text()
    assert secret.startswith("desk_")
    assert page.response.headers["Cache-Control"] == "no-store"
    token = session.get_one(ApiToken, credentials.live_api_token(secret).id)
    assert (token.name, token.scope, token.user_id) == ("Backup", TokenScope.WRITE, person.id)
    assert (token.expires_at - token.created_at).days == 90
    page = visitor.get("/account")
    assert "Backup" in page.text
    assert secret not in page.html
    assert secret not in str(vars(token))
    visitor.submit("form[action$='/revoke']")
    assert credentials.live_api_token(secret) is None
    assert "Backup" not in visitor.get("/account").text
    visitor.post(f"/account/tokens/{token.id}/revoke", status=404)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("name", "\x1b"),
        ("scope", "admin"),
        ("days", "0"),
        ("days", "366"),
        ("days", "ten"),
        ("days", "9" * 400),
    ],
)
def test_a_token_that_cannot_be(browser: Any, session: Any, field: str, value: str) -> None:
    typed = {"name": "t", "scope": "read", "days": "90", field: value}
    page = browser(ann()).post("/account/tokens", typed, status=422)
    assert page.one(f"#token-{field}-error") if field != "scope" else page.one("[role=alert]")
    assert not session.scalars(db.select(ApiToken)).all()


def test_a_tokens_days_end(session: Any) -> None:
    person = ann()
    _, secret = credentials.make_api_token(person, "t", scope=TokenScope.READ, days=1)
    session.commit()
    with time_machine.travel(now() + dt.timedelta(days=1, seconds=1), tick=False):
        assert credentials.live_api_token(secret) is None
    assert session.scalars(db.select(User)).one() == person
