"""Days of a zone, clock changes included, and what the figures cost."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from app.domain import history, teams, tickets, trash, undo
from app.extensions import db
from app.models import ChangeSet, Door, Role, Ticket, TicketFieldChange, TicketStatus, User
from app.queries.analytics import (
    Flow,
    figures,
    get_closed_tickets_count,
    get_open_tickets_count,
)
from app.queries.drill import Drill, drill, whole_list
from app.queries.events import Number
from app.queries.periods import Period
from app.queries.tickets import BadFilter
from tests import factories

UTC = ZoneInfo("UTC")


def period(first: str, last: str, zone: str = "UTC") -> Period:
    return Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last), ZoneInfo(zone))


def file_at(moment: str, **more: Any) -> Any:
    with time_machine.travel(dt.datetime.fromisoformat(moment), tick=False):
        return factories.ticket(more.pop("requester"), **more)


@pytest.mark.parametrize(
    ("zone", "day", "starts", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00Z", 23),  # the clock skips an hour
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00Z", 25),  # and repeats one
        ("Asia/Kathmandu", "2026-03-29", "2026-03-28T18:15Z", 24),
        ("America/St_Johns", "2026-03-08", "2026-03-08T03:30Z", 23),
        ("America/St_Johns", "2026-11-01", "2026-11-01T02:30Z", 25),
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00Z", 23),  # midnight itself is skipped
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00Z", 0),  # a day that never was
    ],
)
def test_a_day_is_as_long_as_it_is_there(zone: str, day: str, starts: str, hours: int) -> None:
    one = period(day, day, zone)
    assert one.starts == dt.datetime.fromisoformat(starts)
    assert one.ends - one.starts == dt.timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "moments", "expected"),
    [
        (
            "Europe/Berlin",
            # Just before and at midnight, on both sides of the day that has 23 hours.
            ["2026-03-28T22:59:59Z", "2026-03-28T23:00Z", "2026-03-29T21:59Z", "2026-03-29T22:00Z"],
            [1, 2, 1],
        ),
        (
            "America/St_Johns",
            ["2026-03-08T03:29Z", "2026-03-08T03:30Z", "2026-03-09T02:29Z", "2026-03-09T02:30Z"],
            None,
        ),
        (
            "Asia/Kathmandu",
            ["2026-03-28T18:14Z", "2026-03-28T18:15Z", "2026-03-29T18:14Z", "2026-03-29T18:15Z"],
            [1, 2, 1],
        ),
    ],
)
def test_tickets_count_for_the_day_in_the_zone(
    session: Any, zone: str, moments: list[str], expected: list[int] | None
) -> None:
    ann, sam = factories.ann(), factories.sam()
    for moment in moments:
        file_at(moment, requester=ann)
    first, last = ("2026-03-28", "2026-03-30") if expected else ("2026-03-07", "2026-03-09")

    found = figures(sam, period(first, last, zone))

    assert [one.flow.created for one in found.steps] == (expected or [1, 2, 1])
    assert [one.backlog for one in found.steps] == [1, 3, 4]


def test_long_periods_are_told_by_calendar_weeks() -> None:
    quarter = period("2026-01-01", "2026-04-03")
    assert quarter.length == 93
    assert len(quarter.steps) == 93
    longer = period("2026-01-01", "2026-04-04")
    steps = longer.steps
    assert (steps[0].first, steps[0].last) == (dt.date(2026, 1, 1), dt.date(2026, 1, 4))
    assert (steps[1].first, steps[1].last) == (dt.date(2026, 1, 5), dt.date(2026, 1, 11))
    assert steps[-1].last == dt.date(2026, 4, 4)


def test_weeks_hold_what_their_days_hold(session: Any) -> None:
    ann, sam = factories.ann(), factories.sam()
    for day in range(1, 29):
        file_at(f"2026-02-{day:02}T12:00Z", requester=ann)
    found = figures(sam, period("2026-01-01", "2026-12-01"))
    assert found.flow.created == 28
    assert sum(one.flow.created for one in found.steps) == 28
    assert max(one.flow.created for one in found.steps) == 7
    assert found.steps[-1].backlog == 28


def test_a_finished_day_does_not_change(session: Any) -> None:
    ann, sam = factories.ann(), factories.sam()
    first = file_at("2026-03-10T09:00Z", requester=ann)
    file_at("2026-03-10T10:00Z", requester=ann)
    day = period("2026-03-10", "2026-03-10")
    before = figures(sam, day)

    with time_machine.travel(dt.datetime(2026, 3, 11, 8, tzinfo=dt.UTC), tick=False):
        act = factories.act(sam)
        # The person says it happened yesterday; the server knows better.
        history.set_status(first, TicketStatus.SOLVED, act, change_at=first.created_at)
        db.session.commit()
    file_at("2026-03-11T09:00Z", requester=ann)

    after = figures(sam, day)
    assert (after.flow, after.backlog, after.steps) == (before.flow, before.backlog, before.steps)
    assert after.backlog == 2
    assert after.closed_now == 1


def test_a_finished_day_does_not_change_when_a_ticket_goes_to_the_trash(session: Any) -> None:
    ann, sam = factories.ann(), factories.sam()
    junk = file_at("2026-03-10T09:00Z", requester=ann)
    solved = file_at("2026-03-10T10:00Z", requester=ann)
    settle(solved, TicketStatus.SOLVED, "2026-03-10T11:00Z", by=sam)
    day, next_day = period("2026-03-10", "2026-03-10"), period("2026-03-11", "2026-03-11")
    before = figures(sam, day)

    with time_machine.travel(dt.datetime(2026, 3, 11, 8, tzinfo=dt.UTC), tick=False):
        for ticket in (junk, solved):
            trash.put_in_trash(ticket, act=factories.act(sam))
        db.session.commit()

    after = figures(sam, day)
    assert (after.flow, after.backlog, after.steps) == (before.flow, before.backlog, before.steps)
    assert (after.open_now, after.closed_now) == (0, 0)
    # Only the open one leaves the backlog; the lists of the past still name both.
    assert figures(sam, next_day).flow == Flow(removed=1)
    assert listed(sam, Number.REMOVED, next_day) == [junk.id]
    assert listed(sam, Number.CREATED, day) == [junk.id, solved.id]
    assert listed(sam, Number.SOLVED, day) == [solved.id]
    assert listed(sam, Number.BACKLOG, day) == [junk.id]
    # For who filed it, it is as if it had never been.
    assert figures(ann, day).flow == Flow()
    assert listed(ann, Number.CREATED, day) == []

    with time_machine.travel(dt.datetime(2026, 3, 12, 8, tzinfo=dt.UTC), tick=False):
        undo.undo(junk_act(junk), by=sam, via=Door.WEB)
        trash.restore(solved, act=factories.act(sam))
        db.session.commit()
    assert figures(sam, next_day).backlog == 0
    found = figures(sam, period("2026-03-12", "2026-03-12"))
    assert (found.flow, found.backlog_before, found.backlog) == (Flow(restored=1), 0, 1)
    assert figures(sam, day).flow == before.flow


def settle(ticket: Ticket, status: TicketStatus, moment: str, *, by: User) -> None:
    with time_machine.travel(dt.datetime.fromisoformat(moment), tick=False):
        history.set_status(ticket, status, factories.act(by))
        db.session.commit()


def junk_act(ticket: Ticket) -> ChangeSet:
    """The act that put it in the trash."""
    change = db.session.scalars(select(TicketFieldChange).filter_by(ticket_id=ticket.id)).one()
    return db.session.get_one(ChangeSet, change.change_set_id)


def listed(user: User, number: Number, days: Period) -> list[int]:
    return sorted(row.ticket_id for row in whole_list(user, Drill(number, days.starts, days.ends)))


def test_an_outsider_counts_what_they_see(session: Any) -> None:
    """The tickets of a private team are not in the numbers of who is not in it, past or present."""
    ann, sam, otto = factories.ann(), factories.sam(), factories.user("Otto", role=Role.AGENT)
    team = teams.add("People", is_private=True)
    teams.add_member(team, sam)
    db.session.commit()
    seen = [file_at("2026-03-10T09:00Z", requester=ann).id]
    seen.append(file_at("2026-03-10T09:00Z", requester=otto, by=sam, team=team).id)
    hidden = file_at("2026-03-10T09:00Z", requester=ann, by=sam, team=team)
    gone = file_at("2026-03-10T09:00Z", requester=ann)
    day = period("2026-03-10", "2026-03-10")
    assert listed(otto, Number.CREATED, day) == [*seen, gone.id]

    settle(hidden, TicketStatus.SOLVED, "2026-03-10T10:00Z", by=sam)
    with time_machine.travel(dt.datetime(2026, 3, 10, 11, tzinfo=dt.UTC), tick=False):
        tickets.give_to_team(gone, team, act=factories.act(sam))
        db.session.commit()

    found = figures(otto, day)
    assert (found.flow, found.backlog, found.open_now) == (Flow(created=2), 2, 2)
    assert get_open_tickets_count(otto) == 2
    assert get_closed_tickets_count(otto) == 0
    assert listed(otto, Number.CREATED, day) == listed(otto, Number.BACKLOG, day) == seen
    assert listed(otto, Number.SOLVED, day) == []
    assert figures(sam, day).flow == Flow(created=4, solved=1)


def test_moves_between_open_statuses_and_reports_are_no_events(session: Any) -> None:
    ann, sam = factories.ann(), factories.sam()
    ticket = file_at("2026-03-10T09:00Z", requester=ann)
    moves = [TicketStatus.OPEN, TicketStatus.PENDING, TicketStatus.SOLVED, TicketStatus.CLOSED]
    with time_machine.travel(dt.datetime(2026, 3, 10, 10, tzinfo=dt.UTC), tick=False):
        for status in moves:
            history.set_status(ticket, status, factories.act(sam))
        db.session.commit()
    flow = figures(sam, period("2026-03-10", "2026-03-10")).flow
    assert (flow.created, flow.solved, flow.reopened, flow.net) == (1, 1, 0, 0)


def test_counts_are_of_what_one_sees(session: Any) -> None:
    ann, eve, sam = factories.ann(), factories.eve(), factories.sam()
    mine = factories.ticket(ann)
    factories.ticket(ann)
    factories.ticket(eve)
    history.set_status(mine, TicketStatus.SOLVED, factories.act(sam))
    db.session.commit()

    assert (get_open_tickets_count(ann), get_closed_tickets_count(ann)) == (1, 1)
    assert (get_open_tickets_count(eve), get_closed_tickets_count(eve)) == (1, 0)
    assert (get_open_tickets_count(sam), get_closed_tickets_count(sam)) == (2, 1)
    today = dt.datetime.now(dt.UTC).date()
    # The numbers themselves ask the same question, whoever may look at them later.
    found = figures(ann, Period(today, today, UTC))
    assert (found.open_now, found.closed_now, found.flow.created) == (1, 1, 2)
    assert drill(ann, Drill(Number.CREATED, *bounds(today))).total == 2


def bounds(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    one = Period(day, day, UTC)
    return one.starts, one.ends


def test_the_cost_does_not_grow(session: Any, count_queries: list[str]) -> None:
    ann, sam = factories.ann(), factories.sam()
    costs = []
    for more, days in ((1, 1), (30, 90), (1, 1000)):
        for _ in range(more):
            factories.ticket(ann, category=factories.category())
        today = dt.datetime.now(dt.UTC).date()
        wanted = Period(today - dt.timedelta(days=days), today, UTC)
        db.session.expire_all()
        assert sam.is_staff
        count_queries.clear()
        figures(sam, wanted, category=0)
        costs.append(len(count_queries))
    assert costs == [4, 4, 4]


def test_lists_are_paged_by_key_in_both_directions(session: Any) -> None:
    ann, sam = factories.ann(), factories.sam()
    with time_machine.travel(dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC), tick=False):
        filed = [factories.ticket(ann).id for _ in range(7)]  # all in one instant
    wanted = Drill(Number.CREATED, *bounds(dt.date(2026, 3, 10)))

    pages, cursor = [], None
    while True:
        page = drill(sam, Drill(wanted.number, wanted.starts, wanted.ends, after=cursor), limit=3)
        assert page.total == 7
        pages.append([row.ticket_id for row in page.rows])
        cursor = page.after
        if cursor is None:
            break
    assert pages == [filed[:3:-1], filed[3:0:-1], filed[:1]]
    back = drill(sam, Drill(wanted.number, wanted.starts, wanted.ends, before=page.before), limit=3)
    assert [row.ticket_id for row in back.rows] == pages[1]
    first = drill(
        sam, Drill(wanted.number, wanted.starts, wanted.ends, before=back.before), limit=3
    )
    assert [row.ticket_id for row in first.rows] == pages[0]
    assert first.before is None


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "1",
        "-",
        "1-",
        "-1",
        "1-0",
        "1-99999999999",
        "٣-٤",
        "9" * 29 + "-1",
        "1-1-1",
        "1-\x00",
    ],
)
def test_a_cursor_that_is_none_of_ours_is_refused(session: Any, cursor: str) -> None:
    wanted = Drill(Number.CREATED, *bounds(dt.date(2026, 3, 10)), after=cursor)
    with pytest.raises(BadFilter):
        drill(factories.sam(), wanted)
