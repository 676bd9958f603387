"""Known problems as everybody may know them: title, status, summary, news and how many are hit.

Nothing here reads a message, a requester's name or a file of a ticket.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import (
    LIVE_REPORT_STATUSES,
    OPEN_STATUSES,
    ChangeSet,
    ProblemUpdate,
    ReportKind,
    Ticket,
    TicketFieldChange,
    TicketReport,
    TicketStatus,
    TicketStatusChange,
    User,
)
from app.policy import can_know_of_ticket
from app.text import plain

LISTED_MAX = 200
EXCERPT = 1_000
"""So much of a text's HTML is fetched to say in a line what it is about."""


@dataclass(frozen=True, slots=True)
class KnownProblem:
    """A line of the list. ``my_report_id`` is the reader's own live report of being affected."""

    id: int
    title: str
    status: TicketStatus
    since: dt.datetime
    solved_at: dt.datetime | None
    news: str
    news_at: dt.datetime | None
    affected: int
    my_report_id: int | None


def known_to(user: User) -> Select[tuple[Ticket]]:
    """All known problems that this person may know of."""
    return select(Ticket).where(can_know_of_ticket(user), is_known_problem())


def is_known_problem() -> ColumnElement[bool]:
    return and_(Ticket.known_problem_since.is_not(None), Ticket.trashed_at.is_(None))


def open_count(user: User) -> int:
    """How many there are right now."""
    query = known_to(user).where(Ticket.status.in_(OPEN_STATUSES))
    return db.session.scalar(query.with_only_columns(func.count())) or 0


def open_problems(user: User, *, limit: int) -> Sequence[KnownProblem]:
    """The newest of those that are not solved."""
    return _listed(user, known_to(user).where(Ticket.status.in_(OPEN_STATUSES)), limit)


def known_problems(
    user: User, *, solved_since: dt.datetime
) -> tuple[Sequence[KnownProblem], Sequence[KnownProblem]]:
    """The open ones, and those solved since then; each newest first, in three queries."""
    found = _listed(
        user,
        known_to(user).where(
            or_(Ticket.status.in_(OPEN_STATUSES), Ticket.solved_at >= solved_since)
        ),
        LISTED_MAX,
    )
    solved = [problem for problem in found if problem.solved_at is not None]
    return (
        [problem for problem in found if problem.solved_at is None],
        sorted(solved, key=lambda problem: problem.solved_at or problem.since, reverse=True),
    )


def _listed(user: User, known: Select[tuple[Ticket]], limit: int) -> Sequence[KnownProblem]:
    rows = db.session.execute(
        known.with_only_columns(
            *(Ticket.id, Ticket.title, Ticket.status),
            *(Ticket.known_problem_since, Ticket.solved_at),
            func.substr(Ticket.public_summary_html, 1, EXCERPT).label("summary"),
        )
        # What is open comes first, so that no number of solved ones hides it.
        .order_by(Ticket.solved_at.is_not(None), Ticket.known_problem_since.desc())
        .order_by(Ticket.id.desc())
        .limit(limit)
    ).all()
    ids = [row.id for row in rows]
    affected, news = affected_by(user, ids), _newest_updates(ids)
    return [
        KnownProblem(
            id=row.id,
            title=row.title,
            status=row.status,
            since=row.known_problem_since,
            solved_at=row.solved_at,
            news=plain(news[row.id][1] if row.id in news else row.summary),
            news_at=news[row.id][0] if row.id in news else None,
            affected=affected[row.id][0],
            my_report_id=affected[row.id][1],
        )
        for row in rows
    ]


def affected_by(user: User, ticket_ids: Sequence[int]) -> Mapping[int, tuple[int, int | None]]:
    """For each ticket how many it affects, the requester included, and this person's own report."""
    others = case((TicketReport.reporter_user_id != Ticket.user_id, 1), else_=0)
    mine = case((TicketReport.reporter_user_id == user.id, TicketReport.id))
    rows = (
        db.session.execute(
            _live(ticket_ids)
            .join(Ticket, TicketReport.ticket_id == Ticket.id)
            .with_only_columns(TicketReport.ticket_id, func.sum(others), func.max(mine))
            .group_by(TicketReport.ticket_id)
        ).all()
        if ticket_ids
        else []
    )
    found = {ticket_id: (1 + count, mine) for ticket_id, count, mine in rows}
    return {id_: found.get(id_, (1, None)) for id_ in ticket_ids}


def _live(ticket_ids: Iterable[int]) -> Select[tuple[TicketReport]]:
    return select(TicketReport).where(
        TicketReport.ticket_id.in_(ticket_ids),
        TicketReport.kind == ReportKind.AFFECTED,
        TicketReport.status.in_(LIVE_REPORT_STATUSES),
    )


def _newest_updates(ticket_ids: Sequence[int]) -> Mapping[int, tuple[dt.datetime, str]]:
    if not ticket_ids:
        return {}
    newest = (
        select(func.max(ProblemUpdate.id))
        .where(ProblemUpdate.ticket_id.in_(ticket_ids), ProblemUpdate.undone_by_id.is_(None))
        .group_by(ProblemUpdate.ticket_id)
    )
    rows = db.session.execute(
        select(
            ProblemUpdate.ticket_id,
            ProblemUpdate.created_at,
            func.substr(ProblemUpdate.body_html, 1, EXCERPT),
        ).where(ProblemUpdate.id.in_(newest))
    )
    return {ticket_id: (moment, html) for ticket_id, moment, html in rows}


# --- one of them -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PublicStory:
    """What may be told of one known problem to people who do not see the ticket.

    ``moves`` are since it is known; ``mine`` is the reader's newest report of being affected,
    whatever became of it; ``last_joined_at`` is when somebody last joined in.
    """

    summary_by: User | None
    summary_at: dt.datetime
    updates: Sequence[ProblemUpdate]
    moves: Sequence[tuple[dt.datetime, TicketStatus, TicketStatus]]
    taken_at: dt.datetime | None
    affected: int
    last_joined_at: dt.datetime | None
    mine: TicketReport | None


def public_story(ticket: Ticket, reader: User) -> PublicStory:
    """Raises ValueError for what is no known problem."""
    if ticket.known_problem_since is None:
        raise ValueError("only what is published is told to everybody")
    written = _last_change(ticket, "public_summary")
    taken = _last_change(ticket, "assignee")
    joined = _live([ticket.id]).where(TicketReport.reporter_user_id != ticket.user_id)
    others, last_joined_at = db.session.execute(
        joined.with_only_columns(func.count(), func.max(TicketReport.reported_at))
    ).one()
    return PublicStory(
        summary_by=written.change_set.by if written else None,
        summary_at=written.recorded_at if written else ticket.known_problem_since,
        updates=updates_of(ticket),
        moves=_moves(ticket, ticket.known_problem_since),
        taken_at=taken.recorded_at if taken else None,
        affected=1 + others,
        last_joined_at=last_joined_at,
        mine=_newest_report(ticket, reader),
    )


def updates_of(ticket: Ticket) -> Sequence[ProblemUpdate]:
    """What was published and not taken back."""
    return db.session.scalars(
        select(ProblemUpdate)
        .where(ProblemUpdate.ticket_id == ticket.id, ProblemUpdate.undone_by_id.is_(None))
        .options(joinedload(ProblemUpdate.author).lazyload(User.staff))
        .order_by(ProblemUpdate.id)
    ).all()


def people_affected(ticket: Ticket, *, limit: int) -> Sequence[TicketReport]:
    """The live reports of being affected with who filed them, the requester's aside."""
    return db.session.scalars(
        _live([ticket.id])
        .where(TicketReport.reporter_user_id != ticket.user_id)
        .options(joinedload(TicketReport.reporter).lazyload(User.staff))
        .order_by(TicketReport.id)
        .limit(limit)
    ).all()


def _last_change(ticket: Ticket, field: str) -> TicketFieldChange | None:
    return db.session.scalars(
        select(TicketFieldChange)
        .where(TicketFieldChange.ticket_id == ticket.id, TicketFieldChange.field == field)
        .options(
            joinedload(TicketFieldChange.change_set).options(
                joinedload(ChangeSet.actor).lazyload(User.staff),
                joinedload(ChangeSet.named).lazyload(User.staff),
            )
        )
        .order_by(TicketFieldChange.id.desc())
        .limit(1)
    ).one_or_none()


def _moves(
    ticket: Ticket, since: dt.datetime
) -> Sequence[tuple[dt.datetime, TicketStatus, TicketStatus]]:
    rows = db.session.execute(
        select(
            TicketStatusChange.change_at,
            TicketStatusChange.from_status,
            TicketStatusChange.status_change,
        )
        .where(
            TicketStatusChange.ticket_id == ticket.id,
            TicketStatusChange.report_id.is_(None),
            TicketStatusChange.from_status.is_not(None),
            TicketStatusChange.recorded_at >= since,
        )
        .order_by(TicketStatusChange.id)
    )
    return [(at, TicketStatus(before), TicketStatus(after)) for at, before, after in rows]


def _newest_report(ticket: Ticket, reader: User) -> TicketReport | None:
    return db.session.scalars(
        select(TicketReport)
        .where(
            TicketReport.ticket_id == ticket.id,
            TicketReport.reporter_user_id == reader.id,
            TicketReport.kind == ReportKind.AFFECTED,
        )
        .order_by(TicketReport.id.desc())
        .limit(1)
    ).one_or_none()
