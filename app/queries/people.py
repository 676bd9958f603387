"""Who there is: the admins' list of people, and what hangs on one of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)

from app.clock import now
from app.extensions import db
from app.models import (
    ID_MAX,
    NOBODY,
    OPEN_STATUSES,
    ApiToken,
    HelpdeskStaff,
    OneTimeToken,
    OutboxEntry,
    OutboxState,
    Role,
    TicketTally,
    TokenPurpose,
    User,
    UserSession,
)
from app.text import email_key, folded

PAGE_SIZE = 50
FOUND_MAX = 10


class PeopleTab(StrEnum):
    EVERYONE = "everyone"
    STAFF = "staff"
    ADMINS = "admins"
    INVITED = "invited"
    OFF = "off"

    @property
    def label(self) -> str:
        return "Switched off" if self is PeopleTab.OFF else self.value.capitalize()


@dataclass(frozen=True, slots=True)
class Listed:
    """A person in the list; ``last_seen_at`` is of the newest session that still exists."""

    user: User
    last_seen_at: dt.datetime | None
    is_invited: bool


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some people by name; ``after`` and ``before`` are ids to go on from, None at the ends."""

    people: Sequence[Listed]
    after: int | None
    before: int | None


def people(
    tab: PeopleTab = PeopleTab.EVERYONE,
    q: str = "",
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = PAGE_SIZE,
) -> PeoplePage:
    """A page of the list, beyond the person of this id; an unknown id is the beginning."""
    anchor = db.session.get(User, after or before) if after or before else None
    backwards = anchor is not None and not after
    here = tuple_(User.name_key, User.id)
    query = (
        select(User, _last_seen().label("last_seen_at"), _invited().label("is_invited"))
        .where(in_tab(tab), named(q))
        .limit(limit + 1)
    )
    if anchor is not None:
        there = tuple_(literal(anchor.name_key), literal(anchor.id))
        query = query.where(here < there if backwards else here > there)
    order = (User.name_key.desc(), User.id.desc()) if backwards else (User.name_key, User.id)
    rows = db.session.execute(query.order_by(*order)).all()
    more, rows = len(rows) > limit, rows[:limit]
    listed = [Listed(row[0], row.last_seen_at, row.is_invited) for row in rows]
    if backwards:
        listed.reverse()
    has_before = more if backwards else anchor is not None
    has_after = True if backwards else more
    return PeoplePage(
        listed,
        after=listed[-1].user.id if listed and has_after else None,
        before=listed[0].user.id if listed and has_before else None,
    )


def people_counts(q: str = "") -> dict[PeopleTab, int]:
    """How many people each tab holds, in one query."""
    row = db.session.execute(
        select(*(func.count().filter(in_tab(tab)) for tab in PeopleTab))
        .select_from(User)
        .where(named(q))
    ).one()
    return dict(zip(PeopleTab, row, strict=True))


def colleagues(q: str = "", *, besides: int, limit: int = FOUND_MAX) -> Sequence[User]:
    """Active staff who can take over from somebody, by name."""
    return db.session.scalars(
        select(User)
        .where(User.id != besides, in_tab(PeopleTab.STAFF), named(q))
        .order_by(User.name_key, User.id)
        .limit(limit)
    ).all()


def person(user_id: int, *, lock: bool = False) -> User | None:
    """One person, locked when they will be changed."""
    if not 0 < user_id <= ID_MAX:
        return None
    query = select(User).where(User.id == user_id)
    if lock:
        query = query.with_for_update(of=User, key_share=True)
    return db.session.scalars(query).one_or_none()


def is_invited(user: User) -> bool:
    """Whether an invitation is on its way to this person, or waits to be followed."""
    found = select(User.id).where(User.id == user.id, in_tab(PeopleTab.INVITED))
    return db.session.scalar(found) is not None


def last_seen(user: User) -> dt.datetime | None:
    return db.session.scalar(
        select(func.max(UserSession.last_seen_at)).where(UserSession.user_id == user.id)
    )


def count_sessions(user: User) -> int:
    """In how many browsers this person is signed in."""
    return (
        db.session.scalar(
            select(func.count()).select_from(UserSession).where(UserSession.user_id == user.id)
        )
        or 0
    )


def live_tokens(user: User) -> Sequence[ApiToken]:
    """The API tokens that still open something."""
    return db.session.scalars(
        select(ApiToken)
        .where(
            ApiToken.user_id == user.id,
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > now(),
        )
        .order_by(ApiToken.id)
    ).all()


def count_open_assigned(user: User) -> int:
    """How many open tickets stand in this person's name; never reads the tickets."""
    return (
        db.session.scalar(
            select(func.sum(TicketTally.n)).where(
                TicketTally.assignee_id == user.id,
                TicketTally.assignee_id != NOBODY,
                TicketTally.status.in_(OPEN_STATUSES),
            )
        )
        or 0
    )


def in_tab(tab: PeopleTab) -> ColumnElement[bool]:
    """Whether somebody belongs in this tab, as SQL over ``User``."""
    active = User.deactivated_at.is_(None)
    match tab:
        case PeopleTab.EVERYONE:
            return true()
        case PeopleTab.STAFF:
            return and_(active, exists().where(HelpdeskStaff.user_id == User.id))
        case PeopleTab.ADMINS:
            admin = and_(HelpdeskStaff.user_id == User.id, HelpdeskStaff.role == Role.ADMIN)
            return and_(active, exists().where(admin))
        case PeopleTab.INVITED:
            return and_(active, _invited())
        case PeopleTab.OFF:
            return User.deactivated_at.is_not(None)


def _invited() -> ColumnElement[bool]:
    """Asked in, and no password yet: the link is made only as its mail is sent."""
    link = exists().where(
        OneTimeToken.user_id == User.id,
        OneTimeToken.purpose == TokenPurpose.INVITE,
        OneTimeToken.used_at.is_(None),
    )
    mail = exists().where(
        OutboxEntry.state.in_((OutboxState.WAITING, OutboxState.FAILED)),
        OutboxEntry.topic == "account.invited",
        OutboxEntry.recipient_id == User.id,
    )
    return and_(User.password_hash.is_(None), or_(link, mail))


def _last_seen() -> ScalarSelect[dt.datetime]:
    return (
        select(func.max(UserSession.last_seen_at))
        .where(UserSession.user_id == User.id)
        .correlate(User)
        .scalar_subquery()
    )


def named(q: str) -> ColumnElement[bool]:
    """Every word stands somewhere in the name, the username or the address."""
    return and_(true(), *(_has(word) for word in folded(q).split()[:10]))


def _has(word: str) -> ColumnElement[bool]:
    columns = [
        User.name_key.contains(word, autoescape=True),
        User.username_key.contains(word, autoescape=True),
        User.email_key.contains(word, autoescape=True),
    ]
    if "@" in word:
        # Addresses are lowered where names are folded; the two differ for letters like ß.
        columns.append(User.email_key.contains(email_key(word), autoescape=True))
    return or_(*columns)
