"""What every template can say: filters for time, number and name, and a few globals."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.domain.settings import site
from app.models import User
from app.policy import Permission, allows
from app.queries.problems import open_count
from app.queries.views import ALL_OPEN, STANDING_VIEWS, own_teams, standing_counts, view_of
from app.web import assets, moments, rendering
from app.web.access import viewer


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        said=moments.said,
        waited=moments.waited,
        aged=moments.aged,
        when=moments.when,
        since=moments.since,
        iso=moments.iso,
        fulltime=moments.fulltime,
        day=moments.day,
        duration=moments.duration,
        number=number,
        initials=initials,
        safe_html=safe_html,
    )
    app.jinja_env.globals.update(
        can=can,
        csrf_field=csrf_field,
        known_problems_open=known_problems_open,
        once=rendering.once,
        url_for=rendering.url_for,
        now=moments.now_here,
        static_url=assets.static_url,
        css_url=assets.css_url,
        here_again=here_again,
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


def csrf_field() -> Markup:
    """What every form that posts carries; a WTForms form may print its own instead."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def can(permission: str, resource: Any = None) -> bool:
    """The policy's answer for whoever is looking at the page."""
    return allows(viewer(), Permission(permission), resource)


def known_problems_open() -> int:
    """How many known problems there are right now, as far as the visitor may know of them."""
    if "known_problems_open" not in g:
        person = viewer()
        g.known_problems_open = open_count(person) if person is not None else 0
    count: int = g.known_problems_open
    return count


@dataclass(frozen=True, slots=True)
class SidebarItem:
    slug: str
    label: str
    icon: str
    url: str
    count: int
    current: bool


class Sidebar:
    """The standing views and one's teams with their counts, for the pages that print them."""

    def __init__(self, person: User | None) -> None:
        self.person = person

    @property
    def views(self) -> tuple[SidebarItem, ...]:
        return tuple(self._views())

    @property
    def teams(self) -> tuple[SidebarItem, ...]:
        """The open tickets of each team that one is in."""
        return tuple(self._teams())

    def _views(self) -> Iterator[SidebarItem]:
        if self.person is None or not self.person.is_staff:
            return
        counts = standing_counts(self.person)
        here = view_of(request.args) if self._is_plain else None
        for view in STANDING_VIEWS:
            url = rendering.url_for("staff.queue", view=view.slug)
            yield SidebarItem(
                view.slug, view.label, view.icon, url, counts[view.slug], current=view is here
            )

    def _teams(self) -> Iterator[SidebarItem]:
        if self.person is None or not self.person.is_staff:
            return
        here = request.args.get("team") if request.endpoint == "staff.queue" else None
        for team in own_teams(self.person):
            url = rendering.url_for("staff.queue", view=ALL_OPEN.slug, team=team.id)
            icon = "lock" if team.is_private else "users-round"
            yield SidebarItem(
                team.slug, team.name, icon, url, team.open_tickets, current=here == str(team.id)
            )

    @property
    def _is_plain(self) -> bool:
        """Whether the page is the queue, of whatever team."""
        return request.endpoint == "staff.queue" and not request.args.get("team")


def initials(name: str) -> str:
    """Of the first and the last word; "?" for a name without any."""
    words = name.split() or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def here_again() -> str:
    """The address of this page, for a form that comes back to it; empty where it cannot."""
    return request.full_path.rstrip("?") if request.method == "GET" else ""


def number(value: int) -> str:
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def safe_html(html: str) -> Markup:
    """Print HTML that ``app.text.render`` made safe when it was written. Nothing else."""
    return Markup(html)  # noqa: S704 -- nh3 has cleaned it; the one place that trusts it
