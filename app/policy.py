"""Who may do what: the one module that decides, for one object and, as SQL, for every list.

A permission is a question about people; whether a ticket's state allows it is the domain's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    event,
    false,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import aliased

from app.extensions import ReadOrWriteSession, db
from app.models import (
    OPEN_STATUSES,
    ChangeSet,
    Priority,
    Team,
    Ticket,
    TicketReport,
    TicketStatus,
    User,
    team_members,
    ticket_participants,
)


class Permission(StrEnum):
    """Named ``subject.act``; templates ask ``can('ticket.reply', ticket)``."""

    SIGNED_IN = "signed.in"
    TICKET_OPEN = "ticket.open"
    TICKET_OPEN_FOR_OTHERS = "ticket.open_for_others"
    TICKET_SEE = "ticket.see"
    TICKET_SEE_SUMMARY = "ticket.see_summary"
    TICKET_REPLY = "ticket.reply"
    TICKET_NOTE = "ticket.note"
    TICKET_SEE_INTERNAL = "ticket.see_internal"
    TICKET_EDIT_TEXT = "ticket.edit_text"
    TICKET_SOLVE = "ticket.solve"
    TICKET_REOPEN = "ticket.reopen"
    TICKET_SET_STATUS = "ticket.set_status"
    TICKET_ASSIGN = "ticket.assign"
    TICKET_SET_PROPERTIES = "ticket.set_properties"
    TICKET_SET_PARTICIPANTS = "ticket.set_participants"
    TICKET_LEAVE = "ticket.leave"
    TICKET_TRASH = "ticket.trash"
    TICKET_PUBLISH = "ticket.publish"
    TICKET_REPORT = "ticket.report"
    TICKET_ESCALATE = "ticket.escalate"
    REPORT_FOR_OTHERS = "report.for_others"
    REPORT_MOVE = "report.move"
    REPORT_WITHDRAW = "report.withdraw"
    ACT_UNDO = "act.undo"
    QUEUE_SEE = "queue.see"
    PROBLEMS_SEE = "problems.see"
    PEOPLE_FIND = "people.find"
    ANALYTICS_SEE = "analytics.see"
    ACT_FOR_OTHERS = "act.for_others"
    PEOPLE_MANAGE = "people.manage"
    CATEGORIES_MANAGE = "categories.manage"
    TEAMS_MANAGE = "teams.manage"
    SETTINGS_MANAGE = "settings.manage"
    OUTBOX_MANAGE = "outbox.manage"
    HEALTH_SEE = "health.see"


Rule = Callable[[User, Any], bool]


def _anyone(_user: User, _resource: Any) -> bool:
    return True


def _staff(user: User, _resource: Any) -> bool:
    return user.is_staff


def _admin(user: User, _resource: Any) -> bool:
    return user.is_admin


def _works_on(user: User, ticket: Ticket) -> bool:
    """Whether the help desk's side of the ticket is theirs: all staff but for private teams."""
    return user.is_staff and (ticket.team_id is None or ticket.team_id not in hidden_teams(user))


def _takes_part(user: User, ticket: Ticket) -> bool:
    if ticket.is_trashed:
        return False
    if ticket.user_id == user.id:
        # An address that is not proven yet opens only what its account filed itself.
        return user.is_confirmed or ticket.opened_by_id == user.id
    return user.is_confirmed and user in ticket.participants


def _sees(user: User, ticket: Ticket) -> bool:
    return _works_on(user, ticket) or _takes_part(user, ticket)


def _knows_of(user: User, ticket: Ticket) -> bool:
    return _sees(user, ticket) or (
        ticket.is_known_problem and not ticket.is_trashed and user.is_confirmed
    )


def _sees_own(user: User, ticket: Ticket) -> bool:
    return ticket.user_id == user.id and _takes_part(user, ticket)


def _staff_or_own(user: User, ticket: Ticket) -> bool:
    return _works_on(user, ticket) or _sees_own(user, ticket)


def _is_participant(user: User, ticket: Ticket) -> bool:
    return user in ticket.participants


def _reported(user: User, report: TicketReport) -> bool:
    return report.reporter_user_id == user.id


def _confirmed(user: User, _resource: Any) -> bool:
    return user.is_confirmed


def _acted(user: User, act: ChangeSet) -> bool:
    return user.is_admin or act.actor_id == user.id


RULES: dict[Permission, Rule] = {
    Permission.SIGNED_IN: _anyone,
    Permission.TICKET_OPEN: _anyone,
    Permission.TICKET_OPEN_FOR_OTHERS: _staff,
    Permission.TICKET_SEE: _sees,
    Permission.TICKET_SEE_SUMMARY: _knows_of,
    Permission.TICKET_REPLY: _sees,
    Permission.TICKET_NOTE: _works_on,
    Permission.TICKET_SEE_INTERNAL: _works_on,
    Permission.TICKET_EDIT_TEXT: _staff_or_own,
    Permission.TICKET_SOLVE: _staff_or_own,
    Permission.TICKET_REOPEN: _staff_or_own,
    Permission.TICKET_SET_STATUS: _works_on,
    Permission.TICKET_ASSIGN: _works_on,
    Permission.TICKET_SET_PROPERTIES: _works_on,
    Permission.TICKET_SET_PARTICIPANTS: _staff_or_own,
    Permission.TICKET_LEAVE: _is_participant,
    Permission.TICKET_TRASH: _works_on,
    Permission.TICKET_PUBLISH: _works_on,
    Permission.TICKET_REPORT: _knows_of,
    Permission.TICKET_ESCALATE: _sees,
    Permission.REPORT_FOR_OTHERS: _staff,
    Permission.REPORT_MOVE: _works_on,
    Permission.REPORT_WITHDRAW: _reported,
    Permission.ACT_UNDO: _acted,
    Permission.QUEUE_SEE: _staff,
    Permission.PROBLEMS_SEE: _confirmed,
    Permission.PEOPLE_FIND: _staff,
    Permission.ANALYTICS_SEE: _staff,
    Permission.ACT_FOR_OTHERS: _staff,
    Permission.PEOPLE_MANAGE: _admin,
    Permission.CATEGORIES_MANAGE: _admin,
    Permission.TEAMS_MANAGE: _admin,
    Permission.SETTINGS_MANAGE: _admin,
    Permission.OUTBOX_MANAGE: _admin,
    Permission.HEALTH_SEE: _admin,
}


def allows(user: User | None, permission: Permission, resource: Any = None) -> bool:
    """Whether this person may; nobody who is signed out or deactivated may anything."""
    return user is not None and user.is_active and RULES[permission](user, resource)


@dataclass(frozen=True, slots=True)
class Sight:
    """All of a person that decides which tickets they see, as a key to keep statements by.

    Who sees alike has equal sights; whoever is told of more has another one.
    """

    user_id: int
    is_active: bool
    is_staff: bool
    is_confirmed: bool
    hidden: frozenset[int] = frozenset()


Reader = User | Sight


def sight(reader: Reader) -> Sight:
    if isinstance(reader, Sight):
        return reader
    hidden = hidden_teams(reader)
    return Sight(reader.id, reader.is_active, reader.is_staff, reader.is_confirmed, hidden)


def can_see_ticket(reader: Reader) -> ColumnElement[bool]:
    """The same truth as ``TICKET_SEE``, for every list, count and search, before any limit."""
    return _can_see_ticket(sight(reader))


@lru_cache(maxsize=1024)  # it takes longer to put together than to answer
def _can_see_ticket(eye: Sight) -> ColumnElement[bool]:
    if not eye.is_active:
        return false()
    if not eye.is_staff:
        return takes_part(eye)
    return or_(can_see_internal(eye), takes_part(eye)) if eye.hidden else true()


def can_see_internal(reader: Reader) -> ColumnElement[bool]:
    """The same truth as ``TICKET_SEE_INTERNAL``."""
    eye = sight(reader)
    if not eye.is_active or not eye.is_staff:
        return false()
    if not eye.hidden:
        return true()
    return or_(Ticket.team_id.is_(None), Ticket.team_id.not_in(eye.hidden))


def can_know_of_ticket(reader: Reader) -> ColumnElement[bool]:
    """The same truth as ``TICKET_SEE_SUMMARY``."""
    eye = sight(reader)
    seen = can_see_ticket(eye)
    if not eye.is_active or not eye.is_confirmed:
        return seen
    return or_(seen, and_(Ticket.known_problem_since.is_not(None), Ticket.trashed_at.is_(None)))


def takes_part(eye: Sight) -> ColumnElement[bool]:
    """What anybody sees who is not the help desk: that of ``TICKET_SEE`` which is not internal.

    Two lookups by index and not an "or" over all tickets, which PostgreSQL would read them for.
    """
    own = aliased(Ticket)
    mine = select(own.id).where(own.user_id == eye.user_id)
    if eye.is_confirmed:
        copied = select(ticket_participants.c.ticket_id)
        copied = copied.where(ticket_participants.c.user_id == eye.user_id)
        mine = select(union(mine, copied).subquery().c[0])
    else:
        mine = mine.where(own.opened_by_id == eye.user_id)
    return and_(Ticket.trashed_at.is_(None), Ticket.id.in_(mine))


_HIDDEN_TEAMS = select(Team.id).where(
    Team.is_private,
    Team.id.not_in(
        select(team_members.c.team_id).where(team_members.c.staff_id == bindparam("staff_id"))
    ),
)


def hidden_teams(user: User) -> frozenset[int]:
    """The private teams whose tickets this member of the help desk is not to see.

    Kept with the session until its transaction ends: every ticket of a page asks.
    """
    if user.staff is None or user.is_admin:
        return frozenset()
    kept: dict[int, frozenset[int]] = db.session().info.setdefault("hidden_teams", {})
    if user.id not in kept:
        found = db.session().rows(_HIDDEN_TEAMS, {"staff_id": user.staff.id})
        kept[user.id] = frozenset(found.scalars())
    return kept[user.id]


@event.listens_for(ReadOrWriteSession, "after_commit")
@event.listens_for(ReadOrWriteSession, "after_rollback")
def forget_hidden_teams(session: Any) -> None:
    """Who is in which team may have changed; the verbs that change it say so at once."""
    session.info.pop("hidden_teams", None)


def may_give_to_team(user: User | None, team: Team) -> bool:
    """Nobody moves a ticket to where they could not see it; the product itself (None) may."""
    if user is None or user.is_admin:
        return True
    return user.is_staff and team.id not in hidden_teams(user)


def status_permission(ticket: Ticket, status: TicketStatus) -> Permission:
    """What one needs to move this ticket to this status.

    A requester may solve an open ticket and reopen a solved one. Asking for what already is, or
    for one of these two on a closed ticket, is no question of permission but of the rules.
    """
    solvable = (*OPEN_STATUSES, TicketStatus.SOLVED, TicketStatus.CLOSED)
    reopenable = (TicketStatus.SOLVED, TicketStatus.CLOSED, TicketStatus.OPEN)
    if status is TicketStatus.SOLVED and ticket.status in solvable:
        return Permission.TICKET_SOLVE
    if status is TicketStatus.OPEN and ticket.status in reopenable:
        return Permission.TICKET_REOPEN
    return Permission.TICKET_SET_STATUS


def may_file_with_priority(user: User, priority: Priority) -> bool:
    """Urgent is the help desk's word; requesters choose among the other three when they file."""
    return priority is not Priority.URGENT or user.is_staff


def may_be_assigned(user: User, ticket: Ticket) -> bool:
    """Only somebody whose side of the ticket is the help desk's can be given it."""
    return allows(user, Permission.TICKET_SEE_INTERNAL, ticket)
