"""The page of numbers: who sees it, what it says, and that each number is its list."""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from bs4 import Tag
from flask import Flask
from sqlalchemy import select

from app.domain import history, teams, tickets, trash
from app.domain import settings as site_settings
from app.extensions import db
from app.models import Category, Role, Ticket, TicketStatus, User
from app.queries.analytics import get_closed_tickets_count, get_open_tickets_count
from tests import factories
from tests.browser import Browser, Page

NOW = dt.datetime(2026, 3, 12, 10, 42, tzinfo=dt.UTC)

Browsers = Callable[..., Browser]


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(session: Any) -> User:
    """A month on a help desk: tickets filed, solved, reopened, moved, some still open."""
    sam, ann = factories.sam(), factories.ann()
    mira = factories.user("Mira Okafor", role=Role.AGENT)
    plants, lines = factories.category("=Plants"), factories.category("Lines")
    with time_machine.travel(NOW - dt.timedelta(days=40), tick=False) as clock:
        made = []
        for day in range(40):
            act = factories.act(sam)
            made.append(
                factories.ticket(ann, f"=Ticket {day}", category=(plants, lines, None)[day % 3])
            )
            history.set_assignee(made[-1], (sam, mira, None)[day % 4 % 3], act)
            clock.shift(3600)
            if day % 2:
                history.set_status(made[day // 2], TicketStatus.SOLVED, factories.act(sam))
            if day % 5 == 4:
                history.set_status(made[day // 4], TicketStatus.OPEN, factories.act(ann))
            if day % 3 == 1:
                history.set_category(made[-1], plants, factories.act(sam))
            db.session.commit()
            clock.shift(23 * 3600)
    return sam


def test_it_is_for_the_help_desk(browser: Browsers, session: Any) -> None:
    for path in (
        *("/analytics", "/analytics.csv"),
        *("/analytics/tickets?number=created", "/analytics/tickets.csv?number=created"),
    ):
        assert "/login" in browser().get(path, status=303).location
        browser(factories.user()).get(path, status=403)
        browser(factories.user(role=Role.AGENT)).get(path)
        browser(factories.user(role=Role.ADMIN)).get(path)


def test_an_empty_desk_says_so(browser: Browsers, session: Any) -> None:
    page = browser(factories.sam()).get("/analytics")
    assert "Nothing happened in these days" in page.text
    assert page.soup.select("svg[role=img]") == []


def test_every_number_is_exactly_its_list(browser: Browsers, desk: User) -> None:
    visitor = browser(desk)
    for address in (
        "/analytics",
        "/analytics?days=7&tz=Asia/Kathmandu",
        "/analytics?from=2026-02-10&to=2026-02-20&category=0",
        f"/analytics?category={category_id('Lines')}&tz=America/St_Johns",
        "/analytics?days=365",
    ):
        page = visitor.get(address)
        links = numbers(page)
        assert len(links) > 20
        for href, shown in links.items():
            assert shown == length(visitor, href), f"{address}: {href}"


def category_id(name: str) -> int:
    return db.session.scalars(select(Category.id).where(Category.name == name)).one()


def numbers(page: Page) -> dict[str, int]:
    """Every linked number of the page and where it leads."""
    found: dict[str, int] = {}
    for link in page.soup.select("main dl a, main table a, main svg a"):
        href, text = str(link["href"]), shown(link)
        assert found.setdefault(href, text) == text, href
    return found


def shown(link: Tag) -> int:
    title = link.select_one("title")
    words = title.get_text().rpartition(": ")[2].split()[0] if title else link.get_text()
    return int(words.replace("\N{NARROW NO-BREAK SPACE}", ""))


def length(visitor: Browser, href: str) -> int:
    """How many a list says it has; ours is also counted row by row in its CSV."""
    page = visitor.get(href)
    total = int(page.one("h1 .num").get_text().replace("\N{NARROW NO-BREAK SPACE}", ""))
    if href.startswith("/analytics/tickets"):
        rows = table(visitor.get(href.replace("/tickets?", "/tickets.csv?")))
        assert len(rows) == total, href
        assert len(page.soup.select("tbody tr")) == min(total, 50)
    return total


def table(page: Page) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page.response.get_data().decode(), newline="")))


def test_the_csv_is_what_the_page_shows(browser: Browsers, desk: User) -> None:
    visitor = browser(desk)
    page = visitor.get("/analytics?days=7")
    rows = table(visitor.get(str(page.one("a[download]")["href"])))
    values = {(row["section"], row["label"], row["number"]): row["value"] for row in rows}
    headline = page.all("dl.headline .big")
    assert headline == [
        values["now", "Open", "open"],
        values["now", "Closed", "closed"],
        values["period", "Created", "created"],
        values["period", "Solved", "solved"],
        values["period", "Reopened", "reopened"],
        values["period", "Backlog", "backlog"],
    ]
    assert values["about", "From", "from"] == "2026-03-06"
    days = [row for row in rows if row["section"] == "day" and row["number"] == "created"]
    assert [row["label"] for row in days] == [f"2026-03-{day:02}" for day in range(6, 13)]
    assert values["period", "Created", "created"] == str(sum(int(r["value"]) for r in days))
    # A category called "=Plants" does not become a formula.
    assert ("category", "'=Plants", "open") in values
    assert ("person", "Mira Okafor", "solved") in values
    assert Counter(row["section"] for row in rows)["person"] >= 4


def test_the_backlog_of_the_page_adds_up(browser: Browsers, desk: User) -> None:
    visitor = browser(desk)
    for category in ("", "0", str(category_id("Lines"))):
        rows = table(visitor.get(f"/analytics.csv?category={category}"))
        flow = {row["number"]: int(row["value"]) for row in rows if row["section"] == "period"}
        came = flow["created"] + flow["reopened"] + flow.get("moved_in", 0)
        went = flow["solved"] + flow.get("moved_out", 0)
        assert flow["backlog"] == flow["backlog_before"] + came - went
        assert ("moved_in" in flow) == bool(category)


def test_the_trash_is_told_where_it_took_something(browser: Browsers, desk: User) -> None:
    visitor = browser(desk)
    assert "Removed" not in visitor.get("/analytics?days=7").text
    ticket_id = ticket_of(visitor, "/analytics/tickets?number=backlog&at=2026-03-11")
    ticket = db.session.get_one(Ticket, ticket_id)
    trash.put_in_trash(ticket, act=factories.act(desk))
    db.session.commit()

    for category in ("", ticket.category_id or 0):
        page = visitor.get(f"/analytics?days=7&category={category}")
        assert page.all("dl.headline dt").count("Removed") == 1
        assert "Restored" not in page.text
        assert "removed 1" in page.one("svg desc").get_text()
        for href, shown in numbers(page).items():
            assert shown == length(visitor, href), href
        rows = table(visitor.get(f"/analytics.csv?days=7&category={category}"))
        flow = {row["number"]: int(row["value"]) for row in rows if row["section"] == "period"}
        came = flow["created"] + flow["reopened"] + flow.get("moved_in", 0)
        went = flow["solved"] + flow["removed"] + flow.get("moved_out", 0)
        assert flow["backlog"] == flow["backlog_before"] + came - went
    page = visitor.get("/analytics/tickets?number=removed&days=7")
    assert "Open tickets that were put in the trash." in page.text
    assert [row.count("in the trash") for row in page.all("tbody tr")] == [1]

    trash.restore(ticket, act=factories.act(desk))
    db.session.commit()
    page = visitor.get("/analytics?days=7")
    assert {"Removed", "Restored"} <= set(page.all("dl.headline dt"))
    assert ticket_of(visitor, "/analytics/tickets?number=restored") == ticket_id


def ticket_of(visitor: Browser, address: str) -> int:
    """The first ticket of a list."""
    return int(visitor.get(address).all("tbody td.n")[0].removeprefix("#"))


def test_an_outsiders_numbers_are_their_lists(browser: Browsers, desk: User) -> None:
    otto = factories.user("Otto Outside", role=Role.AGENT)
    team = teams.add("People", is_private=True)
    teams.add_member(team, desk)
    for ticket in db.session.scalars(select(Ticket).order_by(Ticket.id).limit(25)):
        if ticket.id % 2:
            tickets.give_to_team(ticket, team, act=factories.act(desk))
    db.session.commit()

    visitor = browser(otto)
    page = visitor.get("/analytics?days=365")
    for href, shown in numbers(page).items():
        assert shown == length(visitor, href), href
    theirs = page.all("dl.headline .big")[:2]
    assert theirs == [str(get_open_tickets_count(otto)), str(get_closed_tickets_count(otto))]
    assert theirs != browser(desk).get("/analytics?days=365").all("dl.headline .big")[:2]


def test_present_totals_are_everybodys_whatever_is_chosen(browser: Browsers, desk: User) -> None:
    visitor = browser(desk)
    first = visitor.get("/analytics").all("dl.headline .big")[:2]
    assert visitor.get("/analytics?category=0&days=7").all("dl.headline .big")[:2] == first


def test_numbers_by_person_can_be_switched_off(browser: Browsers, desk: User) -> None:
    visitor = browser(desk)
    assert "to balance the load, not to rank people" in visitor.get("/analytics").text
    site_settings.change({"analytics_by_person": False})
    db.session.commit()
    assert "By person" not in visitor.get("/analytics").text
    assert "person" not in visitor.get("/analytics.csv").html
    page = visitor.get(f"/analytics/tickets?number=solved&person={desk.id}", status=400)
    assert "switched off" in page.text


def test_the_chart_tells_its_finding(browser: Browsers, desk: User) -> None:
    page = browser(desk).get("/analytics?days=7")
    svg = page.one("svg[role=img]")
    named = str(svg["aria-labelledby"]).split()
    assert [tag.get("id") for tag in svg.find_all(["title", "desc"], recursive=False)] == named
    assert (
        "Created 6, solved 3, reopened 2. The backlog rose from 23 to 28."
        in page.one("svg desc").get_text()
    )
    assert len(svg.select("rect.c1")) == 6
    assert len(page.soup.select("details table tbody tr")) == 7
    assert page.one("[aria-label^=Chart]")["tabindex"] == "0"
    # Nothing inside the image can take the focus; what the pointer hits is for the pointer only.
    assert svg.select("a") == []
    assert {link["tabindex"] for link in page.soup.select(".hits a")} == {"-1"}


def test_the_address_holds_the_state(browser: Browsers, desk: User) -> None:
    page = browser(desk).get(
        "/analytics?from=2026-02-10&to=2026-02-20&tz=Asia/Kathmandu&category=0"
    )
    _, fields = page.form("form.asks")
    assert fields == {
        "from": "2026-02-10",
        "to": "2026-02-20",
        "tz": "Asia/Kathmandu",
        "category": "0",
    }
    for link in page.soup.select(".seg a, main table a[href^='/analytics/']"):
        assert "tz=Asia/Kathmandu" in str(link["href"])
        assert "category=" in str(link["href"])


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2026-03-02&to=2026-03-01", "The first day lies after the last one"),
        ("from=2026-02-30", "This is no day"),
        ("from=yesterday", "This is no day"),
        ("to=2026-W01-1", "This is no day"),
        ("from=%00", "This is no day"),
        ("from=0001-01-01&to=0001-01-01", "Choose a day from 1970 on"),
        ("from=1920-01-01", "Choose a day from 1970 on"),
        ("from=1990-01-01", "at most three years"),
        ("to=2026-03-13", "This day has not come yet"),
        ("to=9999-12-31", "This day has not come yet"),
        ("tz=Mars/Base", "There is no such time zone"),
        ("tz=../../etc/passwd", "There is no such time zone"),
        ("tz=Europe", "There is no such time zone"),
        ("tz=%00", "There is no such time zone"),
        ("category=x", "There is no such category"),
        ("category=-1", "There is no such category"),
        ("category=99999", "There is no such category"),
        ("category=99999999999999999999", "There is no such category"),
        ("category=%D9%A3", "There is no such category"),
    ],
)
def test_what_cannot_be_asked_gets_a_sentence(
    browser: Browsers, session: Any, query: str, sentence: str
) -> None:
    visitor = browser(factories.sam())
    for path in ("/analytics", "/analytics.csv"):
        page = visitor.get(
            f"{path}?{query}&tz=UTC" if "tz" not in query else f"{path}?{query}", status=400
        )
        assert sentence in page.text
        name, _, typed = query.partition("&")[0].partition("=")
        if "%" not in typed:
            _, fields = page.form("form.asks")
            assert fields[name] == typed or name == "category"
        assert page.soup.select("[aria-invalid=true]")
        assert page.one("head > title").get_text().startswith("Error:")


@pytest.mark.parametrize("query", ["from=1970-01-02&to=1970-01-02", "to=2024-02-29", "days=x"])
def test_odd_but_possible_days_are_answered(browser: Browsers, session: Any, query: str) -> None:
    browser(factories.sam()).get(f"/analytics?{query}")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "There is no such number"),
        ("number=all", "There is no such number"),
        ("number=moved_in", "Choose the category"),
        ("number=solved&person=99999", "There is no such person"),
        ("number=solved&person=x", "There is no such person"),
        ("number=created&after=x", "start again from the first page"),
        ("number=backlog&at=2026-02-30", "This is no day"),
        ("number=backlog&at=2026-03-20", "has not come yet"),
        ("number=created&tz=x", "no such time zone"),
    ],
)
def test_a_list_that_cannot_be_gets_a_sentence(
    browser: Browsers, session: Any, query: str, sentence: str
) -> None:
    assert sentence in browser(factories.sam()).get(f"/analytics/tickets?{query}", status=400).text


def test_words_in_the_address_stay_in_the_list(browser: Browsers, desk: User) -> None:
    address = "/analytics/tickets?number=created&_external=1&_scheme=javascript&endpoint=x"
    page = browser(desk).get(address)
    assert page.one("a[download]")["href"] == "/analytics/tickets.csv?number=created"


def test_solved_says_when_and_by_whom(browser: Browsers, session: Any) -> None:
    ann, sam = factories.ann(), factories.sam()
    ticket = factories.ticket(ann)
    for status in (TicketStatus.SOLVED, TicketStatus.OPEN, TicketStatus.SOLVED):
        history.set_status(ticket, status, factories.act(sam))
        db.session.commit()
    page = browser(sam).get("/analytics/tickets?number=solved&tz=Asia/Kathmandu")
    rows = page.all("tbody tr")
    assert len(rows) == 2  # one for each time it was solved
    assert all("12 Mar 2026, 16:27" in row and "Sam Staffer" in row for row in rows)


def test_lists_turn_pages(browser: Browsers, desk: User) -> None:
    visitor = browser(desk)
    ann = factories.user()
    for _ in range(60):
        factories.ticket(ann)
    page = visitor.get("/analytics/tickets?number=created&days=7&from=2026-03-12")
    assert page.one("h1 .num").get_text() == "60"
    first = page.all("tbody tr")
    page = visitor.get(str(page.one("a[rel=next]")["href"]))
    assert len(page.all("tbody tr")) == 10
    page = visitor.get(str(page.one("a[rel=prev]")["href"]))
    assert page.all("tbody tr") == first


def test_lists_and_pages_cost_the_same_for_one_and_thirty(
    app: Flask, browser: Browsers, session: Any, count_queries: list[str]
) -> None:
    sam, ann = factories.sam(), factories.ann()
    visitor = browser(sam)
    costs: dict[str, set[int]] = {}
    for more in (1, 29):
        for _ in range(more):
            factories.ticket(ann, category=factories.category())
        for path in (
            "/analytics",
            "/analytics/tickets?number=created",
            "/analytics/tickets?number=backlog",
        ):
            db.session.expire_all()
            count_queries.clear()
            visitor.get(path)
            costs.setdefault(path, set()).add(len(count_queries))
    assert all(len(numbers) == 1 for numbers in costs.values()), costs


def test_hostile_words_stay_words(browser: Browsers, session: Any) -> None:
    sam = factories.sam()
    name = "<script>alert(1)</script>"
    factories.ticket(factories.user(name), name, category=factories.category(name))
    visitor = browser(sam)
    for path in ("/analytics", "/analytics/tickets?number=created"):
        page = visitor.get(path)
        assert name in page.text
        assert name not in page.html
