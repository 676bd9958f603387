"""What became of an act on many tickets, and which tickets a selection names."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import BulkOutcome, BulkRun, ChangeSet, Outcome, Ticket, User
from app.policy import can_see_ticket
from app.queries.tickets import TicketFilter

PAGE_SIZE = 100


def ids_of(user: User, wanted: TicketFilter, *, limit: int) -> Sequence[int]:
    """The numbers of the tickets that a filter names, lowest first."""
    return db.session.scalars(
        wanted.tickets(user).with_only_columns(Ticket.id).order_by(Ticket.id).limit(limit)
    ).all()


def bulk_run(run_id: int) -> BulkRun | None:
    return db.session.scalars(
        select(BulkRun)
        .where(BulkRun.id == run_id)
        .options(
            joinedload(BulkRun.change_set).joinedload(ChangeSet.actor).lazyload(User.staff),
        )
    ).one_or_none()


def outcome_counts(run: BulkRun) -> dict[Outcome, int]:
    rows = db.session.execute(
        select(BulkOutcome.outcome, func.count())
        .where(BulkOutcome.change_set_id == run.change_set_id)
        .group_by(BulkOutcome.outcome)
    )
    return dict(rows.tuples().all())


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one ticket; without a title where the reader does not see it any more."""

    id: int
    ticket_id: int
    outcome: Outcome
    sentence: str
    title: str | None


def outcomes(
    run: BulkRun, reader: User, *, outcome: Outcome | None = None, after: int = 0
) -> tuple[list[Told], int | None]:
    """A page of outcomes, and the id to go on after."""
    query = (
        select(
            BulkOutcome.id,
            BulkOutcome.ticket_id,
            BulkOutcome.outcome,
            BulkOutcome.sentence,
            Ticket.title,
        )
        .outerjoin(Ticket, (Ticket.id == BulkOutcome.ticket_id) & can_see_ticket(reader))
        .where(BulkOutcome.change_set_id == run.change_set_id, BulkOutcome.id > after)
        .order_by(BulkOutcome.id)
        .limit(PAGE_SIZE + 1)
    )
    if outcome is not None:
        query = query.where(BulkOutcome.outcome == outcome)
    rows = [Told(*row) for row in db.session.execute(query)]
    more = len(rows) > PAGE_SIZE
    return rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].id if more else None
