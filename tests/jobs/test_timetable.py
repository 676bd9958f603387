"""Timed work: when, by whom, and what it does."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import func, select

from app.clock import now
from app.domain import credentials, tally, tickets
from app.domain.secrets import digest, fresh
from app.jobs import close_solved, sweep
from app.jobs.timetable import Task, Timetable
from app.models import (
    Door,
    HeldForm,
    OneTimeToken,
    Submission,
    TaskLease,
    TicketStatus,
    TicketStatusChange,
    TokenPurpose,
    UserSession,
)
from tests import factories as make

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def ran():
    return []


@pytest.fixture
def table(app, session, ran):
    made = Timetable(app, "me", (Task("count", HOUR, lambda: bool(ran.append(1))),))
    made.prepare()
    return made


def test_a_task_runs_when_it_is_due_and_once(app, table, ran):
    other = Timetable(app, "other", table.tasks)
    other.prepare()
    assert (table.run_due(), other.run_due()) == (1, 0)
    with time_machine.travel(now() + 5 * HOUR):
        assert (other.run_due(), table.run_due()) == (1, 0), "what was missed is caught up once"
    assert len(ran) == 2


def test_a_task_in_hand_is_nobody_elses_until_the_lease_ends(app, session, table, ran):
    lease = session.get_one(TaskLease, "count")
    lease.lease_by, lease.lease_until = "a worker that died", now() + dt.timedelta(minutes=10)
    session.commit()
    assert table.run_due() == 0
    with time_machine.travel(now() + dt.timedelta(minutes=11)):
        assert table.run_due() == 1


def test_a_task_that_breaks_is_tried_again_and_says_why(app, session):
    def broken() -> bool:
        raise ZeroDivisionError

    table = Timetable(app, "me", (Task("broken", HOUR, broken),))
    table.prepare()
    table.run_due()
    lease = session.get_one(TaskLease, "broken")
    assert (lease.last_error, lease.lease_by) == ("ZeroDivisionError", None)
    assert lease.due_at < now() + HOUR / 2


def test_a_worker_that_is_stopped_gives_the_rest_back(app, session, ran):
    table = Timetable(app, "me", (Task("endless", HOUR, lambda: not ran.append(1)),))
    table.prepare()
    table.run_due(stopping=lambda: len(ran) >= 3)
    lease = session.get_one(TaskLease, "endless")
    assert (len(ran), lease.lease_by, lease.due_at <= now()) == (3, None, True)


def test_solved_tickets_close_after_the_window(session):
    ann, sam = make.ann(), make.sam()
    old, young = make.ticket(ann), make.ticket(ann)
    tickets.change_status(old, TicketStatus.SOLVED, act=make.act(sam))
    session.commit()
    with time_machine.travel(now() + dt.timedelta(days=14, seconds=5)):
        tickets.change_status(young, TicketStatus.SOLVED, act=make.act(sam))
        session.commit()
        assert close_solved.close_some() is False
        session.commit()
    assert (old.status, young.status) == (TicketStatus.CLOSED, TicketStatus.SOLVED)
    row = session.scalars(
        select(TicketStatusChange).order_by(TicketStatusChange.id.desc()).limit(1)
    ).one()
    assert (row.status_change, row.change_by_user_id) == ("closed", None)
    assert row.change_set_id is not None
    from app.models import ChangeSet

    assert session.get_one(ChangeSet, row.change_set_id).via is Door.WORKER
    assert tally.kept() == tally.counted()


def test_closing_nothing_leaves_no_act(session):
    from app.models import ChangeSet

    close_solved.close_some()
    session.rollback()
    assert session.scalar(select(func.count()).select_from(ChangeSet)) == 0


def test_the_sweep_takes_what_is_over_and_nothing_else(session):
    ann, sam = make.ann(), make.sam()
    for person in (ann, sam):
        credentials.open_session(person, ip="", user_agent="")
    credentials.make_link(TokenPurpose.RESET_PASSWORD, ann)
    credentials.make_link(TokenPurpose.INVITE, sam)
    session.add(
        HeldForm(digest=digest(fresh()), user_id=ann.id, path="/", fields=[], created_at=now())
    )
    session.add(
        Submission(
            user_id=ann.id,
            route="x",
            key="k",
            digest=digest("x"),
            status_code=303,
            answer="/",
            created_at=now(),
        )
    )
    session.commit()

    def left() -> tuple[int, ...]:
        tables = (UserSession, OneTimeToken, HeldForm, Submission)
        return tuple(session.scalar(select(func.count()).select_from(t)) for t in tables)

    sweep.sweep()
    assert left() == (2, 2, 1, 1)
    with time_machine.travel(now() + HOUR):
        sweep.sweep()
        assert left() == (2, 1, 1, 1), "a link for a new password is good for half an hour"
    with time_machine.travel(now() + 25 * HOUR):
        sweep.sweep()
        assert left() == (1, 1, 0, 0), "staff are signed out after twelve idle hours"
    with time_machine.travel(now() + dt.timedelta(days=8)):
        sweep.sweep()
        assert left() == (0, 0, 0, 0)
