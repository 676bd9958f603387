"""?from= on a ticket's page: the list that one came from, and what stands beside it there."""

from urllib.parse import quote

import pytest

from app.domain import tickets
from app.models import TicketStatus, User
from tests import factories as make


def at(ticket, view: str) -> str:
    return f"/tickets/{ticket.id}?from={quote(view)}"


def beside(page) -> list[str | None]:
    """Where the arrows lead, without the list that they keep to."""
    links = page.soup.select("[data-key-previous], [data-key-next]")
    return [link["href"].partition("?")[0] if link.has_attr("href") else None for link in links]


@pytest.fixture
def desk(session):
    ann, sam = make.ann(), make.sam()
    return sam, [make.ticket(ann, f"Ticket {letter}") for letter in "abcd"]


def test_it_leads_back_and_to_both_sides(browser, session, desk):
    sam, made = desk
    shown = browser(sam).get(at(made[1], "view=unassigned&sort=title"))
    back = shown.one("[data-key-back]")
    assert back.get_text() == "Unassigned"
    assert back["href"] == "/staff/queue?view=unassigned&sort=title"
    assert "2 of 4" in shown.one(".ticket__head").get_text(" ")
    assert beside(shown) == [f"/tickets/{made[0].id}", f"/tickets/{made[2].id}"]
    assert "from=view%3Dunassigned" in shown.one("[data-key-next]")["href"]


def test_the_ends_lead_nowhere(browser, session, desk):
    sam, made = desk
    page = browser(sam)
    first, last = (page.get(at(made[n], "view=open&sort=number")) for n in (0, 3))
    assert beside(first) == [None, f"/tickets/{made[1].id}"]
    assert beside(last) == [f"/tickets/{made[2].id}", None]


def test_one_can_walk_through_any_order_and_group(browser, session, desk):
    sam, made = desk
    page = browser(sam)
    tickets.change_status(made[2], TicketStatus.PENDING, act=make.act(sam))
    session.commit()
    for view in (
        "view=open",
        "view=open&group=status",
        "sort=title&desc=1",
        "sort=updated&group=team",
    ):
        listed = [
            int(row["value"]) for row in page.get(f"/staff/queue?{view}").soup.select("[data-pick]")
        ]
        walked, shown = [listed[0]], page.get(f"/tickets/{listed[0]}?from={quote(view)}")
        while next_one := beside(shown)[1]:
            walked.append(int(next_one.rpartition("/")[2]))
            shown = page.get(shown.one("[data-key-next]")["href"])
        assert walked == listed, view


def test_next_stays_the_same_after_the_ticket_has_left_the_list(browser, session, desk):
    """The form does not say where one came from; the page it stood on does, with the place."""
    sam, made = desk
    page = browser(sam)
    shown = page.get(at(made[1], "view=open"))
    place = shown.one("[data-ticket]")["data-at"]
    where = f"{at(made[1], 'view=open')}&at={place}"
    action, fields = page.get(where).form(".ticket__head form:has([value=solved])")
    answer = page.post(
        action, {**fields, "status": "solved"}, headers={"Referer": f"http://localhost{where}"}
    )
    assert "from=view" in answer.location
    shown = page.follow()
    assert made[1].status is TicketStatus.SOLVED
    assert beside(shown) == [f"/tickets/{made[0].id}", f"/tickets/{made[2].id}"]
    assert "of" not in shown.soup.select(".ticket__head .row")[0].get_text(" ").split()


@pytest.mark.parametrize(
    "query",
    ["from=view%3Dnonsense", "from=status%3Dx", "from=" + "a" * 5000, "from=", "at=x"],
)
def test_a_list_that_cannot_be_is_all_open(browser, session, desk, query):
    sam, made = desk
    shown = browser(sam).get(f"/tickets/{made[0].id}?{query}")
    assert shown.one("[data-key-back]").get_text() == "All open"
    assert beside(shown) == []


def test_a_damaged_place_is_found_again(browser, session, desk):
    sam, made = desk
    shown = browser(sam).get(at(made[1], "view=open&sort=number") + "&at=zzz")
    assert beside(shown) == [f"/tickets/{made[0].id}", f"/tickets/{made[2].id}"]


def test_a_private_teams_ticket_is_nobodys_neighbour(browser, session, desk):
    sam, made = desk
    eve = make.eve()
    hidden = make.ticket(eve, team=make.team("HR", private=True))
    last = make.ticket(eve)
    shown = browser(sam).get(at(made[3], "view=open&sort=number"))
    assert beside(shown)[1] == f"/tickets/{last.id}"
    assert "4 of 5" in shown.one(".ticket__head").get_text(" ")
    assert f"#{hidden.id}" not in shown.text


def test_requesters_are_told_of_no_list(browser, session, desk):
    _sam, made = desk
    ann = session.get_one(User, made[0].user_id)
    shown = browser(ann).get(at(made[0], "view=open"))
    assert not shown.soup.select("[data-key-back], [data-key-next]")
