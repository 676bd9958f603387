"""Keeps ``ticket_tallies`` equal to the tickets, in the transaction that changes them.

The shifts of a transaction are gathered and written in key order just before its commit, so that
two transactions never wait for each other's rows crosswise.
"""

from collections import Counter
from typing import Any

from sqlalchemy import delete, event, func, insert, select

from app.extensions import ReadOrWriteSession, db, insert_or
from app.models import NOBODY, Ticket, TicketTally

Cell = tuple[str, int, int]


def cell(ticket: Ticket) -> Cell:
    """Where this ticket is counted now."""
    return (ticket.status.value, ticket.assignee_id or NOBODY, ticket.category_id or NOBODY)


def shift(before: Cell | None, after: Cell) -> None:
    """One ticket moves from a cell (None: from nowhere) to another."""
    if before == after:
        return
    shifts: Counter[Cell] = db.session().info.setdefault("tally", Counter())
    if before is not None:
        shifts[before] -= 1
    shifts[after] += 1


@event.listens_for(ReadOrWriteSession, "before_commit")
def _write(session: Any) -> None:
    shifts: Counter[Cell] = session.info.pop("tally", Counter())
    rows = [
        {"status": status, "assignee_id": assignee_id, "category_id": category_id, "n": n}
        for (status, assignee_id, category_id), n in sorted(shifts.items())
        if n
    ]
    if not rows:
        return
    statement = insert_or(TicketTally)
    session.connection().execute(  # not as the ORM's bulk insert, which knows no conflicts
        statement.on_conflict_do_update(
            index_elements=["status", "assignee_id", "category_id"],
            set_={"n": TicketTally.n + statement.excluded.n},
        ),
        rows,
    )


@event.listens_for(ReadOrWriteSession, "after_rollback")
def _forget(session: Any) -> None:
    session.info.pop("tally", None)


def counted() -> dict[Cell, int]:
    """The truth, from the tickets themselves; reads all of them."""
    where = (
        Ticket.status,
        func.coalesce(Ticket.assignee_id, NOBODY),
        func.coalesce(Ticket.category_id, NOBODY),
    )
    rows = db.session.execute(select(*where, func.count()).group_by(*where))
    return {(status.value, assignee, category): n for status, assignee, category, n in rows}


def kept() -> dict[Cell, int]:
    """What the tallies say."""
    rows = db.session.execute(
        select(
            TicketTally.status, TicketTally.assignee_id, TicketTally.category_id, TicketTally.n
        ).where(TicketTally.n != 0)
    )
    return {(status.value, assignee, category): n for status, assignee, category, n in rows}


def rebuild() -> None:
    """Write the tallies anew from the tickets."""
    db.session.execute(delete(TicketTally))
    rows = [
        {"status": status, "assignee_id": assignee, "category_id": category, "n": n}
        for (status, assignee, category), n in counted().items()
    ]
    if rows:
        db.session.execute(insert(TicketTally), rows)
