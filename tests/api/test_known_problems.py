"""What the API lets somebody do who knows of a ticket and does not see it."""

import pytest
from sqlalchemy import select

from app.models import ReportKind, TicketReport
from tests import factories as make


@pytest.fixture
def problem(session, ann, sam):
    return make.known_problem(ann, sam, description="CANARY")


def test_being_affected_is_all_they_can_do(session, caller, problem, eve):
    me, ticket = caller(eve), problem.id
    body = {"ticket_id": ticket, "reporter_user_id": eve.id}
    answer = me.post("/create_report", body)
    assert answer["report"]["kind"] == "affected"
    assert "CANARY" not in str(answer)
    me.post("/create_report", body, status=409)
    me.post("/create_report", body | {"kind": "escalation"}, status=403)
    me.put("/update_ticket", {"ticket_id": ticket, "title": "Mine"}, status=403)
    me.put(
        "/change_status",
        {"ticket_id": ticket, "status_change": "solved", "user_id": eve.id},
        status=403,
    )
    me.put("/assign_ticket_to_staff", {"ticket_id": ticket, "staff_id": eve.id}, status=403)
    report = session.scalars(select(TicketReport)).one()
    moved = {"report_id": report.id, "new_status_change": "dismissed", "user_id": eve.id}
    me.put("/update_status_change", moved, status=403)
    assert (report.kind, report.reporter_user_id) == (ReportKind.AFFECTED, eve.id)


def test_known_problems_are_in_no_list_and_no_count(caller, problem, eve):
    me = caller(eve)
    assert me.get("/get_open_tickets")["tickets"] == []
    assert me.get("/get_open_tickets_count") == {"count": 0}
    assert me.get(f"/get_user_tickets?user_id={eve.id}")["tickets"] == []


def test_nobody_outside_its_private_team_escalates_it_for_its_requester(
    session, caller, problem, ann
):
    from app.models import Role

    problem.team = make.team("Council", private=True)
    session.commit()
    olga = caller(make.user("Olga", role=Role.AGENT))
    body = {"ticket_id": problem.id, "reporter_user_id": ann.id}
    olga.post("/create_report", body, status=403)  # without a kind, hers would be an escalation
    olga.post("/create_report", body | {"kind": "affected"})


def test_a_ticket_says_nothing_of_it(caller, problem, ann):
    (ticket,) = caller(ann).get("/get_open_tickets")["tickets"]
    assert "public_summary" not in ticket


def test_what_is_not_published_does_not_exist(session, caller, ann, eve):
    ticket = make.ticket(ann)
    body = {"ticket_id": ticket.id, "reporter_user_id": eve.id}
    caller(eve).post("/create_report", body, status=404)
