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
    TicketReport,
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
    """What a bulk act says that it changed has something of it in its history."""
    did_something = or_(
        *(
            exists().where(
                model.ticket_id == BulkOutcome.ticket_id, by == BulkOutcome.change_set_id
            )
            for model, by in _TRACES
        )
    )
    query = (
        select(BulkOutcome.id, BulkOutcome.ticket_id, BulkOutcome.change_set_id)
        .where(BulkOutcome.outcome == Outcome.CHANGED, ~did_something)
        .order_by(BulkOutcome.id)
    )
    for _, ticket_id, act_id in streamed(query):
        yield f"bulk act {act_id} is said to have changed ticket #{ticket_id} and has not"


_TRACES: tuple[tuple[Any, Any], ...] = (
    (TicketStatusChange, TicketStatusChange.change_set_id),
    (TicketFieldChange, TicketFieldChange.change_set_id),
    (TicketMessage, TicketMessage.change_set_id),
    (TicketMessage, TicketMessage.undone_by_id),
    (ProblemUpdate, ProblemUpdate.change_set_id),
    (ProblemUpdate, ProblemUpdate.undone_by_id),
    (TicketReport, TicketReport.change_set_id),
)
"""What an act leaves behind on a ticket, and where it says which act it was."""
