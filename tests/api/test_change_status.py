"""PUT /change_status."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from app.clock import now
from app.domain import tickets
from app.models import ChangeSet, TicketStatus, TicketStatusChange
from tests import factories as make


@pytest.fixture
def ticket(ann):
    return make.ticket(ann)


def body(ticket, status, person, **more):
    return {
        "ticket_id": ticket.id,
        "status_change": status,
        "user_id": person.id,
        **more,
    }


def test_staff_move_a_ticket(session, caller, sam, ticket):
    answer = caller(sam).put("/change_status", body(ticket, "pending", sam))
    change = answer["status_change"]
    assert answer["ticket"]["status"] == "pending"
    assert answer["ticket"]["version"] == 2
    assert {k: v for k, v in change.items() if k not in ("id", "change_at")} == {
        "ticket_id": ticket.id,
        "report_id": None,
        "from_status": "new",
        "status_change": "pending",
        "change_by_user_id": sam.id,
    }
    assert session.get_one(TicketStatusChange, change["id"]).change_at == dt.datetime.fromisoformat(
        change["change_at"]
    )


def test_the_same_status_records_nothing(session, caller, sam, ticket):
    caller(sam).put("/change_status", body(ticket, "open", sam))
    acts = session.scalar(select(func.count(ChangeSet.id)))
    answer = caller(sam).put("/change_status", body(ticket, "open", sam))
    assert answer["status_change"] is None
    assert answer["ticket"]["version"] == 2
    assert session.scalar(select(func.count(ChangeSet.id))) == acts


def test_the_requester_solves_and_reopens(caller, ann, ticket):
    me = caller(ann)
    assert me.put("/change_status", body(ticket, "solved", ann))["ticket"]["status"] == "solved"
    assert me.put("/change_status", body(ticket, "open", ann))["ticket"]["status"] == "open"


@pytest.mark.parametrize("status", ["open", "pending", "on_hold", "closed"])
def test_the_rest_is_staffs(caller, ann, ticket, status):
    caller(ann).put("/change_status", body(ticket, status, ann), status=403)


def test_nothing_returns_to_new(caller, sam, ticket):
    caller(sam).put("/change_status", body(ticket, "open", sam))
    wrong = caller(sam).put("/change_status", body(ticket, "new", sam), status=409)
    assert list(wrong["errors"]) == ["status_change"]


def test_a_requester_does_not_reopen_what_is_closed(session, caller, ann, sam, ticket):
    tickets.change_status(ticket, TicketStatus.CLOSED, act=make.act(sam))
    session.commit()
    for status in ("open", "solved"):
        caller(ann).put("/change_status", body(ticket, status, ann), status=409)


def test_after_the_window_a_solved_ticket_stays_solved(session, caller, ann, sam, ticket):
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam))
    ticket.solved_at = now() - dt.timedelta(days=15)
    session.commit()
    caller(ann).put("/change_status", body(ticket, "open", ann), status=409)


def test_staff_act_for_others_and_the_change_set_keeps_them(session, caller, ann, sam, ticket):
    answer = caller(sam).put("/change_status", body(ticket, "solved", ann))
    assert answer["status_change"]["change_by_user_id"] == ann.id
    act = session.scalars(select(ChangeSet).order_by(ChangeSet.id.desc())).first()
    assert (act.actor_id, act.named_id) == (sam.id, ann.id)


def test_requesters_name_only_themselves(caller, ann, eve, ticket):
    caller(ann).put("/change_status", body(ticket, "solved", eve), status=403)


def test_strangers_see_no_ticket(caller, eve, ticket):
    caller(eve).put("/change_status", body(ticket, "solved", eve), status=404)


def test_staff_cannot_name_nobody(caller, sam, ticket):
    wrong = caller(sam).put(
        "/change_status", body(ticket, "open", sam) | {"user_id": 2**31 - 1}, status=422
    )
    assert list(wrong["errors"]) == ["user_id"]


# --- change_at ----------------------------------------------------------------------------------


def test_a_change_can_have_happened_earlier(session, caller, sam, ticket):
    moment = ticket.created_at + dt.timedelta(microseconds=1)
    text = moment.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30))).isoformat()
    change = caller(sam).put("/change_status", body(ticket, "open", sam, change_at=text))
    row = session.get_one(TicketStatusChange, change["status_change"]["id"])
    assert row.change_at == moment < row.recorded_at


def test_a_little_skew_is_allowed_and_the_next_change_comes_not_before_it(caller, sam, ticket):
    soon = (now() + dt.timedelta(seconds=50)).isoformat()
    first = caller(sam).put("/change_status", body(ticket, "open", sam, change_at=soon))
    second = caller(sam).put("/change_status", body(ticket, "pending", sam))
    assert second["status_change"]["change_at"] == first["status_change"]["change_at"]


def test_the_future_and_the_time_before_the_last_change(caller, sam, ticket):
    future = (now() + dt.timedelta(minutes=2)).isoformat()
    before = (ticket.created_at - dt.timedelta(seconds=1)).isoformat()
    me = caller(sam)
    wrong = me.put("/change_status", body(ticket, "open", sam, change_at=future), status=422)
    assert list(wrong["errors"]) == ["change_at"]
    wrong = me.put("/change_status", body(ticket, "open", sam, change_at=before), status=409)
    assert list(wrong["errors"]) == ["change_at"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-03-14",
        "2026-03-14T09:30:00",
        "2026-03-14 09:30:00Z",
        "2026-02-30T09:30:00Z",
        "2026-03-14T25:30:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-03-14T09:30:00+99:99",
        "2026-03-14T09:30:00Z\n",
        "٢٠٢٦-03-14T09:30:00Z",
        "1773480600",
        1773480600,
        None,
        [],
    ],
)
def test_change_at_must_be_a_moment_with_an_offset(caller, sam, ticket, text):
    wrong = caller(sam).put("/change_status", body(ticket, "open", sam, change_at=text), status=422)
    assert list(wrong["errors"]) == ["change_at"]


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999z"])
def test_long_ago_is_before_the_last_change(caller, sam, ticket, text):
    caller(sam).put("/change_status", body(ticket, "open", sam, change_at=text), status=409)


def test_if_match(caller, sam, ticket):
    me = caller(sam)
    me.put("/change_status", body(ticket, "open", sam), headers={"If-Match": '"1"'})
    me.put("/change_status", body(ticket, "solved", sam), status=412, headers={"If-Match": '"1"'})
