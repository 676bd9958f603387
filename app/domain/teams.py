"""Teams: what they are called, who is in them, and whose eyes their tickets are for."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, select

from app import policy
from app.clock import now
from app.domain import history
from app.domain.errors import Unprocessable
from app.domain.naming import unique
from app.extensions import db
from app.models import (
    NOBODY,
    OPEN_STATUSES,
    ChangeSet,
    HelpdeskStaff,
    Team,
    Ticket,
    TicketTally,
    User,
)
from app.text import folded


def add(name: str, *, is_private: bool) -> Team:
    """A new team without members. Raises Conflict where the name is taken."""
    team = Team(name=name, name_key=folded(name), is_private=is_private, created_at=now())
    with unique("team", name):
        db.session.add(team)
    return team


def rename(team: Team, name: str) -> None:
    """Raises Conflict where another has this name."""
    with unique("team", name):
        team.name, team.name_key = name, folded(name)


def set_private(team: Team, is_private: bool, *, act: ChangeSet) -> int:
    """Keep the team's tickets to its members and admins, or show them to all staff.

    Whoever has one of its open tickets and is not a member loses it; returns how many those were.
    """
    team.is_private = is_private
    return _release(team, act)


def add_member(team: Team, person: User) -> bool:
    """False for somebody who is in it already. Raises Unprocessable for who is not on the desk."""
    place = _locked_place(person)
    if place is None or not person.is_active:
        raise _not_on_the_desk()
    if team in place.teams:
        return False
    place.teams.append(team)
    db.session.flush()
    policy.forget_hidden_teams(db.session())
    return True


def remove_member(team: Team, person: User, *, act: ChangeSet) -> int:
    """Take somebody out; of a private team they lose its open tickets; returns how many."""
    place = _locked_place(person)
    if place is not None and team in place.teams:
        place.teams.remove(team)
    return _release(team, act)


def set_teams(person: User, wanted: Collection[Team], *, act: ChangeSet) -> int:
    """Be in these teams and no others; returns how many open tickets that took from them.

    Raises Unprocessable for who is not on the desk.
    """
    if person.staff is None:
        raise _not_on_the_desk()
    for team in wanted:
        add_member(team, person)
    left = [team for team in person.staff.teams if team not in wanted]
    return sum(remove_member(team, person, act=act) for team in left)


def release_from(person: User, *, act: ChangeSet) -> int:
    """Take from somebody the open tickets that they do not see any more; returns how many."""
    db.session.flush()
    policy.forget_hidden_teams(db.session())
    hidden = policy.hidden_teams(person)
    return _take_away(act, Ticket.team_id.in_(hidden), Ticket.assignee_id == person.id)


def archive(team: Team) -> None:
    """It keeps its tickets and is not offered any more."""
    team.archived_at = team.archived_at or now()


def restore(team: Team) -> None:
    team.archived_at = None


def _locked_place(person: User) -> HelpdeskStaff | None:
    """Their place on the help desk, so that two who change its teams wait for one another."""
    return db.session.scalars(
        select(HelpdeskStaff)
        .where(HelpdeskStaff.user_id == person.id)
        .with_for_update(of=HelpdeskStaff)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _not_on_the_desk() -> Unprocessable:
    return Unprocessable("Only active help desk staff can be in a team.", field="person")


def _release(team: Team, act: ChangeSet) -> int:
    """Take the team's open tickets from those who do not see them any more."""
    db.session.flush()
    policy.forget_hidden_teams(db.session())
    if not team.is_private:
        return 0
    holders = db.session.scalars(
        select(User).where(
            User.id.in_(
                select(TicketTally.assignee_id).where(
                    TicketTally.team_id == team.id,
                    TicketTally.assignee_id != NOBODY,
                    TicketTally.status.in_(OPEN_STATUSES),
                )
            )
        )
    )
    outsiders = [user.id for user in holders if not policy.may_give_to_team(user, team)]
    return _take_away(act, Ticket.team_id == team.id, Ticket.assignee_id.in_(outsiders))


def _take_away(act: ChangeSet, *which: ColumnElement[bool]) -> int:
    """Closed tickets stay with whoever solved them, as a record."""
    held = db.session.scalars(
        select(Ticket)
        .where(*which, Ticket.status.in_(OPEN_STATUSES), Ticket.trashed_at.is_(None))
        .order_by(Ticket.id)
        .with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    ).all()
    return sum(history.set_assignee(ticket, None, act) for ticket in held)
