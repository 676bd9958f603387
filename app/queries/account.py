"""What one's own account page lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from app.clock import now
from app.extensions import db
from app.models import ApiToken, User, UserSession

# The first that is found wins: Edge calls itself Chrome too, and Chrome Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Device:
    """A signed-in browser, in words that its owner recognises."""

    session: UserSession
    label: str


def devices(user: User) -> list[Device]:
    """Where this person is signed in, the latest used first."""
    sessions = db.session.scalars(
        select(UserSession)
        .where(UserSession.user_id == user.id)
        .options(lazyload(UserSession.user))
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
    )
    return [Device(session, _label(session.user_agent)) for session in sessions]


def tokens(user: User) -> Sequence[ApiToken]:
    """The live API tokens of this person, the newest first."""
    return db.session.scalars(
        select(ApiToken)
        .where(
            ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now()
        )
        .options(lazyload(ApiToken.user))
        .order_by(ApiToken.id.desc())
    ).all()


def _label(user_agent: str) -> str:
    browser = next((name for word, name in _BROWSERS if word in user_agent), "A browser")
    system = next((name for word, name in _SYSTEMS if word in user_agent), "")
    return f"{browser} on {system}" if system else browser
