"""POST /login with JSON."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from app.clock import now
from app.models import ApiToken, TokenScope
from tests import factories as make


def sign_in(caller, username, password=make.PASSWORD, *, status=200, **more):
    return caller().post(
        "/login", {"username": username, "password": password, **more}, status=status
    )


def test_a_name_and_a_password_for_a_token(session, caller, ann):
    answer = sign_in(caller, "ann")
    token = session.scalars(select(ApiToken)).one()
    assert answer == {
        "user_id": ann.id,
        "username": "ann",
        "role": "requester",
        "token": answer["token"],
        "expires_at": token.expires_at.isoformat().replace("+00:00", "Z"),
    }
    assert answer["token"].startswith("desk_")
    assert (token.name, token.scope) == ("Signed in through the API", TokenScope.WRITE)
    assert dt.timedelta(days=89) < token.expires_at - now() <= dt.timedelta(days=90)
    me = caller()
    me.token = answer["token"]
    assert me.get("/get_open_tickets_count") == {"count": 0}


def test_the_address_and_the_role(caller, ada):
    assert sign_in(caller, "ADA@example.org")["role"] == "admin"


def test_a_wrong_pair_teaches_nothing(session, caller, ann):
    make.user("Gone Person", active=False)
    answers = [
        sign_in(caller, name, password, status=401) | {"request_id": ""}
        for name, password in [
            ("ann", "wrong"),
            ("nobody", make.PASSWORD),
            ("gone.person", make.PASSWORD),
            ("nobody@example.org", "x"),
            ("", ""),
            ("a\x00b", "\x00"),
            ("ann", "x" * 1000),
            ("ann", "\udfff"),
        ]
    ]
    assert all(answer == answers[0] for answer in answers)
    assert session.scalar(select(func.count(ApiToken.id))) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", None),
        ("username", 7),
        ("username", ["ann"]),
        ("username", "x" * 255),
        ("username", "\ud800"),
        ("password", None),
        ("password", {"$ne": ""}),
        ("remember", True),
    ],
)
def test_a_bad_field_is_named(caller, ann, field, value):
    body = {"username": "ann", "password": make.PASSWORD, field: value}
    assert list(caller().post("/login", body, status=422)["errors"]) == [field]


def test_other_types_and_too_much(caller):
    client = caller().client
    for kind in ("text/plain", "application/xml", "application/vnd.api+json", ""):
        response = client.post("/login", data=b"{}", content_type=kind)
        assert (response.status_code, response.mimetype) == (415, "application/problem+json")
    response = client.post("/login", data=b"{}" + b" " * 17_000, content_type="application/json")
    assert response.status_code == 413


def test_the_answer_is_not_kept(caller, ann):
    response = caller().call(
        "POST", "/login", {"username": "ann", "password": make.PASSWORD}, status=200
    )
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
