"""What the ledger writes is what the domain writes when it is told the same stories."""

import datetime as dt
from collections import Counter
from io import BytesIO
from random import Random
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import aliased

from app import clock
from app.demo import loading, words
from app.demo.chronicle import YEARS, Chronicle, moments
from app.demo.company import found
from app.demo.hours import WallClock
from app.demo.ledger import COLUMNS
from app.demo.papers import Paper, printed
from app.demo.story import Act, Story, Verb
from app.domain import (
    attachments,
    history,
    participants,
    problems,
    reports,
    tally,
    tickets,
    trash,
    undo,
)
from app.domain.media_types import media_type
from app.extensions import db
from app.models import (
    Base,
    Category,
    ChangeSet,
    Door,
    OutboxEntry,
    Team,
    Ticket,
    TicketMessage,
    TicketReport,
    User,
)
from app.text import written
from app.web.intake import file_store
from tests import factories as make

COUNT, SEED = 200, 4
UNTIL = dt.datetime(2026, 3, 12, 10, 42, tzinfo=dt.UTC)
NAMES_A_ROW = {
    "ticket_id": "tickets",
    "follow_up_of_id": "tickets",
    "change_set_id": "change_sets",
    "report_id": "ticket_reports",
    "undoes_id": "change_sets",
    "undone_by_id": "change_sets",
    "message_id": "ticket_messages",
    "team_id": "teams",
}
OF_CHANCE = ("public_id", "storage_key", "thumbnail_key")
PAIRS = {"ticket_tags", "ticket_participants"}


@pytest.mark.timeout(400)
def test_ledger_and_domain_write_the_same_rows(session, connection):
    for family in (*loading.EVERYDAY, *loading.OUTAGES):
        make.category(family.category)  # before, or the second telling would number them anew
    session.commit()
    undone = connection.begin_nested()
    loading.load(COUNT, seed=SEED, until=UNTIL, password_hash=None, store=file_store())
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
    assert taken_back(session) == {
        *(Verb.ASSIGN.value, Verb.SORT.value, Verb.REPLY.value, Verb.STATUS.value),
        Verb.TRASH.value,
    }
    assert by_domain["attachments"]
    assert session.scalar(select(Ticket.id).where(Ticket.follow_up_of_id.is_not(None)).limit(1))


def taken_back(session: Any) -> set[str]:
    """The kinds of acts that were undone."""
    undoing = aliased(ChangeSet)
    return set(
        session.scalars(select(ChangeSet.kind).join(undoing, undoing.undoes_id == ChangeSet.id))
    )


def everything() -> dict[str, Any]:
    """Each table's rows, its own and others' ids counted from 1."""
    db.session.expire_all()
    tables = [*(name for name in COLUMNS if name not in PAIRS), "teams"]
    first = {name: first_id(name) for name in tables}
    filed = db.session.scalars(select(Ticket)).all()
    return {
        **{name: rows_of(name, first) for name in tables if name != "teams"},
        "tags": sorted((t.id - first["tickets"], [tag.name for tag in t.tags]) for t in filed),
        "participants": sorted(
            (t.id - first["tickets"], sorted(person.name for person in t.participants))
            for t in filed
        ),
        "tallies": from_first_team(tally.kept(), first),
        "counted": from_first_team(tally.counted(), first),
    }


def from_first_team(counts: Counter[tally.Cell], first: dict[str, int]) -> list[Any]:
    return sorted(
        ((*key, team and team - first["teams"] + 1), count)
        for (*key, team), count in counts.items()
    )


def first_id(name: str) -> int:
    table = Base.metadata.tables[name]
    return db.session.scalar(select(table.c.id).order_by(table.c.id).limit(1)) or 0


def rows_of(name: str, first: dict[str, int]) -> list[tuple[Any, ...]]:
    table = Base.metadata.tables[name]
    names = [name for name in COLUMNS[name] if name not in ("id", *OF_CHANCE)]
    rows = db.session.execute(select(*(table.c[name] for name in names)).order_by(table.c.id))
    return [
        tuple(
            value if value is None or points_to is None else int(value) - first[points_to]
            for points_to, value in zip(pointing(row), row, strict=True)
        )
        for row in rows
    ]


def pointing(row: Any) -> list[str | None]:
    """The table that each value of a row names a row of."""
    of_a_team = "team" if getattr(row, "field", None) == "team" else None
    return [
        "teams" if of_a_team and name in ("old", "new") else NAMES_A_ROW.get(name)
        for name in row._fields
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
            last = None
            db.session.commit()
            for act, moment in zip(story.acts, when[1:], strict=True):
                time.move_to(moment)
                last = do(act, ticket, last)
                db.session.commit()


def filed(story: Story, told: dict[int, Ticket]) -> Ticket:
    by = db.session.get_one(User, story.opened_by)
    text = written(story.description)
    if story.follow_up_of is not None:
        act = history.begin("ticket.replied", by=by, via=Door.WEB)
        return tickets.reply(told[story.follow_up_of], text, act=act).ticket
    act = history.begin("ticket.created", by=by, via=Door.WEB)
    ticket = tickets.create_ticket(
        db.session.get_one(User, story.requester),
        story.title,
        text,
        act=act,
        priority=story.priority,
        category=category(story.category),
        team=team(story.team),
    )
    attach(story.files, ticket, None, act)
    return ticket


def attach(
    papers: tuple[Paper, ...], ticket: Ticket, message: TicketMessage | None, act: ChangeSet
) -> None:
    uploads = []
    for paper in papers:
        made = printed(paper)
        kept = file_store().store(BytesIO(made.data))
        upload = attachments.add(act.by, paper.name, kept, media_type(made.data[:16], paper.name))
        attachments.note_scan(upload.id, None)
        uploads.append(upload.public_id)
    attachments.bind(uploads, act=act, ticket=ticket, message=message)


def category(name: str | None) -> Category | None:
    return db.session.scalars(select(Category).filter_by(name=name)).one() if name else None


def team(name: str | None) -> Team | None:
    return db.session.scalars(select(Team).filter_by(name=name)).one() if name else None


def do(act: Act, ticket: Ticket, last: ChangeSet | None) -> ChangeSet:
    by = db.session.get(User, act.by) if act.by else None
    to = db.session.get(User, act.to) if act.to else None
    if act.verb is Verb.UNDO:
        return undo.undo(last, by=by, via=Door.WEB).act
    opened = history.begin(act.verb.value, by=by, via=Door.WEB if by else Door.WORKER)
    match act.verb:
        case Verb.REPLY:
            sent = tickets.reply(ticket, written(act.text), act=opened, then=act.status)
            attach(act.files, ticket, sent.message, opened)
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
                team=team(act.team),
                team_given=act.team is not None,
                assignee=to,
                assignee_given=to is not None,
                tags=act.tags,
            )
            tickets.update_ticket(ticket, changes, act=opened)
        case Verb.EDIT:
            tickets.edit_text(ticket, None, written(act.text), act=opened)
        case Verb.STATUS:
            tickets.change_status(ticket, act.status, act=opened)
        case Verb.COPY_IN:
            assert participants.add(ticket, to, act=opened)
        case Verb.LEAVE:
            assert participants.remove(ticket, by, act=opened)
        case Verb.MARK:
            assert problems.mark(ticket, written(act.text), act=opened)
        case Verb.NEWS:
            problems.publish_update(ticket, written(act.text), act=opened)
        case Verb.SUMMARY:
            assert problems.edit_summary(ticket, written(act.text), act=opened)
        case Verb.TRASH:
            assert trash.put_in_trash(ticket, act=opened)
        case Verb.RESTORE:
            assert trash.restore(ticket, act=opened)
        case Verb.REPORT:
            reports.create_report(ticket, by, act=opened, kind=act.kind, comment=act.text)
        case Verb.MOVE_REPORT:
            reports.move_report(report_of(ticket, act.report), act.moved, act=opened)
        case Verb.WITHDRAW:
            assert reports.withdraw(report_of(ticket, act.report), act=opened)
        case Verb.CLOSE:
            assert tickets.close_solved(act=opened) == 1
    return opened


def report_of(ticket: Ticket, place: int) -> TicketReport:
    return db.session.scalars(
        select(TicketReport).filter_by(ticket_id=ticket.id).order_by(TicketReport.id)
    ).all()[place]
