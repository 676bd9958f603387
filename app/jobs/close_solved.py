"""Closes what has been solved for longer than the reopen window."""

from app.domain import history, tickets
from app.extensions import db
from app.models import Door

BATCH = 200
"""Tickets per transaction: others wait milliseconds for it, not seconds."""


def close_some() -> bool:
    """Close a batch; whether there may be more."""
    act = history.begin("tickets.closed", by=None, via=Door.WORKER)
    closed = tickets.close_solved(act=act, limit=BATCH)
    if closed:
        db.session.commit()
    return closed == BATCH
