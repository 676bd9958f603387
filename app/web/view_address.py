"""A view of tickets in an address: which filter and which order its query string asks for."""

import datetime as dt
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from app.models import ID_MAX, Priority, TicketStatus, User
from app.queries.tickets import BadFilter, TicketFilter
from app.queries.views import StandingView
from app.text import TAG_MAX, refusal


def read_filter(
    args: MultiDict[str, str], me: User, view: StandingView | None, here: ZoneInfo
) -> TicketFilter:
    """The filter of an address. Raises BadFilter with a sentence for what cannot be."""
    wanted = view.filter(me) if view else TicketFilter()
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
        group=args.get("group") or wanted.group,
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
