"""Forty people say in the same second that it hits them too: forty reports, one each."""

import http.client
import threading
from collections import Counter
from urllib.parse import urlencode

import pytest
from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import func, select

from app.domain import credentials
from app.extensions import db
from app.models import (
    OutboxEntry,
    ReportKind,
    ReportStatus,
    Ticket,
    TicketReport,
    TicketStatusChange,
    User,
)
from tests import factories as make

pytestmark = pytest.mark.slow

PEOPLE = 40


class Presser:
    """A signed-in browser with the page open, twice: the forms differ in their nonce."""

    def __init__(self, app: Flask, person: User, port: int, csrf: tuple[str, str]) -> None:
        self.port = port
        self.token, kept = csrf
        secret = credentials.open_session(person, ip="127.0.0.1", user_agent="test")
        client = app.test_client()
        with client.session_transaction() as session:
            session.update(csrf_token=kept, _user_id=secret)
        cookie = next(iter(client._cookies.values()))
        self.cookie = f"{cookie.key}={cookie.value}"

    def request(self, method: str, path: str, **fields: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = urlencode({"csrf_token": self.token, **fields}) if fields else None
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status


def test_forty_people_at_once_are_forty_reports(own_app, environment, serve):
    serve()
    with own_app.test_request_context():
        csrf = (generate_csrf(), session["csrf_token"])
    with own_app.app_context():
        db.session().will_write()  # the server's worker writes too
        ticket = make.known_problem(make.ann(), make.sam())
        ticket_id, version = ticket.id, ticket.version
        people = [make.user() for _ in range(PEOPLE)]
        port = int(environment["PORT"])
        pressers = [Presser(own_app, person, port, csrf) for person in people]
        ids = {person.id for person in people}
        db.session.commit()
        db.session.remove()

        at, answers = f"/tickets/{ticket_id}", []
        together = threading.Barrier(PEOPLE)

        def press(presser: Presser) -> None:
            seen = presser.request("GET", at)
            together.wait()
            for page in ("one", "other"):
                pressed = presser.request("POST", f"{at}/reports", kind="affected", nonce=page)
                answers.append((seen, page, pressed))

        threads = [threading.Thread(target=press, args=(presser,)) for presser in pressers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Counter(answers) == {(200, "one", 303): PEOPLE, (200, "other", 409): PEOPLE}

        reports = db.session.scalars(select(TicketReport)).all()
        assert len(reports) == PEOPLE
        assert {report.reporter_user_id for report in reports} == ids
        assert {(r.kind, r.status) for r in reports} == {(ReportKind.AFFECTED, ReportStatus.OPEN)}
        opened = select(func.count()).where(TicketStatusChange.report_id.is_not(None))
        assert db.session.scalar(opened) == PEOPLE
        told = select(func.count()).where(OutboxEntry.topic == "report.filed")
        assert db.session.scalar(told) == PEOPLE
        ticket = db.session.get_one(Ticket, ticket_id)
        assert ticket.version == version, "reports are no version of the ticket"
        assert ticket.updated_at >= max(report.reported_at for report in reports)
