"""The views that are always there: the help desk's standing ones, a requester's tabs.

Each is a TicketFilter with a name; their counts cost the same however many tickets they hold.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import func, select

from app.clock import now
from app.extensions import db
from app.models import CLOSED_STATUSES, OPEN_STATUSES, Ticket, TicketStatus, User
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


ALL_OPEN = StandingView("open", "All open", "inbox", lambda _: TicketFilter(status=OPEN_STATUSES))
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
    StandingView(
        "mine", "Mine", "user", lambda me: TicketFilter(status=OPEN_STATUSES, assignee=me.id)
    ),
    StandingView(
        "unassigned",
        "Unassigned",
        "circle-dashed",
        lambda _: TicketFilter(status=OPEN_STATUSES, assignee=0),
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


_NO_FILTER = {"sort", "desc", "group", "after", "before", "preview"}


def view_of(args: Mapping[str, str]) -> StandingView | None:
    """The standing view that an address names: all open tickets when it asks for nothing at all.

    None for a name that is none of ours, and for a filter without a view.
    """
    slug = args.get("view", "" if set(args) - _NO_FILTER else ALL_OPEN.slug)
    return next((view for view in (*STANDING_VIEWS, TRASH) if view.slug == slug), None)


def standing_counts(user: User) -> dict[str, int]:
    """How many tickets each standing view holds, in two queries."""
    cells = tallied(user)
    where = (cells.c.status, cells.c.assignee_id)
    tally = {
        (TicketStatus(status), assignee): n
        for status, assignee, n in db.session.execute(
            select(*where, func.sum(cells.c.n)).group_by(*where)
        )
    }
    is_open = {key: n for key, n in tally.items() if key[0].is_open}
    return {
        "mine": sum(n for (_, who), n in is_open.items() if who == user.id),
        "unassigned": sum(n for (_, who), n in is_open.items() if who == 0),
        "open": sum(is_open.values()),
        "waiting": sum(n for (status, _), n in tally.items() if status is TicketStatus.PENDING),
        "solved": count(user, SOLVED.filter(user)),
    }


# --- the requester's side ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MyTab:
    slug: str
    label: str
    statuses: tuple[TicketStatus, ...]


MY_TABS = (
    MyTab("open", "Open", OPEN_STATUSES),
    MyTab("waiting", "Waiting for you", (TicketStatus.PENDING,)),
    MyTab("solved", "Solved", CLOSED_STATUSES),
    MyTab("all", "All", tuple(TicketStatus)),
)


def my_tickets(user: User, wanted: TicketFilter, *, limit: int = PAGE_SIZE) -> Page:
    """The person's own tickets; staff have some too."""
    return queue(user, replace(wanted, requester=user.id), limit=limit)


def my_counts(user: User, q: str = "") -> dict[str, int]:
    """How many of the person's own tickets each tab holds, in one query."""
    wanted = TicketFilter(requester=user.id, q=q)
    rows = db.session.execute(
        visible_to(user)
        .where(*wanted.conditions(user))
        .with_only_columns(Ticket.status, func.count())
        .group_by(Ticket.status)
    )
    by_status = {row.status: row[1] for row in rows}
    return {tab.slug: sum(by_status.get(s, 0) for s in tab.statuses) for tab in MY_TABS}


def earlier_tickets(
    viewer: User, requester_id: int, *, besides: int | None = None, limit: int = 5
) -> tuple[Sequence[Ticket], int]:
    """The newest other tickets of a requester that the viewer sees, and how many there are."""
    theirs = visible_to(viewer).where(Ticket.user_id == requester_id)
    if besides is not None:
        theirs = theirs.where(Ticket.id != besides)
    newest = db.session.scalars(theirs.order_by(Ticket.id.desc()).limit(limit)).all()
    if len(newest) < limit:
        return newest, len(newest)
    total = db.session.scalar(theirs.with_only_columns(func.count()).order_by(None)) or 0
    return newest, total
