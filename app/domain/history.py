"""The only writer of a ticket's status and fields: each change and its row, in one motion.

Everything else in the domain says *what* changes; here it is applied, recorded, counted and given
its version. A ticket's version grows by one per act, however many fields the act touches.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import now
from app.domain import tally
from app.domain.errors import Conflict, Unprocessable
from app.extensions import db
from app.models import (
    Category,
    ChangeSet,
    Door,
    Priority,
    ReportStatus,
    Tag,
    Team,
    Ticket,
    TicketFieldChange,
    TicketReport,
    TicketStatus,
    TicketStatusChange,
    User,
)
from app.text import Written

CLOCK_SKEW = dt.timedelta(minutes=1)

FIELDS = (
    *("title", "description", "priority", "category", "team", "assignee", "tags"),
    *("participants", "known_problem", "public_summary", "trashed"),
)
"""What people change on a ticket besides its status, by the name that the history uses.

Kept as a text, as an id or None, as a list of tag names or of people's ids, or as a yes or no.
"""


def begin(
    kind: str, *, by: User | None, via: Door, named: User | None = None, undoes: int | None = None
) -> ChangeSet:
    """Open the ChangeSet of one act. ``by`` None is the product itself."""
    act = ChangeSet(
        kind=kind,
        actor=by,
        actor_id=by.id if by else None,
        named=named if named is not by else None,
        named_id=named.id if named and named is not by else None,
        via=via,
        undoes_id=undoes,
        created_at=now(),
    )
    db.session().store(act)
    return act


def open_ticket(ticket: Ticket, act: ChangeSet) -> None:
    """Record the first row of a new ticket's history: from nothing to ``new``."""
    ticket.status = TicketStatus.NEW
    ticket.version = 1
    db.session().store(ticket)
    _already_counted(act).add(ticket)
    db.session().store(
        TicketStatusChange(
            ticket_id=ticket.id,
            change_set_id=act.id,
            from_status=None,
            status_change=TicketStatus.NEW.value,
            change_by_user_id=act.by_id,
            change_at=ticket.created_at,
            recorded_at=ticket.created_at,
            version=1,
        )
    )
    tally.shift(None, tally.cell(ticket))


def set_status(
    ticket: Ticket, status: TicketStatus, act: ChangeSet, *, change_at: dt.datetime | None = None
) -> TicketStatusChange | None:
    """Move a ticket; None when it is there already and nothing is recorded.

    ``change_at`` is when it happened, if that was not now. Raises Unprocessable for the future and
    Conflict for a moment before the last recorded change, and for a ticket in the trash.
    """
    if ticket.status is status:
        return None
    refuse_trashed(ticket)
    recorded_at = now()
    moment = _moment(change_at, recorded_at, _last_change_at(ticket.id, None))
    before, counted = ticket.status, tally.cell(ticket)
    ticket.status = status
    _bump(ticket, act, recorded_at)
    if status.is_open:
        ticket.solved_at = None
    elif before.is_open:
        ticket.solved_at = recorded_at
    change = TicketStatusChange(
        ticket=ticket,
        change_set=act,
        from_status=before.value,
        status_change=status.value,
        change_by_user_id=act.by_id,
        change_at=moment,
        recorded_at=recorded_at,
        version=ticket.version,
    )
    db.session.add(change)
    tally.shift(counted, tally.cell(ticket))
    return change


def set_report_status(
    report: TicketReport,
    status: ReportStatus,
    act: ChangeSet,
    *,
    change_at: dt.datetime | None = None,
) -> TicketStatusChange:
    """Move a report, its opening included; raises as ``set_status`` does."""
    recorded_at = now()
    before = report.status if report.id else None
    if before is None:
        report.status = status
        db.session.add(report)
        db.session.flush()
    moment = _moment(change_at, recorded_at, _last_change_at(report.ticket_id, report.id))
    report.status = status
    change = TicketStatusChange(
        ticket_id=report.ticket_id,
        report_id=report.id,
        change_set=act,
        from_status=before.value if before else None,
        status_change=status.value,
        change_by_user_id=act.by_id,
        change_at=moment,
        recorded_at=recorded_at,
        version=db.session.scalar(select(Ticket.version).where(Ticket.id == report.ticket_id)) or 0,
    )
    db.session.add(change)
    return change


def set_text(ticket: Ticket, act: ChangeSet, *, title: str, description: Written) -> bool:
    """Change title and description; the old text stays in the history."""
    changed = _record(ticket, "title", ticket.title, title, act)
    ticket.title = title
    if _record(ticket, "description", ticket.description, description.text, act):
        ticket.description, ticket.description_html = description.text, description.html
        changed = True
    return changed


def set_priority(ticket: Ticket, priority: Priority, act: ChangeSet) -> bool:
    changed = _record(ticket, "priority", ticket.priority.value, priority.value, act)
    ticket.priority = priority
    return changed


def set_category(ticket: Ticket, category: Category | None, act: ChangeSet) -> bool:
    counted = tally.cell(ticket)
    new = category.id if category else None
    changed = _record(ticket, "category", ticket.category_id, new, act)
    ticket.category_id, ticket.category = new, category
    tally.shift(counted, tally.cell(ticket))
    return changed


def set_assignee(ticket: Ticket, assignee: User | None, act: ChangeSet) -> bool:
    counted = tally.cell(ticket)
    new = assignee.id if assignee else None
    changed = _record(ticket, "assignee", ticket.assignee_id, new, act)
    ticket.assignee_id, ticket.assignee = new, assignee
    tally.shift(counted, tally.cell(ticket))
    return changed


def set_team(ticket: Ticket, team: Team | None, act: ChangeSet) -> bool:
    counted = tally.cell(ticket)
    new = team.id if team else None
    changed = _record(ticket, "team", ticket.team_id, new, act)
    ticket.team_id, ticket.team = new, team
    tally.shift(counted, tally.cell(ticket))
    return changed


def set_participants(ticket: Ticket, people: Iterable[User], act: ChangeSet) -> bool:
    people = sorted(people, key=lambda person: person.id)
    old = sorted(person.id for person in ticket.participants)
    changed = _record(ticket, "participants", old, [person.id for person in people], act)
    if changed:
        ticket.participants = people
    return changed


def set_known_problem(ticket: Ticket, known: bool, act: ChangeSet) -> bool:
    changed = _record(ticket, "known_problem", ticket.is_known_problem, known, act)
    if changed:
        ticket.known_problem_since = now() if known else None
    return changed


def set_public_summary(ticket: Ticket, summary: Written, act: ChangeSet) -> bool:
    changed = _record(ticket, "public_summary", ticket.public_summary, summary.text, act)
    if changed:
        ticket.public_summary, ticket.public_summary_html = summary.text, summary.html
    return changed


def set_trashed(ticket: Ticket, trashed: bool, act: ChangeSet) -> bool:
    """Put a ticket in the trash, where nothing counts it, or take it out; its status stays."""
    counted = tally.cell(ticket)
    changed = _record(ticket, "trashed", ticket.is_trashed, trashed, act)
    if changed:
        ticket.trashed_at = now() if trashed else None
        tally.shift(counted, tally.cell(ticket))
    return changed


def set_tags(ticket: Ticket, tags: list[Tag], act: ChangeSet) -> bool:
    tags = sorted(tags, key=lambda tag: tag.name)
    old = sorted(tag.name for tag in ticket.tags)
    changed = _record(ticket, "tags", old, [tag.name for tag in tags], act)
    if changed:
        ticket.tags = tags
    return changed


def held(ticket: Ticket, field: str) -> Any:
    """What a field holds now, in the form in which the history keeps it; ``status`` too."""
    match field:
        case "category" | "team" | "assignee":
            return getattr(ticket, f"{field}_id")
        case "priority" | "status":
            return getattr(ticket, field).value
        case "tags":
            return sorted(tag.name for tag in ticket.tags)
        case "participants":
            return sorted(person.id for person in ticket.participants)
        case "known_problem":
            return ticket.is_known_problem
        case "trashed":
            return ticket.is_trashed
    return getattr(ticket, field)


def opening_of(ticket: Ticket) -> ChangeSet:
    """The act that filed the ticket."""
    return db.session.scalars(
        select(ChangeSet)
        .join(TicketStatusChange, TicketStatusChange.change_set_id == ChangeSet.id)
        .where(
            TicketStatusChange.ticket_id == ticket.id,
            TicketStatusChange.report_id.is_(None),
            TicketStatusChange.from_status.is_(None),
        )
    ).one()


def refuse_trashed(ticket: Ticket) -> None:
    """Nothing happens to a ticket in the trash but that it is taken out again."""
    if ticket.is_trashed:
        raise Conflict(f"#{ticket.id} is in the trash. Restore it first.")


def touch(ticket: Ticket, moment: dt.datetime) -> None:
    """Something happened on the ticket that is no change of it: a message, a report."""
    ticket.updated_at = max(ticket.updated_at, moment)


def changes_since(ticket: Ticket, version: int) -> dict[str, Any]:
    """What each field that changed after ``version`` held at that version.

    Empty when nothing changed; the status is among them under ``status``.
    """
    if version >= ticket.version:
        return {}
    was: dict[str, Any] = {}
    fields = db.session.execute(
        select(TicketFieldChange.field, TicketFieldChange.old)
        .where(TicketFieldChange.ticket_id == ticket.id, TicketFieldChange.version > version)
        .order_by(TicketFieldChange.id)
    )
    for field, old in fields:
        was.setdefault(field, old)
    status = db.session.scalar(
        select(TicketStatusChange.from_status)
        .where(
            TicketStatusChange.ticket_id == ticket.id,
            TicketStatusChange.report_id.is_(None),
            TicketStatusChange.version > version,
        )
        .order_by(TicketStatusChange.id)
        .limit(1)
    )
    if status is not None:
        was["status"] = status
    return was


def _record(ticket: Ticket, field: str, old: Any, new: Any, act: ChangeSet) -> bool:
    if old == new:
        return False
    if field != "trashed":
        refuse_trashed(ticket)
    recorded_at = now()
    _bump(ticket, act, recorded_at)
    db.session.add(
        TicketFieldChange(
            ticket_id=ticket.id,
            change_set=act,
            field=field,
            old=old,
            new=new,
            recorded_at=recorded_at,
            version=ticket.version,
        )
    )
    return True


def _bump(ticket: Ticket, act: ChangeSet, moment: dt.datetime) -> None:
    counted = _already_counted(act)
    if ticket not in counted:
        counted.add(ticket)
        ticket.version += 1
    touch(ticket, moment)


def _already_counted(act: ChangeSet) -> set[Ticket]:
    """The tickets whose version this act has raised; lives as long as its session."""
    session: Session = db.session()
    by_act: dict[ChangeSet, set[Ticket]] = session.info.setdefault("versions", {})
    return by_act.setdefault(act, set())


def _last_change_at(ticket_id: int, report_id: int | None) -> dt.datetime | None:
    return db.session.scalar(
        select(func.max(TicketStatusChange.change_at)).where(
            TicketStatusChange.ticket_id == ticket_id,
            TicketStatusChange.report_id == report_id
            if report_id is not None
            else TicketStatusChange.report_id.is_(None),
        )
    )


def _moment(
    given: dt.datetime | None, recorded_at: dt.datetime, last: dt.datetime | None
) -> dt.datetime:
    if given is None:
        return max(recorded_at, last) if last else recorded_at
    if given > recorded_at + CLOCK_SKEW:
        raise Unprocessable("This lies in the future.", field="change_at")
    if last is not None and given < last:
        raise Conflict("This lies before the last recorded change.", field="change_at")
    return given
