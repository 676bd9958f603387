"""Sessions, API tokens and one-time links: how they are made, found and ended.

Each is a random secret that is shown or sent once and stored only as its digest.
"""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.sql.dml import ReturningDelete, ReturningUpdate

from app.clock import now
from app.domain.secrets import digest, fresh
from app.extensions import db
from app.models import (
    ApiToken,
    OneTimeToken,
    TokenPurpose,
    TokenScope,
    User,
    UserSession,
)

IDLE = {True: dt.timedelta(hours=12), False: dt.timedelta(days=7)}
"""How long a session lives unused: staff, requesters."""
ABSOLUTE = {True: dt.timedelta(days=7), False: dt.timedelta(days=30)}
"""How long a session lives at all: staff, requesters."""
SESSIONS_MAX = 20
PROOF = dt.timedelta(minutes=15)
"""How long giving the password once is proof enough for what is dangerous (R9)."""
SEEN_EVERY = dt.timedelta(minutes=5)
"""How exactly "last seen" is kept; finer would make every page a write."""

API_TOKEN_PREFIX = "desk_"  # noqa: S105 -- how ours begin, not one
API_TOKEN_DAYS = 90
API_TOKEN_DAYS_MAX = 365

LINK_LIFETIMES = {
    TokenPurpose.FIRST_ADMIN: dt.timedelta(hours=72),
    TokenPurpose.INVITE: dt.timedelta(hours=72),
    TokenPurpose.CONFIRM_EMAIL: dt.timedelta(hours=72),
    TokenPurpose.CHANGE_EMAIL: dt.timedelta(hours=72),
    TokenPurpose.RESET_PASSWORD: dt.timedelta(minutes=30),
}


# --- sessions ----------------------------------------------------------------------------------


def open_session(user: User, *, ip: str, user_agent: str, remembered: bool = False) -> str:
    """Begin a session and return its secret; the oldest over the limit end."""
    moment = now()
    secret = fresh()
    db.session.add(
        UserSession(
            user_id=user.id,
            digest=digest(secret),
            created_at=moment,
            last_seen_at=moment,
            proved_at=moment,
            remembered=remembered and not user.is_admin,
            ip=ip[:45],
            user_agent=user_agent[:300],
        )
    )
    db.session.flush()
    newest = (
        select(UserSession.id)
        .where(UserSession.user_id == user.id)
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
        .limit(SESSIONS_MAX)
    )
    db.session.execute(
        delete(UserSession).where(
            UserSession.user_id == user.id, UserSession.id.not_in(newest.scalar_subquery())
        )
    )
    return secret


_SESSION = select(UserSession).where(UserSession.digest == bindparam("digest"))


def live_session(secret: str) -> UserSession | None:
    """The session of this secret, if it and its person are still alive."""
    session = db.session.scalars(_SESSION, {"digest": digest(secret)}).one_or_none()
    if session is None or not session.user.is_active:
        return None
    staff = session.user.is_staff
    if is_over(began=session.created_at, seen=session.last_seen_at, staff=staff):
        return None
    return session


def is_over(*, began: dt.datetime, seen: dt.datetime, staff: bool) -> bool:
    """Whether a session has ended by time."""
    moment = now()
    return moment - seen > IDLE[staff] or moment - began > ABSOLUTE[staff]


def owner_id(secret: str) -> int | None:
    """Whose session this is or was."""
    return db.session.scalar(
        select(UserSession.user_id).where(UserSession.digest == digest(secret))
    )


def seen(session_id: int) -> None:
    """Note in a transaction of its own that the session is in use; the page stays a read."""
    statement = update(UserSession).where(UserSession.id == session_id).values(last_seen_at=now())
    with db.session().aside() as connection:
        connection.execute(statement)


def end_session(user: User, session_id: int) -> bool:
    """Sign one browser of this person out; False where there is no such session."""
    return _any(
        delete(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == user.id)
        .returning(UserSession.id)
    )


def end_sessions(user: User, *, but: str | None = None) -> None:
    """Sign all browsers of this person out, perhaps but the one with this secret."""
    gone = delete(UserSession).where(UserSession.user_id == user.id)
    if but is not None:
        gone = gone.where(UserSession.digest != digest(but))
    db.session.execute(gone)


def is_proved(session: UserSession) -> bool:
    return now() - session.proved_at <= PROOF


def prove(session: UserSession) -> None:
    """The password has just been given in this browser."""
    session.proved_at = now()


# --- API tokens --------------------------------------------------------------------------------


def make_api_token(
    user: User, name: str, *, scope: TokenScope, days: int = API_TOKEN_DAYS
) -> tuple[ApiToken, str]:
    """A token and its secret, which is never shown again."""
    secret = API_TOKEN_PREFIX + fresh()
    moment = now()
    token = ApiToken(
        user_id=user.id,
        user=user,
        name=name,
        digest=digest(secret),
        hint=secret[-4:],
        scope=scope,
        created_at=moment,
        expires_at=moment + dt.timedelta(days=min(days, API_TOKEN_DAYS_MAX)),
    )
    db.session.add(token)
    return token, secret


class LiveToken(NamedTuple):
    """An API token that is good now, and whose it is: no more than every call of the API asks."""

    id: int
    user: User
    scope: TokenScope
    last_used_at: dt.datetime | None


_LIVE_TOKEN = (
    select(ApiToken.id, User, ApiToken.scope, ApiToken.last_used_at)
    .join(User, User.id == ApiToken.user_id)
    .where(
        ApiToken.digest == bindparam("digest"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > bindparam("moment"),
        User.deactivated_at.is_(None),
    )
)


def live_api_token(secret: str) -> LiveToken | None:
    """The token of this secret, if it and its person are still alive."""
    values = {"digest": digest(secret), "moment": now()}
    row = db.session.execute(_LIVE_TOKEN, values).one_or_none()
    return LiveToken(*row) if row else None


def token_used(token_id: int) -> None:
    """Note in a transaction of its own that the token is in use."""
    statement = update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now())
    with db.session().aside() as connection:
        connection.execute(statement)


def revoke_api_token(user: User, token_id: int) -> bool:
    """End one token of this person; False where there is no such live token."""
    return _any(
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now())
        .returning(ApiToken.id)
    )


def revoke_api_tokens(user: User) -> None:
    db.session.execute(
        update(ApiToken)
        .where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now())
    )


# --- one-time links ----------------------------------------------------------------------------


def make_link(purpose: TokenPurpose, user: User | None, *, email: str | None = None) -> str:
    """A secret good once for this purpose; an older one for the same ends."""
    older = delete(OneTimeToken).where(OneTimeToken.purpose == purpose)
    db.session.execute(
        older.where(OneTimeToken.user_id == user.id if user else OneTimeToken.user_id.is_(None))
    )
    moment, secret = now(), fresh()
    db.session.add(
        OneTimeToken(
            purpose=purpose,
            user_id=user.id if user else None,
            email=email,
            digest=digest(secret),
            created_at=moment,
            expires_at=moment + LINK_LIFETIMES[purpose],
        )
    )
    return secret


def live_link(purpose: TokenPurpose, secret: str) -> OneTimeToken | None:
    """The link, if it is for this purpose, unused, in time, and its person active."""
    token = db.session.scalars(
        select(OneTimeToken).where(
            OneTimeToken.digest == digest(secret), OneTimeToken.purpose == purpose
        )
    ).one_or_none()
    if token is None or token.used_at is not None or token.expires_at <= now():
        return None
    if token.user is not None and not token.user.is_active:
        return None
    return token


def use_link(token: OneTimeToken) -> bool:
    """Spend the link; False when somebody else just did."""
    return _any(
        update(OneTimeToken)
        .where(OneTimeToken.id == token.id, OneTimeToken.used_at.is_(None))
        .values(used_at=now())
        .returning(OneTimeToken.id)
    )


def withdraw_links(user: User, *purposes: TokenPurpose) -> None:
    """End this person's unused links of these purposes (all of them when none is named)."""
    gone = delete(OneTimeToken).where(OneTimeToken.user_id == user.id)
    if purposes:
        gone = gone.where(OneTimeToken.purpose.in_(purposes))
    db.session.execute(gone)


def _any(change: ReturningDelete[tuple[int]] | ReturningUpdate[tuple[int]]) -> bool:
    """Whether a conditional change met a row."""
    return db.session.execute(change).first() is not None
