"""PUT /assign_ticket_to_staff."""

import pytest
from sqlalchemy import func, select

from app.models import ChangeSet, OutboxEntry
from tests import factories as make


@pytest.fixture
def ticket(ann):
    return make.ticket(ann)


def test_a_ticket_is_given_and_taken_back(session, caller, ada, sam, ticket):
    me = caller(ada)
    made = me.put("/assign_ticket_to_staff", {"ticket_id": ticket.id, "staff_id": sam.id})["ticket"]
    assert (made["assignee_id"], made["status"], made["version"]) == (sam.id, "open", 2)
    assert "ticket.assigned" in session.scalars(select(OutboxEntry.topic)).all()
    made = me.put("/assign_ticket_to_staff", {"ticket_id": ticket.id, "staff_id": None})["ticket"]
    assert (made["assignee_id"], made["status"], made["version"]) == (None, "open", 3)


def test_nothing_new_records_nothing(session, caller, sam, ticket):
    acts = session.scalar(select(func.count(ChangeSet.id)))
    caller(sam).put("/assign_ticket_to_staff", {"ticket_id": ticket.id, "staff_id": None})
    assert session.scalar(select(func.count(ChangeSet.id))) == acts


def test_who_cannot_have_it(caller, sam, eve, ticket):
    from app.models import Role

    gone = make.user("Gone Agent", role=Role.AGENT, active=False)
    for staff_id in (eve.id, gone.id, 2**31 - 1):
        wrong = caller(sam).put(
            "/assign_ticket_to_staff", {"ticket_id": ticket.id, "staff_id": staff_id}, status=422
        )
        assert list(wrong["errors"]) == ["staff_id"]


def test_only_staff_assign(caller, ann, eve, sam, ticket):
    body = {"ticket_id": ticket.id, "staff_id": sam.id}
    caller(ann).put("/assign_ticket_to_staff", body, status=403)
    caller(eve).put("/assign_ticket_to_staff", body, status=404)


def test_nobody_must_be_said(caller, sam, ticket):
    wrong = caller(sam).put("/assign_ticket_to_staff", {"ticket_id": ticket.id}, status=422)
    assert list(wrong["errors"]) == ["staff_id"]


def test_if_match(caller, sam, ticket):
    body = {"ticket_id": ticket.id, "staff_id": sam.id}
    caller(sam).put("/assign_ticket_to_staff", body, status=412, headers={"If-Match": '"9"'})
