"""GET /tickets/<id>: one address for everybody, showing each what they may see."""

import pytest

from app.domain import reports, tickets
from app.models import Role, TicketStatus
from app.text import written
from tests import factories as make


def busy_ticket(session, *, times: int = 1):
    """A ticket on which everything has happened ``times`` times."""
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann, category=make.category("Network"))
    for number in range(times):
        tickets.take(ticket, act=make.act(sam)) if ticket.assignee_id is None else None
        tickets.reply(ticket, written(f"Which tray? {number}"), act=make.act(sam))
        tickets.note(ticket, written(f"CANARY-NOTE {number}"), act=make.act(sam))
        tickets.reply(ticket, written(f"The second {number}"), act=make.act(ann))
        changes = tickets.Changes(tags=(f"tag{number}",), title=f"Title {number}")
        tickets.update_ticket(ticket, changes, act=make.act(sam))
        tickets.change_status(ticket, TicketStatus.PENDING, act=make.act(sam))
        tickets.change_status(ticket, TicketStatus.OPEN, act=make.act(sam))
        reports.create_report(ticket, make.user(), act=make.act(sam), comment="CANARY-REPORT")
        session.commit()
    return ann, sam, ticket


def test_the_requester_sees_the_public_story_and_nothing_internal(browser, session):
    ann, _sam, ticket = busy_ticket(session)
    page = browser(ann).get(f"/tickets/{ticket.id}")
    assert "Which tray? 0" in page.text
    assert "The second 0" in page.text
    for secret in ("CANARY-NOTE", "CANARY-REPORT", "tag0", "sam@example.org", "Normal"):
        assert secret not in page.html
    assert not page.soup.select("#props, [name=assignee], [value=note]")


def test_staff_see_notes_fields_and_the_requesters_card(browser, session):
    _ann, sam, ticket = busy_ticket(session)
    earlier = make.ticket(session.get_one(type(ticket), ticket.id).requester, "An older one")
    page = browser(sam).get(f"/tickets/{ticket.id}")
    note = page.one(".msg--note")
    assert "CANARY-NOTE 0" in note.get_text()
    assert "Internal note, staff only" in note.get_text()
    for said in ("You took this ticket", "added the tag tag0", "changed the title from"):
        assert said in page.text
    assert "ann@example.org" in page.text
    assert f"#{earlier.id}" in page.text


def test_the_story_stands_in_order(browser, session):
    ann, _sam, ticket = busy_ticket(session)
    lines = browser(ann).get(f"/tickets/{ticket.id}").all(".thread > li")
    assert [line.split(" ")[0] for line in lines[:2]] == ["AA", "Sam"]
    texts = " | ".join(lines)
    assert texts.index("Smoke comes") < texts.index("Which tray") < texts.index("The second")


@pytest.mark.parametrize("who", ["ann", "sam"])
def test_the_page_costs_the_same_however_long_the_story(browser, session, count_queries, who):
    ann, sam, ticket = busy_ticket(session)
    for _ in range(6):  # enough that "All …" is counted from the start
        make.ticket(ann)
    reader = browser({"ann": ann, "sam": sam}[who])

    def cost_with(more: int) -> int:
        for number in range(more):
            other = make.act(make.user(role=Role.AGENT))
            tickets.reply(ticket, written(f"More {number}"), act=other)
            change = tickets.Changes(tags=(f"t{other.id}",))
            tickets.update_ticket(ticket, change, act=make.act(make.user(role=Role.AGENT)))
            reports.create_report(ticket, make.user(), act=make.act(sam))
            session.commit()
            make.ticket(ann)
        reader.get(f"/tickets/{ticket.id}")
        count_queries.clear()
        reader.get(f"/tickets/{ticket.id}")
        return len(count_queries)

    assert cost_with(1) == cost_with(8) <= 21


def test_a_strangers_ticket_does_not_exist(browser, session):
    ann, eve = make.ann(), make.eve()
    ticket = make.ticket(ann)
    foreign = browser(eve).get(f"/tickets/{ticket.id}", status=404)
    missing = browser(eve).get("/tickets/999999", status=404)
    assert foreign.html == missing.html
    for number in ("0", "-1", "2147483648", "99999999999999999999", "1e3", "%00", "01"):
        browser(eve).get(f"/tickets/{number}", status=404)


def test_before_the_address_is_confirmed_only_ones_own_filing_is_seen(browser, session):
    zoe = make.user("Zoe", confirmed=False)
    theirs = make.ticket(zoe)
    filed_for_her = make.ticket(zoe, by=make.sam())
    page = browser(zoe)
    page.get(f"/tickets/{theirs.id}")
    page.get(f"/tickets/{filed_for_her.id}", status=404)
    assert f"#{filed_for_her.id} " not in page.get("/tickets").text


def test_markup_in_every_text_is_shown_and_not_run(browser, session):
    payload = "<img src=x onerror=alert(1)>\"'></textarea><script>alert(2)</script>{{7*7}}"
    ann = make.user(payload[:90], username="ann", email="ann@example.org")
    ticket = make.ticket(ann, payload, description=payload)
    tickets.reply(ticket, written(payload), act=make.act(ann))
    session.commit()
    for person in (ann, make.sam()):
        page = browser(person).get(f"/tickets/{ticket.id}")
        assert not page.soup.select("img, [onerror]")
        assert "{{7*7}}" in page.text
        assert "onerror=alert(1)" in page.text


def test_exactly_one_step_is_now_and_none_before_it_is_open(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)

    def shown() -> list[tuple[str, str]]:
        steps = browser(ann).get(f"/tickets/{ticket.id}").soup.select(".steps li")
        return [(step.b.get_text(), " ".join(step["class"])) for step in steps]

    assert shown()[1:] == [("In the queue", "now"), ("Worked on", ""), ("Solved", "")]
    tickets.reply(ticket, written("Which tray?"), act=make.act(sam))
    session.commit()
    assert shown()[1:3] == [("Seen by the help desk", "done"), ("Being worked on", "now")]
    tickets.take(ticket, act=make.act(sam))
    session.commit()
    assert shown()[1:3] == [("Sam is on it", "done"), ("Being worked on", "now")]


def test_text_reads_in_its_own_direction(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann, "الطابعة لا تعمل")
    assert browser(ann).get("/tickets").one(".mine b")["dir"] == "auto"
    assert browser(ann).get(f"/tickets/{ticket.id}").one(".msg .prose")["dir"] == "auto"
    assert browser(sam).get("/staff/queue").one("tbody .tk-title a")["dir"] == "auto"
    assert browser(sam).get(f"/tickets/{ticket.id}").one("h1 bdi").get_text() == ticket.title
