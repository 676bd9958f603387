"""A ticket's whole life over HTTP, with the history behind it."""

from sqlalchemy import select

from app.domain import tally
from app.models import ChangeSet, Door, TicketFieldChange, TicketStatusChange
from tests import factories as make
from tests.api.conftest import Caller


def signed_in(app, username):
    answer = Caller(app, None).post(
        "/login", {"username": username, "password": make.PASSWORD}, status=200
    )
    return Caller(app, answer["token"]), answer["user_id"]


def test_from_sign_in_to_the_closed_count(app, session):
    make.ann()
    make.sam()
    ann, ann_id = signed_in(app, "ann")
    sam, sam_id = signed_in(app, "sam")

    made = ann.post(
        "/create_ticket", {"user_id": ann_id, "title": "No network", "description": "Since nine."}
    )
    ticket_id = made["ticket_id"]
    assert [t["id"] for t in sam.get("/get_open_tickets")["tickets"]] == [ticket_id]
    assert sam.get("/get_open_tickets_count") == {"count": 1}
    ann.put("/update_ticket", {"ticket_id": ticket_id, "new_description": "Since ten."})
    sam.put("/assign_ticket_to_staff", {"ticket_id": ticket_id, "staff_id": sam_id})
    solved = sam.put(
        "/change_status", {"ticket_id": ticket_id, "status_change": "solved", "user_id": sam_id}
    )
    report = ann.post("/create_report", {"ticket_id": ticket_id, "reporter_user_id": ann_id})
    moved = sam.put(
        "/update_status_change",
        {"report_id": report["report_id"], "new_status_change": "acknowledged", "user_id": sam_id},
    )
    [listed] = ann.get(f"/get_user_tickets?user_id={ann_id}")["tickets"]
    assert ann.get("/get_closed_tickets_count") == {"count": 1}
    assert ann.get("/get_open_tickets_count") == {"count": 0}

    assert listed["status"] == solved["ticket"]["status"] == "solved"
    assert listed["version"] == 4
    assert listed["assignee_id"] == sam_id
    assert moved["report"]["status"] == "acknowledged"
    rows = session.scalars(select(TicketStatusChange).order_by(TicketStatusChange.id)).all()
    assert [
        (row.report_id, row.from_status, row.status_change, row.change_by_user_id, row.version)
        for row in rows
    ] == [
        (None, None, "new", ann_id, 1),
        (None, "new", "open", sam_id, 3),
        (None, "open", "solved", sam_id, 4),
        (report["report_id"], None, "open", ann_id, 4),
        (report["report_id"], "open", "acknowledged", sam_id, 4),
    ]
    fields = session.scalars(select(TicketFieldChange).order_by(TicketFieldChange.id)).all()
    assert [(row.field, row.old, row.new, row.version) for row in fields] == [
        ("description", "Since nine.", "Since ten.", 2),
        ("assignee", None, sam_id, 3),
    ]
    acts = session.scalars(select(ChangeSet).order_by(ChangeSet.id)).all()
    assert {act.via for act in acts} == {Door.API}
    assert [(act.kind, act.actor_id) for act in acts] == [
        ("ticket.created", ann_id),
        ("ticket.edited", ann_id),
        ("ticket.assigned", sam_id),
        ("ticket.status", sam_id),
        ("report.filed", ann_id),
        ("report.moved", sam_id),
    ]
    assert tally.kept() == tally.counted()
