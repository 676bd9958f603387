"""GET / and GET /tickets: the way in, and one's own tickets."""

from app.domain import tickets
from app.models import TicketStatus
from app.text import written
from tests import factories as make


def test_everybody_gets_home(browser, session):
    assert "Sign in" in browser().get("/").text
    assert browser(make.ann()).get("/", status=303).location == "/tickets"
    assert browser(make.sam()).get("/", status=303).location == "/staff"


def test_tabs_hold_what_they_say(browser, session):
    ann, sam = make.ann(), make.sam()
    for status in ("open", "pending", "solved", "closed"):
        ticket = make.ticket(ann, f"A ticket that is {status}")
        tickets.change_status(ticket, TicketStatus(status), act=make.act(sam))
    make.ticket(make.eve(), "A stranger’s")
    session.commit()
    page = browser(ann)
    expected = {"open": 2, "waiting": 1, "solved": 2, "all": 4}
    for tab, number in expected.items():
        shown = page.get(f"/tickets?tab={tab}")
        assert len(shown.all(".mine__row")) == number
        assert "stranger" not in shown.text
    labels = ["Open 2", "Waiting for you 1", "Solved 2", "All 4"]
    assert page.get("/tickets").all(".tabs a") == labels


def test_search_in_my_own(browser, session):
    ann, sam = make.ann(), make.sam()
    printer = make.ticket(ann, "Printer on fire")
    tickets.reply(printer, written("Use the extinguisher"), act=make.act(sam))
    tickets.note(printer, written("pyromaniac"), act=make.act(sam))
    make.ticket(ann, "100% _wild_ scanner")
    make.ticket(make.eve(), "Printer of a stranger")
    session.commit()
    page = browser(ann)

    def found(q: str) -> int:
        return len(page.get("/tickets", query_string={"tab": "all", "q": q}).all(".mine__row"))

    assert [found("printer fire"), found("EXTINGUISHER"), found(f"#{printer.id}")] == [1, 1, 1]
    assert [found("pyromaniac"), found("%"), found("_wild_"), found("nonsense")] == [0, 1, 1, 0]


def test_paging_by_key_shows_each_ticket_once(browser, session):
    ann = make.ann()
    numbers = {make.ticket(ann).id for _ in range(53)}
    page = browser(ann)
    first = page.get("/tickets")
    second = page.get(first.one("a[rel=next]")["href"])
    seen = [row.split("#")[1].split(" ")[0] for row in first.all(".mine__row")]
    seen += [row.split("#")[1].split(" ")[0] for row in second.all(".mine__row")]
    assert sorted(seen) == sorted(str(number) for number in numbers)
    back = page.get(second.one("a[rel=prev]")["href"])
    assert back.all(".mine__row") == first.all(".mine__row")


def test_the_list_costs_the_same_for_one_and_thirty(browser, session, count_queries):
    ann = make.ann()
    make.ticket(ann)
    page = browser(ann)
    page.get("/tickets")
    count_queries.clear()
    page.get("/tickets")
    one = len(count_queries)
    for _ in range(29):
        make.ticket(ann)
    page.get("/tickets")
    count_queries.clear()
    page.get("/tickets")
    assert len(count_queries) == one
