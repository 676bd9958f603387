"""Puts the demo into an empty database: streamed, in bulk, the same on both engines."""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from app import clock
from app.demo import words
from app.demo.chronicle import YEARS, Chronicle, moments
from app.demo.company import Company, Helper, Person, found
from app.demo.families import EVERYDAY, OUTAGES
from app.demo.hours import WallClock
from app.demo.ledger import COLUMNS, Ledger, Row
from app.demo.story import Story
from app.domain import categories, settings
from app.domain.errors import Conflict
from app.extensions import db
from app.models import Base, Category, HelpdeskStaff, Role, Setting, Tag, Ticket, User
from app.models.base import UtcDateTime
from app.text import email_key, folded

BATCH = 2000
"""Tickets per transaction."""
_SQLITE_CACHE_KIB = 128 * 1024
_NUMBERED = (
    *("users", "helpdesk_staff", "tags", "tickets", "change_sets", "ticket_messages"),
    *("ticket_reports", "ticket_status_changes", "ticket_field_changes"),
)


def load(
    tickets: int,
    *,
    seed: int,
    until: dt.datetime,
    password_hash: str | None,
    progress: Callable[[int], Any] = lambda _: None,
) -> Company:
    """Fill the database with so many tickets of the two years up to ``until``.

    The same arguments give the same rows. ``progress`` hears of each batch. Commits as it goes;
    raises Conflict where there are tickets already.
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
        tags={name: id_ for id_, name in db.session.execute(select(Tag.id, Tag.name))},
        stamp=_stamp(),
    )
    split_seconds = Random(seed)  # apart, so that the size of a batch changes no story
    chronicle = Chronicle(rng, company, begins, ends)
    stories = chronicle.stories(tickets, last_ids["tickets"] + 1)
    for batch in _batches(stories):
        for story in batch:
            ledger.write(story, moments(wall, split_seconds, story))
        _store(ledger.take())
        _go_on_counting(last_ids)
        _commit()
        progress(len(batch))
    _look_at_the_rows()
    return company


def is_empty() -> bool:
    return db.session.scalar(select(Ticket.id).limit(1)) is None


def sign_ins() -> list[tuple[str, str, str]]:
    """Username, name and role of an admin, two agents and two busy requesters of the demo."""
    of_the_demo = User.email_key.like(f"%@{words.DOMAIN}")
    people = select(User).where(of_the_demo, User.deactivated_at.is_(None)).order_by(User.id)
    desk = people.join(HelpdeskStaff, HelpdeskStaff.user_id == User.id)
    chosen = [
        *db.session.scalars(desk.where(HelpdeskStaff.role == Role.ADMIN).limit(1)),
        *db.session.scalars(desk.where(HelpdeskStaff.role == Role.AGENT).limit(2)),
        *db.session.scalars(people.where(~User.staff.has()).limit(2)),
    ]
    return [(person.username, person.name, person.role) for person in chosen]


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
    for name in ("users", "helpdesk_staff", "tags"):
        last_ids[name] = _last_id(name)
    _go_on_counting(last_ids)
    _commit()


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
    """How the driver in use wants a moment."""
    dialect = db.session.get_bind().dialect
    if dialect.name == "postgresql":
        return lambda moment: moment
    process = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
    return process or (lambda moment: moment)


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
