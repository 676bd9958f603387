"""The views that are always there: the help desk's standing ones, a requester's tabs.

Each is a TicketFilter with a name; their counts cost the same however many tickets they hold.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Integer,
    String,
    bindparam,
    event,
    func,
    literal,
    select,
    union_all,
)

from app.clock import now
from app.extensions import ReadOrWriteSession, db
from app.models import (
    CLOSED_STATUSES,
    NOBODY,
    OPEN_STATUSES,
    HelpdeskStaff,
    Team,
    Ticket,
    TicketStatus,
    User,
    team_members,
)
from app.policy import Sight, sight
from app.queries.lists import Page, queue
from app.queries.tallies import tallied
from app.queries.tickets import PAGE_SIZE, TicketFilter, count, visible_to

SOLVED_LATELY = timedelta(days=7)


# --- standing views ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StandingView:
    """A view that everybody on the help desk has."""

    slug: str
    label: str
    icon: str
    filter: Callable[[User], TicketFilter]


def _all_open(assignee: int | None = None) -> TicketFilter:
    return TicketFilter(status=OPEN_STATUSES, assignee=assignee, group="waiting")


ALL_OPEN = StandingView("open", "All open", "inbox", lambda _: _all_open())
SOLVED = StandingView(
    "solved",
    "Solved lately",
    "circle-check",
    lambda _: TicketFilter(
        status=CLOSED_STATUSES,
        solved_from=now() - SOLVED_LATELY,
        sort="updated",
        descending=True,
    ),
)
STANDING_VIEWS = (
    StandingView("mine", "Mine", "user", lambda me: _all_open(assignee=me.id)),
    StandingView(
        "unassigned",
        "Unassigned",
        "circle-dashed",
        lambda _: _all_open(assignee=0),
    ),
    ALL_OPEN,
    StandingView(
        "waiting",
        "Waiting",
        "s-pending",
        lambda _: TicketFilter(status=(TicketStatus.PENDING,), sort="updated"),
    ),
    SOLVED,
)


TRASH = StandingView(
    "trash",
    "Trash",
    "trash-2",
    lambda _: TicketFilter(trashed=True, sort="updated", descending=True),
)
"""Where junk lies: a view by its address, but none that calls for anybody."""


NO_FILTER = frozenset({"sort", "desc", "group", "after", "before", "preview", "seen"})
"""What an address says besides which tickets: their order, the page, what else is shown."""


def view_of(args: Mapping[str, str]) -> StandingView | None:
    """The standing view that an address names: all open tickets when it asks for nothing at all.

    None for a name that is none of ours, and for a filter without a view.
    """
    slug = args.get("view", "" if set(args) - NO_FILTER else ALL_OPEN.slug)
    return next((view for view in (*STANDING_VIEWS, TRASH) if view.slug == slug), None)


@dataclass(frozen=True, slots=True)
class OwnTeam:
    """A team that somebody is in, with how many open tickets it has."""

    id: int
    name: str
    is_private: bool
    open_tickets: int

    @property
    def slug(self) -> str:
        """Its name among the counts."""
        return f"team-{self.id}"


def standing_counts(user: User) -> Mapping[str, int]:
    """How many tickets each standing view holds, and how many open ones each of one's teams."""
    return _counted(user)[0]


def own_teams(user: User) -> Sequence[OwnTeam]:
    """The teams in use that somebody is in, by name."""
    return _counted(user)[1]


Counted = tuple[Mapping[str, int], Sequence[OwnTeam]]


def _counted(user: User) -> Counted:
    """All that the sidebar says, in one query.

    Kept with the session until its transaction ends: more than one part of a page shows them.
    """
    kept: dict[int, Counted] = db.session().info.setdefault("standing_counts", {})
    if user.id not in kept:
        values = {"me": user.id, "since": now() - SOLVED_LATELY}
        views, *others = db.session().rows(_standing(sight(user)), values).all()
        teams = [
            OwnTeam(row.team_id, row.name, bool(row.is_private), int(row.open or 0))
            for row in sorted(others, key=lambda row: (row.name_key, row.team_id))
        ]
        counts = {slug: int(getattr(views, slug) or 0) for slug in _COUNTED}
        kept[user.id] = (counts | {team.slug: team.open_tickets for team in teams}, teams)
    return kept[user.id]


_NOT_NARROWING = ("sort", "descending", "group", "after", "before", "solved_from")


def total(user: User, wanted: TicketFilter, view: StandingView | None) -> int:
    """How many tickets a list has. What a standing view holds has been counted for the sidebar."""
    if view in STANDING_VIEWS:
        plain = view.filter(user)
        kept = {name: getattr(plain, name) for name in _NOT_NARROWING}
        if replace(wanted, **kept) == plain:
            return standing_counts(user)[view.slug]
    return count(user, wanted)


@event.listens_for(ReadOrWriteSession, "after_flush")
@event.listens_for(ReadOrWriteSession, "after_commit")
@event.listens_for(ReadOrWriteSession, "after_rollback")
def _count_anew(session: Any, *_context: Any) -> None:
    session.info.pop("standing_counts", None)


@lru_cache(maxsize=1024)  # it takes longer to put together than to answer
def _standing(eye: Sight) -> CompoundSelect[Any]:
    cells = tallied(eye)

    def total(where: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(cells.c.n).filter(where)

    is_open = cells.c.status.in_([status.value for status in OPEN_STATUSES])
    solved = visible_to(eye).where(Ticket.solved_at >= bindparam("since"))
    views = select(
        literal(NOBODY, Integer).label("team_id"),  # comes first in the answer
        literal("", String).label("name"),
        literal("", String).label("name_key"),
        literal(False, Boolean).label("is_private"),
        total(cells.c.assignee_id == bindparam("me")).label("mine"),
        total(cells.c.assignee_id == NOBODY).label("unassigned"),
        func.sum(cells.c.n).label("open"),
        total(cells.c.status == TicketStatus.PENDING.value).label("waiting"),
        solved.with_only_columns(func.count()).scalar_subquery().label("solved"),
    ).where(is_open)
    by_team = (
        select(cells.c.team_id, func.sum(cells.c.n).label("n"))
        .where(is_open)
        .group_by(cells.c.team_id)
        .subquery("by_team")
    )
    nothing = literal(0, Integer)
    teams = (
        select(Team.id, Team.name, Team.name_key, Team.is_private)
        .add_columns(nothing, nothing, by_team.c.n, nothing, nothing)
        .join(team_members, team_members.c.team_id == Team.id)
        .join(HelpdeskStaff, HelpdeskStaff.id == team_members.c.staff_id)
        .outerjoin(by_team, by_team.c.team_id == Team.id)
        .where(HelpdeskStaff.user_id == bindparam("me"), Team.archived_at.is_(None))
    )
    return union_all(views, teams).order_by("team_id")


_COUNTED = ("mine", "unassigned", "open", "waiting", "solved")


# --- the requester's side ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MyTab:
    """``copied`` is whether it holds what one is copied into, and not what one asked for."""

    slug: str
    label: str
    statuses: tuple[TicketStatus, ...]
    copied: bool = False


MY_TABS = (
    MyTab("open", "Open", OPEN_STATUSES),
    MyTab("waiting", "Waiting for you", (TicketStatus.PENDING,)),
    MyTab("solved", "Solved", CLOSED_STATUSES),
    MyTab("all", "All", tuple(TicketStatus)),
    MyTab("copied", "Copied in", tuple(TicketStatus), copied=True),
)


def my_tickets(user: User, tab: MyTab, wanted: TicketFilter, *, limit: int = PAGE_SIZE) -> Page:
    """The person's tickets of this tab; staff have some too."""
    return queue(user, _of(user, tab, replace(wanted, status=tab.statuses)), limit=limit)


def _of(user: User, tab: MyTab, wanted: TicketFilter) -> TicketFilter:
    if tab.copied:
        return replace(wanted, participant=user.id)
    return replace(wanted, requester=user.id)


def my_counts(user: User, q: str = "") -> dict[str, int]:
    """How many of the person's tickets each tab holds, in two queries."""
    wanted = TicketFilter(requester=user.id, q=q)
    rows = db.session.execute(
        visible_to(user)
        .where(*wanted.conditions(user))
        .with_only_columns(Ticket.status, func.count())
        .group_by(Ticket.status)
    )
    by_status = {row.status: row[1] for row in rows}
    return {
        tab.slug: count(user, _of(user, tab, TicketFilter(q=q)))
        if tab.copied
        else sum(by_status.get(status, 0) for status in tab.statuses)
        for tab in MY_TABS
    }
