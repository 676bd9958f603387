"""/register."""

from typing import Any

import pytest

from app.domain import settings
from app.extensions import db
from app.models import OutboxEntry, User
from tests import factories
from tests.auth.conftest import topics
from tests.factories import PASSWORD, ann, sam, ticket

TYPED = {"name": "New Comer", "email": "new@example.org", "username": "", "password": PASSWORD}


def test_a_new_account_is_signed_in_at_once(browser: Any, session: Any) -> None:
    visitor = browser()
    visitor.get("/register")
    page = visitor.submit("form", TYPED)
    assert page.location == "/tickets"
    user = session.scalars(db.select(User)).one()
    assert (user.username, user.name, user.email) == ("new", "New Comer", "new@example.org")
    assert not user.is_confirmed
    assert not user.is_staff
    assert topics(session) == ["account.confirm_email"]
    account = visitor.get("/account")
    assert "isn’t confirmed yet" in account.text
    assert visitor.get("/register", status=303).location == "/tickets"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", " ", "Enter a name"),
        ("name", "a\x00b", "control character"),
        ("name", "x" * 101, "at most 100"),
        ("email", "nobody", "isn’t an e-mail"),
        ("email", "postmaster@example.org", "mail server"),
        ("email", "deskhand@localhost", "own address"),
        ("username", "a@b", "letters and digits"),
        ("username", "TAKEN", "is taken"),
        ("password", "short", "at least 10"),
        ("password", "x" * 257, "at most 256"),
        ("password", "1234567890", "lists"),
        ("password", "New Comer!", "too close"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    browser: Any, session: Any, field: str, value: str, words: str
) -> None:
    factories.user("Somebody", username="taken")
    visitor = browser()
    status = 409 if value == "TAKEN" else 422
    page = visitor.post("/register", {**TYPED, field: value}, status=status)
    assert words in page.one(f"#{field}-error").get_text()
    for other in {"name", "email", "username"} - {field}:
        assert page.one(f"#{other}").get("value") == TYPED[other]
    assert session.scalar(db.select(db.func.count()).select_from(User)) == 1


def test_long_passwords_with_anything_in_them(browser: Any, session: Any) -> None:
    password = "ä 🦊" * 64
    browser().post("/register", {**TYPED, "password": password})
    page = browser().post("/login", {"username": "new@example.org", "password": password})
    assert page.location == "/tickets"


def test_the_answer_is_the_same_for_a_taken_address(browser: Any, session: Any) -> None:
    owner = ann()
    bare = factories.user("Bare")
    bare.password_hash = bare.registered_at = None
    factories.user("Off", active=False)
    session.commit()
    seen = []
    for address in ("ann@example.org", "new@example.org", "bare@example.org", "off@example.org"):
        visitor = browser()
        page = visitor.post("/register", {**TYPED, "email": address})
        headers = {k: v for k, v in page.response.headers if k not in ("Set-Cookie", "Date")}
        account = visitor.get("/account")
        assert address in account.text
        again = visitor.post("/account/email/confirmation")
        seen.append((page.response.status_code, headers, page.html, again.location))
        # The name and the password that were just chosen sign in, whoever holds the address.
        assert browser().post("/login", {"username": address, "password": PASSWORD})
    assert all(answer == seen[0] for answer in seen)
    told = session.scalars(
        db.select(OutboxEntry.topic).where(OutboxEntry.recipient_id == owner.id)
    ).all()
    assert set(told) == {"account.exists"}


def test_registering_somebodys_address_opens_none_of_their_tickets(
    browser: Any, session: Any
) -> None:
    owner = ann()
    filed = ticket(owner, "About my salary")
    from app.domain import accounts

    staff = sam()
    bo = accounts.requester_for("bo@example.org", "Bo", by=staff)
    session.commit()
    for_bo = ticket(bo, "About Bo’s salary", by=staff)
    for address, theirs in (("ann@example.org", filed), ("bo@example.org", for_bo)):
        stranger = browser()
        stranger.post("/register", {**TYPED, "email": address})
        assert "salary" not in stranger.get("/tickets").text
        stranger.get(f"/tickets/{theirs.id}", status=404)


def test_sign_up_can_be_off(browser: Any, session: Any) -> None:
    settings.change({"self_registration": False})
    session.commit()
    page = browser().get("/register")
    assert "made by the help desk" in page.text
    browser().post("/register", TYPED, status=403)
    assert not session.scalars(db.select(User)).all()
