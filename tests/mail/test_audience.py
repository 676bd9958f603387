"""Who is told what, and who is not."""

import pytest
from sqlalchemy import select

from app.clock import now
from app.domain import outbox, reports, tickets, trash, undo
from app.domain.outbox import announce
from app.mail import audience
from app.models import Door, OutboxEntry, OutboxState, Role, TicketStatus
from app.text import written
from tests import factories as make
from tests.mailbox import all_of, text_of


def reasons(session):
    return {
        (entry.topic, entry.last_error)
        for entry in session.scalars(
            select(OutboxEntry).where(OutboxEntry.state == OutboxState.WITHDRAWN)
        )
    }


def to(mails):
    return [mail["To"].addresses[0].addr_spec for mail in mails]


def test_the_requester_hears_that_the_ticket_arrived(session, mailbox):
    ticket = make.ticket(make.ann())
    (mail,) = mailbox.collect()
    assert mail["Subject"] == f"[#{ticket.id}] The printer is on fire"
    assert to([mail]) == ["ann@example.org"]
    assert "We have your ticket" in text_of(mail)


def test_a_ticket_filed_by_staff_says_so(session, mailbox):
    make.ticket(make.ann(), by=make.sam())
    (mail,) = mailbox.collect()
    assert "Sam Staffer has filed ticket" in text_of(mail)


def test_nothing_goes_out_before_the_recall_time(app, session, tmp_path):
    from app.jobs.delivery import Delivery
    from app.mail.transport import FileTransport

    make.ticket(make.ann())
    session.commit()
    assert not Delivery(app, FileTransport(tmp_path), "test").next()


def test_a_reply_of_staff_goes_to_the_requester_only(session, mailbox):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    tickets.assign_ticket_to_staff(ticket, sam, act=make.act(sam))
    mailbox.collect()
    tickets.reply(ticket, written("Which **tray**?"), act=make.act(sam))
    (mail,) = mailbox.collect()
    assert to([mail]) == ["ann@example.org"]
    assert "Which **tray**?" in text_of(mail)
    assert "Smoke comes out" not in all_of(mail), "only what is new (R70)"


def test_an_answer_goes_to_the_assignee(session, mailbox):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    tickets.assign_ticket_to_staff(ticket, sam, act=make.act(sam))
    mailbox.collect()
    tickets.reply(ticket, written("Tray 2."), act=make.act(ann))
    (mail,) = mailbox.collect()
    assert to([mail]) == ["sam@example.org"]
    assert "Ann Asker wrote" in text_of(mail)


def test_an_answer_on_a_ticket_of_nobody_is_withdrawn(session, mailbox):
    ann = make.ann()
    ticket = make.ticket(ann)
    mailbox.collect()
    tickets.reply(ticket, written("Hello?"), act=make.act(ann))
    assert mailbox.collect() == []
    assert ("ticket.answered", "Nobody is assigned.") in reasons(session)


def test_solving_with_a_reply_is_one_mail(session, mailbox):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    mailbox.collect()
    tickets.reply(ticket, written("A new drum."), act=make.act(sam), then=TicketStatus.SOLVED)
    (mail,) = mailbox.collect()
    assert "and marked it as solved" in text_of(mail)
    assert ("ticket.solved", "The mail about the reply says so.") in reasons(session)


def test_a_reply_that_closes_an_open_ticket_says_that_it_is_closed(session, mailbox):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    mailbox.collect()
    tickets.reply(ticket, written("A new drum."), act=make.act(sam), then=TicketStatus.CLOSED)
    reply, closed = mailbox.collect()
    assert "marked it as solved" not in text_of(reply)
    assert "that opens a new ticket" in text_of(closed)


def test_solving_without_a_word_is_told_too(session, mailbox):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    mailbox.collect()
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam))
    (mail,) = mailbox.collect()
    assert mail["Subject"].startswith(f"[#{ticket.id}] Solved:")


def test_who_solves_their_own_ticket_knows_it(session, mailbox):
    ann = make.ann()
    ticket = make.ticket(ann)
    mailbox.collect()
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(ann))
    assert mailbox.collect() == []


def test_what_was_reopened_meanwhile_is_not_called_solved(session, mailbox):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    mailbox.collect()
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam))
    tickets.change_status(ticket, TicketStatus.OPEN, act=make.act(sam))
    assert mailbox.collect() == []
    assert ("ticket.solved", "The ticket is open again.") in reasons(session)


def test_the_assignee_is_told_unless_it_moved_on(session, mailbox):
    ann, sam, ada = make.ann(), make.sam(), make.ada()
    ticket = make.ticket(ann)
    mailbox.collect()
    tickets.assign_ticket_to_staff(ticket, sam, act=make.act(ada))
    assert to(mailbox.collect()) == ["sam@example.org"]
    tickets.assign_ticket_to_staff(ticket, ada, act=make.act(sam))
    tickets.assign_ticket_to_staff(ticket, None, act=make.act(sam))
    assert mailbox.collect() == []


def test_reports_go_to_the_assignee_and_back_to_the_reporter(session, mailbox):
    ann, eve, sam = make.ann(), make.eve(), make.sam()
    ticket = make.ticket(ann, title="The secret printer")
    tickets.assign_ticket_to_staff(ticket, sam, act=make.act(sam))
    mailbox.collect()
    reports.create_report(ticket, eve, act=make.act(eve))
    assert to(mailbox.collect()) == ["sam@example.org"]
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam))
    mails = {mail["To"].addresses[0].addr_spec: mail for mail in mailbox.collect()}
    assert set(mails) == {"ann@example.org", "eve@example.org"}
    # Eve does not see the ticket: she learns that it is solved, and nothing else.
    assert "is solved" in text_of(mails["eve@example.org"])
    assert "secret printer" not in all_of(mails["eve@example.org"])
    assert "/tickets/" not in all_of(mails["eve@example.org"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"active": False}, "The account is switched off."),
        ({"email": None}, "The account has no address."),
    ],
)
def test_who_cannot_get_mail_gets_none(session, mailbox, change, reason):
    ann = make.ann()
    make.ticket(ann)
    if change.get("active") is False:
        ann.deactivated_at = ann.created_at
    else:
        ann.email = ann.email_key = None
    assert mailbox.collect() == []
    assert ("mail", reason) in reasons(session)


def test_staff_who_left_the_help_desk_get_nothing_of_others_tickets(session, mailbox):
    ann, sam, ada = make.ann(), make.sam(), make.ada()
    ticket = make.ticket(ann)
    mailbox.collect()
    tickets.assign_ticket_to_staff(ticket, sam, act=make.act(ada))
    session.commit()
    sam.staff = None
    assert mailbox.collect() == []
    assert ("mail", "They may not see the ticket.") in reasons(session)


def test_an_unconfirmed_address_gets_neither_names_nor_words(session, mailbox):
    """R74: whoever holds the address may never have heard of us."""
    sam = make.sam()
    eve = make.user("Buy Gold Now", username="gold", confirmed=False)
    ticket = make.ticket(eve, title="Cheap pills", description="https://evil.example")
    tickets.reply(ticket, written("evil words"), act=make.act(sam))
    mails = mailbox.collect()
    assert len(mails) == 2
    for mail in mails:
        said = all_of(mail)
        for chosen in ("Gold", "pills", "evil", "Sam"):
            assert chosen not in said
        assert f"/tickets/{ticket.id}" in said
        assert mail["To"] == "gold@example.org"


def test_no_note_is_in_any_mail(session, mailbox):
    """R28: notes before, between and after everything that sends a mail."""
    ann, eve, sam, ada = make.ann(), make.eve(), make.sam(), make.ada()
    canary = "canary-7f3a"
    ticket = make.ticket(ann)
    steps = (
        lambda: tickets.assign_ticket_to_staff(ticket, sam, act=make.act(ada)),
        lambda: tickets.reply(ticket, written("hello"), act=make.act(sam)),
        lambda: tickets.reply(ticket, written("hi"), act=make.act(ann)),
        lambda: reports.create_report(ticket, eve, act=make.act(eve)),
        lambda: tickets.reply(ticket, written("done"), act=make.act(sam), then=TicketStatus.SOLVED),
        lambda: tickets.change_status(ticket, TicketStatus.OPEN, act=make.act(ann)),
        lambda: tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam)),
    )
    mails = []
    for step in steps:
        tickets.note(ticket, written(canary), act=make.act(sam))
        step()
        tickets.note(ticket, written(canary), act=make.act(sam))
        mails += mailbox.collect()
    assert len(mails) >= len(steps)
    assert not any(canary in all_of(mail) for mail in mails)


def test_a_note_that_is_announced_by_mistake_stays_inside(session, mailbox):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    mailbox.collect()
    note = tickets.note(ticket, written("canary"), act=make.act(sam))
    session.commit()
    announce("ticket.replied", message_id=note.id)
    announce("mail", recipient=ann, template="replied", ticket_id=ticket.id, message_id=note.id)
    assert mailbox.collect() == []


def test_an_announcement_is_expanded_once(app, session, mailbox):
    """A worker whose lease ran out comes back to what another has expanded."""
    make.ticket(make.user("Ann", role=Role.AGENT))
    mailbox.collect()
    entry = session.scalars(select(OutboxEntry).where(OutboxEntry.topic == "ticket.received")).one()
    entry.state, entry.finished_at = OutboxState.WAITING, None
    assert mailbox.collect() == [], "the key refuses the second mail"


def held_by_a_worker(session, topic):
    """Entries as they are while a worker tells them: an undo can't withdraw them any more."""
    session.commit()
    for entry in session.scalars(select(OutboxEntry).where(OutboxEntry.topic == topic)):
        entry.lease_by, entry.lease_until = "another", now() + outbox.LEASE


def let_go(session):
    for entry in session.scalars(select(OutboxEntry)):
        entry.lease_by = entry.lease_until = None


@pytest.mark.parametrize("topic", ["ticket.solved", "mail"])
def test_an_act_taken_back_while_a_worker_held_it_tells_nobody(session, mailbox, topic):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    mailbox.collect()
    act = make.act(sam)
    tickets.change_status(ticket, TicketStatus.SOLVED, act=act)
    if topic == "mail":
        (entry,) = session.scalars(
            select(OutboxEntry).where(OutboxEntry.topic == "ticket.solved")
        ).all()
        audience.expand(entry)
        outbox.succeeded(entry)
    held_by_a_worker(session, topic)
    undo.undo(act, by=sam, via=Door.WEB)
    let_go(session)
    assert mailbox.collect() == []
    assert reasons(session) == {(topic, "It was taken back.")}


def test_what_lies_in_the_trash_tells_nobody(session, mailbox):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    mailbox.collect()
    tickets.reply(ticket, written("Which tray?"), act=make.act(sam))
    trash.put_in_trash(ticket, act=make.act(sam))
    assert mailbox.collect() == []
    assert ("ticket.replied", "The ticket is in the trash.") in reasons(session)


def test_what_came_into_the_trash_after_it_was_announced_is_not_sent(session, mailbox):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    mailbox.collect()
    announce("mail", recipient=ann, template="received", ticket_id=ticket.id)
    trash.put_in_trash(ticket, act=make.act(sam))
    assert mailbox.collect() == []
    assert ("mail", "The ticket is in the trash.") in reasons(session)
