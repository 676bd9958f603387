"""POST /create_ticket."""

import pytest
from sqlalchemy import func, select

from app.models import ChangeSet, Door, OutboxEntry, Ticket, TicketStatusChange
from tests import factories as make


def ticket(user_id, **more):
    return {"user_id": user_id, "title": "No network", "description": "Since **nine**.", **more}


def test_a_requester_files_a_ticket(session, caller, ann):
    answer = caller(ann).call("POST", "/create_ticket", ticket(ann.id), status=201)
    made = session.get_one(Ticket, answer.json["ticket_id"])
    assert answer.json["ticket"] == {
        "id": made.id,
        "user_id": ann.id,
        "title": "No network",
        "description": "Since **nine**.",
        "status": "new",
        "priority": "normal",
        "category": None,
        "tags": [],
        "team": None,
        "assignee_id": None,
        "follow_up_of_id": None,
        "version": 1,
        "created_at": made.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": made.created_at.isoformat().replace("+00:00", "Z"),
        "waiting_since": made.created_at.isoformat().replace("+00:00", "Z"),
        "solved_at": None,
    }
    assert answer.headers["ETag"] == '"1"'
    assert answer.content_type == "application/json; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    row = session.scalars(select(TicketStatusChange)).one()
    act = session.scalars(select(ChangeSet)).one()
    assert (row.from_status, row.status_change, row.change_by_user_id) == (None, "new", ann.id)
    assert (act.via, act.actor_id, act.named_id) == (Door.API, ann.id, None)
    assert session.scalars(select(OutboxEntry.topic)).all() == ["ticket.received"]
    assert made.description_html == "<p>Since <strong>nine</strong>.</p>\n"


def test_priority_and_category_are_kept(caller, ann):
    make.category("Büro & Netz")
    made = caller(ann).post(
        "/create_ticket", ticket(ann.id, priority="high", category="büro & netz")
    )
    assert made["ticket"]["priority"] == "high"
    assert made["ticket"]["category"] == "Büro & Netz"


def test_staff_file_for_others_and_the_change_set_keeps_who_called(session, caller, ann, sam):
    made = caller(sam).post("/create_ticket", ticket(ann.id, priority="urgent"))
    row = session.scalars(select(TicketStatusChange)).one()
    act = session.scalars(select(ChangeSet)).one()
    assert made["ticket"]["user_id"] == row.change_by_user_id == act.named_id == ann.id
    assert act.actor_id == sam.id


def test_requesters_name_only_themselves(session, caller, ann, eve):
    for user_id in (eve.id, 2**31 - 1):
        caller(ann).post("/create_ticket", ticket(user_id), status=403)
    assert session.scalar(select(func.count(Ticket.id))) == 0


def test_urgent_is_the_help_desks_word(caller, ann):
    caller(ann).post("/create_ticket", ticket(ann.id, priority="urgent"), status=403)


def test_staff_cannot_name_nobody_or_somebody_switched_off(caller, sam):
    gone = make.user("Gone Person", active=False)
    for user_id in (2**31 - 1, gone.id):
        wrong = caller(sam).post("/create_ticket", ticket(user_id), status=422)
        assert list(wrong["errors"]) == ["user_id"]


@pytest.mark.parametrize("name", ["Nothing", "archived"])
def test_a_category_that_cannot_be_used(session, caller, ann, name):
    from app.clock import now

    make.category("Archived").archived_at = now()
    session.commit()
    wrong = caller(ann).post("/create_ticket", ticket(ann.id, category=name), status=422)
    assert list(wrong["errors"]) == ["category"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", " \t\n\u200b"),
        ("title", "x" * 201),
        ("title", "nul \x00"),
        ("title", "half \ud800"),
        ("title", None),
        ("title", 1),
        ("title", ["x"]),
        ("description", ""),
        ("description", "\n\n"),
        ("description", "x" * 60_001),
        ("description", "\x1b[31m"),
        ("description", {}),
        ("priority", "highest"),
        ("priority", None),
        ("priority", 1),
        ("priority", ["low"]),
        ("category", "x" * 101),
        ("category", ""),
        ("category", 3),
        ("status", "closed"),
        ("unknown", 1),
        ("", 1),
    ],
)
def test_a_bad_field_is_named(session, caller, ann, field, value):
    wrong = caller(ann).post("/create_ticket", ticket(ann.id) | {field: value}, status=422)
    assert list(wrong["errors"]) == [field]
    assert all(sentence.endswith(".") for sentence in wrong["errors"][field])
    assert session.scalar(select(func.count(Ticket.id))) == 0


@pytest.mark.parametrize("field", ["user_id", "title", "description"])
def test_a_missing_field_is_named(caller, ann, field):
    body = ticket(ann.id)
    del body[field]
    wrong = caller(ann).post("/create_ticket", body, status=422)
    assert wrong["errors"] == {field: ["This is missing."]}


def test_the_longest_texts_fit(caller, ann):
    body = ticket(ann.id, title="€" * 200, description="ü" * 60_000)
    made = caller(ann).post("/create_ticket", body)["ticket"]
    assert (made["title"], made["description"]) == ("€" * 200, "ü" * 60_000)
