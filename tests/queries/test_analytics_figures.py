"""The figures against a replay of every history, on both databases."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from app.domain import history, teams, undo
from app.domain.errors import Conflict
from app.extensions import db
from app.models import Category, ChangeSet, Door, Role, Team, Ticket, TicketStatus, User
from app.queries.analytics import figures, get_closed_tickets_count, get_open_tickets_count
from app.queries.drill import Drill, drill, whole_list
from app.queries.events import MOVES, TRASHINGS, Number
from app.queries.periods import Period
from tests import factories
from tests.queries.replay import Replay

START = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Pacific/Apia",
    "Africa/Cairo",
)
STATUSES = list(TicketStatus)[1:]

steps = st.tuples(
    # Seconds until it happens: often in the same instant, sometimes days later.
    st.sampled_from([0, 0, 1, 900, 3600, 20_000, 86_400, 250_000]),
    st.integers(0, 3),
    st.one_of(
        st.just(("new", None)),
        st.tuples(st.just("status"), st.sampled_from(STATUSES)),
        st.tuples(st.just("category"), st.integers(0, 2)),
        st.tuples(st.just("assignee"), st.integers(0, 2)),
        st.tuples(st.just("title"), st.sampled_from(["5", "null", "Another title"])),
        st.tuples(st.just("team"), st.booleans()),
        st.tuples(st.just("trash"), st.booleans()),
        st.tuples(st.just("undo"), st.integers(1, 4)),
    ),
)
stories = st.lists(steps, min_size=1, max_size=14)


@dataclass
class Desk:
    """People and categories to choose from, 0 being none; Otto is not in the private team."""

    sam: User
    otto: User
    people: list[User | None]
    categories: list[Category | None]
    requesters: list[User]
    team: Team


def desk() -> Desk:
    sam, ann = factories.sam(), factories.ann()
    otto = factories.user("Otto Other", role=Role.AGENT)
    categories = [None, factories.category("Plants"), factories.category("Lines")]
    team = teams.add("People", is_private=True)
    teams.add_member(team, sam)
    db.session.commit()
    return Desk(sam, otto, [None, sam, otto], categories, [ann, otto], team)


def live(desk: Desk, story: list[Any]) -> None:
    """Let it happen, through the same functions as in life, at the times that the story says."""
    tickets: list[Ticket] = []
    acts: list[ChangeSet] = []
    with time_machine.travel(START, tick=False) as clock:
        for wait, which, (what, value) in story:
            clock.shift(wait)
            if what == "new" or not tickets:
                requester, category = desk.requesters[which % 2], desk.categories[which % 3]
                tickets.append(factories.ticket(requester, category=category))
                continue
            try:
                if what == "undo":
                    done = undo.undo(acts[-value], by=desk.sam, via=Door.WEB).act
                else:
                    done = factories.act(desk.sam)
                    happen(desk, tickets[which % len(tickets)], what, value, done)
                db.session.commit()
                acts.append(done)
            except (Conflict, IndexError):  # what the trash refuses, or what cannot be undone
                db.session.rollback()


def happen(desk: Desk, ticket: Ticket, what: str, value: Any, act: ChangeSet) -> None:
    match what:
        case "status":
            history.set_status(ticket, value, act)
        case "category":
            history.set_category(ticket, desk.categories[value], act)
        case "assignee":
            history.set_assignee(ticket, desk.people[value], act)
        case "team":
            history.set_team(ticket, desk.team if value else None, act)
        case "trash":
            history.set_trashed(ticket, value, act)
        case "title":
            text = factories.written("The same")
            history.set_text(ticket, act, title=value, description=text)


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """What happens inside did not happen: each example of a property starts from the same desk."""
    nested = connection.begin_nested()
    try:
        yield
    finally:
        db.session.remove()
        nested.rollback()


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    story=stories,
    zone=st.sampled_from(ZONES),
    first=st.integers(-2, 12),
    length=st.integers(1, 12),
    which=st.integers(0, 2),  # of the categories
)
def test_figures_and_lists_equal_a_replay(
    session: Any,
    connection: Connection,
    story: list[Any],
    zone: str,
    first: int,
    length: int,
    which: int,
) -> None:
    with undone(connection):
        here = desk()
        live(here, story)
        begin = START.date() + dt.timedelta(days=first)
        period = Period(begin, begin + dt.timedelta(days=length - 1), ZoneInfo(zone))
        chosen = here.categories[which]
        category = chosen.id if chosen else 0
        for reader, categories in ((here.sam, (None, category)), (here.otto, (category,))):
            told = Replay(reader)
            for narrowed_to in categories:
                compare(reader, told, period, narrowed_to)


def compare(reader: User, told: Replay, period: Period, category: int | None) -> None:
    found = figures(reader, period, category=category)
    begins, ends = period.starts, period.ends

    assert found.open_now == len(told.backlog(dt.datetime.max.replace(tzinfo=dt.UTC)))
    assert found.open_now == get_open_tickets_count(reader)
    assert found.closed_now == get_closed_tickets_count(reader)
    assert found.backlog_before == len(told.backlog(begins, category=category))
    assert found.backlog == len(told.backlog(ends, category=category))
    assert found.backlog == found.backlog_before + found.flow.net

    numbers = [*MOVES, *TRASHINGS]
    if category is not None:
        numbers += [Number.MOVED_IN, Number.MOVED_OUT]
    for number in numbers:
        expected = told.tickets(number.value, begins, ends, category=category)
        assert getattr(found.flow, number.value) == len(expected), number
        wanted = Drill(number, begins, ends, category=category)
        assert sorted(row.ticket_id for row in whole_list(reader, wanted)) == expected
    assert drill(reader, wanted).total == len(expected)
    for at in (begins, ends):
        wanted = Drill(Number.BACKLOG, begins, at, category=category)
        expected = told.backlog(at, category=category)
        assert sorted(row.ticket_id for row in whole_list(reader, wanted)) == expected

    before = found.backlog_before
    for step, day in zip(found.steps, period.steps, strict=True):
        one = Period(day.first, day.last, period.zone)
        assert step.flow.created == told.count("created", one.starts, one.ends, category=category)
        assert step.flow.solved == told.count("solved", one.starts, one.ends, category=category)
        assert step.backlog == len(told.backlog(one.ends, category=category))
        assert step.backlog == before + step.flow.net
        before = step.backlog

    for row in found.categories:
        assert row.created == told.count("created", begins, ends, category=row.id)
        assert row.solved == told.count("solved", begins, ends, category=row.id)
    assert sum(row.created for row in found.categories) == found.flow.created
    assert sum(row.solved for row in found.categories) == found.flow.solved
    assert sum(row.solved for row in found.persons) == found.flow.solved
    for person in found.persons:
        expected = told.tickets("solved", begins, ends, category=category, person=person.id)
        assert person.solved == len(expected)
        wanted = Drill(Number.SOLVED, begins, ends, category=category, person=person.id)
        assert sorted(row.ticket_id for row in whole_list(reader, wanted)) == expected
