"""Every address × every kind of person × every method, against a file that people have reviewed.

``tests/matrix.txt`` says what each of them gets: a status, or "login" for being sent to sign in.
After a change of routes, `REWRITE_MATRIX=1 pytest tests/test_matrix.py -n0` writes it anew; review
the difference before it is committed.

Ann owns the ticket that the addresses name, Eve is the stranger; all other ids are Bob's, who is
none of the five. What a call sends is complete and valid, so that only rights are in its way.
"""

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Connection, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.domain import bulk, credentials, outbox, reports
from app.extensions import db
from app.models import Base, Category, Role, TokenScope
from app.web import problem
from app.web.access import access_of
from app.web.intake import file_store
from tests import factories as make
from tests.files import png

FILE = Path(__file__).with_name("matrix.txt")
REWRITE = os.environ.get("REWRITE_MATRIX") == "1"
PEOPLE = ("anonymous", "owner", "stranger", "agent", "admin")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
SAFE = ("GET", "HEAD", "OPTIONS")
LOGIN = "login"
REFUSED = {"401", "403", "404", "405", LOGIN}

Cell = tuple[str, str, str]  # path, method, person


@dataclass(frozen=True)
class World:
    """What there is when a call arrives: the same for each."""

    ids: dict[str, Any]
    cookies: dict[str, str]
    tokens: dict[str, str]
    csrf: tuple[str, str]
    people: dict[str, int]


# --- what is sent --------------------------------------------------------------------------------


def form_for(path: str, world: World) -> dict[str, Any]:
    """A complete form: most fields mean the same on every page, and forms ignore the others."""
    sam, ticket = world.people["agent"], world.ids["ticket_id"]
    category = world.ids["category_id"]
    everywhere = {
        **{"title": "The printer burns", "description": "In room 12.", "text": "**Smoke**"},
        **{"category": category, "priority": "normal", "status": "solved", "assignee": sam},
        **{"kind": "reply", "body": "Which tray?", "version": 1, "tags": "printer"},
        **{"name": "Nina New", "email": "nina@example.org", "username": "nina"},
        **{"role": "agent", "hand_over_to": 0, "direction": "down", "days": 30, "scope": "read"},
        **{"current_password": make.PASSWORD, "new_password": "a hedgehog on skates"},
        **{"time_zone": "UTC", "theme": "dark", "do": "status:solved", "id": ticket},
        **{"reopen_days": 10, "recall_seconds": 0, "person": world.ids["user_id"]},
        **{"team": 0, "teams": [world.ids["team_id"]]},
        **{"anyway": 1, "summary": "It burns."},
        **{"requester_password_length": 12, "staff_password_length": 14},
    }
    special: dict[str, dict[str, Any]] = {
        "/login": {"username": "bob", "password": make.PASSWORD},
        "/register": {"password": "a hedgehog on skates"},
        "/forgot-password": {"username": "bob"},
        "/tickets/<id:ticket_id>/participants": {"person": "bob"},
        "/uploads": {"files": (io.BytesIO(b"a log"), "client.log")},
        "/tickets/<id:ticket_id>/reports": {"kind": "escalation", "comment": "Two days now."},
        "/tickets/<id:ticket_id>/reports/<id:report_id>/status": {"status": "acknowledged"},
    }
    return everywhere | special.get(path, {})


def json_for(path: str, world: World, person: str) -> dict[str, Any]:
    ann, ticket = world.people["owner"], world.ids["ticket_id"]
    return {
        "/create_ticket": {"user_id": ann, "title": "On fire", "description": "Again."},
        "/update_ticket": {"ticket_id": ticket, "title": "Still on fire"},
        "/change_status": {"ticket_id": ticket, "status_change": "solved", "user_id": ann},
        "/create_report": {"ticket_id": ticket, "reporter_user_id": ann, "kind": "escalation"},
        "/update_status_change": {
            "report_id": world.ids["report_id"],
            "new_status_change": "acknowledged",
            "user_id": world.people.get(person, ann),
        },
        "/assign_ticket_to_staff": {"ticket_id": ticket, "staff_id": world.people["agent"]},
    }.get(path, {})


def query_for(path: str, world: World) -> dict[str, Any]:
    """What an address needs to be told to mean anything."""
    return {
        "/get_user_tickets": {"user_id": world.people["owner"]},
        "/analytics/tickets": {"number": "created"},
        "/analytics/tickets.csv": {"number": "created"},
    }.get(path, {})


# --- the world and its calls ---------------------------------------------------------------------


@pytest.fixture
def world(app: Flask) -> World:
    """Made outside of any request, and left without an open context: requests make their own."""
    with app.app_context():
        ann, eve, sam, ada = make.ann(), make.eve(), make.sam(), make.ada()
        bob = make.user("Bob Bystander", username="bob", role=Role.AGENT)
        people = {"owner": ann, "stranger": eve, "agent": sam, "admin": ada}
        team = make.team("Web", bob)
        ticket = make.ticket(ann)
        attached = make.attached(ticket)
        attached.thumbnail_key = file_store().store(io.BytesIO(png())).key
        report = reports.create_report(ticket, bob, act=make.act(bob))
        failed = outbox.announce("ticket.received", ticket_id=ticket.id)
        outbox.failed(failed, "no such host", final=True)
        run = bulk.start([ticket.id], bulk.Asked(priority="low"), act=make.act(bob, bulk.EDIT))
        token, _ = credentials.make_api_token(bob, "backup", scope=TokenScope.READ)
        db.session.flush()
        cookies, tokens = {}, {}
        for name, person in people.items():
            cookies[name] = credentials.open_session(person, ip="127.0.0.1", user_agent="test")
            tokens[name] = credentials.make_api_token(person, "test", scope=TokenScope.WRITE)[1]
        secret = credentials.open_session(bob, ip="127.0.0.1", user_agent="test")
        db.session.commit()
        session_row = credentials.live_session(secret)
        assert session_row is not None
        ids = {
            "ticket_id": ticket.id,
            "report_id": report.id,
            "public_id": attached.public_id,
            "act_id": report.change_set_id,
            "run_id": run.id,
            "user_id": bob.id,
            "token_id": token.id,
            "session_id": session_row.id,
            "entry_id": failed.id,
            "team_id": team.id,
            "category_id": db.session.scalar(select(Category.id).order_by(Category.id).limit(1)),
            "token": "no-such-token",
            "digest": "0" * 16,
            "filename": "css/tokens.css",
        }
        by_id = {name: person.id for name, person in people.items()}
    with app.test_request_context():
        from flask import session

        csrf = (generate_csrf(), session["csrf_token"])
    return World(ids, cookies, tokens, csrf, by_id)


def browser_of(app: Flask, world: World, person: str) -> FlaskClient:
    """As Flask's own client keeps it, in the shape in which the product reads it."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["csrf_token"] = world.csrf[1]
        if person in world.cookies:
            session["_user_id"] = world.cookies[person]
    return client


def call(app: Flask, world: World, path: str, method: str, person: str) -> TestResponse:
    rule = next(r for r in app.url_map.iter_rules() if r.rule == path)
    address = address_of(rule, world)
    client, query = browser_of(app, world, person), query_for(path, world)
    if path in problem.API_PATHS:
        headers = {}
        if person in world.tokens:
            headers["Authorization"] = f"Bearer {world.tokens[person]}"
        body = None if method in SAFE else json_for(path, world, person)
        return client.open(address, method=method, headers=headers, json=body, query_string=query)
    data = None
    if method not in SAFE:
        data = form_for(path, world) | {"csrf_token": world.csrf[0]}
    return client.open(address, method=method, data=data, query_string=query)


def address_of(rule: Rule, world: World) -> str:
    missing = rule.arguments - set(world.ids)
    assert not missing, f"{rule.rule}: the matrix needs to know a {missing}"
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(world.ids[name[1]]), rule.rule)


def sent_to_sign_in(response: TestResponse) -> bool:
    location = response.headers.get("Location", "")
    return response.status_code == 303 and location.partition("?")[0] == "/login"


def public(app: Flask) -> set[tuple[str, str]]:
    """Which methods of which addresses declare to be open to everybody."""
    return {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if access_of(app.view_functions[rule.endpoint]) == "public"
    }


def snapshot(connection: Connection, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Every row of the database, but for the moments at which a session or token was used."""
    rows = {}
    for table in Base.metadata.sorted_tables:
        if table.name in without:
            continue
        columns = [c for c in table.c if c.name not in ("last_seen_at", "last_used_at")]
        rows[table.name] = sorted(map(repr, connection.execute(select(*columns))))
    return rows


HELD = frozenset({"held_forms"})
"""Where a form waits for its sender to sign in; that is the point of being sent there."""


# --- the tests -----------------------------------------------------------------------------------

_observed: dict[Cell, str] = {}


@pytest.mark.slow
@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_gets_what_the_matrix_says(
    app: Flask, connection: Connection, world: World, person: str
) -> None:
    """And a refused call changes nothing at all, nor does a safe one (R25, H13, H43)."""
    before, open_to_all = snapshot(connection), public(app)
    changed, got = [], {}
    for path in paths(app):
        for method in METHODS:
            savepoint = connection.begin_nested()
            response = call(app, world, path, method, person)
            result = str(response.status_code)
            if (path, method) not in open_to_all and sent_to_sign_in(response):
                result = LOGIN
            response.close()
            got[path, method, person] = result
            if result in REFUSED or method in SAFE:
                without = frozenset() if method in SAFE else HELD
                after = snapshot(connection, without)
                changed += [
                    f"{method} {path}: {result}, but {table} changed"
                    for table, rows in after.items()
                    if rows != before[table]
                ]
            savepoint.rollback()
    assert changed == []
    _observed.update(got)
    if not REWRITE:
        expected = {cell: status for cell, status in read_matrix().items() if cell[2] == person}
        assert differences(expected, got) == []


def test_the_matrix_is_up_to_date(app: Flask) -> None:
    if REWRITE:
        assert {person for _, _, person in _observed} == set(PEOPLE), "run all of this file"
        FILE.write_text(as_text(_observed))
    cells = read_matrix()
    assert {path for path, _, _ in cells} == set(paths(app))
    assert FILE.read_text() == as_text(cells), "the file is not in the form in which it is written"


def test_no_call_ends_in_an_error_of_ours() -> None:
    assert [cell for cell, status in read_matrix().items() if status.startswith("5")] == []


def test_nobody_signed_out_reaches_what_is_not_public(app: Flask) -> None:
    reached = [
        (path, method, status)
        for (path, method, person), status in read_matrix().items()
        if person == "anonymous" and method != "OPTIONS" and (path, method) not in public(app)
        if status not in REFUSED
    ]
    assert reached == []


# --- the file ------------------------------------------------------------------------------------

HEADER = f"""\
# Who gets what: each address, each method, each of five people. Reviewed by people, kept by
# tests/test_matrix.py, which also tells how to write it anew.
# Addresses that answer alike stand together. "{LOGIN}" is being sent to sign in.
#
# The ticket is the owner's; all other ids belong to somebody who is none of the five.
"""
WIDTH = 40


def paths(app: Flask) -> list[str]:
    return sorted({rule.rule for rule in app.url_map.iter_rules()})


def as_text(cells: dict[Cell, str]) -> str:
    blocks: dict[tuple[str, ...], list[str]] = {}
    for path in sorted({path for path, _, _ in cells}):
        blocks.setdefault(_rows(cells, path), []).append(path)
    head = f"# {'':<{WIDTH - 2}}" + "".join(f"{person:>11}" for person in PEOPLE)
    parts = [HEADER + head]
    parts += ["\n".join([*alike, *rows]) for rows, alike in blocks.items()]
    return "\n\n".join(parts) + "\n"


def _rows(cells: dict[Cell, str], path: str) -> tuple[str, ...]:
    """The lines of one address: methods with the same answers share one."""
    by_answers: dict[tuple[str, ...], list[str]] = {}
    for method in METHODS:
        answers = tuple(cells[path, method, person] for person in PEOPLE)
        by_answers.setdefault(answers, []).append(method)
    return tuple(
        f"    {' '.join(methods):<{WIDTH - 4}}" + "".join(f"{answer:>11}" for answer in answers)
        for answers, methods in by_answers.items()
    )


def read_matrix() -> dict[Cell, str]:
    return dict(_read(FILE.read_text()))


def _read(text: str) -> Iterator[tuple[Cell, str]]:
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        addresses = [line for line in lines if line.startswith("/")]
        for line in lines:
            if line.startswith("/"):
                continue
            words = line.split()
            methods, answers = words[: -len(PEOPLE)], words[-len(PEOPLE) :]
            for path in addresses:
                for method in methods:
                    for person, answer in zip(PEOPLE, answers, strict=True):
                        yield (path, method, person), answer


def differences(expected: dict[Cell, str], got: dict[Cell, str]) -> list[str]:
    return [
        f"{method} {path} as {person}: {got.get(cell, 'gone')}, the matrix says "
        f"{expected.get(cell, 'nothing')}"
        for cell in sorted(expected.keys() | got.keys())
        if expected.get(cell) != got.get(cell)
        for path, method, person in [cell]
    ]
