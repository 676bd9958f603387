"""Whether what was taken back, and what was done in bulk, leads to the acts that did it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import exists, or_, select

from app.models import (
    BulkOutcome,
    ChangeSet,
    Outcome,
    ProblemUpdate,
    TicketFieldChange,
    TicketMessage,
    TicketStatusChange,
)
from app.queries.streaming import streamed


def undos() -> Iterator[str]:
    early = select(ChangeSet.id).where(ChangeSet.undoes_id >= ChangeSet.id).order_by(ChangeSet.id)
    for (act_id,) in streamed(early):
        yield f"act {act_id} takes back one that came later"
    written: tuple[tuple[str, Any], ...] = (("message", TicketMessage), ("update", ProblemUpdate))
    for name, model in written:
        query = (
            select(model.id, model.ticket_id, ChangeSet.id)
            .join(ChangeSet, ChangeSet.id == model.undone_by_id)
            .where(ChangeSet.undoes_id.is_(None))
            .order_by(model.id)
        )
        for row_id, ticket_id, act_id in streamed(query):
            yield (
                f"{name} {row_id} of ticket #{ticket_id} was taken back by act {act_id},"
                " which takes nothing back"
            )


def outcomes() -> Iterator[str]:
    """What a bulk act says that it changed has something of it in its history.

    Undos are left out: one that lets a note count again leaves no trace of its own.
    """
    did_something = or_(
        *(
            exists().where(
                model.ticket_id == BulkOutcome.ticket_id,
                model.change_set_id == BulkOutcome.change_set_id,
            )
            for model in _TRACES
        )
    )
    query = (
        select(BulkOutcome.ticket_id, BulkOutcome.change_set_id)
        .join(ChangeSet, ChangeSet.id == BulkOutcome.change_set_id)
        .where(
            BulkOutcome.outcome == Outcome.CHANGED, ChangeSet.undoes_id.is_(None), ~did_something
        )
        .order_by(BulkOutcome.id)
    )
    for ticket_id, act_id in streamed(query):
        yield f"bulk act {act_id} is said to have changed ticket #{ticket_id} and has not"


_TRACES: tuple[Any, ...] = (TicketStatusChange, TicketFieldChange, TicketMessage)
"""What a bulk act leaves behind on a ticket."""
