"""Teams: what they are called, who is in them, and whose eyes their tickets are for."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import policy
from app.clock import now
from app.domain import history
from app.domain.errors import Conflict, Unprocessable
from app.extensions import db
from app.models import ChangeSet, Team, Ticket, User
from app.text import folded


def add(name: str, *, is_private: bool) -> Team:
    """A new team without members. Raises Conflict where the name is taken."""
    team = Team(name=name, name_key=folded(name), is_private=is_private, created_at=now())
    team.members = []
    with _unique(name):
        db.session.add(team)
    return team


def rename(team: Team, name: str) -> None:
    """Raises Conflict where another has this name."""
    with _unique(name):
        team.name, team.name_key = name, folded(name)


def set_private(team: Team, is_private: bool, *, act: ChangeSet) -> int:
    """Keep the team's tickets to its members and admins, or show them to all staff.

    Whoever has one of its tickets and is not a member loses it; returns how many tickets that were.
    """
    team.is_private = is_private
    return _release(team, act)


def add_member(team: Team, person: User) -> bool:
    """False for somebody who is in it already. Raises Unprocessable for who is not on the desk."""
    if person.staff is None or not person.is_active:
        raise Unprocessable("Only active help desk staff can be in a team.", field="person")
    if person.staff in team.members:
        return False
    team.members.append(person.staff)
    policy.forget_hidden_teams(db.session())
    return True


def remove_member(team: Team, person: User, *, act: ChangeSet) -> int:
    """Take somebody out; of a private team they lose its tickets, and how many is returned."""
    if person.staff in team.members:
        team.members.remove(person.staff)
    return _release(team, act)


def archive(team: Team) -> None:
    """It keeps its tickets and is not offered any more."""
    team.archived_at = team.archived_at or now()


def restore(team: Team) -> None:
    team.archived_at = None


def _release(team: Team, act: ChangeSet) -> int:
    """Take the team's tickets from those who do not see them any more."""
    db.session.flush()
    policy.forget_hidden_teams(db.session())
    if not team.is_private:
        return 0
    held = db.session.scalars(
        select(Ticket)
        .where(
            Ticket.team_id == team.id,
            Ticket.assignee_id.is_not(None),
            Ticket.trashed_at.is_(None),
        )
        .order_by(Ticket.id)
        .with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    ).all()
    released = 0
    for ticket in held:
        holder = db.session.get_one(User, ticket.assignee_id)
        if not policy.may_give_to_team(holder, team):
            released += history.set_assignee(ticket, None, act)
    return released


@contextmanager
def _unique(name: str) -> Iterator[None]:
    """The database knows which names are taken, also under a race."""
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as taken:
        raise Conflict(f"There is a team “{name}” already.", field="name") from taken
