"""The order in which a call is checked: 401, 405, 415 and 400, 413, 422, 404, 403, 412, 409/422."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from app.api.endpoint import ENDPOINTS
from app.clock import now
from app.domain import credentials, tickets
from app.models import ApiToken, TicketStatus, TokenScope
from tests import factories as make

PATHS = {
    "/create_ticket": "POST",
    "/get_open_tickets": "GET",
    "/get_closed_tickets": "GET",
    "/update_ticket": "PUT",
    "/change_status": "PUT",
    "/create_report": "POST",
    "/update_status_change": "PUT",
    "/get_open_tickets_count": "GET",
    "/get_closed_tickets_count": "GET",
    "/assign_ticket_to_staff": "PUT",
    "/get_user_tickets": "GET",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")


def test_these_are_the_addresses():
    assert {endpoint.path: endpoint.method for endpoint in ENDPOINTS} == PATHS


@pytest.mark.parametrize("path", PATHS)
def test_401_then_405(caller, ann, browser, path):
    signed_in_browser = browser(ann).client
    for method in METHODS:
        for client in (caller().client, signed_in_browser):
            response = client.open(path, method=method, data=b"{", content_type="text/plain")
            assert response.status_code == 401, method
            assert response.headers["WWW-Authenticate"] == "Bearer"
        allowed = {PATHS[path]} | ({"HEAD"} if PATHS[path] == "GET" else set())
        if method not in allowed:
            response = caller(ann).client.open(
                path, method=method, headers={"Authorization": f"Bearer {caller(ann).token}"}
            )
            assert response.status_code == 405, method
            assert set(response.headers["Allow"].split(", ")) == allowed
            if method != "HEAD":
                assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer desk_",
        "Bearer x y",
        "Basic YW5uOng=",
        "Token {token}",
        "{token}",
        "Bearer {token}x",
        "Bearer \x00",
        "Bearer \xff",
        "Bearer " + "x" * 5000,
    ],
)
def test_only_a_live_bearer_token_opens(caller, ann, header):
    me = caller(ann)
    header = header.replace("{token}", me.token)
    response = me.client.get("/get_open_tickets_count", headers={"Authorization": header})
    assert response.status_code == 401
    assert me.client.get(f"/get_open_tickets_count?token={me.token}").status_code == 401
    ok = me.client.get("/get_open_tickets_count", headers={"Authorization": f"bearer {me.token}"})
    assert ok.status_code == 200


@pytest.mark.parametrize("change", ["expired", "revoked", "deactivated"])
def test_a_dead_token_opens_nothing(session, caller, ann, change):
    me = caller(ann)
    if change == "deactivated":
        ann.deactivated_at = now()
    elif change == "revoked":
        credentials.revoke_api_tokens(ann)
    else:
        session.execute(update(ApiToken).values(expires_at=now()))
    session.commit()
    me.get("/get_open_tickets_count", status=401)


def test_use_is_noted_every_five_minutes(session, caller, ann):
    me = caller(ann)

    def used():
        session.expire_all()
        return session.scalars(select(ApiToken.last_used_at)).one()

    me.get("/get_open_tickets_count")
    first = used()
    assert first is not None
    me.get("/get_open_tickets_count")
    assert used() == first
    session.execute(update(ApiToken).values(last_used_at=first - dt.timedelta(minutes=6)))
    session.commit()
    me.get("/get_open_tickets_count")
    assert used() > first


@pytest.fixture
def world(session, ann, eve, sam):
    """Ann's ticket, which is closed, so that the rules would refuse her too."""
    ticket = make.ticket(ann)
    tickets.change_status(ticket, TicketStatus.CLOSED, act=make.act(sam))
    session.commit()
    return {"ticket": ticket.id, "ann": ann, "eve": eve, "sam": sam}


STALE = {"If-Match": '"1"'}
READ, WRITE = TokenScope.READ, TokenScope.WRITE


@pytest.mark.parametrize(
    ("who", "scope", "change", "headers", "status"),
    [
        # Each line mends what the line before was refused for, and would fail all that follow.
        ("eve", READ, "raw:{", {"Content-Type": "text/plain", "If-Match": "?"}, 415),
        ("eve", READ, "raw:{", {"If-Match": "?"}, 400),
        ("eve", READ, "raw:" + "{" * 1_100_000, STALE, 413),
        ("eve", READ, {"title": ""}, {"If-Match": "?"}, 400),
        ("eve", READ, {"title": ""}, STALE, 422),
        ("eve", READ, {"title": "x", "priority": "low"}, STALE, 404),
        ("ann", READ, {"title": "x", "priority": "low"}, STALE, 403),
        ("ann", WRITE, {"title": "x", "priority": "low"}, STALE, 403),
        ("ann", WRITE, {"title": "x"}, STALE, 412),
        ("ann", WRITE, {"title": "x"}, {}, 409),
        ("sam", WRITE, {"title": "x", "status": "new"}, {}, 409),
        ("sam", WRITE, {"title": "x", "category": "Nowhere"}, {}, 422),
        ("sam", WRITE, {"title": "x"}, {}, 200),
    ],
)
def test_one_refusal_after_the_other(caller, world, who, scope, change, headers, status):
    me = caller(world[who], scope)
    if isinstance(change, str):
        response = me.client.put(
            "/update_ticket",
            data=change.removeprefix("raw:"),
            headers={"Authorization": f"Bearer {me.token}", "Content-Type": "application/json"}
            | headers,
        )
        assert response.status_code == status
    else:
        me.put(
            "/update_ticket",
            {"ticket_id": world["ticket"]} | change,
            status=status,
            headers=headers,
        )


def test_a_token_for_reading_reads(caller, ann):
    me = caller(ann, READ)
    me.get("/get_open_tickets")
    me.post("/create_ticket", {"user_id": ann.id, "title": "x", "description": "x"}, status=403)


def test_a_token_has_its_limit(tmp_path):
    from flask_migrate import upgrade

    from app import create_app
    from app.api import endpoint
    from app.extensions import db
    from tests.api.conftest import Caller, token_of
    from tests.conftest import settings_for

    app = create_app(settings_for(f"sqlite:///{tmp_path}/l.db", tmp_path, rate_limits=True))
    with app.app_context():
        upgrade()
        me = Caller(app, token_of(make.ann()))
    allowed = int(endpoint.LIMIT_PER_TOKEN.partition("/")[0])
    codes = [
        me.client.get(
            "/get_open_tickets_count", headers={"Authorization": f"Bearer {me.token}"}
        ).status_code
        for _ in range(allowed)
    ]
    assert set(codes) == {200}
    refused = me.call("GET", "/get_open_tickets_count", status=429)
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    with app.app_context():
        db.engine.dispose()
