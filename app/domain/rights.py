"""Rights: who has a place on the help desk, who is switched off, and that an admin remains."""

import logging

from sqlalchemy import ColumnElement, func, select

from app.clock import now
from app.domain import credentials, teams, tickets
from app.domain.errors import Conflict
from app.extensions import db
from app.models import OPEN_STATUSES, ChangeSet, HelpdeskStaff, Role, Ticket, User
from app.policy import may_be_assigned

log = logging.getLogger("deskhand")


def has_admin() -> bool:
    """Whether anybody active administers this installation."""
    return _count_admins() > 0


def set_role(
    user: User,
    role: Role | None,
    *,
    by: User | None,
    hand_over_to: User | None = None,
    act: ChangeSet | None = None,
) -> int:
    """Give a place on the help desk, another one, or none.

    More rights end the person's sessions: they sign in anew (R15). Whoever leaves the help desk
    hands over their open tickets in ``act``; those that the successor may not have are nobody's
    then. An admin who becomes an agent loses those of private teams that they are not in. Returns
    how many tickets have nobody now for these reasons. Raises Conflict for one's own role, for the
    last active admin, for who signed up with an address that is not proven, and for open tickets
    without an act to hand them over in.
    """
    _lock_admins(user)
    before = user.staff.role if user.staff else None
    if before is role:
        return 0
    _refuse_own(user, by, "You can’t change your own role. Ask another admin.")
    if before is Role.ADMIN:
        _refuse_last_admin(user)
    if before is None and user.password_hash is not None and not user.is_confirmed:
        raise Conflict(
            f"{user.name} has not confirmed their e-mail address yet; anybody could have typed it.",
            field="role",
        )
    left = 0
    if role is None:
        left = _leave_the_desk(user, hand_over_to, act)
        user.staff = None
    elif user.staff is None:
        user.staff = HelpdeskStaff(role=role, signature="", since=now())
    else:
        user.staff.role = role
    if before is None or role is Role.ADMIN:
        credentials.end_sessions(user)
    noted(f"made {user.role}", user, by)
    if role is Role.AGENT and act is not None:
        return teams.release_from(user, act=act)
    return left


def deactivate(user: User, *, by: User | None, hand_over_to: User | None, act: ChangeSet) -> int:
    """Switch an account off: nothing that it ever held opens anything from now on (R13).

    Returns how many open tickets the successor may not have, which are nobody's now. Raises
    Conflict for oneself and for the last active admin.
    """
    _lock_admins(user)
    if not user.is_active:
        return 0
    _refuse_own(user, by, "You can’t switch off your own account. Ask another admin.")
    if user.is_admin:
        _refuse_last_admin(user)
    left = _hand_over(user, hand_over_to, act)
    user.deactivated_at = now()
    credentials.end_sessions(user)
    credentials.revoke_api_tokens(user)
    credentials.withdraw_links(user)
    noted("deactivated", user, by)
    return left


def reactivate(user: User, *, by: User | None) -> None:
    """Let somebody in again, with their old password; what was ended stays ended."""
    user.deactivated_at = None
    noted("reactivated", user, by)


def _lock_admins(user: User) -> None:
    """Let nobody else change who administers until this transaction is over.

    All admins' rows in the order of their ids, so that two who demote each other wait for one
    another instead of both succeeding; then read again what may have changed while waiting.
    """
    db.session.flush()
    db.session.scalars(
        select(HelpdeskStaff)
        .where(HelpdeskStaff.role == Role.ADMIN)
        .order_by(HelpdeskStaff.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    db.session.refresh(user)


def _refuse_own(user: User, by: User | None, sentence: str) -> None:
    if by is not None and by.id == user.id:
        raise Conflict(sentence, field="role")


def _refuse_last_admin(user: User) -> None:
    if user.is_active and _count_admins() <= 1:
        raise Conflict(
            f"{user.name} is the last active admin. Make somebody else an admin first.",
            field="role",
        )


def _count_admins() -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(HelpdeskStaff)
            .join(User, User.id == HelpdeskStaff.user_id)
            .where(HelpdeskStaff.role == Role.ADMIN, User.deactivated_at.is_(None))
        )
        or 0
    )


def _leave_the_desk(user: User, hand_over_to: User | None, act: ChangeSet | None) -> int:
    if act is not None:
        return _hand_over(user, hand_over_to, act)
    held = select(Ticket.id).where(*_open_tickets_of(user)).limit(1)
    if db.session.scalars(held).first() is not None:
        raise Conflict(f"Hand over the open tickets of {user.name} first.", field="role")
    return 0


def _hand_over(user: User, to: User | None, act: ChangeSet) -> int:
    if to is not None and to.id == user.id:
        raise Conflict("Choose somebody else to take over the tickets.", field="hand_over_to")
    held = db.session.scalars(
        select(Ticket)
        .where(*_open_tickets_of(user))
        .order_by(Ticket.id)
        .with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    ).all()
    left = 0
    for ticket in held:
        # In a private team that the successor is not in, somebody there will have to take it.
        fits = to is not None and may_be_assigned(to, ticket)
        tickets.assign_ticket_to_staff(ticket, to if fits else None, act=act)
        left += to is not None and not fits
    return left


def _open_tickets_of(user: User) -> list[ColumnElement[bool]]:
    return [
        Ticket.assignee_id == user.id,
        Ticket.status.in_(OPEN_STATUSES),
        Ticket.trashed_at.is_(None),
    ]


def noted(what: str, user: User, by: User | None) -> None:
    """Say in the log who did what to whose account."""
    log.info("account %s %s by %s", user.id, what, by.id if by else "the product itself")
