"""Fields that name something, fields that nobody may set, and texts that are hard to keep."""

import json

import pytest
from sqlalchemy import inspect, select

from app.models import ApiToken, Base, Ticket, TicketReport, TicketStatusChange, User
from app.text import is_blank, refusal
from tests import factories as make
from tests.corpora import corpus

BAD_IDS = [
    0,
    -1,
    2**31,
    2**63,
    -(2**63),
    1.0,
    1.5,
    True,
    False,
    "1",
    "1 or 1=1",
    "",
    [],
    [1],
    {},
    {"$gt": 0},
    None,
]


@pytest.fixture
def bodies(session, ann, sam):
    """A good body for each address, and the fields of it that are ids."""
    ticket = make.ticket(ann)
    report = make_report(session, ticket, ann)
    return {
        "/create_ticket": (
            {"user_id": ann.id, "title": "x", "description": "x"},
            ["user_id"],
        ),
        "/update_ticket": ({"ticket_id": ticket.id, "title": "x"}, ["ticket_id"]),
        "/change_status": (
            {"ticket_id": ticket.id, "status_change": "open", "user_id": sam.id},
            ["ticket_id", "user_id"],
        ),
        "/create_report": (
            {"ticket_id": ticket.id, "reporter_user_id": sam.id},
            ["ticket_id", "reporter_user_id"],
        ),
        "/update_status_change": (
            {"report_id": report.id, "new_status_change": "resolved", "user_id": sam.id},
            ["report_id", "user_id"],
        ),
        "/assign_ticket_to_staff": (
            {"ticket_id": ticket.id, "staff_id": sam.id},
            ["ticket_id", "staff_id"],
        ),
    }


def make_report(session, ticket, person):
    from app.domain import reports

    report = reports.create_report(ticket, person, act=make.act(person))
    session.commit()
    return report


PATHS = {
    "/create_ticket": "POST",
    "/update_ticket": "PUT",
    "/change_status": "PUT",
    "/create_report": "POST",
    "/update_status_change": "PUT",
    "/assign_ticket_to_staff": "PUT",
}


@pytest.mark.parametrize("path", PATHS)
def test_every_id_is_checked(caller, bodies, sam, path):
    body, ids = bodies[path]
    for field in ids:
        for bad in BAD_IDS:
            if (field, bad) == ("staff_id", None):
                continue  # nobody
            wrong = caller(sam).call(PATHS[path], path, body | {field: bad}, status=422).json
            assert list(wrong["errors"]) == [field], bad
        status = 404 if field in ("ticket_id", "report_id") else 422
        caller(sam).call(PATHS[path], path, body | {field: 2**31 - 1}, status=status)
        del wrong


@pytest.mark.parametrize("path", PATHS)
def test_no_other_column_can_be_set(session, caller, bodies, ann, sam, ada, path):
    columns = {
        column.key
        for model in (Ticket, User, TicketReport, TicketStatusChange, ApiToken)
        for column in inspect(model).columns
    }
    body, _ = bodies[path]
    before = everything(session)
    for person in (ann, sam, ada):
        me = caller(person)
        for column in columns - known(path):
            wrong = me.call(PATHS[path], path, body | {column: 1}, status=422).json
            assert wrong["errors"] == {column: ["There is no field of this name."]}
    assert everything(session) == before


def known(path):
    from app.api.endpoint import ENDPOINTS

    return {
        name
        for endpoint in ENDPOINTS
        if endpoint.path == path and endpoint.body
        for name in endpoint.body.model_fields
    }


def everything(session):
    session.expire_all()
    return {
        table.name: session.execute(select(table).order_by(*table.primary_key)).all()
        for table in Base.metadata.sorted_tables
        if table.name != "api_tokens"
    }


def test_naughty_strings_come_back_byte_for_byte_or_are_refused(caller, ann):
    me, strings = caller(ann), json.loads(corpus("strings/blns/blns.json").read_text())
    bad = [text for text in strings if refusal(text) or is_blank(text)]
    for text in bad:
        body = {"user_id": ann.id, "title": text[:200], "description": text}
        answer = me.post("/create_ticket", body, status=422)
        assert set(answer["errors"]) == {"title", "description"}
    ticket_id = make.ticket(ann).id
    for text in packed([text for text in strings if text not in bad]):
        body = {"user_id": ann.id, "title": text[:200], "description": text}
        made = me.post("/create_ticket", body)["ticket"]
        assert (made["title"], made["description"]) == (text[:200], text)
        body = {"ticket_id": ticket_id, "title": text[:200], "new_description": text}
        made = me.put("/update_ticket", body)["ticket"]
        assert (made["title"], made["description"]) == (text[:200], text)
    together = "\n".join(text for text in strings if text not in bad)
    body = {"ticket_id": ticket_id, "reporter_user_id": ann.id, "comment": together}
    assert me.post("/create_report", body)["report"]["comment"] == together


def packed(strings):
    """The strings, as many on a line as fit a title: a call for each would take a minute."""
    line = ""
    for text in strings:
        if line and len(line) + len(text) > 198:
            yield line
            line = ""
        line = f"{line}\t{text}" if line else text
    yield line


def test_secrets_never_come_back(session, caller, ann, sam, capfd):
    """Neither what was sent nor what is kept of a secret, in answers or in what is logged."""
    ticket = make.ticket(ann)
    me, canary = caller(sam), "canary-password-7f3a"
    seen = [
        me.client.post("/login", json={"username": "sam", "password": canary}).text,
        me.client.post("/login", json={"username": canary, "password": [canary]}).text,
        me.client.get("/get_open_tickets", headers={"Authorization": f"Bearer {canary}"}).text,
        json.dumps(me.get("/get_open_tickets")),
        json.dumps(me.get(f"/get_user_tickets?user_id={ann.id}")),
        json.dumps(me.put("/assign_ticket_to_staff", {"ticket_id": ticket.id, "staff_id": sam.id})),
        me.client.get("/openapi.json").text,
    ]
    logged = capfd.readouterr()
    digest = session.scalars(select(ApiToken.digest)).first()
    for text in (*seen, logged.out, logged.err):
        for secret in (canary, me.token, digest, "$2b$", "password_hash", sam.password_hash):
            assert secret not in text
