"""What a form offers to choose from: the help desk's people and teams, categories, people."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Integer,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)

from app.extensions import db
from app.models import Category, HelpdeskStaff, Team, User
from app.policy import hidden_teams
from app.text import folded


class Choice(NamedTuple):
    """One of the things to choose from, as a menu prints it."""

    id: int
    name: str


class DeskChoices(NamedTuple):
    """Into whose hands a ticket can be given, and what it can be about."""

    staff: Sequence[Choice]
    teams: Sequence[Choice]
    categories: Sequence[Choice]


_NO_PLACE = cast(null(), Integer)
# Staff are neither joined nor sorted: SQLite would walk through all people in search of the few.
_STAFF = select(literal("staff").label("what"), User.id, User.name, User.name_key, _NO_PLACE).where(
    User.id.in_(select(HelpdeskStaff.user_id)), User.deactivated_at.is_(None)
)
_CATEGORIES = select(
    *(literal("categories"), Category.id, Category.name, Category.name_key, Category.position)
).where(or_(Category.archived_at.is_(None), Category.id == bindparam("besides_category")))
_TEAMS = select(literal("teams"), Team.id, Team.name, Team.name_key, _NO_PLACE).where(
    Team.id.not_in(bindparam("hidden", expanding=True)),
    or_(Team.archived_at.is_(None), Team.id == bindparam("besides_team")),
)
_ALL: CompoundSelect[Any] = union_all(_CATEGORIES, _STAFF, _TEAMS)


def categories() -> Sequence[Choice]:
    """Those in use, in the admins' order."""
    in_order = _CATEGORIES.order_by(Category.position, Category.id)
    rows = db.session().rows(in_order, {"besides_category": None})
    return [Choice(id_, name) for _what, id_, name, *_order in rows]


def of_desk(
    reader: User, *, besides_category: int | None = None, besides_team: int | None = None
) -> DeskChoices:
    """Everybody who can be given a ticket, the teams in use that the reader knows of, both by name,
    and the categories in use in the admins' order.

    ``besides_…`` is what a ticket still has although it is archived.
    """
    values = {"besides_category": besides_category, "besides_team": besides_team}
    found: dict[str, list[Any]] = {"staff": [], "teams": [], "categories": []}
    for row in db.session().rows(_ALL, {**values, "hidden": list(hidden_teams(reader))}):
        what, id_, name, key, position = row
        found[what].append((key if position is None else position, id_, name))
    return DeskChoices(
        **{what: [Choice(*row[1:]) for row in sorted(rows)] for what, rows in found.items()}
    )


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
