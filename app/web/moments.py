"""How moments and spans of time are said to whoever reads the page."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import g

from app import clock
from app.clock import now
from app.domain.settings import site
from app.web.access import viewer

MONTHS = tuple(f"{dt.date(2000, month, 1):%B}" for month in range(1, 13))
WEEKDAYS = tuple(f"{dt.date(2001, 1, day):%A}" for day in range(1, 8))
A_WEEK = 7
FOUR_HOURS = 4 * 3600
A_DAY = 24 * 3600


class Said(NamedTuple):
    """A moment as ``components/time.html`` prints it."""

    iso: str
    full: str
    words: str


class Wait(NamedTuple):
    """How long a requester has been waiting for us. ``state``: ok, soon, late, or paused."""

    state: str
    words: str
    since: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """In which zone and at which moment a page is read: asked once for all its rows."""

    zone: ZoneInfo
    now: dt.datetime

    def said(self, moment: dt.datetime) -> Said:
        here = moment.astimezone(self.zone)
        return Said(iso(moment), _full(here), self._words(here))

    def waited(self, since: dt.datetime | None) -> Wait:
        if since is None:
            return Wait("paused", "")
        seconds = max(0.0, (self.now - since).total_seconds())
        state = "ok" if seconds < FOUR_HOURS else "soon" if seconds < A_DAY else "late"
        return Wait(state, duration(seconds), iso(since))

    def aged(self, moment: dt.datetime) -> Said:
        """The same moment as a span until now."""
        here = moment.astimezone(self.zone)
        seconds = max(0.0, (self.now - here).total_seconds())
        return Said(iso(moment), _full(here), duration(seconds))

    def since(self, moment: dt.datetime) -> str:
        here = moment.astimezone(self.zone)
        days = (self.now.date() - here.date()).days
        if days <= 0:
            return f"{_clock(here)} today"
        if days == 1:
            return "yesterday"
        return WEEKDAYS[here.weekday()] if days < A_WEEK else self._words(here)

    def _words(self, here: dt.datetime) -> str:
        seconds = (self.now - here).total_seconds()
        if 0 <= seconds < 60:
            return "just now"
        if 0 <= seconds < 3600:
            minutes = int(seconds // 60)
            return f"{minutes} minute{'s' if minutes > 1 else ''} ago"
        days = (self.now.date() - here.date()).days
        if days == 0:
            return f"today, {_clock(here)}"
        if days == 1:
            return f"yesterday, {_clock(here)}"
        if here.year == self.now.year:
            return f"{here.day} {MONTHS[here.month - 1]}"
        return _day(here)


def reader() -> Reader:
    """Whoever this request is answered to."""
    found: Reader | None = g.get("reader")
    if found is None:
        person = viewer()
        # Theirs, or the installation's.
        zone = clock.zone((person.time_zone if person else None) or site().time_zone)
        found = g.reader = Reader(zone, now().astimezone(zone))
    return found


def now_here() -> dt.datetime:
    """The moment at which this page is made, as its reader's clock has it."""
    return reader().now


def zone() -> ZoneInfo:
    return reader().zone


def said(moment: dt.datetime) -> Said:
    return reader().said(moment)


def aged(moment: dt.datetime) -> Said:
    return reader().aged(moment)


def waited(since: dt.datetime | None) -> Wait:
    return reader().waited(since)


def when(moment: dt.datetime) -> str:
    """As one would say it: "22 minutes ago", "yesterday, 9:12", "12 March"."""
    return said(moment).words


def since(moment: dt.datetime) -> str:
    """What stands after "since": "8:37 today", "yesterday", "Tuesday", "12 March"."""
    return reader().since(moment)


def fulltime(moment: dt.datetime) -> str:
    return said(moment).full


def day(moment: dt.date) -> str:
    return _day(moment.astimezone(zone()) if isinstance(moment, dt.datetime) else moment)


def iso(moment: dt.datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def duration(seconds: float) -> str:
    """Short, two units at the most: "8m", "3h 48m", "2d 4h"."""
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes}m"
    if minutes < 24 * 60:
        return f"{minutes // 60}h {minutes % 60:02}m"
    days, hours = divmod(minutes // 60, 24)
    return f"{days}d {hours}h" if hours and days < 7 else f"{days}d"


def _clock(here: dt.datetime) -> str:
    return f"{here.hour}:{here.minute:02}"


def _day(here: dt.date) -> str:
    return f"{here.day} {MONTHS[here.month - 1]} {here.year}"


def _full(here: dt.datetime) -> str:
    return f"{_day(here)}, {_clock(here)}"
