"""Keeps ``ticket_tallies`` equal to the tickets, in the transaction that changes them.

The shifts of a transaction are gathered and written in key order just before its commit, so that
two transactions never wait for each other's rows crosswise.
"""

from collections import Counter
from functools import cache
from typing import Any

from sqlalchemy import Insert, delete, event, func, insert, select

from app.extensions import ReadOrWriteSession, db, insert_or
from app.models import NOBODY, Ticket, TicketTally

Cell = tuple[str, int, int, int]
KEY = ("status", "assignee_id", "category_id", "team_id")


def cell(ticket: Ticket) -> Cell | None:
    """Where this ticket is counted now; None in the trash, where none is."""
    if ticket.is_trashed:
        return None
    return (
        ticket.status.value,
        ticket.assignee_id or NOBODY,
        ticket.category_id or NOBODY,
        ticket.team_id or NOBODY,
    )


def shift(before: Cell | None, after: Cell | None) -> None:
    """One ticket moves from a cell to another; None is nowhere."""
    if before == after:
        return
    shifts: Counter[Cell] = db.session().info.setdefault("tally", Counter())
    if before is not None:
        shifts[before] -= 1
    if after is not None:
        shifts[after] += 1


@event.listens_for(ReadOrWriteSession, "after_transaction_create")
def _remember(session: Any, transaction: Any) -> None:
    """What was gathered before a savepoint, should it be rolled back."""
    if transaction.nested:
        saved = session.info.setdefault("tally before", {})
        saved[transaction] = Counter(session.info.get("tally", ()))


@event.listens_for(ReadOrWriteSession, "before_commit")
def _write(session: Any) -> None:
    if session.in_nested_transaction():
        return
    shifts: Counter[Cell] = session.info.pop("tally", Counter())
    rows = [_row(cell, n) for cell, n in sorted(shifts.items()) if n]
    if not rows:
        return
    # On the connection, not as the ORM's bulk insert, which knows no conflicts.
    adding = _adding(session.get_bind().dialect.name)
    session.connection().execute(adding, rows if len(rows) > 1 else rows[0])


@cache
def _adding(_dialect: str) -> Insert:
    statement = insert_or(TicketTally)
    return statement.on_conflict_do_update(
        index_elements=KEY, set_={"n": TicketTally.n + statement.excluded.n}
    )


def _row(cell: Cell, n: int) -> dict[str, Any]:
    return {**dict(zip(KEY, cell, strict=True)), "n": n}


@event.listens_for(ReadOrWriteSession, "after_soft_rollback")
def _forget(session: Any, transaction: Any) -> None:
    saved = session.info.get("tally before", {})
    if transaction.nested:
        session.info["tally"] = saved.pop(transaction, Counter())
    else:
        session.info.pop("tally", None)


@event.listens_for(ReadOrWriteSession, "after_transaction_end")
def _forget_savepoints(session: Any, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop("tally before", None)


def counted() -> dict[Cell, int]:
    """The truth, from the tickets themselves; reads all of them."""
    where = (
        Ticket.status,
        func.coalesce(Ticket.assignee_id, NOBODY),
        func.coalesce(Ticket.category_id, NOBODY),
        func.coalesce(Ticket.team_id, NOBODY),
    )
    query = select(*where, func.count()).where(Ticket.trashed_at.is_(None)).group_by(*where)
    return {
        (status.value, assignee, category, team): n
        for status, assignee, category, team, n in db.session.execute(query)
    }


def kept() -> dict[Cell, int]:
    """What the tallies say."""
    rows = db.session.scalars(select(TicketTally).where(TicketTally.n != 0))
    return {
        (row.status.value, row.assignee_id, row.category_id, row.team_id): row.n for row in rows
    }


def rebuild() -> None:
    """Write the tallies anew from the tickets."""
    db.session.execute(delete(TicketTally))
    rows = [_row(cell, n) for cell, n in counted().items()]
    if rows:
        db.session.execute(insert(TicketTally), rows)
