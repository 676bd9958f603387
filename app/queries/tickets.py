"""Which tickets there are for somebody: lists, filters, counts, and what stands on one.

Every list begins with ``visible_to``; nothing is counted, searched or limited before it.
"""

import base64
import binascii
import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from app.extensions import db
from app.models import (
    ID_MAX,
    Category,
    HelpdeskStaff,
    MessageKind,
    Priority,
    Tag,
    Team,
    Ticket,
    TicketMessage,
    TicketStatus,
    User,
    team_members,
    ticket_participants,
)
from app.policy import can_know_of_ticket, can_see_internal, can_see_ticket, hidden_teams
from app.text import TITLE_MAX, refusal

PAGE_SIZE = 50

Q_MAX = TITLE_MAX


def visible_to(user: User) -> Select[tuple[Ticket]]:
    """All tickets that this person may see whole; the trash is no list but its own."""
    return select(Ticket).where(can_see_ticket(user), Ticket.trashed_at.is_(None))


def in_trash(user: User) -> Select[tuple[Ticket]]:
    """What was put in the trash, for those whose side of it is the help desk's."""
    return select(Ticket).where(can_see_internal(user), Ticket.trashed_at.is_not(None))


def find_visible(user: User, ticket_id: int, *, lock: bool = False) -> Ticket | None:
    """One ticket with everything its page names, or None where it does not exist for them.

    What lies in the trash exists for the help desk.
    """
    return _find(can_see_ticket(user), ticket_id, lock)


def find_known(user: User, ticket_id: int, *, lock: bool = False) -> Ticket | None:
    """The same, and known problems, of which everybody may know the summary and no more.

    Whoever asks for it has to ask the policy what of it they may do.
    """
    return _find(can_know_of_ticket(user), ticket_id, lock)


def _find(visible: ColumnElement[bool], ticket_id: int, lock: bool) -> Ticket | None:
    if not 0 < ticket_id <= ID_MAX:
        return None
    query = select(Ticket).where(visible, Ticket.id == ticket_id)
    if lock:
        # Joins would lock people's rows too; what is needed comes with the row itself.
        query = query.with_for_update(of=Ticket)
        load = selectinload
    else:
        load = joinedload
    return db.session.scalars(
        query.options(
            load(Ticket.requester),
            load(Ticket.assignee),
            load(Ticket.opened_by),
            load(Ticket.category),
            load(Ticket.team),
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
    after: str | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if self.sort not in SORTS:
            raise BadFilter(f"One cannot sort by “{self.sort[:40]}”.")

    def tickets(self, user: User) -> Select[tuple[Ticket]]:
        """Those tickets, out of all that this person sees."""
        visible = in_trash(user) if self.trashed else visible_to(user)
        return visible.where(*self.conditions(user))

    def conditions(self, user: User) -> list[ColumnElement[bool]]:
        """As SQL; ``user`` decides which messages the words are looked for in."""
        found: list[ColumnElement[bool]] = []
        if self.status:
            found.append(Ticket.status.in_(self.status))
        if self.priority:
            found.append(Ticket.priority.in_(self.priority))
        if self.category is not None:
            found.append(_is(Ticket.category_id, self.category))
        if self.assignee is not None:
            found.append(_is(Ticket.assignee_id, self.assignee))
        if self.team is not None or self.teams_of is not None:
            # In which private team one's own request lies is not for its requester to find out.
            found.append(can_see_internal(user))
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
            found.append(_matches(self.q, user))
        return found


def _is(column: Any, value: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.is_(None) if value == 0 else column == value
    return found


def _teams_of(user_id: int) -> Select[tuple[int]]:
    return (
        select(team_members.c.team_id)
        .join(HelpdeskStaff, HelpdeskStaff.id == team_members.c.staff_id)
        .where(HelpdeskStaff.user_id == user_id)
    )


def _matches(q: str, user: User) -> ColumnElement[bool]:
    """Number, or every word somewhere in title, description, messages or the requester's name."""
    words = q.split()[:10]
    every = and_(*(_contains(word, user) for word in words))
    number = re.fullmatch(r"#?(\d{1,10})", q.strip(), re.ASCII)
    if number and int(number[1]) <= ID_MAX:
        return or_(Ticket.id == int(number[1]), every)
    return every


def _contains(word: str, user: User) -> ColumnElement[bool]:
    in_message = [
        TicketMessage.ticket_id == Ticket.id,
        TicketMessage.undone_by_id.is_(None),
        TicketMessage.body.icontains(word, autoescape=True),
        or_(TicketMessage.kind == MessageKind.REPLY, can_see_internal(user)),
    ]
    places = [
        Ticket.title.icontains(word, autoescape=True),
        Ticket.description.icontains(word, autoescape=True),
        exists().where(*in_message),
    ]
    if user.is_staff:
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


# --- order and pages ---------------------------------------------------------------------------

_requester = aliased(User, name="requester")
_assignee = aliased(User, name="assignee")
_NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


def _rank(column: Any, order: Sequence[Any]) -> ColumnElement[int]:
    return case({value: place for place, value in enumerate(order)}, value=column)


SORTS: dict[str, Callable[[], Any]] = {
    "number": lambda: Ticket.id,
    "title": lambda: Ticket.title,
    "requester": lambda: _requester.name_key,
    "assignee": lambda: func.coalesce(_assignee.name_key, ""),
    "category": lambda: func.coalesce(Category.name_key, ""),
    "team": lambda: func.coalesce(Team.name_key, ""),
    "status": lambda: _rank(Ticket.status, list(TicketStatus)),
    "priority": lambda: _rank(Ticket.priority, list(Priority)),
    "created": lambda: Ticket.created_at,
    "updated": lambda: Ticket.updated_at,
    # Who has waited longest comes first, who does not wait last.
    "waiting": lambda: func.coalesce(
        Ticket.waiting_since, literal(_NEVER, Ticket.waiting_since.type)
    ),
}
"""What a list can be sorted by; nothing else ever reaches ORDER BY."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some tickets of a list; ``after`` and ``before`` are cursors, None at its ends."""

    tickets: Sequence[Ticket]
    after: str | None = None
    before: str | None = None


def queue(user: User, wanted: TicketFilter, *, limit: int = PAGE_SIZE) -> Page:
    """A page of the tickets that this person sees and the filter names, by key, never by offset.

    Raises BadFilter for a cursor that is none of ours.
    """
    key = SORTS[wanted.sort]()
    backwards = wanted.before is not None and wanted.after is None
    descending = wanted.descending != backwards
    query = (
        wanted.tickets(user)
        .join(_requester, Ticket.user_id == _requester.id)
        .outerjoin(_assignee, Ticket.assignee_id == _assignee.id)
        .outerjoin(Category, Ticket.category_id == Category.id)
        # A team that its reader is not to know of is none here, also to the order and the cursor.
        .outerjoin(Team, and_(Ticket.team_id == Team.id, Team.id.not_in(hidden_teams(user))))
        .options(
            contains_eager(Ticket.requester.of_type(_requester)).lazyload(_requester.staff),
            contains_eager(Ticket.assignee.of_type(_assignee)).lazyload(_assignee.staff),
            contains_eager(Ticket.category),
            contains_eager(Ticket.team),
            selectinload(Ticket.tags),
        )
        .add_columns(key.label("sort_key"))
        .order_by(*_directed(key, descending))
        .limit(limit + 1)
    )
    cursor = wanted.before if backwards else wanted.after
    if cursor is not None:
        query = query.where(_beyond(key, descending, *_read_cursor(cursor, wanted.sort)))
    rows = db.session.execute(query).unique().all()
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows = rows[::-1]
    tickets = [row[0] for row in rows]
    has_before = more if backwards else wanted.after is not None
    has_after = True if backwards else more
    return Page(
        tickets,
        after=_cursor(rows[-1]) if rows and has_after else None,
        before=_cursor(rows[0]) if rows and has_before else None,
    )


def count(user: User, wanted: TicketFilter) -> int:
    """How many tickets the filter names for this person."""
    # Without its FROM, a count of what is not narrowed at all would be of one row: nothing.
    query = wanted.tickets(user).with_only_columns(func.count(), maintain_column_froms=True)
    return db.session.scalar(query.order_by(None)) or 0


def _directed(key: Any, descending: bool) -> tuple[ColumnElement[Any], ...]:
    if descending:
        return key.desc(), Ticket.id.desc()
    return key.asc(), Ticket.id.asc()


def _beyond(key: Any, descending: bool, value: Any, ticket_id: int) -> ColumnElement[bool]:
    here = tuple_(key, Ticket.id)
    there = tuple_(literal(value, key.type), literal(ticket_id))
    return here < there if descending else here > there


def _cursor(row: Any) -> str:
    key = row.sort_key
    value = key.isoformat() if isinstance(key, dt.datetime) else key
    raw = json.dumps([value, row[0].id], ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read_cursor(cursor: str, sort: str) -> tuple[Any, int]:
    wrong = BadFilter("This page’s address is not complete; start again from the first page.")
    if len(cursor) > 2000:
        raise wrong
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        value, ticket_id = json.loads(raw)
        if sort in ("created", "updated", "waiting"):
            value = dt.datetime.fromisoformat(value)
            if value.tzinfo is None:
                raise wrong
            value = value.astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError) as broken:
        raise wrong from broken
    expected: type = {
        **dict.fromkeys(("created", "updated", "waiting"), dt.datetime),
        **dict.fromkeys(("number", "status", "priority"), int),
    }.get(sort, str)
    if type(value) is not expected or type(ticket_id) is not int or not 0 < ticket_id <= ID_MAX:
        raise wrong
    if isinstance(value, int) and not 0 <= value <= ID_MAX:
        raise wrong
    if isinstance(value, str) and refusal(value):
        raise wrong
    return value, ticket_id


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
