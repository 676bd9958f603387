"""Which tickets there are for somebody: lists, filters, counts, and what stands on one.

Every list begins with ``visible_to``; nothing is counted, searched or limited before it.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.extensions import db
from app.models import (
    CLOSED_STATUSES,
    ID_MAX,
    IS_OPEN,
    OPEN_STATUSES,
    HelpdeskStaff,
    MessageKind,
    Priority,
    Tag,
    Ticket,
    TicketMessage,
    TicketStatus,
    User,
    team_members,
    ticket_participants,
)
from app.policy import (
    Permission,
    Reader,
    allows,
    can_know_of_ticket,
    can_see_internal,
    can_see_ticket,
)
from app.queries.named import people
from app.queries.order import GROUPS, SORTS
from app.text import TITLE_MAX

PAGE_SIZE = 50

Q_MAX = TITLE_MAX


def visible_to(reader: Reader) -> Select[tuple[Ticket]]:
    """All tickets that this person may see whole; the trash is no list but its own."""
    return select(Ticket).where(can_see_ticket(reader), Ticket.trashed_at.is_(None))


def in_trash(reader: Reader) -> Select[tuple[Ticket]]:
    """What was put in the trash, for those whose side of it is the help desk's."""
    return select(Ticket).where(can_see_internal(reader), Ticket.trashed_at.is_not(None))


def find_visible(user: User, ticket_id: int, *, lock: bool = False) -> Ticket | None:
    """One ticket with everything its page names, or None where it does not exist for them.

    What lies in the trash exists for the help desk.
    """
    if lock:
        return _find_locked(can_see_ticket(user), ticket_id)
    return _find(user, Permission.TICKET_SEE, ticket_id)


def find_known(user: User, ticket_id: int, *, lock: bool = False) -> Ticket | None:
    """The same, and known problems, of which everybody may know the summary and no more.

    Whoever asks for it has to ask the policy what of it they may do.
    """
    if lock:
        return _find_locked(can_know_of_ticket(user), ticket_id)
    return _find(user, Permission.TICKET_SEE_SUMMARY, ticket_id)


_TICKET = (
    select(Ticket)
    .where(Ticket.id == bindparam("ticket_id"))
    .options(
        joinedload(Ticket.category),
        joinedload(Ticket.team),
        selectinload(Ticket.tags),
        selectinload(Ticket.participants).lazyload(User.staff),
    )
)


def _find(user: User, permission: Permission, ticket_id: int) -> Ticket | None:
    if not 0 < ticket_id <= ID_MAX:
        return None
    ticket = db.session.scalars(_TICKET, {"ticket_id": ticket_id}).one_or_none()
    if ticket is None or not allows(user, permission, ticket):
        return None
    known = people((ticket.user_id, ticket.opened_by_id, ticket.assignee_id))
    set_committed_value(ticket, "requester", known[ticket.user_id])
    set_committed_value(ticket, "opened_by", known[ticket.opened_by_id])
    set_committed_value(ticket, "assignee", known.get(ticket.assignee_id or 0))
    return ticket


def _find_locked(visible: ColumnElement[bool], ticket_id: int) -> Ticket | None:
    """Nobody holds up a ticket that they do not see, so what they see is part of the statement."""
    if not 0 < ticket_id <= ID_MAX:
        return None
    # Joins would lock people's rows too; what is needed comes with the row itself.
    return db.session.scalars(
        select(Ticket)
        .where(visible, Ticket.id == ticket_id)
        .with_for_update(of=Ticket)
        .options(
            selectinload(Ticket.requester),
            selectinload(Ticket.assignee),
            selectinload(Ticket.opened_by),
            selectinload(Ticket.category),
            selectinload(Ticket.team),
            selectinload(Ticket.tags),
            selectinload(Ticket.participants).lazyload(User.staff),
        )
    ).one_or_none()


class BadFilter(ValueError):
    """A filter in an address says something that cannot be; the sentence says what."""


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets a list shows, and in which order: all that a view's address holds.

    None and empty mean "whatever". ``assignee``, ``category`` and ``team`` are an id, or 0 for
    none; ``teams_of`` is a person, whose teams it may be any of. ``trashed`` is the list of the
    trash, and of nothing else.
    """

    status: tuple[TicketStatus, ...] = ()
    priority: tuple[Priority, ...] = ()
    category: int | None = None
    assignee: int | None = None
    team: int | None = None
    teams_of: int | None = None
    requester: int | None = None
    participant: int | None = None
    tag: str | None = None
    q: str = ""
    created_from: dt.datetime | None = None
    created_to: dt.datetime | None = None
    solved_from: dt.datetime | None = None
    trashed: bool = False
    sort: str = "waiting"
    descending: bool = False
    group: str = "none"
    after: str | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if self.sort not in SORTS:
            raise BadFilter(f"One cannot sort by “{self.sort[:40]}”.")
        if self.group not in GROUPS:
            raise BadFilter(f"One cannot group by “{self.group[:40]}”.")

    def tickets(self, reader: Reader) -> Select[tuple[Ticket]]:
        """Those tickets, out of all that this person sees."""
        visible = in_trash(reader) if self.trashed else visible_to(reader)
        return visible.where(*self.conditions(reader))

    def conditions(self, reader: Reader) -> list[ColumnElement[bool]]:
        """As SQL; the reader decides which messages the words are looked for in."""
        found: list[ColumnElement[bool]] = []
        found += self._status_conditions()
        if self.priority:
            found.append(Ticket.priority.in_(self.priority))
        if self.category is not None:
            found.append(_is(Ticket.category_id, self.category))
        if self.assignee is not None:
            found.append(_is(Ticket.assignee_id, self.assignee))
        if self.team is not None or self.teams_of is not None:
            # In which private team one's own request lies is not for its requester to find out.
            found.append(can_see_internal(reader))
        if self.team is not None:
            found.append(_is(Ticket.team_id, self.team))
        if self.teams_of is not None:
            found.append(Ticket.team_id.in_(_teams_of(self.teams_of)))
        if self.participant is not None:
            copied = select(ticket_participants.c.ticket_id).where(
                ticket_participants.c.user_id == self.participant
            )
            found.append(Ticket.id.in_(copied))
        if self.requester is not None:
            found.append(Ticket.user_id == self.requester)
        if self.tag is not None:
            found.append(Ticket.tags.any(Tag.name == self.tag))
        if self.created_from is not None:
            found.append(Ticket.created_at >= self.created_from)
        if self.created_to is not None:
            found.append(Ticket.created_at < self.created_to)
        if self.solved_from is not None:
            found.append(Ticket.solved_at >= self.solved_from)
        if self.q.strip():
            found.append(_matches(self.q, reader))
        return found

    def _status_conditions(self) -> list[ColumnElement[bool]]:
        if not self.status:
            return []
        if set(self.status) == set(OPEN_STATUSES):
            return [IS_OPEN]
        if self.solved_from is not None and set(self.status) == set(CLOSED_STATUSES):
            return []  # what was solved at some time is closed, and an index alone tells when
        asked = Ticket.status.in_(self.status)
        return [IS_OPEN, asked] if set(self.status) < set(OPEN_STATUSES) else [asked]


def _is(column: Any, value: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.is_(None) if value == 0 else column == value
    return found


def _teams_of(user_id: int) -> Select[tuple[int]]:
    return (
        select(team_members.c.team_id)
        .join(HelpdeskStaff, HelpdeskStaff.id == team_members.c.staff_id)
        .where(HelpdeskStaff.user_id == user_id)
    )


def _matches(q: str, reader: Reader) -> ColumnElement[bool]:
    """Number, or every word somewhere in title, description, messages or the requester's name."""
    words = q.split()[:10]
    every = and_(*(_contains(word, reader) for word in words))
    number = re.fullmatch(r"#?(\d{1,10})", q.strip(), re.ASCII)
    if number and int(number[1]) <= ID_MAX:
        return or_(Ticket.id == int(number[1]), every)
    return every


def _contains(word: str, reader: Reader) -> ColumnElement[bool]:
    in_message = [
        TicketMessage.ticket_id == Ticket.id,
        TicketMessage.undone_by_id.is_(None),
        TicketMessage.body.icontains(word, autoescape=True),
        or_(TicketMessage.kind == MessageKind.REPLY, can_see_internal(reader)),
    ]
    places = [
        Ticket.title.icontains(word, autoescape=True),
        Ticket.description.icontains(word, autoescape=True),
        exists().where(*in_message),
    ]
    if reader.is_staff:
        places.append(
            exists().where(
                User.id == Ticket.user_id,
                or_(
                    User.name.icontains(word, autoescape=True),
                    User.username.icontains(word, autoescape=True),
                    User.email.icontains(word, autoescape=True),
                ),
            )
        )
    return or_(*places)


def count(user: User, wanted: TicketFilter) -> int:
    """How many tickets the filter names for this person."""
    # Without its FROM, a count of what is not narrowed at all would be of one row: nothing.
    query = wanted.tickets(user).with_only_columns(func.count(), maintain_column_froms=True)
    return db.session.scalar(query.order_by(None)) or 0


# --- the API's lists ---------------------------------------------------------------------------


def newest_first(
    user: User,
    *,
    statuses: Sequence[TicketStatus] | None = None,
    requester_id: int | None = None,
    below: int | None = None,
    limit: int,
) -> tuple[Sequence[Ticket], int | None]:
    """Tickets by falling number, and the number to continue below, None at the end."""
    query = visible_to(user)
    if statuses is not None:
        query = query.where(Ticket.status.in_(statuses))
    if requester_id is not None:
        query = query.where(Ticket.user_id == requester_id)
    if below is not None:
        query = query.where(Ticket.id < below)
    query = query.options(
        joinedload(Ticket.category), joinedload(Ticket.team), selectinload(Ticket.tags)
    )
    tickets = db.session.scalars(query.order_by(Ticket.id.desc()).limit(limit + 1)).all()
    more, tickets = len(tickets) > limit, tickets[:limit]
    return tickets, tickets[-1].id if more else None


def get_user_tickets(
    user: User, *, requester_id: int, below: int | None = None, limit: int = PAGE_SIZE
) -> tuple[Sequence[Ticket], int | None]:
    """A person's tickets, as far as the asker sees them."""
    return newest_first(user, requester_id=requester_id, below=below, limit=limit)
