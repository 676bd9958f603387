"""GET and POST /staff/queue: triage."""

import pytest
from sqlalchemy import select

from app.domain import tickets, trash
from app.models import Role, Ticket, TicketStatus
from app.queries.order import SORTS
from app.queries.views import STANDING_VIEWS
from app.text import written
from tests import factories as make


def rows(page):
    return [int(row["value"]) for row in page.soup.select(".tickets input[name=id]")]


def desk(session):
    """Tickets of every status, some of Sam's, some of Mira's, some nobody's."""
    ann, sam, mira = make.ann(), make.sam(), make.user("Mira", role=Role.AGENT)
    made = []
    for status in TicketStatus:
        for holder in (None, sam, mira):
            ticket = make.ticket(ann, f"{status.value} of {holder.name if holder else 'nobody'}")
            if holder:
                tickets.assign_ticket_to_staff(ticket, holder, act=make.act(mira))
            if status is not TicketStatus.NEW:
                tickets.change_status(ticket, status, act=make.act(mira))
            made.append(ticket)
    session.commit()
    return ann, sam, mira, made


def test_standing_views_hold_exactly_what_their_counts_say(browser, session):
    _ann, sam, _mira, made = desk(session)
    page = browser(sam)
    open_ones = [t for t in made if t.is_open]
    expected = {
        "mine": [t for t in open_ones if t.assignee_id == sam.id],
        "unassigned": [t for t in open_ones if t.assignee_id is None],
        "open": open_ones,
        "waiting": [t for t in made if t.status is TicketStatus.PENDING],
        "solved": [t for t in made if not t.is_open],
    }
    for view in STANDING_VIEWS:
        shown = page.get(f"/staff/queue?view={view.slug}")
        assert sorted(rows(shown)) == sorted(t.id for t in expected[view.slug]), view.slug
        current = shown.one(".nav [aria-current=page] .count").get_text()
        assert current.split(" ")[0] == str(len(expected[view.slug]))
        assert f"({len(expected[view.slug])})" in shown.soup.title.get_text()


@pytest.mark.parametrize("sort", sorted(SORTS))
@pytest.mark.parametrize("desc", ["", "&desc=1"])
def test_every_order_pages_through_every_ticket_once(browser, session, monkeypatch, sort, desc):
    _ann, sam, _mira, made = desk(session)
    monkeypatch.setattr("app.queries.lists.queue.__kwdefaults__", {"limit": 5})
    page = browser(sam)
    shown = page.get(f"/staff/queue?status=&q=&sort={sort}{desc}")
    seen = rows(shown)
    while more := shown.soup.select("a[rel=next]"):
        shown = page.get(more[0]["href"])
        seen += rows(shown)
    assert len(seen) == len(set(seen)) == len(made)
    back = rows(page.get(shown.one("a[rel=prev]")["href"]))
    assert back == seen[-len(rows(shown)) - 5 : -len(rows(shown))]


@pytest.mark.parametrize("text", ["👩\u200d💻", "\N{NO-BREAK SPACE}x", "a\tb", "\u202eb", "😀"])
def test_pages_go_on_behind_any_title_and_name(browser, session, monkeypatch, text):
    ann = make.user((text * 30)[:50], username="ann")
    made = [make.ticket(ann, (text * 200)[:199] + end) for end in "abcdefg"]
    monkeypatch.setattr("app.queries.lists.queue.__kwdefaults__", {"limit": 5})
    page = browser(make.sam())
    for sort in ("title", "requester"):
        first = page.get(f"/staff/queue?view=open&sort={sort}")
        second = page.get(first.one("a[rel=next]")["href"])
        assert sorted(rows(first) + rows(second)) == sorted(t.id for t in made)


def test_filters_and_search(browser, session):
    ann, sam = make.ann(), make.sam()
    category = make.category("Network")
    wanted = make.ticket(ann, "Router down", category=category)
    tickets.update_ticket(
        wanted,
        tickets.Changes(tags=("vpn",), priority=tickets.Priority.URGENT),
        act=make.act(sam),
    )
    tickets.note(wanted, written("extinguisher"), act=make.act(sam))
    make.ticket(make.eve(), "Mouse")
    session.commit()
    page = browser(sam)
    for query in (
        f"category={category.id}",
        "tag=vpn",
        "priority=urgent",
        f"requester={ann.id}",
        "q=router",
        "q=EXTINGUISHER",
        "q=ann+asker",
        "q=ann@example.org",
        f"q=%23{wanted.id}",
        "priority=urgent,high&status=new&assignee=none&q=down",
    ):
        assert rows(page.get(f"/staff/queue?{query}")) == [wanted.id], query
    assert rows(page.get("/staff/queue?category=none&q=mouse")) != [wanted.id]


@pytest.mark.parametrize(
    "query",
    [
        "status=nonsense",
        "priority=1",
        "category=x",
        "assignee=-1",
        "assignee=99999999999",
        "sort=(select 1)",
        "created_from=2026-02-30",
        "created_to=9999-12-31",
        "after=zzz",
        "after=WzEsMl0",
        "before=%00",
        "q=" + "x" * 300,
        "q=%00",
        "tag=" + "y" * 51,
        "after=" + "A" * 3000,
        "sort=created&after=WyJ4IiwxXQ",
        # A moment that is none in UTC: ["0001-01-01T00:00:00+23:59",1]
        "sort=created&after=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwxXQ",
    ],
)
def test_a_filter_that_cannot_be_gets_a_sentence(browser, session, query):
    shown = browser(make.sam()).get(f"/staff/queue?{query}", status=400)
    assert shown.one(".callout--bad").get_text(strip=True)


def test_what_was_typed_stays_when_the_filter_cannot_be_used(browser, session):
    shown = browser(make.sam()).get("/staff/queue?status=nonsense&q=printer", status=400)
    assert shown.one(".filters [name=q]")["value"] == "printer"
    assert shown.all(".chip") == ["status: nonsense"]
    assert shown.one("h1").get_text().startswith("All open")


def test_unknown_view_is_not_found(browser, session):
    browser(make.sam()).get("/staff/queue?view=nonsense", status=404)


def test_take_assign_prioritise_and_solve_from_the_list(browser, session):
    sam, mira = make.sam(), make.user("Mira", role=Role.AGENT)
    ann = make.ann()
    one, two = make.ticket(ann), make.ticket(ann)
    page = browser(sam)
    page.get("/staff/queue")

    def do(what: str, *chosen: Ticket) -> str:
        page.post("/staff/queue", {"do": what, "id": [str(t.id) for t in chosen]})
        return page.follow().text

    do("take", one, two)
    assert (one.assignee_id, two.assignee_id, one.status.value) == (sam.id, sam.id, "open")
    do(f"assign:{mira.id}", one)
    do("priority:urgent", one)
    do("status:solved", one, two)
    assert (one.assignee_id, one.priority.value) == (mira.id, "urgent")
    assert {one.status, two.status} == {TicketStatus.SOLVED}
    assert "Nothing to change there" in do("status:solved", one)


def test_one_that_refuses_is_named_and_the_rest_is_done(browser, session):
    sam, mira = make.sam(), make.user("Mira", role=Role.AGENT)
    ann = make.ann()
    taken, free = make.ticket(ann), make.ticket(ann)
    tickets.take(taken, act=make.act(mira))
    session.commit()
    page = browser(sam)
    page.post("/staff/queue", {"do": "take", "id": [str(taken.id), str(free.id), "999999", "x"]})
    said = page.follow().text
    assert "1 ticket changed" in said
    assert f"Mira has taken #{taken.id} already" in said
    assert (taken.assignee_id, free.assignee_id) == (mira.id, sam.id)


@pytest.mark.parametrize("do", ["", "delete", "assign:x", "status:nonsense", "priority:", "take:1"])
def test_a_wrong_act_gets_a_sentence(browser, session, do):
    ticket = make.ticket(make.ann())
    page = browser(make.sam())
    page.post("/staff/queue", {"do": do, "id": str(ticket.id)})
    assert page.follow().soup.select(".callout--bad")
    assert session.scalars(select(Ticket)).one().version == 1


def test_the_way_back_stays_in_the_queue(browser, session):
    ticket = make.ticket(make.ann())
    page = browser(make.sam())
    for back in ("https://evil.example/", "//evil.example/staff/queue", "/admin", "/staff/queuex"):
        answer = page.post("/staff/queue", {"do": "take", "id": str(ticket.id), "back": back})
        assert answer.location == "/staff/queue"


def test_the_list_comes_back_as_it_was(browser, session):
    sam = make.sam()
    make.ticket(make.ann())
    page = browser(sam)
    view = "/staff/queue?view=unassigned&sort=number"
    action, fields = page.get(view).form("form.picks")
    assert fields["back"] == view
    answer = page.post(action, {**fields, "do": "take", "id": "0"})
    assert answer.response.headers["Location"] == view


def test_queue_and_home_cost_the_same_for_one_and_thirty(browser, session, count_queries):
    ann, sam = make.ann(), make.sam()
    tickets.take(make.ticket(ann, category=make.category()), act=make.act(sam))
    session.commit()
    page = browser(sam)
    costs = {}
    for path in ("/staff/queue?view=open", "/staff/queue?q=printer", "/staff"):
        page.get(path)
        count_queries.clear()
        page.get(path)
        costs[path] = len(count_queries)
    for _ in range(29):
        person = make.user()
        tickets.assign_ticket_to_staff(
            make.ticket(person, category=make.category()),
            make.user(role=Role.AGENT),
            act=make.act(sam),
        )
    session.commit()
    for path, cost in costs.items():
        page.get(path)
        count_queries.clear()
        page.get(path)
        assert len(count_queries) == cost <= 16, path


def test_requesters_have_no_queue(browser, session):
    for path in ("/staff", "/staff/queue"):
        browser(make.user()).get(path, status=403)
        assert browser().get(path, status=303).location.startswith("/login")


def test_the_sidebar_marks_a_view_and_not_a_filter(browser, session):
    page = browser(make.sam())
    for address, marked in (
        ("/staff/queue", ["All open 0 tickets"]),
        ("/staff/queue?sort=title", ["All open 0 tickets"]),
        ("/staff/queue?view=mine&q=x", ["Mine 0 tickets"]),
        ("/staff/queue?q=x", []),
        ("/staff", ["Home"]),
    ):
        assert page.get(address).all(".nav li [aria-current=page]") == marked, address


def test_nobody_waits_in_the_trash(browser, session):
    sam = make.sam()
    ticket = make.ticket(make.ann())
    page = browser(sam)
    places = (
        ("/staff/queue?view=trash", "td.tk-sla"),
        (f"/staff/queue?view=trash&preview={ticket.id}", ".preview .sla"),
        (f"/tickets/{ticket.id}", "#sum .sla"),
    )
    assert "waiting for us" in page.get(places[2][0]).one(places[2][1]).get_text()
    trash.put_in_trash(ticket, act=make.act(sam))
    session.commit()
    for address, where in places:
        assert page.get(address).one(where).get_text().strip() == "Not waiting", address
