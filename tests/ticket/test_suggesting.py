"""What is known already is shown before it is filed again: while typing, or as a step."""

import io

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from app.models import Ticket
from tests import factories as make
from tests.ticket.test_filing import filled

FORM = "main form[action='/tickets/new']"


@pytest.fixture
def problem(session):
    return make.known_problem(make.ann(), make.sam(), "VPN drops")


def fragment(page, **query):
    answer = page._apart(page.client.get, "/tickets/suggestions", query_string=query)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def test_the_fragment_names_known_problems_and_ones_own_tickets(browser, session, problem):
    eve = make.eve()
    own = make.ticket(eve, "VPN of mine")
    make.ticket(make.user(), "VPN of somebody else")
    card = fragment(browser(eve), title="vpn lost")
    assert [a["href"] for a in card.select("li a")] == [
        f"/tickets/{problem.id}",
        f"/tickets/{own.id}",
    ]
    assert card.select_one("[data-suggest-count]").get_text() == "2 similar tickets"
    form = card.select_one("form")
    assert form["action"] == f"/tickets/{problem.id}/reports"
    assert form.select_one("[name=csrf_token]")["value"]
    assert "Your own ticket" in card.get_text()
    assert not card.select("[name=reporter]")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"title": ""},
        {"title": "nothing like it"},
        {"title": "a\x00b vpn"},
        {"title": "x" * 100_000},
        {"title": "\N{RIGHT-TO-LEFT OVERRIDE}" * 300},
        {"title": "the printer", "requester": "\x00"},
    ],
)
def test_where_nothing_is_like_it_the_fragment_is_empty(browser, session, problem, query):
    assert fragment(browser(make.eve()), **query).get_text().strip() == ""


def test_who_is_counted_is_not_asked_again(browser, session, problem):
    eve = make.eve()
    make.affected(eve, problem)
    card = fragment(browser(eve), title="vpn")
    assert "You are counted as affected." in card.get_text()
    assert not card.select("form")


def test_signed_out_is_sent_to_sign_in(browser):
    browser().get("/tickets/suggestions?title=vpn", status=303)


def test_a_requester_learns_nothing_of_anybody_else(browser, session, problem):
    ann = session.get_one(type(problem), problem.id).user_id
    make.ticket(session.get_one(make.User, ann), "VPN, private")
    card = fragment(browser(make.eve()), title="vpn", requester="ann@example.org")
    assert "private" not in card.get_text()
    assert not card.select("[name=reporter]")


def test_staff_are_shown_that_persons_as_soon_as_it_is_clear_who(browser, session, problem):
    eve, sam = make.eve(), session.scalars(select(make.User).filter_by(username="sam")).one()
    make.ticket(eve, "VPN of Eve")
    page = browser(sam)
    assert [a.get_text() for a in fragment(page, title="vpn", requester="ev").select("a")] == [
        "VPN drops"
    ]
    card = fragment(page, title="vpn", requester="EVE@example.org")
    assert [a.get_text() for a in card.select("a")] == ["VPN drops", "VPN of Eve"]
    assert "Eve’s ticket" in card.get_text()
    assert card.select_one("[name=reporter]")["value"] == str(eve.id)
    assert card.select_one("button").get_text() == "Eve is affected too"


def test_the_page_begins_with_them_where_the_title_is_known(browser, session, problem):
    page = browser(make.eve()).get("/tickets/new?title=VPN+again")
    assert page.one("aside .sim a").get_text() == "VPN drops"
    assert page.one("[data-suggest]")["data-suggest"] == "/tickets/suggestions"
    assert page.one("aside [role=status]").get_text() == ""


def test_the_first_press_asks_once_and_keeps_all_that_was_typed(browser, session, problem):
    eve = make.eve()
    page = browser(eve)
    page.get("/tickets/new")
    fields = filled(session, title="VPN lost", description="Half an hour of text")
    shown = page.submit(FORM, fields, status=200)
    assert "Before it goes: could this be it?" in shown.text
    assert shown.one(".sim a").get_text() == "VPN drops"
    _, kept = shown.form(FORM)
    assert {name: kept[name] for name in fields} == fields
    assert shown.one(f"{FORM} button.btn--primary").get_text() == "Send anyway"
    assert len(session.scalars(select(Ticket)).all()) == 1
    page.submit(FORM)
    assert page.follow().one("#description .prose").get_text().strip() == "Half an hour of text"
    assert len(session.scalars(select(Ticket)).all()) == 2


def test_it_is_not_asked_again_after_a_mistake(browser, session, problem):
    page = browser(make.eve())
    page.get("/tickets/new")
    page.submit(FORM, filled(session, title="VPN lost"), status=200)
    page.submit(FORM, {"description": ""}, status=422)
    page.submit(FORM, {"description": "Here it is"})
    assert len(session.scalars(select(Ticket)).all()) == 2


def test_who_has_seen_them_while_typing_is_not_asked(browser, session, problem):
    browser(make.eve()).post("/tickets/new", filled(session, title="VPN lost", anyway="1"))


def test_staff_are_asked_for_the_person_and_no_account_is_made_meanwhile(browser, session, problem):
    sam = session.scalars(select(make.User).filter_by(username="sam")).one()
    page = browser(sam)
    fields = filled(
        session, title="VPN lost", requester="new@example.org", requester_name="Nina New"
    )
    page.get("/tickets/new")
    shown = page.submit(FORM, fields, status=200)
    assert "VPN drops" in shown.text
    assert not shown.soup.select(".sim [name=reporter]")
    assert session.scalars(select(make.User).filter_by(name="Nina New")).all() == []
    page.submit(FORM)
    assert session.scalars(select(make.User).filter_by(name="Nina New")).one()


def test_ones_own_open_ticket_is_asked_about_too(browser, session):
    ann = make.ann()
    make.ticket(ann, "The monitor is black")
    page = browser(ann)
    page.get("/tickets/new")
    shown = page.submit(FORM, filled(session, title="Monitor black"), status=200)
    assert "Your own ticket" in shown.text


def test_files_wait_while_one_is_asked(browser, session, problem):
    page = browser(make.eve())
    page.get("/tickets/new")
    file = {"files": [(io.BytesIO(b"log"), "vpn.log")]}
    shown = page.submit(FORM, filled(session, title="VPN lost") | file, status=200)
    assert "vpn.log" in shown.text
    page.submit(FORM)
    assert "vpn.log" in page.follow().text
