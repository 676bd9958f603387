"""Idempotency-Key: the same key and body does its work once and gives the same answer."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from app.clock import now
from app.extensions import db
from app.models import Submission, Ticket, TicketReport
from tests import factories as make
from tests.api.conftest import Caller, token_of

KEY = {"Idempotency-Key": "a-1"}


def ticket(person, title="Once"):
    return {"user_id": person.id, "title": title, "description": "x"}


def tickets(session):
    return session.scalar(select(func.count(Ticket.id)))


def test_the_same_key_and_body_give_the_same_answer(session, caller, ann):
    first = caller(ann).call("POST", "/create_ticket", ticket(ann), status=201, headers=KEY)
    second = caller(ann).call("POST", "/create_ticket", ticket(ann), status=201, headers=KEY)
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"] == '"1"'
    assert tickets(session) == 1


def test_the_order_of_keys_is_no_other_body(session, caller, ann):
    for body in (ticket(ann), dict(reversed(ticket(ann).items()))):
        caller(ann).post("/create_ticket", body, headers=KEY)
    assert tickets(session) == 1


def test_the_same_key_with_another_body(session, caller, ann):
    caller(ann).post("/create_ticket", ticket(ann), headers=KEY)
    caller(ann).post("/create_ticket", ticket(ann, "Twice"), status=422, headers=KEY)
    assert tickets(session) == 1


def test_a_key_is_of_one_person_and_one_route(session, caller, ann, eve):
    made = caller(ann).post("/create_ticket", ticket(ann), headers=KEY)
    caller(eve).post("/create_ticket", ticket(eve), headers=KEY)
    report = {"ticket_id": made["ticket_id"], "reporter_user_id": ann.id}
    for _ in range(2):
        caller(ann).post("/create_report", report, headers=KEY)
    assert tickets(session) == 2
    assert session.scalar(select(func.count(TicketReport.id))) == 1


def test_what_was_refused_may_be_tried_again(session, caller, ann, sam):
    wrong = ticket(ann) | {"category": "Later"}
    caller(sam).post("/create_ticket", wrong, status=422, headers=KEY)
    make.category("Later")
    caller(sam).post("/create_ticket", wrong, headers=KEY)
    assert tickets(session) == 1


def test_after_a_day_a_key_is_new(session, caller, ann):
    caller(ann).post("/create_ticket", ticket(ann), headers=KEY)
    session.execute(update(Submission).values(created_at=now() - dt.timedelta(hours=24, seconds=1)))
    session.commit()
    caller(ann).post("/create_ticket", ticket(ann, "Twice"), headers=KEY)
    assert tickets(session) == 2
    assert session.scalar(select(func.count(Submission.id))) == 1


@pytest.mark.parametrize("key", ["", "x" * 129, "a\x7fb", "a\x80"])
def test_a_key_must_be_usable(caller, ann, key):
    headers = {"Idempotency-Key": key}
    caller(ann).post("/create_ticket", ticket(ann), status=400, headers=headers)


def test_the_longest_key(caller, ann):
    caller(ann).post("/create_ticket", ticket(ann), headers={"Idempotency-Key": "~" * 128})


def test_twenty_at_the_same_moment_are_one(live_app):
    with live_app.app_context():
        racer = make.user("Racing Person")
        token, body = token_of(racer), ticket(racer)

    def send(_n):
        caller = Caller(live_app, token)
        return caller.call("POST", "/create_ticket", body, status=201, headers=KEY).data

    with ThreadPoolExecutor(20) as threads:
        answers = set(threads.map(send, range(20)))
    assert len(answers) == 1
    with live_app.app_context():
        assert tickets(db.session) == 1
