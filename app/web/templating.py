"""What every template can say: filters for time and number, and a few globals."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup

from app import clock
from app.clock import now
from app.domain.settings import site
from app.models import User
from app.policy import Permission, allows
from app.queries.views import STANDING_VIEWS, standing_counts, view_of
from app.web import assets
from app.web.access import viewer


def init_app(app: Flask) -> None:
    # On the environment itself: CSRF has made it by now, and its options are read only then.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        when=when,
        iso=iso,
        fulltime=fulltime,
        clock=clock_time,
        day=day,
        duration=duration,
        number=number,
        safe_html=safe_html,
    )
    app.jinja_env.globals.update(
        can=can, static_url=assets.static_url, css_url=assets.css_url, now=_here_and_now
    )
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    person = viewer()
    return {
        "viewer": person,
        "site": site(),
        "theme": person.theme if person and person.theme in ("light", "dark") else None,
        "sidebar": Sidebar(person),
    }


def can(permission: str, resource: Any = None) -> bool:
    """The policy's answer for whoever is looking at the page."""
    return allows(viewer(), Permission(permission), resource)


@dataclass(frozen=True, slots=True)
class SidebarItem:
    label: str
    icon: str
    url: str
    count: int
    current: bool


class Sidebar:
    """The standing views with their counts, asked for only by the pages that print them."""

    def __init__(self, person: User | None) -> None:
        self.person = person

    def __iter__(self) -> Iterator[SidebarItem]:
        if self.person is None or not self.person.is_staff:
            return
        counts = standing_counts(self.person)
        here = view_of(request.args) if request.endpoint == "staff.queue" else None
        for view in STANDING_VIEWS:
            url = url_for("staff.queue", view=view.slug)
            yield SidebarItem(view.label, view.icon, url, counts[view.slug], current=view is here)


def zone() -> ZoneInfo:
    """The zone in which the visitor reads times: theirs, or the installation's."""
    if "zone" not in g:
        person = viewer()
        name = (person.time_zone if person else None) or site().time_zone
        g.zone = clock.zone(name)
    here: ZoneInfo = g.zone
    return here


def _here_and_now() -> dt.datetime:
    return now().astimezone(zone())


def when(moment: dt.datetime) -> str:
    """As one would say it: "22 minutes ago", "yesterday, 9:12", "12 March"."""
    here, today = moment.astimezone(zone()), _here_and_now()
    seconds = (today - here).total_seconds()
    if 0 <= seconds < 60:
        return "just now"
    if 0 <= seconds < 3600:
        minutes = int(seconds // 60)
        return f"{minutes} minute{'s' if minutes > 1 else ''} ago"
    days = (today.date() - here.date()).days
    if days == 0:
        return f"today, {clock_time(moment)}"
    if days == 1:
        return f"yesterday, {clock_time(moment)}"
    if here.year == today.year:
        return f"{here.day} {here:%B}"
    return f"{here.day} {here:%B %Y}"


def clock_time(moment: dt.datetime) -> str:
    here = moment.astimezone(zone())
    return f"{here.hour}:{here:%M}"


def day(moment: dt.date) -> str:
    here = moment.astimezone(zone()) if isinstance(moment, dt.datetime) else moment
    return f"{here.day} {here:%B %Y}"


def fulltime(moment: dt.datetime) -> str:
    return f"{day(moment)}, {clock_time(moment)}"


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


def number(value: int) -> str:
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def safe_html(html: str) -> Markup:
    """Print HTML that ``app.text.render`` made safe when it was written. Nothing else."""
    return Markup(html)  # noqa: S704 -- nh3 has cleaned it; the one place that trusts it
