"""POST /tickets/<id>/messages: replies and notes that cannot be confused, crossed or lost."""

import datetime as dt

import pytest
from sqlalchemy import select

from app.clock import now
from app.domain import tickets
from app.models import MessageKind, OutboxEntry, Side, Ticket, TicketMessage, TicketStatus
from app.text import written
from tests import factories as make

REPLY = {"kind": "reply", "body": "Which tray?"}
NOTE = {"kind": "note", "body": "He never says which tray."}


def topics(session):
    return session.scalars(select(OutboxEntry.topic).order_by(OutboxEntry.id)).all()


def test_staff_reply_and_the_requester_is_told(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}")
    page.submit("form.composer", REPLY)
    message = session.scalars(select(TicketMessage)).one()
    assert (message.kind, message.side, message.author_id) == (
        MessageKind.REPLY,
        Side.STAFF,
        sam.id,
    )
    assert topics(session) == ["ticket.received", "ticket.replied"]
    assert ticket.status is TicketStatus.OPEN
    assert "Reply sent" in page.follow().text


def test_a_note_is_for_staff_only_and_tells_nobody(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    browser(sam).post(f"/tickets/{ticket.id}/messages", NOTE)
    assert topics(session) == ["ticket.received"]
    assert ticket.status is TicketStatus.NEW
    assert NOTE["body"] not in browser(ann).get(f"/tickets/{ticket.id}").html


def test_a_requester_cannot_write_a_note(browser, session):
    ann = make.ann()
    ticket = make.ticket(ann)
    browser(ann).post(f"/tickets/{ticket.id}/messages", NOTE, status=403)
    assert not session.scalars(select(TicketMessage)).all()


@pytest.mark.parametrize("status", ["open", "pending", "on_hold", "solved", "closed"])
def test_send_and_set_status_is_one_act(browser, session, status):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    browser(sam).post(f"/tickets/{ticket.id}/messages", {**REPLY, "then": status})
    assert (ticket.status.value, ticket.version) == (status, 2)
    message = session.scalars(select(TicketMessage)).one()
    session.refresh(ticket, ["status_changes"])
    assert ticket.status_changes[-1].change_set_id == message.change_set_id


@pytest.mark.parametrize(
    "before", [TicketStatus.PENDING, TicketStatus.ON_HOLD, TicketStatus.SOLVED]
)
def test_the_requesters_reply_brings_it_back(browser, session, before):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    tickets.assign_ticket_to_staff(ticket, sam, act=make.act(make.ada()))
    tickets.change_status(ticket, before, act=make.act(sam))
    session.commit()
    browser(ann).post(f"/tickets/{ticket.id}/messages", {"kind": "reply", "body": "The second."})
    assert ticket.status is TicketStatus.OPEN
    assert ticket.waiting_since is not None
    assert topics(session)[-1] == "ticket.answered"


def test_a_reply_to_a_closed_ticket_becomes_a_follow_up(browser, session):
    ann, sam = make.ann(), make.sam()
    old = make.ticket(ann, category=make.category("Network"))
    tickets.change_status(old, TicketStatus.CLOSED, act=make.act(sam))
    session.commit()
    page = browser(ann)
    page.post(f"/tickets/{old.id}/messages", {"kind": "reply", "body": "It burns again."})
    new = session.scalars(select(Ticket).where(Ticket.id != old.id)).one()
    assert (new.follow_up_of_id, new.user_id, new.category_id) == (old.id, ann.id, old.category_id)
    assert (new.description, old.status) == ("It burns again.", TicketStatus.CLOSED)
    assert f"#{old.id}" in page.follow().text


def test_a_reply_after_the_reopen_window_becomes_a_follow_up(browser, session, time_machine):
    ann, sam = make.ann(), make.sam()
    old = make.ticket(ann)
    tickets.change_status(old, TicketStatus.SOLVED, act=make.act(sam))
    session.commit()
    time_machine.move_to(now() + dt.timedelta(days=14, minutes=1))
    reader = browser(ann)
    reader.post(f"/tickets/{old.id}/messages", {"kind": "reply", "body": "It burns again."})
    assert session.scalars(select(Ticket).where(Ticket.follow_up_of_id == old.id)).one()


def test_a_crossing_reply_is_held_once_with_the_text_kept(browser, session):
    ann, sam, mira = make.ann(), make.sam(), make.ada()
    ticket = make.ticket(ann)
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}")
    _, fields = page.page.form("form.composer")
    tickets.reply(ticket, written("I have it already."), act=make.act(mira))
    session.commit()
    held = page.post(f"/tickets/{ticket.id}/messages", {**fields, **REPLY}, status=409)
    assert "Something happened while you were writing" in held.text
    assert "New since you began to write" in held.text
    assert held.form("form.composer")[1]["body"] == REPLY["body"]
    page.submit("form.composer")
    bodies = session.scalars(select(TicketMessage.body).order_by(TicketMessage.id)).all()
    assert bodies == ["I have it already.", REPLY["body"]]


def test_a_status_that_somebody_else_set_meanwhile_is_not_overwritten_unseen(browser, session):
    ann, sam, mira = make.ann(), make.sam(), make.ada()
    ticket = make.ticket(ann)
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}")
    _, fields = page.page.form("form.composer")
    tickets.change_status(ticket, TicketStatus.ON_HOLD, act=make.act(mira))
    session.commit()
    form = {**fields, **REPLY, "then": "solved"}
    held = page.post(f"/tickets/{ticket.id}/messages", form, status=409)
    assert held.form("form.composer")[1]["body"] == REPLY["body"]
    assert ticket.status is TicketStatus.ON_HOLD
    page.submit("form.composer", {"then": "solved"})
    assert ticket.status is TicketStatus.SOLVED


def test_a_requester_is_not_held_by_a_note(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    page = browser(ann)
    page.get(f"/tickets/{ticket.id}")
    _, fields = page.page.form("#composer")
    tickets.note(ticket, written("psst"), act=make.act(sam))
    session.commit()
    page.post(f"/tickets/{ticket.id}/messages", {**fields, "body": "Hello?"})


def test_double_click_sends_once(browser, session):
    ann = make.ann()
    ticket = make.ticket(ann)
    page = browser(ann)
    page.get(f"/tickets/{ticket.id}")
    _, fields = page.page.form("#composer")
    for _ in range(2):
        page.post(f"/tickets/{ticket.id}/messages", {**fields, "body": "Hello?"})
    assert len(session.scalars(select(TicketMessage)).all()) == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"body": ""}, "Write something first."),
        ({"body": "x" * 60_001}, "the limit is 60,000"),
        ({"body": "bell \x07"}, "control character U+0007"),
    ],
)
def test_bad_text_gets_a_sentence(browser, session, wrong, sentence):
    ann = make.ann()
    ticket = make.ticket(ann)
    page = browser(ann)
    shown = page.post(f"/tickets/{ticket.id}/messages", {"kind": "reply", **wrong}, status=422)
    assert sentence in shown.text
    assert not session.scalars(select(TicketMessage)).all()


def test_an_expired_token_loses_nothing(browser, session):
    ann = make.ann()
    ticket = make.ticket(ann)
    page = browser(ann)
    form = {"kind": "reply", "body": "Half an hour of text", "csrf_token": "old"}
    shown = page.post(f"/tickets/{ticket.id}/messages", form, status=400)
    assert "Half an hour of text" in shown.text
    page.submit("main form")
    assert session.scalars(select(TicketMessage.body)).one() == "Half an hour of text"


def test_a_strangers_reply_does_not_exist(browser, session):
    ann, eve = make.ann(), make.eve()
    ticket = make.ticket(ann)
    browser(eve).post(f"/tickets/{ticket.id}/messages", REPLY, status=404)
    assert not session.scalars(select(TicketMessage)).all()
