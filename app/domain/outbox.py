"""Announcing what happened, in the transaction in which it happened, and who tells it on.

An announcement is due after the recall time; the worker claims it under a lease, makes exactly
one call to the outside world (or announces one smaller entry per recipient) and notes the result.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select, update

from app.clock import now
from app.domain.settings import site
from app.extensions import db
from app.models import ChangeSet, OutboxEntry, OutboxState, User

LEASE = dt.timedelta(minutes=10)
"""Longer than the longest send, or a slow mail would go out twice."""
GIVE_UP_AFTER = dt.timedelta(days=3)
RETRIES = tuple(
    dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60)
)


def announce(
    topic: str,
    *,
    act: ChangeSet | None = None,
    wait: dt.timedelta = dt.timedelta(0),
    key: str | None = None,
    recipient: User | None = None,
    address: str | None = None,
    **ids: Any,
) -> OutboxEntry:
    """Add an entry to the caller's transaction; nothing is told before it commits.

    ``ids`` are numbers and words, never contents. A mail's Message-ID is fixed here.
    """
    moment = now()
    entry = OutboxEntry(
        topic=topic,
        payload=ids,
        key=key,
        change_set_id=act.id if act else None,
        recipient_id=recipient.id if recipient else None,
        address=address,
        message_id=_message_id() if recipient or address else None,
        state=OutboxState.WAITING,
        due_at=moment + wait,
        give_up_at=moment + wait + GIVE_UP_AFTER,
        attempts=0,
        created_at=moment,
    )
    db.session().store(entry)
    return entry


def announce_act(topic: str, act: ChangeSet, **ids: Any) -> OutboxEntry:
    """Tell of what an act did once the recall time is over, unless it is taken back until then."""
    return announce(topic, act=act, wait=site().recall_time, **ids)


def _message_id() -> str:
    # The right side is ours to choose; the importer will know our mails by the left.
    return f"<deskhand.{uuid.uuid4().hex}@deskhand.invalid>"


def is_due() -> bool:
    """Whether there is anything to claim: a read, so that waiting for work writes nothing."""
    return db.session.scalar(_due(now()).limit(1)) is not None


def _due(moment: dt.datetime) -> Select[tuple[int]]:
    return (
        select(OutboxEntry.id)
        .where(
            OutboxEntry.state == OutboxState.WAITING,
            OutboxEntry.due_at <= moment,
            or_(OutboxEntry.lease_until.is_(None), OutboxEntry.lease_until < moment),
        )
        .order_by(OutboxEntry.due_at, OutboxEntry.id)
    )


def claim(worker: str, limit: int = 10) -> Sequence[int]:
    """Take up to ``limit`` due entries under a lease and return their ids; the caller commits."""
    moment = now()
    locked = _due(moment).limit(limit)
    locked = locked.with_for_update(skip_locked=True)  # on SQLite BEGIN IMMEDIATE plays its part
    # Named and materialised, or PostgreSQL may run it once per row and so claim more than asked.
    due = locked.cte("due").prefix_with("MATERIALIZED", dialect="postgresql")
    return db.session.scalars(
        update(OutboxEntry)
        .where(OutboxEntry.id.in_(select(due.c.id)))
        .values(lease_until=moment + LEASE, lease_by=worker, attempts=OutboxEntry.attempts + 1)
        .returning(OutboxEntry.id)
        .execution_options(synchronize_session=False)
    ).all()


def succeeded(entry: OutboxEntry) -> None:
    entry.state = OutboxState.DONE
    entry.finished_at = now()
    entry.lease_until = entry.lease_by = entry.last_error = None


def failed(entry: OutboxEntry, reason: str, *, final: bool = False) -> None:
    """Note why, and when it comes back; after three days (or when final) it stays for admins."""
    moment = now()
    entry.last_error = reason
    entry.lease_until = entry.lease_by = None
    if final or moment >= entry.give_up_at:
        entry.state = OutboxState.FAILED
        entry.finished_at = moment
    else:
        entry.due_at = moment + RETRIES[min(entry.attempts, len(RETRIES)) - 1]


def withdrawn(entry: OutboxEntry, reason: str) -> None:
    """Nobody is to be told any more; the reason stays with it."""
    entry.state = OutboxState.WITHDRAWN
    entry.last_error = reason
    entry.finished_at = now()
    entry.lease_until = entry.lease_by = None


def try_again(entry: OutboxEntry) -> None:
    """An admin asks for another round of tries, from now."""
    entry.state = OutboxState.WAITING
    entry.due_at = now()
    entry.give_up_at = entry.due_at + GIVE_UP_AFTER
    entry.finished_at = None
    entry.attempts = 0
