"""What the outbox holds: its entries by state, how many, and the tickets they tell of."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import (
    ID_MAX,
    OutboxEntry,
    OutboxState,
    Ticket,
    TicketMessage,
    TicketReport,
    User,
)
from app.queries.tickets import visible_to

PAGE_SIZE = 50
COUNTED_MAX = 10_000
"""Where counting stops: an old installation has sent millions, and nobody needs to know exactly."""


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """Some entries; ``after`` and ``before`` are ids to go on from, None at the ends."""

    entries: Sequence[OutboxEntry]
    after: int | None
    before: int | None


def entries(
    state: OutboxState,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = PAGE_SIZE,
) -> OutboxPage:
    """What waits, the next to go first; of the other states the newest first."""
    anchor = db.session.get(OutboxEntry, after or before) if after or before else None
    backwards = anchor is not None and not after
    ascending = (state is OutboxState.WAITING) != backwards
    query = (
        select(OutboxEntry)
        .where(OutboxEntry.state == state)
        .options(joinedload(OutboxEntry.recipient).lazyload(User.staff))
        .limit(limit + 1)
    )
    if anchor is not None:
        here = tuple_(OutboxEntry.due_at, OutboxEntry.id)
        there = tuple_(literal(anchor.due_at, OutboxEntry.due_at.type), literal(anchor.id))
        query = query.where(here > there if ascending else here < there)
    order = (OutboxEntry.due_at, OutboxEntry.id)
    rows = db.session.scalars(
        query.order_by(*(order if ascending else tuple(column.desc() for column in order)))
    ).all()
    more, found = len(rows) > limit, list(rows[:limit])
    if backwards:
        found.reverse()
    has_before = more if backwards else anchor is not None
    has_after = True if backwards else more
    return OutboxPage(
        found,
        after=found[-1].id if found and has_after else None,
        before=found[0].id if found and has_before else None,
    )


def outbox_counts() -> dict[OutboxState, int]:
    """How many entries each state has; COUNTED_MAX + 1 stands for more than that."""
    counts = (
        select(func.count())
        .select_from(
            select(OutboxEntry.id)
            .where(OutboxEntry.state == state)
            .limit(COUNTED_MAX + 1)
            .subquery()
        )
        .scalar_subquery()
        for state in OutboxState
    )
    row = db.session.execute(select(*counts)).one()
    return dict(zip(OutboxState, row, strict=True))


def oldest_due() -> dt.datetime | None:
    """Since when the first of what waits has been due."""
    return db.session.scalar(
        select(func.min(OutboxEntry.due_at)).where(OutboxEntry.state == OutboxState.WAITING)
    )


def entry(entry_id: int, *, lock: bool = False) -> OutboxEntry | None:
    query = select(OutboxEntry).where(OutboxEntry.id == entry_id)
    return db.session.scalars(query.with_for_update() if lock else query).one_or_none()


def failed_entries() -> Sequence[OutboxEntry]:
    """All that were given up, locked in the order of their ids."""
    return db.session.scalars(
        select(OutboxEntry)
        .where(OutboxEntry.state == OutboxState.FAILED)
        .order_by(OutboxEntry.id)
        .with_for_update()
    ).all()


def tickets_of(viewer: User, listed: Sequence[OutboxEntry]) -> dict[int, int]:
    """The ticket that each entry tells of, by the entry's id, as far as the viewer sees it."""
    wanted = {
        "message_id": (TicketMessage.id, TicketMessage.ticket_id),
        "report_id": (TicketReport.id, TicketReport.ticket_id),
    }
    named = {entry.id: _id(entry, "ticket_id") for entry in listed}
    for key, (id_column, ticket_column) in wanted.items():
        asked = {entry.id: _id(entry, key) for entry in listed if named[entry.id] is None}
        ids = {value for value in asked.values() if value is not None}
        if not ids:
            continue
        rows = db.session.execute(select(id_column, ticket_column).where(id_column.in_(ids)))
        tickets = {row[0]: row[1] for row in rows}
        named |= {entry_id: tickets.get(value or 0) for entry_id, value in asked.items()}
    ids = {ticket_id for ticket_id in named.values() if ticket_id is not None}
    if not ids:
        return {}
    seen = set(
        db.session.scalars(
            visible_to(viewer).where(Ticket.id.in_(ids)).with_only_columns(Ticket.id)
        )
    )
    return {entry_id: id_ for entry_id, id_ in named.items() if id_ is not None and id_ in seen}


def _id(entry: OutboxEntry, key: str) -> int | None:
    value = entry.payload.get(key)
    return value if isinstance(value, int) and 0 < value <= ID_MAX else None
