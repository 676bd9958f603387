"""Undo in the message after an act and in the timeline; the trash."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import select

from app.clock import now
from app.domain import reports, tickets
from app.models import ChangeSet, OutboxEntry, OutboxState, Priority, TicketMessage, TicketStatus
from app.queries.tickets import TicketFilter, count
from tests import factories as make


def newest_act(session) -> int:
    return session.scalar(select(ChangeSet.id).order_by(ChangeSet.id.desc()).limit(1))


def test_the_message_after_an_act_takes_it_back_and_again(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}")
    page.post(f"/tickets/{ticket.id}/assignee", {"assignee": "me"})
    page.follow()
    assert f"#{ticket.id} assigned to you" in page.page.text
    page.submit("form.toast")
    assert (ticket.assignee_id, ticket.status) == (None, TicketStatus.NEW)
    assert page.page.location == f"/tickets/{ticket.id}"
    page.follow()
    assert page.page.one("form.toast [data-undo]").get_text() == "Redo"
    page.submit("form.toast")
    assert (ticket.assignee_id, ticket.status) == (sam.id, TicketStatus.OPEN)
    page.follow()
    page.submit("form.toast")
    assert ticket.assignee_id is None


def test_every_act_on_a_ticket_can_be_taken_back_at_once(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    page = browser(sam)
    base = f"/tickets/{ticket.id}"
    for path, data in (
        ("/messages", {"kind": "reply", "body": "Which tray?", "then": "pending"}),
        ("/messages", {"kind": "note", "body": "Again."}),
        ("/status", {"status": "solved"}),
        ("/properties", {"status": "new", "priority": "high", "assignee": 0, "category": 0}),
        ("/edit", {"title": "Other", "description": "Other"}),
        ("/reports", {"kind": "affected"}),
        ("/trash", {}),
    ):
        page.post(base + path, data)
        page.get(base)
        assert page.page.soup.select("form.toast"), path
        page.submit("form.toast")
        page.get(base)
        assert "Taken back" in page.page.text, path
    assert ticket.title == "The printer is on fire"
    assert (ticket.status, ticket.priority) == (TicketStatus.NEW, Priority.NORMAL)
    assert not ticket.is_trashed


def test_a_reply_taken_back_is_in_the_composer_again_and_nobody_else_reads_it(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    page = browser(sam)
    page.post(f"/tickets/{ticket.id}/messages", {"kind": "reply", "body": "The wrong secret"})
    page.follow()
    page.submit("form.toast")
    page.follow()
    assert page.page.one("#body").get_text().strip() == "The wrong secret"
    entry = session.scalars(select(OutboxEntry).filter_by(topic="ticket.replied")).one()
    assert entry.state is OutboxState.WITHDRAWN
    seen = browser(ann).get(f"/tickets/{ticket.id}")
    assert "took back a message" in seen.text
    assert "The wrong secret" not in seen.html
    message = session.scalars(select(TicketMessage)).one()
    again = f"/tickets/{ticket.id}?again={message.id}"
    assert "The wrong secret" not in browser(ann).get(again).html
    assert "The wrong secret" not in browser(make.ada()).get(again).html
    assert count(sam, TicketFilter(q="secret")) == 0


def test_a_ticket_taken_back_can_be_written_again(browser, session):
    ann = make.ann()
    page = browser(ann)
    page.get("/tickets/new")
    page.submit(
        "form[action$='/tickets/new']",
        {"title": "Half a", "description": "sentence", "category": make.category().id},
    )
    page.follow()
    page.submit("form.toast")
    page.follow()
    assert page.page.one("#title")["value"] == "Half a"
    assert page.page.one("#description").get_text().strip() == "sentence"
    assert browser(ann).get("/tickets").soup.select(".mine__row") == []


def test_the_timeline_offers_it_while_the_values_stand(browser, session):
    ann, sam, ada = make.ann(), make.sam(), make.ada()
    ticket = make.ticket(ann)
    with time_machine.travel(now() - dt.timedelta(days=1), tick=False):
        high = make.act(sam)
        tickets.update_ticket(ticket, tickets.Changes(priority=Priority.HIGH), act=high)
        session.commit()
    page = browser(sam)
    button = f"li.event form[action='/acts/{high.id}/undo']"
    page.get(f"/tickets/{ticket.id}")
    assert page.page.soup.select(button)
    seen = browser(ann).get(f"/tickets/{ticket.id}")
    assert not seen.soup.select(f"form[action='/acts/{high.id}/undo']")
    page.submit(button)
    assert ticket.priority is Priority.NORMAL
    page.get(f"/tickets/{ticket.id}")
    assert not page.page.soup.select(button)
    tickets.update_ticket(
        ticket, tickets.Changes(priority=Priority.URGENT), act=(urgent := make.act(ada))
    )
    session.commit()
    page.get(f"/tickets/{ticket.id}")
    assert not page.page.soup.select(f"form[action='/acts/{urgent.id}/undo']")
    assert (
        browser(ada)
        .get(f"/tickets/{ticket.id}")
        .soup.select(f"li.event form[action='/acts/{urgent.id}/undo']")
    )


def test_what_stays_is_named(browser, session):
    ann, sam, ada = make.ann(), make.sam(), make.ada()
    ticket = make.ticket(ann)
    both = make.act(sam)
    changes = tickets.Changes(priority=Priority.HIGH, title="Other")
    tickets.update_ticket(ticket, changes, act=both)
    tickets.update_ticket(ticket, tickets.Changes(priority=Priority.LOW), act=make.act(ada))
    session.commit()
    page = browser(sam)
    page.post(f"/acts/{both.id}/undo")
    assert "the priority stays as it is, because Ada Admin changed it since" in page.follow().text
    page.post(f"/acts/{both.id}/undo")
    assert "Sam Staffer has taken this back already" in page.follow().text


def test_a_report_that_was_resolved_with_the_ticket_is_told_as_open_again(browser, session):
    ann, sam, eve = make.ann(), make.sam(), make.eve()
    ticket = make.ticket(ann)
    reports.create_report(ticket, eve, act=make.act(eve))
    session.commit()
    page = browser(sam)
    page.post(f"/tickets/{ticket.id}/status", {"status": "solved"})
    page.follow()
    page.submit("form.toast")
    page.get(f"/tickets/{ticket.id}")
    assert "opened the report of Eve Stranger again, taking a change back" in page.page.text


def test_whose_act_it_is_not_and_who_does_not_see_it(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    act = make.act(sam)
    tickets.update_ticket(ticket, tickets.Changes(priority=Priority.HIGH), act=act)
    session.commit()
    browser(make.eve()).post(f"/acts/{act.id}/undo", status=404)
    browser(ann).post(f"/acts/{act.id}/undo", status=403)
    browser(make.user(role=sam.staff.role)).post(f"/acts/{act.id}/undo", status=403)
    browser(sam).post(f"/acts/{act.id + 999}/undo", status=404)
    assert ticket.priority is Priority.HIGH
    browser(make.ada()).post(f"/acts/{act.id}/undo")
    assert ticket.priority is Priority.NORMAL


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/staff/queue?view=mine"]
)
def test_back_to_where_the_button_was_and_nowhere_else(browser, session, back):
    sam = make.sam()
    ticket = make.ticket(make.ann())
    browser(sam).post(f"/tickets/{ticket.id}/status", {"status": "solved"})
    page = browser(sam)
    page.post(f"/acts/{newest_act(session)}/undo", {"back": back})
    assert page.page.location == (back if back.startswith("/s") else f"/tickets/{ticket.id}")


def test_the_trash_hides_and_gives_back(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann, title="Buy cheap watches")
    page = browser(sam)
    page.post(f"/tickets/{ticket.id}/trash")
    browser(ann).get(f"/tickets/{ticket.id}", status=404)
    assert "cheap watches" not in browser(sam).get("/staff/queue").html
    assert "cheap watches" in browser(sam).get("/staff/queue?view=trash").html
    page.get(f"/tickets/{ticket.id}")
    assert "in the trash" in page.page.text
    assert not page.page.soup.select("form.composer")
    page.post(f"/tickets/{ticket.id}/messages", {"kind": "reply", "body": "Hello"}, status=409)
    assert "Restore it first" in page.page.text
    browser(ann).post(f"/tickets/{ticket.id}/restore", status=404)
    page.post(f"/tickets/{ticket.id}/restore")
    browser(ann).get(f"/tickets/{ticket.id}")
    assert count(sam, TicketFilter()) == 1


def test_what_staff_put_in_the_trash_is_nobodys_to_read_by_filing_again(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann, title="Buy cheap watches")
    browser(sam).post(f"/tickets/{ticket.id}/trash")
    assert "cheap watches" not in browser(ann).get(f"/tickets/new?again={ticket.id}").html


def test_one_is_not_offered_what_would_not_be_found(browser, session):
    page = browser(make.ann())
    page.post(
        "/tickets/new",
        {"title": "Half a", "description": "sentence", "category": make.category().id},
    )
    page.follow()
    page.submit("form.toast")
    page.follow()
    assert "Taken back" in page.page.text
    assert not page.page.soup.select("form.toast")
