"""A list of tickets in an address: what its query string asks for, and the way back to it."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from flask import request
from werkzeug.datastructures import MultiDict

from app.models import ID_MAX, Priority, TicketStatus, User
from app.queries.tickets import BadFilter, TicketFilter
from app.queries.views import ALL_OPEN, NO_FILTER, StandingView, view_of
from app.text import TAG_MAX, refusal
from app.web.moments import zone

TRAIL_MAX = 1000

_BESIDE_THE_LIST = frozenset({"preview", "seen"})


@dataclass(frozen=True, slots=True)
class View:
    """A list: a standing view, or none, perhaps narrowed, in an order and in groups.

    ``query`` is what its address says of it.
    """

    standing: StandingView | None
    filter: TicketFilter
    query: str
    is_narrowed: bool

    @property
    def label(self) -> str:
        return self.standing.label if self.standing else "Tickets"


class NoSuchView(LookupError):
    """An address names a standing view that there is not."""


def read_view(args: MultiDict[str, str], me: User) -> View:
    """The list of an address. Raises NoSuchView, or BadFilter with a sentence for the reader."""
    standing = view_of(args)
    if standing is None and "view" in args:
        raise NoSuchView
    narrowing = args.keys() - NO_FILTER - {"view"}
    return View(
        standing,
        _filter(args, me, standing.filter(me) if standing else TicketFilter(), zone()),
        view_query(args),
        is_narrowed=any(value for name in narrowing for value in args.getlist(name)),
    )


def view_query(args: MultiDict[str, str]) -> str:
    """What an address says of its list, without what is shown beside it."""
    said = [(name, value) for name, value in args.items(multi=True) if name not in _BESIDE_THE_LIST]
    return urlencode(said) or f"view={ALL_OPEN.slug}"


def whole(standing: StandingView, me: User) -> View:
    """All of a standing view."""
    return View(standing, standing.filter(me), f"view={standing.slug}", is_narrowed=False)


def came_from(me: User) -> View | None:
    """The list that the reader of a ticket came from, if the ticket's address says one."""
    query = trail().get("from")
    try:
        return read_view(MultiDict(parse_qsl(query)), me) if query else None
    except (NoSuchView, BadFilter, ValueError):
        return None


def trail() -> dict[str, str]:
    """What a ticket's address says of the list that one came from: ``from``, and the place ``at``.

    A form does not say it; the page that it stood on does.
    """
    args: MultiDict[str, str] = request.args
    if request.method != "GET":
        args = MultiDict(parse_qsl(urlsplit(request.referrer or "").query))
    return {name: args[name] for name in ("from", "at") if 0 < len(args.get(name, "")) <= TRAIL_MAX}


def _filter(
    args: MultiDict[str, str], me: User, wanted: TicketFilter, here: ZoneInfo
) -> TicketFilter:
    sort = args.get("sort")
    return replace(
        wanted,
        status=_words(args, "status", TicketStatus) or wanted.status,
        priority=_words(args, "priority", Priority),
        category=_id(args, "category"),
        assignee=_assignee(args, me) if args.get("assignee") else wanted.assignee,
        team=None if args.get("team") == "mine" else _id(args, "team"),
        teams_of=me.id if args.get("team") == "mine" else None,
        requester=_id(args, "requester"),
        tag=_line(args, "tag", TAG_MAX) or None,
        q=_line(args, "q", 200),
        created_from=_day(args, "created_from", here),
        created_to=_day(args, "created_to", here, after=True),
        sort=sort or wanted.sort,
        descending=args.get("desc") == "1" if sort or "desc" in args else wanted.descending,
        # Whoever sorts the whole list wants it whole.
        group=args.get("group") or ("none" if sort else wanted.group),
        after=args.get("after"),
        before=args.get("before"),
    )


def _words(args: MultiDict[str, str], name: str, enum: Any) -> tuple[Any, ...]:
    found = []
    for value in args.getlist(name):
        for word in value.split(","):
            if not word:
                continue
            if word not in list(enum):
                raise BadFilter(f"There is no {name} “{word[:40]}”.")
            found.append(enum(word))
    return tuple(dict.fromkeys(found))


def _id(args: MultiDict[str, str], name: str) -> int | None:
    value = args.get(name, "")
    if value in ("", "any"):
        return None
    if value == "none":
        return 0
    if not (value.isascii() and value.isdigit()) or len(value) > 10 or int(value) > ID_MAX:
        raise BadFilter(f"“{value[:40]}” is no {name}.")
    return int(value)


def _assignee(args: MultiDict[str, str], me: User) -> int | None:
    return me.id if args.get("assignee") == "me" else _id(args, "assignee")


def _line(args: MultiDict[str, str], name: str, most: int) -> str:
    value = args.get(name, "").strip()
    if len(value) > most:
        raise BadFilter(f"That is too long to look for; the limit is {most} characters.")
    if sentence := refusal(value):
        raise BadFilter(sentence)
    return value


def _day(
    args: MultiDict[str, str], name: str, here: ZoneInfo, *, after: bool = False
) -> dt.datetime | None:
    """Midnight of a day as people count it; with ``after`` the one that ends it."""
    value = args.get(name, "")
    if not value:
        return None
    try:
        day = dt.date.fromisoformat(value)
        if after:
            day += dt.timedelta(days=1)
        return dt.datetime.combine(day, dt.time(), here).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise BadFilter(f"“{value[:40]}” is no day; write it like 2026-03-31.") from None


def number_in(args: MultiDict[str, str], name: str) -> int | None:
    """A number that a page put into its own address; None for what cannot be one."""
    text = args.get(name, "")
    usable = text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= ID_MAX
    return int(text) if usable else None
