"""The queue in groups: heads with the numbers of the whole view, and the menu that chooses them."""

import datetime as dt

import pytest

from app.clock import now
from app.domain import reports, tickets
from app.models import Priority, ReportKind, ReportStatus, Role, TicketStatus
from app.queries.order import GROUPS
from tests import factories as make
from tests.staff.test_queue import rows


def heads(page) -> list[str]:
    return page.all(".grp th")


def waiting(ticket, hours: int):
    ticket.waiting_since = now() - dt.timedelta(hours=hours)
    return ticket


def test_standing_views_answer_what_next_by_themselves(browser, session):
    ann, sam = make.ann(), make.sam()
    paused = make.ticket(ann)
    tickets.change_status(paused, TicketStatus.PENDING, act=make.act(sam))
    fresh, late, soon = (
        make.ticket(ann),
        waiting(make.ticket(ann), 30),
        waiting(make.ticket(ann), 5),
    )
    session.commit()
    page = browser(sam)
    shown = page.get("/staff/queue")
    assert heads(shown) == [
        "Waiting for over a day 1 tickets",
        "Waiting for over four hours 1 tickets",
        "Waiting for less than four hours 1 tickets",
        "Not waiting for us 1 tickets",
    ]
    assert rows(shown) == [late.id, soon.id, fresh.id, paused.id]
    assert shown.soup.select(".grp.is-late")
    assert "Group: waiting" in shown.text
    for whole in ("/staff/queue?group=none", "/staff/queue?sort=title", "/staff/queue?q=printer"):
        assert heads(page.get(whole)) == [], whole


def test_each_group_says_how_many_the_whole_view_has(browser, session, monkeypatch):
    monkeypatch.setattr("app.queries.lists.queue.__kwdefaults__", {"limit": 3})
    ann, sam, mira = make.ann(), make.sam(), make.user("Mira", role=Role.AGENT)
    team, category = make.team("Web"), make.category("Network")
    for number in range(8):
        ticket = make.ticket(
            ann,
            category=category if number < 2 else None,
            team=team if number < 3 else None,
            priority=Priority.HIGH if number < 4 else Priority.LOW,
        )
        if number < 5:
            tickets.assign_ticket_to_staff(ticket, mira, act=make.act(sam))
    session.commit()
    page = browser(sam)
    for group, expected in (
        ("status", ["New 3 tickets", "Open 5 tickets"]),
        ("priority", ["High 4 tickets", "Low 4 tickets"]),
        ("assignee", ["Nobody 3 tickets", "Mira 5 tickets"]),
        ("team", ["No team 5 tickets", "Web 3 tickets"]),
        ("category", ["No category 6 tickets", "Network 2 tickets"]),
    ):
        shown = page.get(f"/staff/queue?view=open&group={group}")
        seen, found = rows(shown), heads(shown)
        while more := shown.soup.select("a[rel=next]"):
            shown = page.get(more[0]["href"])
            seen += rows(shown)
            found += heads(shown)
        assert list(dict.fromkeys(found)) == expected, group
        assert len(seen) == len(set(seen)) == 8


def test_one_cannot_group_by_anything_else(browser, session):
    shown = browser(make.sam()).get("/staff/queue?view=open&group=(select 1)", status=400)
    assert "One cannot group by" in shown.one(".callout--bad").get_text()


def test_a_private_team_is_no_group_and_counts_in_none(browser, session):
    sam, ada = make.sam(), make.ada()
    secret = make.team("CANARY-TEAM", private=True)
    make.ticket(make.ann(), "CANARY-TITLE", team=secret)
    own = make.ticket(sam, by=ada, team=secret)
    page = browser(sam)
    for group in GROUPS:
        shown = page.get(f"/staff/queue?view=open&group={group}&sort=number")
        assert "CANARY" not in shown.html
        assert rows(shown) == [own.id]
        assert [head.split()[-2] for head in heads(shown)] in ([], ["1"]), group
    assert "CANARY-TEAM 2 tickets" in heads(browser(ada).get("/staff/queue?group=team"))


def test_rows_tell_the_team_and_how_many_are_affected(browser, session):
    ann, sam = make.ann(), make.sam()
    team = make.team("Web")
    ticket, other = make.ticket(ann, team=team), make.ticket(ann)
    for person in (make.eve(), make.user()):
        reports.create_report(ticket, person, act=make.act(person), kind=ReportKind.AFFECTED)
    gone = reports.create_report(ticket, make.user(), act=make.act(sam), kind=ReportKind.AFFECTED)
    reports.move_report(gone, ReportStatus.DISMISSED, act=make.act(sam))
    session.commit()
    shown = browser(sam).get("/staff/queue?view=open&sort=number")
    first, second = shown.soup.select(".tk")
    assert first.select_one(".tk-team").get_text() == "Web"
    assert first.select_one(".tk-title [title]")["title"] == "3 people affected"
    assert not second.select(".tk-title [title]")
    assert f"/tickets/{other.id}?from=" in second.select_one(".tk-title a")["href"]


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_a_group_costs_the_same_for_one_and_fifty(browser, session, count_queries, group):
    ann, sam = make.ann(), make.sam()
    path = f"/staff/queue?view=open&group={group}&preview=1"

    def cost() -> int:
        count_queries.clear()
        page.get(path)
        return len(count_queries)

    def file():
        ticket = make.ticket(ann, category=make.category(), team=make.team())
        tickets.assign_ticket_to_staff(ticket, make.user(role=Role.AGENT), act=make.act(sam))
        return ticket

    path = f"/staff/queue?view=open&group={group}&preview={file().id}"
    session.commit()
    page = browser(sam)
    page.get(path)
    before = cost()
    for _ in range(11):
        file()
    session.commit()
    assert cost() == before <= 20
