"""What the ledger writes is what the domain writes when it is told the same stories."""

import datetime as dt
from random import Random
from typing import Any

import time_machine
from sqlalchemy import select

from app import clock
from app.demo import loading, words
from app.demo.chronicle import YEARS, Chronicle, moments
from app.demo.company import found
from app.demo.hours import WallClock
from app.demo.ledger import COLUMNS
from app.demo.story import Act, Story, Verb
from app.domain import history, reports, tally, tickets
from app.extensions import db
from app.models import (
    Base,
    Category,
    Door,
    OutboxEntry,
    Ticket,
    TicketReport,
    User,
)
from app.text import written
from tests import factories as make

COUNT, SEED = 160, 3
UNTIL = dt.datetime(2026, 3, 12, 10, 42, tzinfo=dt.UTC)
NAMES_A_ROW = {
    "ticket_id": "tickets",
    "follow_up_of_id": "tickets",
    "change_set_id": "change_sets",
    "report_id": "ticket_reports",
}


def test_ledger_and_domain_write_the_same_rows(session, connection):
    for family in (*loading.EVERYDAY, *loading.OUTAGES):
        make.category(family.category)  # before, or the second telling would number them anew
    session.commit()
    undone = connection.begin_nested()
    loading.load(COUNT, seed=SEED, until=UNTIL, password_hash=None)
    by_ledger = everything()
    assert session.scalar(select(OutboxEntry.id).limit(1)) is None, "the past is told to nobody"
    session.remove()
    undone.rollback()
    tell_through_the_domain()
    by_domain = everything()
    assert len(by_ledger["tickets"]) == COUNT
    for table, rows in by_domain.items():
        for ours, theirs in zip(by_ledger[table], rows, strict=True):
            assert ours == theirs, table
    assert by_ledger["tallies"] == by_ledger["counted"] == by_domain["tallies"]
    kinds = {kind for kind, *_ in by_domain["change_sets"]}
    assert kinds == {verb.value for verb in Verb} | {"ticket.created"}
    assert session.scalar(select(Ticket.id).where(Ticket.follow_up_of_id.is_not(None)).limit(1))


def everything() -> dict[str, Any]:
    """Each table's rows, its own and others' ids counted from 1."""
    db.session.expire_all()
    first = {name: loading_first(name) for name in COLUMNS if name != "ticket_tags"}
    return {
        **{name: rows_of(name, first) for name in COLUMNS if name != "ticket_tags"},
        "tags": sorted(
            (ticket.id - first["tickets"], sorted(tag.name for tag in ticket.tags))
            for ticket in db.session.scalars(select(Ticket))
        ),
        "tallies": sorted(tally.kept().items()),
        "counted": sorted(tally.counted().items()),
    }


def loading_first(name: str) -> int:
    table = Base.metadata.tables[name]
    return db.session.scalar(select(table.c.id).order_by(table.c.id).limit(1))


def rows_of(name: str, first: dict[str, int]) -> list[tuple[Any, ...]]:
    table = Base.metadata.tables[name]
    columns = [table.c[column] for column in COLUMNS[name] if column != "id"]
    return [
        tuple(
            value - first[NAMES_A_ROW[column.name]]
            if column.name in NAMES_A_ROW and value is not None
            else value
            for column, value in zip(columns, row, strict=True)
        )
        for row in db.session.execute(select(*columns).order_by(table.c.id))
    ]


# --- the same, slowly ------------------------------------------------------------------------


def tell_through_the_domain() -> None:
    db.session().will_write()
    rng, wall = Random(SEED), WallClock(clock.zone(words.TIME_ZONE))
    begins, ends = wall.local(UNTIL - YEARS), wall.local(UNTIL)
    last = dict.fromkeys(loading._NUMBERED, 0)
    company = found(rng, COUNT, begins, ends, first_id=1, taken=set())
    loading._furnish(company, wall, None, last)
    told, split_seconds = {}, Random(SEED)
    chronicle = Chronicle(rng, company, begins, ends)
    with time_machine.travel(UNTIL, tick=False) as time:
        for number, story in enumerate(chronicle.stories(COUNT, 1), start=1):
            when = moments(wall, split_seconds, story)
            time.move_to(when[0])
            told[number] = ticket = filed(story, told)
            db.session.commit()
            for act, moment in zip(story.acts, when[1:], strict=True):
                time.move_to(moment)
                do(act, ticket)
                db.session.commit()


def filed(story: Story, told: dict[int, Ticket]) -> Ticket:
    by = db.session.get_one(User, story.opened_by)
    text = written(story.description)
    if story.follow_up_of is not None:
        act = history.begin("ticket.replied", by=by, via=Door.WEB)
        return tickets.reply(told[story.follow_up_of], text, act=act).ticket
    return tickets.create_ticket(
        db.session.get_one(User, story.requester),
        story.title,
        text,
        act=history.begin("ticket.created", by=by, via=Door.WEB),
        priority=story.priority,
        category=category(story.category),
    )


def category(name: str | None) -> Category | None:
    return db.session.scalars(select(Category).filter_by(name=name)).one() if name else None


def do(act: Act, ticket: Ticket) -> None:
    by = db.session.get(User, act.by) if act.by else None
    to = db.session.get(User, act.to) if act.to else None
    opened = history.begin(act.verb.value, by=by, via=Door.WEB if by else Door.WORKER)
    match act.verb:
        case Verb.REPLY:
            tickets.reply(ticket, written(act.text), act=opened, then=act.status)
        case Verb.NOTE:
            tickets.note(ticket, written(act.text), act=opened)
        case Verb.TAKE:
            tickets.take(ticket, act=opened)
        case Verb.ASSIGN:
            tickets.assign_ticket_to_staff(ticket, to, act=opened)
        case Verb.SORT:
            changes = tickets.Changes(
                priority=act.priority,
                status=act.status,
                category=category(act.category),
                category_given=act.category is not None,
                assignee=to,
                assignee_given=to is not None,
                tags=act.tags,
            )
            tickets.update_ticket(ticket, changes, act=opened)
        case Verb.EDIT:
            tickets.edit_text(ticket, None, written(act.text), act=opened)
        case Verb.STATUS:
            tickets.change_status(ticket, act.status, act=opened)
        case Verb.REPORT:
            reports.create_report(ticket, by, act=opened, kind=act.kind, comment=act.text)
        case Verb.MOVE_REPORT:
            filed_reports = db.session.scalars(
                select(TicketReport).filter_by(ticket_id=ticket.id).order_by(TicketReport.id)
            ).all()
            reports.move_report(filed_reports[act.report], act.moved, act=opened)
        case Verb.CLOSE:
            assert tickets.close_solved(act=opened) == 1
