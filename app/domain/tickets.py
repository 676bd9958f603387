"""What can happen to a ticket, one function per verb, with the rules that hold for everybody."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import select

from app import policy
from app.clock import now
from app.domain import history, reports, tags
from app.domain.errors import Conflict, Stale, Unprocessable
from app.domain.outbox import announce_act
from app.domain.settings import site
from app.extensions import db
from app.models import (
    IS_SOLVED,
    Category,
    ChangeSet,
    MessageKind,
    Priority,
    Side,
    Team,
    Ticket,
    TicketMessage,
    TicketStatus,
    TicketStatusChange,
    User,
)
from app.policy import Permission
from app.text import Written

Kept = TypeVar("Kept", Category, Team)


def create_ticket(
    requester: User,
    title: str,
    description: Written,
    *,
    act: ChangeSet,
    priority: Priority = Priority.NORMAL,
    category: Category | None = None,
    team: Team | None = None,
    follow_up_of: Ticket | None = None,
) -> Ticket:
    """File a ticket for ``requester``, who is told that it arrived.

    Raises Unprocessable when the requester is deactivated, and for a team that staff could not
    give it to later; a follow-up goes to the team of the ticket before, whoever writes.
    """
    if not requester.is_active:
        raise Unprocessable("This person’s account is switched off.", field="user_id")
    if team is not None and follow_up_of is None and act.by is not None and act.by.is_staff:
        _refuse_team(team, act)
    moment = now()
    opened_by = act.actor or requester
    ticket = Ticket(
        user_id=requester.id,
        requester=requester,
        opened_by_id=opened_by.id,
        title=title,
        description=description.text,
        description_html=description.html,
        priority=priority,
        category_id=category.id if category else None,
        category=category,
        team_id=team.id if team else None,
        team=team,
        assignee=None,
        tags=[],
        participants=[],
        follow_up_of_id=follow_up_of.id if follow_up_of else None,
        created_at=moment,
        updated_at=moment,
        waiting_since=moment,
    )
    history.open_ticket(ticket, act)
    announce_act("ticket.received", act, ticket_id=ticket.id)
    return ticket


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of something written: a message, or a follow-up of a ticket that is closed."""

    ticket: Ticket
    message: TicketMessage | None


def reply(
    ticket: Ticket, body: Written, *, act: ChangeSet, then: TicketStatus | None = None
) -> Sent:
    """Write to the other side. ``then`` sets a status in the same act.

    The status follows by itself where it is not set: staff's first reply opens a new ticket, a
    requester's reply brings a waiting or lately solved one back. On a closed ticket, or after the
    reopen window, a requester's reply becomes a new ticket that links to this one.
    """
    author = _author(act)
    side = side_of(author, ticket)
    if side is Side.REQUESTER and not _can_come_back(ticket):
        return Sent(follow_up(ticket, body, act=act), None)
    message = _write(ticket, MessageKind.REPLY, side, body, act)
    if side is Side.STAFF:
        ticket.waiting_since = None
        announce_act("ticket.replied", act, message_id=message.id)
        if then is not None:
            change_status(ticket, then, act=act)
        elif ticket.status is TicketStatus.NEW:
            history.set_status(ticket, TicketStatus.OPEN, act)
    else:
        ticket.waiting_since = ticket.waiting_since or message.created_at
        announce_act("ticket.answered", act, message_id=message.id)
        if then is not None:
            change_status(ticket, then, act=act)
        elif ticket.status in (TicketStatus.PENDING, TicketStatus.ON_HOLD, TicketStatus.SOLVED):
            was_closed = not ticket.is_open
            history.set_status(ticket, TicketStatus.OPEN, act)
            if was_closed:
                release_from_who_cannot_have_it(ticket, act=act)
    return Sent(ticket, message)


def note(ticket: Ticket, body: Written, *, act: ChangeSet) -> TicketMessage:
    """Write to the help desk only."""
    return _write(ticket, MessageKind.NOTE, Side.STAFF, body, act)


def follow_up(ticket: Ticket, body: Written, *, act: ChangeSet) -> Ticket:
    """A new ticket of whoever writes, linked to this one, with its category and team.

    The old title is kept; there is no better one to be had without asking.
    """
    return create_ticket(
        _author(act),
        ticket.title,
        body,
        act=act,
        category=_kept(Category, ticket.category_id),
        team=_kept(Team, ticket.team_id),
        follow_up_of=ticket,
    )


def change_status(
    ticket: Ticket, status: TicketStatus, *, act: ChangeSet, change_at: dt.datetime | None = None
) -> TicketStatusChange | None:
    """Move a ticket by the rules; None when it has the status already.

    Raises Conflict for a return to ``new``, and for a requester who reopens a closed ticket or a
    solved one after the window.
    """
    if ticket.status is status:
        return None
    if status is TicketStatus.NEW:
        raise Conflict(
            "A ticket that was touched does not become new again.", field="status_change"
        )
    by = act.by
    if by is not None and not _is_on_the_desk(by, ticket):
        if ticket.status is TicketStatus.CLOSED:
            raise Conflict(
                "This ticket is closed for good. Reply to it to open a follow-up.",
                field="status_change",
            )
        if ticket.status is TicketStatus.SOLVED and not _can_come_back(ticket):
            raise Conflict(
                f"This ticket was solved more than {site().reopen_days} days ago."
                " Reply to it to open a follow-up.",
                field="status_change",
            )
    was = ticket.status
    change = history.set_status(ticket, status, act, change_at=change_at)
    _follow_the_ball(ticket, was)
    if was.is_open and not status.is_open:  # whoever closes an open ticket solves it too
        announce_act("ticket.solved", act, ticket_id=ticket.id)
        reports.resolve_affected(ticket, act=act)
    elif not was.is_open and status.is_open:
        release_from_who_cannot_have_it(ticket, act=act)
    return change


def assign_ticket_to_staff(ticket: Ticket, assignee: User | None, *, act: ChangeSet) -> bool:
    """Give the ticket to somebody on the help desk, or to nobody; False when it is so already.

    A new ticket becomes open with it. Raises Unprocessable for somebody who may not have it.
    """
    history.refuse_trashed(ticket)
    if assignee is not None and not policy.may_be_assigned(assignee, ticket):
        raise Unprocessable(_why_not(assignee), field="staff_id")
    if not history.set_assignee(ticket, assignee, act):
        return False
    if assignee is not None:
        if ticket.status is TicketStatus.NEW:
            history.set_status(ticket, TicketStatus.OPEN, act)
        if assignee.id != act.by_id:
            announce_act("ticket.assigned", act, ticket_id=ticket.id, user_id=assignee.id)
    return True


def give_to_team(ticket: Ticket, team: Team | None, *, act: ChangeSet) -> bool:
    """Give the ticket to a team, or to none; False when it is so already.

    Its assignee loses it where they may not see it there. A new ticket stays new: nobody has
    looked at it yet. Raises Unprocessable for a team that is archived, or where whoever acts could
    not see it any more.
    """
    if not _move_to_team(ticket, team, act):
        return False
    _release_from_outsider(ticket, act)
    return True


def release_from_who_cannot_have_it(ticket: Ticket, *, act: ChangeSet) -> None:
    """What is open again must not lie with somebody who has left or would not see it.

    Closed tickets stay with whoever solved them, as a record.
    """
    holder = _holder(ticket)
    if holder is not None and not policy.may_be_assigned(holder, ticket):
        history.set_assignee(ticket, None, act)


def take(ticket: Ticket, *, act: ChangeSet) -> bool:
    """Assign to oneself a ticket that nobody has; raises Conflict naming who was faster."""
    taker = _author(act)
    if ticket.assignee_id not in (None, taker.id):
        holder = db.session.get_one(User, ticket.assignee_id)
        raise Conflict(f"{holder.name} has taken #{ticket.id} already.")
    return assign_ticket_to_staff(ticket, taker, act=act)


@dataclass(frozen=True, slots=True)
class Changes:
    """What an edit asks for; None leaves a field as it is, and so do the ``…_given`` flags.

    ``tags`` are all that there shall be; ``add_tags`` and ``remove_tags`` leave the others.
    """

    title: str | None = None
    description: Written | None = None
    priority: Priority | None = None
    status: TicketStatus | None = None
    category: Category | None = None
    category_given: bool = False
    team: Team | None = None
    team_given: bool = False
    assignee: User | None = None
    assignee_given: bool = False
    tags: tuple[str, ...] | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()


def update_ticket(
    ticket: Ticket, changes: Changes, *, act: ChangeSet, seen_version: int | None = None
) -> bool:
    """Apply an edit; False when nothing of it was new.

    With ``seen_version`` the edit was made from that version of the ticket: what the person left
    as it was then is not a change, and a field that somebody else changed meanwhile raises Stale.
    """
    if seen_version is not None:
        changes = _merged(ticket, changes, seen_version)
    version = ticket.version
    # A form says the status that it showed; whoever assigns a new ticket wants it to open. And the
    # assignee: whoever moves the ticket to a team where that one cannot follow wants it moved.
    status = changes.status if changes.status is not ticket.status else None
    assigns = changes.assignee_given and _id(changes.assignee) != ticket.assignee_id
    if changes.title is not None or changes.description is not None:
        edit_text(ticket, changes.title, changes.description, act=act)
    if changes.priority is not None:
        history.set_priority(ticket, changes.priority, act)
    if changes.category_given:
        _refuse_archived(changes.category, ticket)
        history.set_category(ticket, changes.category, act)
    if changes.tags is not None:
        history.set_tags(ticket, tags.named(changes.tags), act)
    if changes.add_tags or changes.remove_tags:
        after = tags.after(ticket, add=changes.add_tags, remove=changes.remove_tags)
        history.set_tags(ticket, tags.named(after), act)
    moved = changes.team_given and _move_to_team(ticket, changes.team, act)
    if assigns:
        assign_ticket_to_staff(ticket, changes.assignee, act=act)
    elif moved:
        _release_from_outsider(ticket, act)
    if status is not None:
        change_status(ticket, status, act=act)
    return ticket.version != version


def edit_text(
    ticket: Ticket, title: str | None, description: Written | None, *, act: ChangeSet
) -> bool:
    """Change title or description. Raises Conflict for a requester's closed ticket."""
    by = act.by
    if ticket.status is TicketStatus.CLOSED and by is not None and not _is_on_the_desk(by, ticket):
        raise Conflict("A closed ticket is not edited any more. Reply to it to open a follow-up.")
    return history.set_text(
        ticket,
        act,
        title=ticket.title if title is None else title,
        description=Written(ticket.description, ticket.description_html)
        if description is None
        else description,
    )


def close_solved(*, act: ChangeSet, limit: int = 200) -> int:
    """Close what has been solved for longer than the reopen window; how many were."""
    tickets = db.session.scalars(
        select(Ticket)
        .where(
            IS_SOLVED,
            Ticket.trashed_at.is_(None),
            Ticket.solved_at < now() - site().reopen_window,
        )
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update()
    ).all()
    for ticket in tickets:
        history.set_status(ticket, TicketStatus.CLOSED, act)
    return len(tickets)


def side_of(person: User, ticket: Ticket) -> Side:
    """For whom this person speaks on this ticket: staff are requesters of their own."""
    if ticket.user_id != person.id and _is_on_the_desk(person, ticket):
        return Side.STAFF
    return Side.REQUESTER


def _is_on_the_desk(person: User, ticket: Ticket) -> bool:
    """Whether the help desk's side of it is theirs: not so in private teams of others."""
    return policy.allows(person, Permission.TICKET_SEE_INTERNAL, ticket)


def _author(act: ChangeSet) -> User:
    if act.by is None:
        raise ValueError("only people write, take and file")
    return act.by


def _write(
    ticket: Ticket, kind: MessageKind, side: Side, body: Written, act: ChangeSet
) -> TicketMessage:
    history.refuse_trashed(ticket)
    author = _author(act)
    message = TicketMessage(
        ticket_id=ticket.id,
        author_id=author.id,
        author=author,
        change_set=act,
        kind=kind,
        side=side,
        body=body.text,
        body_html=body.html,
        created_at=now(),
    )
    db.session.add(message)
    if kind is MessageKind.REPLY:  # when staff note something is not the requester's to know
        history.touch(ticket, message.created_at)
    db.session.flush()
    return message


def _can_come_back(ticket: Ticket) -> bool:
    """Whether the requester's word still reopens it: by the server's own clock."""
    if ticket.status is TicketStatus.CLOSED:
        return False
    if ticket.status is not TicketStatus.SOLVED or ticket.solved_at is None:
        return True
    return now() - ticket.solved_at <= site().reopen_window


def _follow_the_ball(ticket: Ticket, was: TicketStatus) -> None:
    """Who waits for whom after a change of status: the requester waits in new and open only."""
    if ticket.status not in (TicketStatus.NEW, TicketStatus.OPEN):
        ticket.waiting_since = None
    elif not was.is_open:
        ticket.waiting_since = now()


def _kept(model: type[Kept], id_: int | None) -> Kept | None:
    """What a follow-up takes over, as long as it is in use."""
    found = db.session.get(model, id_) if id_ else None
    return found if found is not None and found.archived_at is None else None


def _move_to_team(ticket: Ticket, team: Team | None, act: ChangeSet) -> bool:
    if _id(team) == ticket.team_id:
        return False
    if team is not None:
        _refuse_team(team, act)
    return history.set_team(ticket, team, act)


def _refuse_team(team: Team, act: ChangeSet) -> None:
    if not policy.may_give_to_team(act.by, team):
        raise Unprocessable("There is no such team.", field="team")
    if team.archived_at is not None:
        raise Unprocessable("This team is not used any more.", field="team")


def _release_from_outsider(ticket: Ticket, act: ChangeSet) -> None:
    """Take the ticket from an assignee whose eyes its team's tickets are not for."""
    holder, team = _holder(ticket), ticket.team
    if holder is None or team is None or not team.is_private:
        return
    if not policy.may_give_to_team(holder, team):
        history.set_assignee(ticket, None, act)


def _holder(ticket: Ticket) -> User | None:
    return db.session.get(User, ticket.assignee_id) if ticket.assignee_id else None


def _why_not(person: User) -> str:
    if person.is_active and person.is_staff:
        return f"{person.name} is not in the ticket’s team, whose tickets only its members see."
    return "Only active help desk staff can be assigned."


def _refuse_archived(category: Category | None, ticket: Ticket) -> None:
    if category and category.archived_at and category.id != ticket.category_id:
        raise Unprocessable("This category is not used any more.", field="category")


def _merged(ticket: Ticket, changes: Changes, seen_version: int) -> Changes:
    """What this edit really changes, given that others may have changed the ticket since."""
    was = history.changes_since(ticket, seen_version)
    if not was:
        return changes
    kept = changes
    for field, seen in was.items():
        asked, current = _asked(changes, field), history.held(ticket, field)
        if asked is _NOT_ASKED:
            continue
        if asked in (seen, current):
            kept = _without(kept, field)
        else:
            raise Stale("Somebody changed this while you did.", field=field)
    return kept


_NOT_ASKED = object()


def _asked(changes: Changes, field: str) -> object:
    """What an edit asks of a field, in the form in which the history keeps it."""
    if field == "category":
        return _id(changes.category) if changes.category_given else _NOT_ASKED
    if field == "assignee":
        return _id(changes.assignee) if changes.assignee_given else _NOT_ASKED
    if field == "team":
        return _id(changes.team) if changes.team_given else _NOT_ASKED
    value = getattr(changes, field, None)
    if value is None:
        return _NOT_ASKED
    if field == "description":
        return value.text
    if field == "tags":
        return sorted({tags.tag_name(name) for name in value})
    return value.value if field in ("priority", "status") else value


def _without(changes: Changes, field: str) -> Changes:
    nothing: dict[str, Any] = (
        {f"{field}_given": False} if field in ("category", "assignee", "team") else {field: None}
    )
    return replace(changes, **nothing)


def _id(row: Category | Team | User | None) -> int | None:
    return row.id if row else None
