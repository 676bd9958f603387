"""The teams: as admins keep them, and as the help desk finds its work in them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, Subquery, func, or_, select

from app.extensions import db
from app.models import (
    ID_MAX,
    NOBODY,
    OPEN_STATUSES,
    HelpdeskStaff,
    Role,
    Team,
    TicketStatus,
    TicketTally,
    User,
    team_members,
)
from app.policy import hidden_teams
from app.queries.people import PeopleTab, in_tab, named
from app.queries.tallies import tallied

FOUND_MAX = 10


@dataclass(frozen=True, slots=True)
class CountedTeam:
    """A team with how many people are in it and how many open tickets it has."""

    team: Team
    members: int
    open_tickets: int


def counted_teams() -> Sequence[CountedTeam]:
    """All of them by name, archived ones too, in one query that reads no tickets."""
    tickets, people = _open_by_team(), _people_by_team()
    rows = db.session.execute(
        select(Team, func.coalesce(people.c.n, 0), func.coalesce(tickets.c.n, 0))
        .outerjoin(people, people.c.team_id == Team.id)
        .outerjoin(tickets, tickets.c.team_id == Team.id)
        .order_by(Team.name_key, Team.id)
    )
    return [CountedTeam(team, int(members), int(n)) for team, members, n in rows]


def _open_by_team() -> Subquery:
    return (
        select(TicketTally.team_id, func.sum(TicketTally.n).label("n"))
        .where(TicketTally.status.in_(OPEN_STATUSES))
        .group_by(TicketTally.team_id)
        .subquery()
    )


def _people_by_team() -> Subquery:
    return (
        select(team_members.c.team_id, func.count().label("n"))
        .join(HelpdeskStaff, HelpdeskStaff.id == team_members.c.staff_id)
        .join(User, User.id == HelpdeskStaff.user_id)
        .where(User.deactivated_at.is_(None))
        .group_by(team_members.c.team_id)
        .subquery()
    )


def team(team_id: int, *, lock: bool = False) -> Team | None:
    """One team, locked when it will be changed."""
    if not 0 < team_id <= ID_MAX:
        return None
    query = select(Team).where(Team.id == team_id)
    return db.session.scalars(
        query.with_for_update(key_share=True) if lock else query
    ).one_or_none()


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team, with how many of its open tickets are theirs."""

    user: User
    open_tickets: int


def members(team: Team) -> Sequence[Member]:
    """Everybody in it by name, those whose account is switched off too."""
    tickets = _open_by_assignee(team)
    rows = db.session.execute(
        _in_team(team)
        .add_columns(func.coalesce(tickets.c.n, 0))
        .outerjoin(tickets, tickets.c.assignee_id == User.id)
        .order_by(User.name_key, User.id)
    )
    return [Member(user, int(n)) for user, n in rows]


def _in_team(team: Team) -> Select[tuple[User]]:
    return (
        select(User)
        .join(HelpdeskStaff, HelpdeskStaff.user_id == User.id)
        .join(team_members, team_members.c.staff_id == HelpdeskStaff.id)
        .where(team_members.c.team_id == team.id)
    )


def _open_by_assignee(team: Team) -> Subquery:
    return (
        select(TicketTally.assignee_id, func.sum(TicketTally.n).label("n"))
        .where(
            TicketTally.team_id == team.id,
            TicketTally.assignee_id != NOBODY,
            TicketTally.status.in_(OPEN_STATUSES),
        )
        .group_by(TicketTally.assignee_id)
        .subquery()
    )


def count_with_outsiders(team: Team) -> int:
    """How many of its open tickets are with people who would not see them if it were private."""
    insiders = _in_team(team).with_only_columns(User.id)
    admins = select(HelpdeskStaff.user_id).where(HelpdeskStaff.role == Role.ADMIN)
    tickets = _open_by_assignee(team)
    return (
        db.session.scalar(
            select(func.sum(tickets.c.n)).where(
                tickets.c.assignee_id.not_in(insiders), tickets.c.assignee_id.not_in(admins)
            )
        )
        or 0
    )


def staff_outside(team: Team, q: str, *, limit: int = FOUND_MAX) -> Sequence[User]:
    """Active staff who are not in it, by name."""
    return db.session.scalars(
        select(User)
        .where(
            in_tab(PeopleTab.STAFF),
            named(q),
            User.id.not_in(_in_team(team).with_only_columns(User.id)),
        )
        .order_by(User.name_key, User.id)
        .limit(limit)
    ).all()


def teams_to_choose(person: User) -> Sequence[Team]:
    """The teams in use, and those that this person is in, by name."""
    own = select(team_members.c.team_id).where(
        team_members.c.staff_id == (person.staff.id if person.staff else NOBODY)
    )
    return db.session.scalars(
        select(Team)
        .where(or_(Team.archived_at.is_(None), Team.id.in_(own)))
        .order_by(Team.name_key, Team.id)
    ).all()


# --- the help desk's page ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Load:
    """How many open tickets somebody has, or a team, and what of them calls for whom."""

    open: int = 0
    unassigned: int = 0
    waiting: int = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(
            self.open + other.open,
            self.unassigned + other.unassigned,
            self.waiting + other.waiting,
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """The load of each team that the reader knows of, of no team, and of each colleague."""

    teams: Sequence[tuple[Team, Load]]
    no_team: Load
    people: Sequence[tuple[User, Load]]


def desk(reader: User) -> Desk:
    """Everything that is open and that the reader sees, by team and by person: three queries."""
    by_team: dict[int, Load] = defaultdict(Load)
    by_person: dict[int, Load] = defaultdict(Load)
    for team_id, assignee_id, load in _open_cells(reader):
        by_team[team_id] += load
        by_person[assignee_id] += load
    used = [team_id for team_id, load in by_team.items() if load.open]
    teams = db.session.scalars(
        select(Team)
        .where(
            Team.id.not_in(hidden_teams(reader)),
            or_(Team.archived_at.is_(None), Team.id.in_(used)),
        )
        .order_by(Team.name_key, Team.id)
    )
    busy = [person_id for person_id, load in by_person.items() if load.open]
    people = db.session.scalars(
        select(User)
        .where(or_(in_tab(PeopleTab.STAFF), User.id.in_(busy)))
        .order_by(User.name_key, User.id)
    )
    return Desk(
        teams=[(team, by_team[team.id]) for team in teams],
        no_team=by_team[NOBODY],
        people=[(person, by_person[person.id]) for person in people],
    )


def _open_cells(reader: User) -> Iterator[tuple[int, int, Load]]:
    cells = tallied(reader)
    waiting = func.sum(cells.c.n).filter(cells.c.status == TicketStatus.PENDING.value)
    rows = db.session.execute(
        select(cells.c.team_id, cells.c.assignee_id, func.sum(cells.c.n), waiting)
        .where(cells.c.status.in_([status.value for status in OPEN_STATUSES]))
        .group_by(cells.c.team_id, cells.c.assignee_id)
    )
    for team_id, assignee_id, n, waits in rows:
        nobodys = int(n) if assignee_id == NOBODY else 0
        yield team_id, assignee_id, Load(int(n), nobodys, int(waits or 0))
