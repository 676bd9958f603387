"""Who may do what: the one module that decides, for one object and, as SQL, for every list.

A permission is a question about people; whether a ticket's state allows it is the domain's.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, false, true

from app.models import OPEN_STATUSES, Priority, Ticket, TicketStatus, User


class Permission(StrEnum):
    """Named ``subject.act``; templates ask ``can('ticket.reply', ticket)``."""

    SIGNED_IN = "signed.in"
    TICKET_OPEN = "ticket.open"
    TICKET_OPEN_FOR_OTHERS = "ticket.open_for_others"
    TICKET_SEE = "ticket.see"
    TICKET_REPLY = "ticket.reply"
    TICKET_NOTE = "ticket.note"
    TICKET_SEE_INTERNAL = "ticket.see_internal"
    TICKET_EDIT_TEXT = "ticket.edit_text"
    TICKET_SOLVE = "ticket.solve"
    TICKET_REOPEN = "ticket.reopen"
    TICKET_SET_STATUS = "ticket.set_status"
    TICKET_ASSIGN = "ticket.assign"
    TICKET_SET_PROPERTIES = "ticket.set_properties"
    TICKET_REPORT = "ticket.report"
    REPORT_FOR_OTHERS = "report.for_others"
    REPORT_MOVE = "report.move"
    QUEUE_SEE = "queue.see"
    PEOPLE_FIND = "people.find"
    ANALYTICS_SEE = "analytics.see"
    ACT_FOR_OTHERS = "act.for_others"
    PEOPLE_MANAGE = "people.manage"
    CATEGORIES_MANAGE = "categories.manage"
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


def _sees(user: User, ticket: Ticket) -> bool:
    if user.is_staff:
        return True
    if ticket.user_id != user.id:
        return False
    # An address that is not proven yet opens only what its account filed itself.
    return user.is_confirmed or ticket.opened_by_id == user.id


def _staff_who_see(user: User, ticket: Ticket) -> bool:
    return user.is_staff and _sees(user, ticket)


def _sees_own(user: User, ticket: Ticket) -> bool:
    return ticket.user_id == user.id and _sees(user, ticket)


def _staff_or_own(user: User, ticket: Ticket) -> bool:
    return _staff_who_see(user, ticket) or _sees_own(user, ticket)


RULES: dict[Permission, Rule] = {
    Permission.SIGNED_IN: _anyone,
    Permission.TICKET_OPEN: _anyone,
    Permission.TICKET_OPEN_FOR_OTHERS: _staff,
    Permission.TICKET_SEE: _sees,
    Permission.TICKET_REPLY: _sees,
    Permission.TICKET_NOTE: _staff_who_see,
    Permission.TICKET_SEE_INTERNAL: _staff_who_see,
    Permission.TICKET_EDIT_TEXT: _staff_or_own,
    Permission.TICKET_SOLVE: _staff_or_own,
    Permission.TICKET_REOPEN: _staff_or_own,
    Permission.TICKET_SET_STATUS: _staff_who_see,
    Permission.TICKET_ASSIGN: _staff_who_see,
    Permission.TICKET_SET_PROPERTIES: _staff_who_see,
    Permission.TICKET_REPORT: _sees,
    Permission.REPORT_FOR_OTHERS: _staff,
    Permission.REPORT_MOVE: _staff_who_see,
    Permission.QUEUE_SEE: _staff,
    Permission.PEOPLE_FIND: _staff,
    Permission.ANALYTICS_SEE: _staff,
    Permission.ACT_FOR_OTHERS: _staff,
    Permission.PEOPLE_MANAGE: _admin,
    Permission.CATEGORIES_MANAGE: _admin,
    Permission.SETTINGS_MANAGE: _admin,
    Permission.OUTBOX_MANAGE: _admin,
    Permission.HEALTH_SEE: _admin,
}


def allows(user: User | None, permission: Permission, resource: Any = None) -> bool:
    """Whether this person may; nobody who is signed out or deactivated may anything."""
    return user is not None and user.is_active and RULES[permission](user, resource)


def can_see_ticket(user: User) -> ColumnElement[bool]:
    """The same truth as ``TICKET_SEE``, for every list, count and search, before any limit."""
    if not user.is_active:
        return false()
    if user.is_staff:
        return true()
    if user.is_confirmed:
        return Ticket.user_id == user.id
    return and_(Ticket.user_id == user.id, Ticket.opened_by_id == user.id)


def sees_every_ticket(user: User) -> bool:
    """Whether tallies, which know no person, are this person's counts."""
    return user.is_active and user.is_staff


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
    """Only somebody on the help desk who sees the ticket can be given it."""
    return allows(user, Permission.QUEUE_SEE) and allows(user, Permission.TICKET_SEE, ticket)
