"""PUT /update_ticket."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from app.clock import now
from app.domain import tickets
from app.models import ChangeSet, Ticket, TicketFieldChange, TicketStatus
from tests import factories as make


@pytest.fixture
def ticket(ann):
    return make.ticket(ann)


def changes(session):
    rows = session.scalars(select(TicketFieldChange).order_by(TicketFieldChange.id))
    return [(row.field, row.old, row.new) for row in rows]


@pytest.mark.parametrize("field", ["new_description", "description"])
def test_the_requester_edits_the_text_and_the_old_one_stays(session, caller, ann, ticket, field):
    body = {"ticket_id": ticket.id, field: "Now *tray 3*.", "title": "It smokes"}
    answer = caller(ann).call("PUT", "/update_ticket", body, status=200)
    assert answer.headers["ETag"] == '"2"'
    made = answer.json["ticket"]
    assert (made["title"], made["description"], made["version"]) == (
        "It smokes",
        "Now *tray 3*.",
        2,
    )
    assert changes(session) == [
        ("title", "The printer is on fire", "It smokes"),
        ("description", "Smoke comes out of **tray 2**.", "Now *tray 3*."),
    ]
    session.expire_all()
    assert ticket.description_html == "<p>Now <em>tray 3</em>.</p>\n"


def test_fields_combine_in_one_act(session, caller, sam, ticket):
    make.category("Projectors")
    body = {
        "ticket_id": ticket.id,
        "title": "Fire",
        "priority": "urgent",
        "category": "projectors",
        "status": "pending",
    }
    made = caller(sam).put("/update_ticket", body)["ticket"]
    assert {name: made[name] for name in ("title", "priority", "category", "status")} == {
        "title": "Fire",
        "priority": "urgent",
        "category": "Projectors",
        "status": "pending",
    }
    assert made["version"] == 2
    assert (
        caller(sam).put("/update_ticket", {"ticket_id": ticket.id, "category": None})["ticket"][
            "category"
        ]
        is None
    )


def test_the_same_values_change_and_record_nothing(session, caller, sam, ticket):
    acts = session.scalar(select(func.count(ChangeSet.id)))
    body = {
        "ticket_id": ticket.id,
        "title": ticket.title,
        "new_description": ticket.description,
        "priority": "normal",
        "category": None,
        "status": "new",
    }
    assert caller(sam).put("/update_ticket", body)["ticket"]["version"] == 1
    assert changes(session) == []
    assert session.scalar(select(func.count(ChangeSet.id))) == acts


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"description": "a", "new_description": "b"},
        {"description": "a", "new_description": "a"},
        {"title": None},
        {"title": " "},
        {"priority": None},
        {"status": None},
        {"status": "done"},
        {"version": 7},
        {"user_id": 1},
        {"assignee_id": 1},
        {"tags": ["a"]},
        {"description_html": "<script>"},
    ],
)
def test_a_bad_body_changes_nothing(session, caller, sam, ticket, body):
    caller(sam).put("/update_ticket", {"ticket_id": ticket.id, **body}, status=422)
    assert session.scalar(select(Ticket.version)) == 1


@pytest.mark.parametrize(
    "field", [{"priority": "low"}, {"priority": "normal"}, {"category": None}, {"status": "solved"}]
)
def test_requesters_may_change_only_the_text(caller, ann, ticket, field):
    caller(ann).put("/update_ticket", {"ticket_id": ticket.id, **field}, status=403)
    caller(ann).put("/update_ticket", {"ticket_id": ticket.id, "title": "x", **field}, status=403)


def test_strangers_see_no_ticket(caller, eve, ticket):
    here = caller(eve).put("/update_ticket", {"ticket_id": ticket.id, "title": "x"}, status=404)
    nowhere = caller(eve).put("/update_ticket", {"ticket_id": 2**31 - 1, "title": "x"}, status=404)
    assert here | {"request_id": ""} == nowhere | {"request_id": ""}


def test_rules_answer_409(session, caller, ann, sam, ticket):
    tickets.change_status(ticket, TicketStatus.CLOSED, act=make.act(sam))
    session.commit()
    caller(ann).put("/update_ticket", {"ticket_id": ticket.id, "title": "x"}, status=409)
    caller(sam).put("/update_ticket", {"ticket_id": ticket.id, "status": "new"}, status=409)


def test_a_failed_act_leaves_nothing_half_done(session, caller, sam, ticket):
    body = {"ticket_id": ticket.id, "title": "half", "category": "Nothing"}
    caller(sam).put("/update_ticket", body, status=422)
    make.category("Old").archived_at = now()
    session.commit()
    wrong = caller(sam).put("/update_ticket", body | {"category": "Old"}, status=422)
    assert list(wrong["errors"]) == ["category"]
    assert session.scalar(select(Ticket.title)) == "The printer is on fire"


@pytest.mark.parametrize("tag", ['"1"', "1", 'W/"1"', "*", '"4", "1"', '"1:gzip"'])
def test_if_match_accepts_the_version(caller, ann, ticket, tag):
    body = {"ticket_id": ticket.id, "title": "x"}
    made = caller(ann).put("/update_ticket", body, headers={"If-Match": tag})
    assert made["ticket"]["version"] == 2


def test_if_match_refuses_another_version(caller, ann, ticket):
    body = {"ticket_id": ticket.id, "title": "x"}
    caller(ann).put("/update_ticket", body, status=412, headers={"If-Match": '"2"'})


@pytest.mark.parametrize(
    "tag", ["", "x", '"', '"1', '""', '"-1"', "1,", '"99999999999"', "٣", '"1 "']
)
def test_if_match_must_be_readable(caller, ann, ticket, tag):
    body = {"ticket_id": ticket.id, "title": "x"}
    caller(ann).put(
        "/update_ticket", body, status=400, headers={"If-Match": tag.encode().decode("latin-1")}
    )


def test_times_are_rfc_3339_in_utc(caller, ann, ticket):
    made = caller(ann).put("/update_ticket", {"ticket_id": ticket.id, "title": "x"})["ticket"]
    for name in ("created_at", "updated_at", "waiting_since"):
        assert made[name].endswith("Z")
        assert dt.datetime.fromisoformat(made[name]).utcoffset() == dt.timedelta(0)
