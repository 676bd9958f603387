"""GET /problems, and what of it stands on the pages around it."""

import datetime as dt

import pytest
import time_machine

from app.clock import now
from app.domain import problems, tickets, trash
from app.models import TicketStatus
from app.text import written
from tests import factories as make


def test_open_ones_come_first_then_what_was_solved_lately(browser, session):
    ann, sam, eve = make.ann(), make.sam(), make.eve()
    long_ago = now() - dt.timedelta(days=20)
    with time_machine.travel(long_ago):
        over = make.known_problem(ann, sam, "Over long ago")
        tickets.change_status(over, TicketStatus.SOLVED, act=make.act(sam))
        make.known_problem(ann, sam, "Open for long")
    solved = make.known_problem(ann, sam, "Solved today")
    tickets.change_status(solved, TicketStatus.SOLVED, act=make.act(sam))
    thrown, other = make.known_problem(ann, sam, "Thrown away"), make.ticket(ann, "Not known")
    trash.put_in_trash(thrown, act=make.act(sam))
    news = make.known_problem(ann, sam, "With news", summary="Summary")
    problems.publish_update(news, written("The **newest** of it"), act=make.act(sam))
    session.commit()
    make.affected(eve, news)
    page = browser(eve).get("/problems")
    assert page.all(".mine b[dir]") == ["With news", "Open for long", "Solved today"]
    assert "The newest of it" in page.text
    assert "2 people affected, you too" in page.text
    assert other.title not in page.text
    assert "Ann" not in page.text
    staff = browser(sam).get("/problems")
    assert staff.all(".mine b[dir]") == ["With news", "Open for long", "Solved today"]
    assert staff.one(".nav__top [aria-current=page]").get_text().strip() == "Known problems"


@pytest.mark.parametrize("who", ["eve", "sam"])
def test_the_empty_page_teaches(browser, session, who):
    page = browser(getattr(make, who)()).get("/problems")
    assert "No known problems" in page.text
    assert ("Mark as a known problem" in page.text) == (who == "sam")


def test_who_has_not_proven_their_address_knows_of_none(browser, session):
    page = browser(make.user("Zoe", confirmed=False))
    page.get("/problems", status=403)
    assert "Known problems" not in page.get("/tickets").text


def test_the_list_costs_the_same_for_one_and_for_thirty(browser, session, count_queries):
    ann, sam = make.ann(), make.sam()
    page = browser(make.eve())

    def cost(path: str) -> int:
        page.get(path)
        count_queries.clear()
        page.get(path)
        return len(count_queries)

    make.affected(ann, make.known_problem(sam, sam))
    few = cost("/problems"), cost("/tickets")
    for number in range(30):
        ticket = make.known_problem(ann, sam, f"Problem {number}")
        problems.publish_update(ticket, written("News"), act=make.act(sam))
        if number % 3 == 0:
            tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam))
    session.commit()
    assert (cost("/problems"), cost("/tickets")) == few
    assert few[0] <= 8


def test_my_tickets_begin_with_what_is_known(browser, session):
    ann, sam, eve = make.ann(), make.sam(), make.eve()
    assert "known problem" not in browser(eve).get("/tickets").text
    for number in range(5):
        make.known_problem(ann, sam, f"Problem {number}")
    page = browser(eve).get("/tickets")
    assert "5 known problems right now" in page.text
    assert page.all(".callout--info li a") == ["Problem 4", "Problem 3", "Problem 2", "All 5"]
    assert page.one(".top a[href='/problems'] .num").get_text() == "5"
