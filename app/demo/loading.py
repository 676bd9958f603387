"""Puts the demo into an empty database: streamed, in bulk, the same on both engines."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Connection, Select, Table, func, insert, select, text
from sqlalchemy.orm import InstrumentedAttribute

from app import clock
from app.demo import words
from app.demo.chronicle import YEARS, Chronicle, moments
from app.demo.company import TEAMS, Company, Helper, Person, found
from app.demo.entry import write
from app.demo.families import EVERYDAY, OUTAGES
from app.demo.hours import WallClock
from app.demo.ledger import COLUMNS, Filed, Ledger, Row
from app.demo.papers import Paper, printed
from app.demo.story import Story
from app.domain import categories, settings, teams
from app.domain.errors import Conflict
from app.extensions import db
from app.models import (
    LIVE_REPORT_STATUSES,
    OPEN_STATUSES,
    Base,
    Category,
    HelpdeskStaff,
    ReportKind,
    Role,
    Setting,
    Tag,
    Team,
    Ticket,
    TicketReport,
    User,
)
from app.storage import FileStore, NoRoom
from app.text import email_key, folded

BATCH = 2000
"""Tickets per transaction."""
_SQLITE_CACHE_KIB = 128 * 1024
_NUMBERED = (
    *("users", "helpdesk_staff", "tags", "tickets", "change_sets", "ticket_messages"),
    *("ticket_reports", "ticket_status_changes", "ticket_field_changes", "problem_updates"),
    *("attachments", "teams"),
)


def load(
    tickets: int,
    *,
    seed: int,
    until: dt.datetime,
    password_hash: str | None,
    store: FileStore,
    progress: Callable[[int], Any] = lambda _: None,
) -> Company:
    """Fill the database with so many tickets of the two years up to ``until``.

    The same arguments give the same rows, but for the keys of files, which are always of chance.
    ``progress`` hears of each batch. Commits as it goes; raises Conflict where there are tickets
    already.
    """
    db.session().will_write()
    if db.session.scalar(select(Ticket.id).limit(1)) is not None:
        db.session.rollback()
        raise Conflict(
            "There are tickets in this database already; the demo goes into an empty one."
        )
    rng = Random(seed)
    wall = WallClock(clock.zone(words.TIME_ZONE))
    begins, ends = wall.local(until - YEARS), wall.local(until)
    last_ids = {name: _last_id(name) for name in _NUMBERED}
    taken = set(db.session.scalars(select(User.username_key)))
    company = found(rng, tickets, begins, ends, first_id=last_ids["users"] + 1, taken=taken)
    _furnish(company, wall, password_hash, last_ids)
    ledger = Ledger(
        last_ids,
        staff={helper.id for helper in company.helpers},
        categories={
            name: id_ for id_, name in db.session.execute(select(Category.id, Category.name))
        },
        teams={name: id_ for id_, name in db.session.execute(select(Team.id, Team.name))},
        tags={name: id_ for id_, name in db.session.execute(select(Tag.id, Tag.name))},
        stamp=_stamp(),
        put=partial(_put, store),
    )
    split_seconds = Random(seed)  # apart, so that the size of a batch changes no story
    chronicle = Chronicle(rng, company, begins, ends)
    stories = chronicle.stories(tickets, last_ids["tickets"] + 1)
    for batch in _batches(stories):
        for story in batch:
            write(ledger, story, moments(wall, split_seconds, story))
        _store(ledger.take())
        _go_on_counting(last_ids)
        _commit()
        progress(len(batch))
    _look_at_the_rows()
    return company


def is_empty() -> bool:
    return db.session.scalar(select(Ticket.id).limit(1)) is None


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody to try the demo as, and what is to be seen with their eyes."""

    username: str
    name: str
    role: str
    because: str


def sign_ins() -> list[SignIn]:
    """The admin, agents of a public and of the private team, requesters, somebody affected."""
    of_the_demo = User.email_key.like(f"%@{words.DOMAIN}")
    people = select(User).where(of_the_demo, User.deactivated_at.is_(None))
    desk = people.join(HelpdeskStaff, HelpdeskStaff.user_id == User.id)
    admins = desk.where(HelpdeskStaff.role == Role.ADMIN).order_by(User.id)
    agents = desk.where(HelpdeskStaff.role == Role.AGENT).order_by(*_busiest(Ticket.assignee_id))
    is_private = HelpdeskStaff.teams.any(Team.is_private)
    found = [
        *_chosen(admins.limit(1), "sees everything"),
        *_chosen(agents.where(~is_private).limit(2), "works in {teams}"),
        *_chosen(agents.where(is_private).limit(1), "works in {teams}, which is private"),
    ]
    requesters = people.where(~User.staff.has()).order_by(*_busiest(Ticket.user_id))
    hit = requesters.where(User.id.in_(_affected())).limit(1)
    spared = requesters.where(User.id.not_in(_affected())).limit(2)
    found += _chosen(spared, "has filed a good deal")
    return found + _chosen(hit, "is affected by what is broken now")


def _busiest(of: InstrumentedAttribute[Any]) -> Sequence[Any]:
    """Who has most open tickets comes first."""
    theirs = select(func.count()).where(
        of == User.id, Ticket.status.in_(OPEN_STATUSES), Ticket.trashed_at.is_(None)
    )
    return theirs.scalar_subquery().desc(), User.id


def _affected() -> Select[tuple[int]]:
    return (
        select(TicketReport.reporter_user_id)
        .join(Ticket, Ticket.id == TicketReport.ticket_id)
        .where(
            TicketReport.kind == ReportKind.AFFECTED,
            TicketReport.status.in_(LIVE_REPORT_STATUSES),
            Ticket.known_problem_since.is_not(None),
            Ticket.status.in_(OPEN_STATUSES),
        )
    )


def _chosen(people: Select[tuple[User]], because: str) -> list[SignIn]:
    return [
        SignIn(
            person.username,
            person.name,
            person.role,
            because.format(teams=_listed(team.name for team in person.staff.teams))
            if person.staff
            else because,
        )
        for person in db.session.scalars(people)
    ]


def _listed(names: Iterable[str]) -> str:
    return " and ".join(sorted(names)) or "no team"


def _batches(stories: Iterator[Story]) -> Iterator[list[Story]]:
    while batch := list(islice(stories, BATCH)):
        yield batch


# --- people and lists ------------------------------------------------------------------------


def _furnish(
    company: Company, wall: WallClock, password_hash: str | None, last_ids: dict[str, int]
) -> None:
    """Settings that nobody has made yet, categories, tags and people; one transaction."""
    _decide("organisation", words.ORGANISATION)
    _decide("time_zone", words.TIME_ZONE)
    known = set(db.session.scalars(select(Category.name)))
    for name in sorted({f.category for f in (*EVERYDAY, *OUTAGES)} - known):
        categories.add(name)
        db.session.flush()
    tags = {tag for family in (*EVERYDAY, *OUTAGES) for tag in family.tags}
    tags -= set(db.session.scalars(select(Tag.name)))
    _insert(Tag, [{"name": name} for name in sorted(tags)])
    _insert(User, list(_user_rows(company, wall, password_hash)))
    _insert(
        HelpdeskStaff,
        [
            {
                "user_id": helper.id,
                "role": helper.role,
                "signature": "",
                "since": wall.utc(helper.since, 0),
            }
            for helper in company.helpers
        ],
    )
    _found_teams(company)
    for name in ("users", "helpdesk_staff", "tags", "teams"):
        last_ids[name] = _last_id(name)
    _go_on_counting(last_ids)
    _commit()


def _found_teams(company: Company) -> None:
    """Teams with their members; one that is there already is joined as it is."""
    there = {team.name: team for team in db.session.scalars(select(Team))}
    for plan in TEAMS:
        team = there.get(plan.name) or teams.add(plan.name, is_private=plan.is_private)
        for helper in company.helpers:
            if helper.is_in(plan):
                teams.add_member(team, db.session.get_one(User, helper.id))


def _decide(name: str, value: str) -> None:
    if db.session.get(Setting, name) is None:
        settings.change({name: value})


def _insert(model: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(model), rows)


def _user_rows(
    company: Company, wall: WallClock, password_hash: str | None
) -> Iterator[dict[str, Any]]:
    people: tuple[Helper | Person, ...] = (*company.helpers, *company.requesters)
    for person in people:
        since = wall.utc(person.since, 0)
        email = f"{person.username}@{words.DOMAIN}"
        yield {
            "id": person.id,
            "username": person.username,
            "username_key": folded(person.username),
            "name": person.name,
            "name_key": folded(person.name),
            "email": email,
            "email_key": email_key(email),
            "email_confirmed_at": since,
            "password_hash": password_hash,
            "created_at": since,
            "registered_at": since if password_hash else None,
        }


# --- files ---------------------------------------------------------------------------------------


def _put(store: FileStore, paper: Paper) -> Filed | None:
    """Print a paper and keep it; None where there is no room for it."""
    done = printed(paper)
    try:
        kept = store.store(BytesIO(done.data))
        small = store.store(BytesIO(done.small)).key if done.small else None
    except NoRoom:
        return None
    return Filed(kept.size, kept.sha256, kept.key, small)


# --- rows ----------------------------------------------------------------------------------------


def _store(rows: dict[str, list[Row]]) -> None:
    connection = db.session.connection()
    store = _copy if connection.dialect.name == "postgresql" else _insert_many
    for name in COLUMNS:
        if rows[name]:
            store(connection, Base.metadata.tables[name], rows[name])


def _insert_many(connection: Connection, table: Table, rows: list[Row]) -> None:
    connection.exec_driver_sql(f"PRAGMA cache_size = -{_SQLITE_CACHE_KIB}")
    columns = COLUMNS[table.name]
    statement = insert(table).values(dict.fromkeys(columns)).compile(dialect=connection.dialect)
    order = [columns.index(name) for name in statement.positiontup or columns]
    if order != sorted(order):
        rows = [tuple(row[place] for place in order) for row in rows]
    connection.exec_driver_sql(str(statement), rows)


def _copy(connection: Connection, table: Table, rows: list[Row]) -> None:
    """COPY takes half the time of INSERT."""
    cursor = connection.connection.cursor()
    columns = ", ".join(COLUMNS[table.name])
    with cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _stamp() -> Callable[[dt.datetime], Any]:
    """How the driver in use wants a moment, which is in UTC here."""
    if db.session.get_bind().dialect.name == "postgresql":
        return lambda moment: moment
    return sqlite_text


def sqlite_text(moment: dt.datetime) -> str:
    """What ``UtcDateTime`` and its driver make of it, in a quarter of the time."""
    return moment.isoformat(" ", "microseconds")[:26]


def _last_id(name: str) -> int:
    return db.session.scalar(select(func.max(Base.metadata.tables[name].c.id))) or 0


def _go_on_counting(last_ids: dict[str, int]) -> None:
    """PostgreSQL's own numbers go on after those that were given here."""
    if db.session.get_bind().dialect.name != "postgresql":
        return
    for name, last in last_ids.items():
        if last:
            db.session.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
                {"name": name, "last": last},
            )


def _look_at_the_rows() -> None:
    """PostgreSQL plans by what it knows of the tables, and would notice by itself only later."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("ANALYZE"))
    _commit()


def _commit() -> None:
    # Transactions that take long are noted; these are meant to.
    db.session.connection().info.pop("writes_since", None)
    db.session.commit()
