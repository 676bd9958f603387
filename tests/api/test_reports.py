"""POST /create_report and PUT /update_status_change."""

import datetime as dt

import pytest
from sqlalchemy import select

from app.clock import now
from app.models import ChangeSet, Ticket, TicketReport, TicketStatusChange
from tests import factories as make


@pytest.fixture
def ticket(ann):
    return make.ticket(ann)


@pytest.fixture
def report(caller, ann, ticket):
    body = {"ticket_id": ticket.id, "reporter_user_id": ann.id}
    return caller(ann).post("/create_report", body)["report"]


def test_the_requester_asks_for_another_look(session, caller, ann, ticket):
    body = {"ticket_id": ticket.id, "reporter_user_id": ann.id, "comment": "It burns\nagain."}
    answer = caller(ann).post("/create_report", body)
    kept = session.get_one(TicketReport, answer["report_id"])
    assert answer["report"] == {
        "id": kept.id,
        "ticket_id": ticket.id,
        "reporter_user_id": ann.id,
        "reported_at": kept.reported_at.isoformat().replace("+00:00", "Z"),
        "kind": "escalation",
        "status": "open",
        "comment": "It burns\nagain.",
    }
    opening = session.scalars(
        select(TicketStatusChange).where(TicketStatusChange.report_id == kept.id)
    ).one()
    assert (opening.from_status, opening.status_change) == (None, "open")
    session.refresh(ticket)
    assert ticket.version == 1


def test_staff_report_for_somebody_who_is_affected(session, caller, eve, sam, ticket):
    body = {"ticket_id": ticket.id, "reporter_user_id": eve.id}
    answer = caller(sam).post("/create_report", body)
    assert answer["report"]["kind"] == "affected"
    act = session.scalars(select(ChangeSet).order_by(ChangeSet.id.desc())).first()
    assert (act.actor_id, act.named_id) == (sam.id, eve.id)


def test_a_second_live_report_of_a_kind(caller, ann, ticket, report):
    body = {"ticket_id": ticket.id, "reporter_user_id": ann.id}
    caller(ann).post("/create_report", body, status=409)
    caller(ann).post("/create_report", body | {"kind": "affected"})


def test_who_may_report(caller, ann, eve, sam, ticket):
    caller(eve).post(
        "/create_report", {"ticket_id": ticket.id, "reporter_user_id": eve.id}, status=404
    )
    caller(ann).post(
        "/create_report", {"ticket_id": ticket.id, "reporter_user_id": eve.id}, status=403
    )
    wrong = caller(sam).post(
        "/create_report", {"ticket_id": ticket.id, "reporter_user_id": 2**31 - 1}, status=422
    )
    assert list(wrong["errors"]) == ["reporter_user_id"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "other"), ("kind", None), ("comment", None), ("comment", "\x07"), ("status", "open")],
)
def test_a_bad_field_is_named(caller, ann, ticket, field, value):
    body = {"ticket_id": ticket.id, "reporter_user_id": ann.id, field: value}
    assert list(caller(ann).post("/create_report", body, status=422)["errors"]) == [field]


# --- moving one ---------------------------------------------------------------------------------


def move(report, status, person, **more):
    return {
        "report_id": report["id"],
        "new_status_change": status,
        "user_id": person.id,
        **more,
    }


def test_staff_move_a_report_and_its_ticket_stays(session, caller, sam, ticket, report):
    me, body = caller(sam), move(report, "acknowledged", sam)
    sam_id, ticket_id = sam.id, ticket.id
    session.expunge_all()  # as in life, where the call begins with an empty session
    answer = me.put("/update_status_change", body)
    assert answer["report"]["status"] == "acknowledged"
    assert {k: v for k, v in answer["status_change"].items() if k not in ("id", "change_at")} == {
        "ticket_id": ticket_id,
        "report_id": report["id"],
        "from_status": "open",
        "status_change": "acknowledged",
        "change_by_user_id": sam_id,
    }
    kept = session.get_one(Ticket, ticket_id)
    assert (kept.status.value, kept.version) == ("new", 1)


def test_the_same_status_records_nothing(caller, sam, report):
    answer = caller(sam).put("/update_status_change", move(report, "open", sam))
    assert answer["status_change"] is None


def test_resolved_and_dismissed_are_final(caller, sam, report):
    me = caller(sam)
    me.put("/update_status_change", move(report, "dismissed", sam))
    wrong = me.put("/update_status_change", move(report, "open", sam), status=409)
    assert list(wrong["errors"]) == ["new_status_change"]


def test_only_staff_move_reports(caller, ann, eve, sam, report):
    caller(ann).put("/update_status_change", move(report, "resolved", ann), status=403)
    caller(eve).put("/update_status_change", move(report, "resolved", eve), status=404)
    nowhere = move({"id": 2**31 - 1}, "resolved", sam)
    caller(sam).put("/update_status_change", nowhere, status=404)


def test_when_it_happened(caller, sam, report):
    future = (now() + dt.timedelta(minutes=2)).isoformat()
    before = (now() - dt.timedelta(days=1)).isoformat()
    me = caller(sam)
    me.put("/update_status_change", move(report, "resolved", sam, change_at=future), status=422)
    me.put("/update_status_change", move(report, "resolved", sam, change_at=before), status=409)


def test_if_match_is_of_the_ticket(caller, sam, report):
    me, body = caller(sam), move(report, "resolved", sam)
    me.put("/update_status_change", body, status=412, headers={"If-Match": '"2"'})
    me.put("/update_status_change", body, headers={"If-Match": '"1"'})
