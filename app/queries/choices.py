"""What a form offers to choose from: the help desk's people and teams, categories, people."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, or_, select

from app.extensions import db
from app.models import Category, HelpdeskStaff, Team, User
from app.policy import hidden_teams
from app.text import folded


class Choice(NamedTuple):
    """One of the things to choose from, as a menu prints it."""

    id: int
    name: str


# Neither joined nor sorted: SQLite would walk through all people in search of the few.
_STAFF = select(User.name_key, User.id, User.name).where(
    User.id.in_(select(HelpdeskStaff.user_id)), User.deactivated_at.is_(None)
)
_BESIDES: Any = bindparam("besides")
_CATEGORIES = (
    select(Category.id, Category.name)
    .where(or_(Category.archived_at.is_(None), Category.id == _BESIDES))
    .order_by(Category.position, Category.id)
)
_TEAMS = (
    select(Team.id, Team.name)
    .where(
        Team.id.not_in(bindparam("hidden", expanding=True)),
        or_(Team.archived_at.is_(None), Team.id == _BESIDES),
    )
    .order_by(Team.name_key, Team.id)
)


def active_staff() -> Sequence[Choice]:
    """Everybody who can be given a ticket, by name."""
    return [Choice(id_, name) for _key, id_, name in sorted(db.session().rows(_STAFF).all())]


def categories(*, besides: int | None = None) -> Sequence[Choice]:
    """The categories in use, in the admins' order; ``besides`` is one that a ticket still has."""
    return _choices(_CATEGORIES, besides=besides)


def teams(reader: User, *, besides: int | None = None) -> Sequence[Choice]:
    """The teams in use that this member of the help desk knows of, by name.

    ``besides`` is one that a ticket still has although it is archived.
    """
    return _choices(_TEAMS, besides=besides, hidden=list(hidden_teams(reader)))


def _choices(query: Select[tuple[int, str]], **values: Any) -> Sequence[Choice]:
    return [Choice(*row) for row in db.session().rows(query, values)]


def people_like(text: str, *, limit: int = 10) -> Sequence[User]:
    """Active people whose name, username or address has this in it, exact beginnings first."""
    key = folded(text)
    if not key:
        return []
    return db.session.scalars(
        select(User)
        .where(
            User.deactivated_at.is_(None),
            or_(
                User.name_key.contains(key, autoescape=True),
                User.username_key.contains(key, autoescape=True),
                User.email_key.contains(key, autoescape=True),
            ),
        )
        .order_by(User.name_key.startswith(key, autoescape=True).desc(), User.name_key, User.id)
        .limit(limit)
    ).all()


_CATEGORY_NAMED = select(Category).where(Category.name_key == bindparam("key"))


def category_named(name: str) -> Category | None:
    """The category of this name, archived or not, however it is capitalised."""
    return db.session.scalars(_CATEGORY_NAMED, {"key": folded(name)}).one_or_none()
