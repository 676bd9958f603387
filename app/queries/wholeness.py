"""Whether the data is whole: each rule that the tables must keep, as a query for what breaks it.

Sets are compared in the database and read row by row, so that a million tickets need no memory.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.extensions import db
from app.models import (
    CLOSED_STATUSES,
    NOBODY,
    OPEN_STATUSES,
    Base,
    ChangeSet,
    HelpdeskStaff,
    OutboxEntry,
    OutboxState,
    ReportStatus,
    Role,
    Team,
    Ticket,
    TicketFieldChange,
    TicketReport,
    TicketStatus,
    TicketStatusChange,
    TicketTally,
    User,
    team_members,
)
from app.queries import whole_acts, whole_fields
from app.queries.streaming import streamed


@dataclass(frozen=True, slots=True)
class Check:
    """A rule in words, and whatever breaks it, a sentence each."""

    name: str
    problems: Callable[[], Iterator[str]]


# --- the database itself -------------------------------------------------------------------------


def _database_itself() -> Iterator[str]:
    if _is_sqlite():
        for (answer,) in db.session.execute(text("PRAGMA integrity_check")):
            if answer != "ok":
                yield str(answer)


def _references() -> Iterator[str]:
    """Every foreign key leads to a row; PostgreSQL is asked too, for what was restored badly."""
    if _is_sqlite():
        for table, row_id, target, _ in db.session.execute(text("PRAGMA foreign_key_check")):
            yield f"row {row_id} of {table} names a row of {target} that does not exist"
        return
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            there = key.column.table.alias("there")
            column, target = key.parent, there.c[key.column.name]
            lost = (
                select(column)
                .select_from(table.outerjoin(there, column == target))
                .where(column.is_not(None), target.is_(None))
            )
            for (value,) in streamed(lost):
                yield f"{table.name}.{column.name} is {value}, which {key.column.table} has not"


def _is_sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"


# --- tickets and their history -------------------------------------------------------------------


def _newest(of: InstrumentedAttribute[Any], *where: ColumnElement[bool]) -> Select[Any]:
    newest = select(of.label("of_id"), func.max(TicketStatusChange.id).label("change_id"))
    return newest.where(*where).group_by(of)


def _ticket_status() -> Iterator[str]:
    newest = _newest(
        TicketStatusChange.ticket_id, TicketStatusChange.report_id.is_(None)
    ).subquery()
    change = aliased(TicketStatusChange)
    query = (
        select(Ticket.id, cast(Ticket.status, Text), change.status_change)
        .outerjoin(newest, newest.c.of_id == Ticket.id)
        .outerjoin(change, change.id == newest.c.change_id)
        .where(
            or_(change.id.is_(None), change.status_change != cast(Ticket.status, Text)),
        )
        .order_by(Ticket.id)
    )
    for ticket_id, status, newest_status in streamed(query):
        if newest_status is None:
            yield f"ticket #{ticket_id} has no history"
        else:
            yield f"ticket #{ticket_id} is {status}, its newest change says {newest_status}"


def _report_status() -> Iterator[str]:
    newest = _newest(
        TicketStatusChange.report_id, TicketStatusChange.report_id.is_not(None)
    ).subquery()
    change = aliased(TicketStatusChange)
    query = (
        select(TicketReport.id, cast(TicketReport.status, Text), change.status_change)
        .outerjoin(newest, newest.c.of_id == TicketReport.id)
        .outerjoin(change, change.id == newest.c.change_id)
        .where(or_(change.id.is_(None), change.status_change != cast(TicketReport.status, Text)))
        .order_by(TicketReport.id)
    )
    for report_id, status, newest_status in streamed(query):
        yield f"report {report_id} is {status}, its newest change says {newest_status or 'nothing'}"


def _chains() -> Iterator[str]:
    """Each change begins where the one before it ended; the first begins from nothing."""
    whole = func.coalesce(TicketStatusChange.report_id, 0)
    before = func.lag(TicketStatusChange.status_change).over(
        partition_by=(TicketStatusChange.ticket_id, whole), order_by=TicketStatusChange.id
    )
    chain = select(
        TicketStatusChange.id,
        TicketStatusChange.ticket_id,
        TicketStatusChange.from_status,
        before.label("before"),
    ).subquery()
    query = (
        select(chain.c.ticket_id, chain.c.id, chain.c.from_status, chain.c.before)
        .where(chain.c.from_status.is_distinct_from(chain.c.before))
        .order_by(chain.c.id)
    )
    for ticket_id, change_id, from_status, expected in streamed(query):
        yield (
            f"change {change_id} of ticket #{ticket_id} comes from {from_status or 'nothing'},"
            f" the one before it ended in {expected or 'nothing'}"
        )


def _words() -> Iterator[str]:
    """Only statuses that exist are in the history."""
    ticket_words = [status.value for status in TicketStatus]
    report_words = [status.value for status in ReportStatus]
    query = select(
        TicketStatusChange.id, TicketStatusChange.ticket_id, TicketStatusChange.status_change
    ).where(
        or_(
            and_(
                TicketStatusChange.report_id.is_(None),
                TicketStatusChange.status_change.not_in(ticket_words),
            ),
            and_(
                TicketStatusChange.report_id.is_not(None),
                TicketStatusChange.status_change.not_in(report_words),
            ),
        )
    )
    for change_id, ticket_id, word in streamed(query):
        yield f"change {change_id} of ticket #{ticket_id} says {word!r}, which is no status"


def _versions() -> Iterator[str]:
    """A ticket's version is that of its newest change, and no change has a later one."""
    status = select(
        TicketStatusChange.ticket_id.label("ticket_id"), TicketStatusChange.version.label("version")
    ).where(TicketStatusChange.report_id.is_(None))
    fields = select(TicketFieldChange.ticket_id, TicketFieldChange.version)
    changes = status.union_all(fields).subquery()
    newest = (
        select(changes.c.ticket_id, func.max(changes.c.version).label("version"))
        .group_by(changes.c.ticket_id)
        .subquery()
    )
    query = (
        select(Ticket.id, Ticket.version, newest.c.version)
        .join(newest, newest.c.ticket_id == Ticket.id)
        .where(newest.c.version != Ticket.version)
        .order_by(Ticket.id)
    )
    for ticket_id, version, changed in streamed(query):
        yield f"ticket #{ticket_id} has version {version}, its history ends at {changed}"


def _solved_at() -> Iterator[str]:
    wrong = or_(
        and_(Ticket.status.in_(OPEN_STATUSES), Ticket.solved_at.is_not(None)),
        and_(Ticket.status.in_(CLOSED_STATUSES), Ticket.solved_at.is_(None)),
    )
    query = select(Ticket.id, cast(Ticket.status, Text)).where(wrong).order_by(Ticket.id)
    for ticket_id, status in streamed(query):
        yield f"ticket #{ticket_id} is {status}, but the moment of its solution says otherwise"


def _holders() -> Iterator[str]:
    """Nobody has an open ticket of a private team that they are not in."""
    is_member = exists().where(
        team_members.c.team_id == Ticket.team_id,
        team_members.c.staff_id == HelpdeskStaff.id,
    )
    query = (
        select(Ticket.id)
        .join(Team, Team.id == Ticket.team_id)
        .join(HelpdeskStaff, HelpdeskStaff.user_id == Ticket.assignee_id)
        .where(
            Team.is_private,
            HelpdeskStaff.role != Role.ADMIN,
            Ticket.status.in_(OPEN_STATUSES),
            Ticket.trashed_at.is_(None),
            ~is_member,
        )
        .order_by(Ticket.id)
    )
    for (ticket_id,) in streamed(query):
        yield f"open ticket #{ticket_id} is somebody’s who is not in its private team"


# --- counts ------------------------------------------------------------------------------------


def _tallies() -> Iterator[str]:
    """The kept counts, added to the true ones with the sign turned, leave nothing."""
    true: Select[Any] = select(
        cast(Ticket.status, Text).label("status"),
        func.coalesce(Ticket.assignee_id, NOBODY).label("assignee_id"),
        func.coalesce(Ticket.category_id, NOBODY).label("category_id"),
        func.coalesce(Ticket.team_id, NOBODY).label("team_id"),
        literal_column("0").label("kept"),
        literal_column("1").label("counted"),
    ).where(Ticket.trashed_at.is_(None))
    kept: Select[Any] = select(
        cast(TicketTally.status, Text),
        TicketTally.assignee_id,
        TicketTally.category_id,
        TicketTally.team_id,
        TicketTally.n,
        literal_column("0"),
    )
    both = true.union_all(kept).subquery()
    cell = (both.c.status, both.c.assignee_id, both.c.category_id, both.c.team_id)
    query = (
        select(*cell, func.sum(both.c.kept), func.sum(both.c.counted))
        .group_by(*cell)
        .having(func.sum(both.c.kept) != func.sum(both.c.counted))
        .order_by(*cell)
    )
    for status, assignee_id, category_id, team_id, n, counted in streamed(query):
        yield (
            f"the count of {status} tickets with assignee {assignee_id or 'nobody'}, category"
            f" {category_id or 'none'} and team {team_id or 'none'} is {n}, there are {counted}"
        )


def _totals() -> Iterator[str]:
    """Open and closed, as pages and API say them, are as long as their lists."""
    for name, statuses in (("open", OPEN_STATUSES), ("closed", CLOSED_STATUSES)):
        said = db.session.scalar(
            select(func.coalesce(func.sum(TicketTally.n), 0)).where(
                TicketTally.status.in_(statuses)
            )
        )
        listed = db.session.scalar(
            select(func.count())
            .select_from(Ticket)
            .where(Ticket.status.in_(statuses), Ticket.trashed_at.is_(None))
        )
        if said != listed:
            yield f"the number of {name} tickets is {said}, their list has {listed}"


# --- outbox and people ---------------------------------------------------------------------------


def _outbox() -> Iterator[str]:
    waits = OutboxEntry.state == OutboxState.WAITING
    wrong: Sequence[tuple[str, ColumnElement[bool]]] = (
        ("is finished and waits", and_(waits, OutboxEntry.finished_at.is_not(None))),
        ("is over without a moment when", and_(~waits, OutboxEntry.finished_at.is_(None))),
        ("is over and still held", and_(~waits, OutboxEntry.lease_until.is_not(None))),
        (
            "is held by nobody or until never",
            OutboxEntry.lease_by.is_(None) != OutboxEntry.lease_until.is_(None),
        ),
        (
            "failed or was withdrawn without a reason",
            and_(
                OutboxEntry.state.in_((OutboxState.FAILED, OutboxState.WITHDRAWN)),
                OutboxEntry.last_error.is_(None),
            ),
        ),
        (
            "is a mail without a Message-ID",
            and_(
                or_(OutboxEntry.recipient_id.is_not(None), OutboxEntry.address.is_not(None)),
                OutboxEntry.message_id.is_(None),
            ),
        ),
    )
    which = case(*((condition, words) for words, condition in wrong))
    query = select(OutboxEntry.id, which).where(or_(*(condition for _, condition in wrong)))
    for entry_id, words in streamed(query.order_by(OutboxEntry.id)):
        yield f"entry {entry_id} {words}"


def _acts() -> Iterator[str]:
    """Who a status change counts as is who its act says."""
    act = func.coalesce(ChangeSet.named_id, ChangeSet.actor_id)
    query = (
        select(TicketStatusChange.id, TicketStatusChange.ticket_id)
        .join(ChangeSet, ChangeSet.id == TicketStatusChange.change_set_id)
        .where(TicketStatusChange.change_by_user_id.is_distinct_from(act))
        .order_by(TicketStatusChange.id)
    )
    for change_id, ticket_id in streamed(query):
        yield f"change {change_id} of ticket #{ticket_id} names somebody else than its act"


def _addresses() -> Iterator[str]:
    query = select(User.id).where(User.email.is_(None) != User.email_key.is_(None))
    for (user_id,) in streamed(query):
        yield f"user {user_id} has an address without its key, or the key alone"


CHECKS = (
    Check("the database file", _database_itself),
    Check("references lead to rows", _references),
    Check("ticket status equals its newest change", _ticket_status),
    Check("report status equals its newest change", _report_status),
    Check("each change begins where the last ended", _chains),
    Check("the history holds known statuses only", _words),
    Check("versions equal the history", _versions),
    Check("solved tickets know since when", _solved_at),
    Check("fields equal their newest change", whole_fields.words),
    Check("texts equal their newest change", whole_fields.texts),
    Check("tags and participants equal their newest change", whole_fields.sets),
    Check("whoever has a ticket may see it", _holders),
    Check("status changes name who acted", _acts),
    Check("what was taken back names the act that did it", whole_acts.undos),
    Check("bulk acts did what they say", whole_acts.outcomes),
    Check("kept counts equal the tickets", _tallies),
    Check("totals equal their lists", _totals),
    Check("outbox entries are in a possible state", _outbox),
    Check("addresses are complete", _addresses),
)
"""All of them, cheapest to understand first."""
