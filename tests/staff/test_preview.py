"""?preview= and GET /staff/queue/<id>: a ticket beside the queue."""

import pytest

from app.domain import tickets
from app.models import Role, TicketStatus
from app.text import written
from tests import factories as make


def fragment(browser, path: str, status: int = 200):
    """The pane alone is no page, so it is not checked as one."""
    answer = browser._apart(browser.client.get, path)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


@pytest.fixture
def desk(session):
    ann, sam = make.ann(), make.sam()
    made = [
        make.ticket(ann, f"Ticket {number}", category=make.category("Network")) for number in "abc"
    ]
    changes = tickets.Changes(tags=("vpn",))
    tickets.update_ticket(made[1], changes, act=make.act(sam))
    tickets.reply(made[1], written("Which **tray**?"), act=make.act(sam))
    tickets.note(made[1], written("CANARY-NOTE"), act=make.act(sam))
    session.commit()
    return ann, sam, made


def test_the_pane_tells_what_one_triages_by(browser, session, desk):
    _ann, sam, made = desk
    shown = browser(sam).get(f"/staff/queue?view=open&sort=number&preview={made[1].id}")
    pane = shown.one("aside.preview")
    for said in ("Ticket b", "Open", "Normal", "Ann Asker", "Nobody yet", "Network", "vpn"):
        assert said in pane.get_text(), said
    assert pane.select_one(".prose strong").get_text() == "tray 2"
    assert "Internal note" in pane.get_text()
    assert "CANARY-NOTE" in pane.select_one(".preview__note").get_text()
    assert shown.one(".tk[aria-current]").select_one(".tk-id").get_text() == f"#{made[1].id}"
    steps = [link.get("href") for link in pane.select("[data-preview-step]")]
    assert [f"preview={made[n].id}" in step for n, step in zip((0, 2), steps, strict=True)] == [
        True
    ] * 2
    assert pane.select_one("a.btn--quiet[href^='/tickets/']")["href"].startswith(
        f"/tickets/{made[1].id}?from=view%3Dopen"
    )


def test_the_ends_of_the_page_have_no_neighbour(browser, session, desk):
    _ann, sam, made = desk
    page = browser(sam)
    for place, disabled in ((0, [True, False]), (1, [False, False]), (2, [False, True])):
        shown = page.get(f"/staff/queue?view=open&sort=number&preview={made[place].id}")
        steps = shown.soup.select("[data-preview-step]")
        assert [step.has_attr("aria-disabled") for step in steps] == disabled


def test_taking_from_the_pane_comes_back_to_it(browser, session, desk):
    _ann, sam, made = desk
    page = browser(sam)
    path = f"/staff/queue?view=open&preview={made[0].id}"
    action, fields = page.get(path).form(".preview form:not([data-preview-close])")
    assert page.post(action, {**fields, "do": "take"}).location == path
    assert made[0].assignee_id == sam.id
    assert "Assign to me" not in page.get(path).one(".preview").get_text()


@pytest.mark.parametrize("number", ["0", "x", "99999", "-1", "9" * 30, "%00"])
def test_what_is_no_ticket_gets_a_sentence_and_the_list_stays(browser, session, desk, number):
    _ann, sam, made = desk
    shown = browser(sam).get(f"/staff/queue?view=open&preview={number}")
    assert "no such ticket" in shown.one(".preview").get_text()
    assert len(shown.soup.select(".tk")) == len(made)


def test_the_fragment_is_the_same_pane(browser, session, desk):
    _ann, sam, made = desk
    page = browser(sam)
    html = fragment(page, f"/staff/queue/{made[1].id}?view=open&sort=number")
    assert "<html" not in html
    assert "CANARY-NOTE" in html
    assert "from=view%3Dopen" in html
    fragment(page, "/staff/queue/99999", 404)


def test_a_private_teams_ticket_is_not_there(browser, session):
    sam, ada = make.sam(), make.ada()
    secret = make.team("CANARY-TEAM", private=True)
    hidden = make.ticket(make.ann(), "CANARY-TITLE", team=secret)
    own = make.ticket(sam, "Mine", by=ada, team=secret)
    tickets.note(own, written("CANARY-NOTE"), act=make.act(ada))
    session.commit()
    page = browser(sam)
    fragment(page, f"/staff/queue/{hidden.id}", 404)
    for number in (hidden.id, own.id):
        assert "CANARY" not in page.get(f"/staff/queue?preview={number}").html
    html = fragment(page, f"/staff/queue/{own.id}")
    assert "Mine" in html
    assert "CANARY" not in html
    assert "Assign to me" not in html


def test_a_message_that_was_taken_back_is_not_the_last(browser, session, desk):
    _ann, sam, made = desk
    message = tickets.reply(made[0], written("CANARY-UNDONE"), act=make.act(sam)).message
    message.undone_by_id = message.change_set_id
    session.commit()
    assert "CANARY-UNDONE" not in browser(sam).get(f"/staff/queue?preview={made[0].id}").html


def test_a_long_text_shows_how_it_begins(browser, session):
    sam = make.sam()
    ticket = make.ticket(make.ann(), description="word " * 10_000 + "THE-END")
    shown = browser(sam).get(f"/staff/queue?preview={ticket.id}")
    pane = shown.one(".preview").get_text()
    assert "word word" in pane
    assert "THE-END" not in pane


def test_the_pane_stays_open_for_whoever_wants_it_so(browser, session, desk):
    _ann, sam, made = desk
    page = browser(sam)
    assert not page.get("/staff/queue").soup.select(".preview")
    page.submit("[data-desk=preview]", {"preview": "on"})
    shown = page.get("/staff/queue?sort=number")
    assert shown.one(".preview")["data-number"] == str(made[0].id)
    page.submit("[data-preview-close]", {"preview": "off"})
    assert not page.follow().soup.select(".preview")


def test_requesters_have_no_preview(browser, session, desk):
    ann, _sam, made = desk
    fragment(browser(ann), f"/staff/queue/{made[0].id}", 403)
    mira = make.user("Mira", role=Role.AGENT)
    tickets.change_status(made[0], TicketStatus.SOLVED, act=make.act(mira))
    session.commit()
    assert "Solved" in fragment(browser(mira), f"/staff/queue/{made[0].id}")
