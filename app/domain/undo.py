"""Takes acts back: a new act that leaves every ticket as it would be without the old one.

A field holds what its last act wrote that was not taken back. So taking back an act changes the
fields that still hold its value, to what stood there before; what somebody else has set since
stays and is named. An undo is an act too and can be taken back: then the first act counts again.
What was written can be taken back within the recall time, while nobody has been told of it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app.clock import now
from app.domain import history, participants
from app.domain.errors import Conflict
from app.domain.recall import Telling, Undone
from app.domain.settings import site
from app.domain.taking_back import Records, TakingBack
from app.extensions import db
from app.models import (
    BulkRun,
    ChangeSet,
    Door,
    ProblemUpdate,
    Ticket,
    TicketFieldChange,
    TicketMessage,
    TicketReport,
    TicketStatusChange,
    User,
)
from app.policy import Permission, allows, can_know_of_ticket
from app.queries.standing import acts_behind, holders, standing
from app.text import Written

KIND = "undo"
_RENDERED = ("description", "public_summary")
_TEXTS = (TicketMessage, ProblemUpdate)
_WRITTEN_DOWN: tuple[Any, ...] = (
    TicketStatusChange,
    TicketFieldChange,
    TicketMessage,
    ProblemUpdate,
    TicketReport,
)


def undo(
    act: ChangeSet, *, by: User, via: Door, texts: Mapping[str, Written] | None = None
) -> Undone:
    """Take back an act, or an undo of one, on all of its tickets of which this person knows.

    ``texts`` are Markdown texts with their HTML, rendered before the transaction began; others are
    rendered now. Raises Conflict where it has been taken back already, and where nothing of it can
    be taken back.
    """
    first = root(act)
    undoing, touched = begin(act, by=by, via=via)
    tickets = lock(touched, within_reach(first, by))
    undone = take_back(first, undoing, tickets, texts=texts)
    if not undone.changed:
        raise Conflict(undone.why_not or "There is nothing to take back any more.")
    return undone


def begin(act: ChangeSet, *, by: User, via: Door) -> tuple[ChangeSet, Sequence[int]]:
    """The act that takes another one back, for whoever asks first, and the tickets that it is on.

    Raises Conflict where that has been done already, naming who did, and where some of the tickets
    are not this person’s to see: taken back for the others, it would count for none, and nobody
    could take it back for those.
    """
    first = root(act)
    _hold_run(first)
    touched = db.session.scalars(touched_by(first)).all()
    reached = select(func.count()).where(Ticket.id.in_(touched), within_reach(first, by))
    if (db.session.scalar(reached) or 0) < len(touched):
        raise Conflict(
            "Some of its tickets are not yours to see any more. An admin can take it back."
        )
    if (earlier := _undo_of(act)) is not None:
        raise _already(earlier)
    try:
        with db.session.begin_nested():
            undoing = history.begin(KIND, by=by, via=via, undoes=act.id)
            db.session.flush()
    except IntegrityError:  # somebody pressed the same button in this very moment
        raise _already(_undo_of(act)) from None
    return undoing, touched


def _hold_run(act: ChangeSet) -> None:
    """Let the worker not go on with an act on many tickets while it is being taken back."""
    of_the_act = select(BulkRun.id).where(BulkRun.change_set_id == act.id)
    db.session.execute(of_the_act.with_for_update())


def root(act: ChangeSet) -> ChangeSet:
    """The act that this one is about, where it is an undo, or the undo of an undo."""
    while act.undoes_id is not None:
        act = db.session.get_one(ChangeSet, act.undoes_id)
    return act


def is_taken_back(act: ChangeSet) -> bool:
    """Whether the act, or the undo that it is, does not count any more."""
    later = _undo_of(act)
    return later is not None and not is_taken_back(later)


def touched_by(act: ChangeSet) -> Select[tuple[int]]:
    """The numbers of the tickets that this act (no undo) did something to, in order."""
    found = union(
        *(
            select(model.ticket_id.label("id")).where(model.change_set_id == act.id)
            for model in _WRITTEN_DOWN
        )
    ).subquery()
    return select(found.c.id).order_by(found.c.id)


def within_reach(act: ChangeSet, by: User) -> ColumnElement[bool]:
    """On which tickets somebody can take this act (no undo) back, as SQL.

    On those of which they know; and on one that they left by it, which they do not see any more.
    """
    known = can_know_of_ticket(by)
    if act.kind != participants.LEFT or act.actor_id != by.id:
        return known
    return or_(known, and_(Ticket.trashed_at.is_(None), Ticket.id.in_(touched_by(act))))


def lock(ticket_ids: Collection[int], where: ColumnElement[bool]) -> Sequence[Ticket]:
    """These tickets, as far as the condition lets, in one order so that two cannot deadlock."""
    return db.session.scalars(
        select(Ticket)
        .where(where, Ticket.id.in_(ticket_ids))
        .order_by(Ticket.id)
        .with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    ).all()


def take_back(
    act: ChangeSet,
    undoing: ChangeSet,
    tickets: Sequence[Ticket],
    *,
    texts: Mapping[str, Written] | None = None,
) -> Undone:
    """Bring these locked tickets to where they are without ``act``, or with it again.

    ``act`` is no undo; ``undoing`` is the act that ``begin`` made, for it or for the last undo.
    """
    undone = Undone(undoing)
    telling = Telling(act)
    records = _records(tickets)
    rows = [row for r in records.values() for row in (*r.statuses, *r.fields)]
    counts = standing(acts_behind(rows, act.id))
    for ticket in tickets:
        TakingBack(
            ticket=ticket,
            act=act,
            undoing=undoing,
            records=records[ticket.id],
            standing=counts,
            undone=undone,
            telling=telling,
            texts=texts or {},
        ).do()
    if undone.changed:
        telling.settle(undone, is_back=act.id in counts)
    return undone


def texts_to_restore(act: ChangeSet) -> set[str]:
    """The Markdown that taking this act back may bring back, to be rendered beforehand."""
    values = db.session.execute(
        select(TicketFieldChange.old, TicketFieldChange.new).where(
            TicketFieldChange.change_set_id == root(act).id,
            TicketFieldChange.field.in_(_RENDERED),
        )
    )
    return {text for row in values for text in row}


def can_be_taken_back(
    by: User, ticket: Ticket, rows: Iterable[Any], acts: Mapping[int, ChangeSet]
) -> frozenset[int]:
    """The acts on one ticket that this person may take back now, by their ids.

    ``rows`` are what is on record of it, in order: texts, changes of status and of fields;
    ``acts`` the acts behind them (``queries.standing.acts_behind``).
    """
    rows = list(rows)
    since = now() - site().recall_time
    changes = [row for row in rows if not isinstance(row, _TEXTS)]
    found = holders((row for row in changes if not _opens(row)), standing(acts))
    found |= {row.change_set_id for row in changes if _opens(row) and row.recorded_at > since}
    found |= {
        row.change_set_id
        for row in rows
        if isinstance(row, _TEXTS) and row.undone_by_id is None and row.created_at > since
    }
    if ticket.is_trashed:  # only what put it there can be taken back now
        found &= {
            row.change_set_id
            for row in changes
            if _opens(row) or (isinstance(row, TicketFieldChange) and row.field == "trashed")
        }
    return frozenset(id_ for id_ in found if allows(by, Permission.ACT_UNDO, acts[id_]))


def _opens(row: Any) -> bool:
    return isinstance(row, TicketStatusChange) and row.from_status is None and row.report_id is None


def _undo_of(act: ChangeSet) -> ChangeSet | None:
    return db.session.scalars(
        select(ChangeSet)
        .where(ChangeSet.undoes_id == act.id)
        .options(joinedload(ChangeSet.actor).lazyload(User.staff))
    ).one_or_none()


def _already(undo: ChangeSet | None) -> Conflict:
    who = undo.actor.name if undo is not None and undo.actor else "Deskhand"
    return Conflict(f"{who} has taken this back already.")


def _records(tickets: Sequence[Ticket]) -> dict[int, Records]:
    ids = [ticket.id for ticket in tickets]
    found = {id_: Records() for id_ in ids}
    kinds: tuple[tuple[Any, str], ...] = (
        (TicketStatusChange, "statuses"),
        (TicketFieldChange, "fields"),
        (TicketMessage, "messages"),
        (ProblemUpdate, "updates"),
    )
    for model, name in kinds:
        of_these = select(model).where(model.ticket_id.in_(ids)).order_by(model.id)
        for row in db.session.scalars(of_these):
            getattr(found[row.ticket_id], name).append(row)
    reports = select(TicketReport).where(TicketReport.ticket_id.in_(ids))
    for report in db.session.scalars(reports.options(joinedload(TicketReport.reporter))):
        found[report.ticket_id].reports[report.id] = report
    return found
