"""What people who were copied in are told, and what others are told of them."""

import pytest

from app.domain import participants, tickets, undo
from app.models import Door, Role, TicketStatus
from app.text import written
from tests import factories as make
from tests.mail.test_audience import reasons, to
from tests.mailbox import all_of, html_of, text_of


@pytest.fixture
def people(session, mailbox):
    """Ann asked, Sam has it, Zoe and Bob are copied in."""
    found = {"ann": make.ann(), "sam": make.sam()}
    found |= {name: make.user(name.capitalize()) for name in ("zoe", "bob")}
    ticket = make.ticket(found["ann"])
    tickets.assign_ticket_to_staff(ticket, found["sam"], act=make.act(found["sam"]))
    for name in ("zoe", "bob"):
        participants.add(ticket, found[name], act=make.act(found["ann"]))
    mailbox.collect()
    return found | {"ticket": ticket}


def by_reader(mails):
    return {mail["To"].addresses[0].username: mail for mail in mails}


def test_whoever_is_copied_in_is_told_and_reads_nothing_older(session, mailbox):
    ann, zoe = make.ann(), make.user("Zoe")
    ticket = make.ticket(ann)
    mailbox.collect()
    participants.add(ticket, zoe, act=make.act(ann))
    (mail,) = mailbox.collect()
    assert to([mail]) == ["zoe@example.org"]
    for said in (text_of(mail), html_of(mail)):
        assert "Ann Asker has copied you in" in said
        assert f"/tickets/{ticket.id}" in said
        assert "leave the ticket on its page" in said
    assert "Smoke comes out" not in all_of(mail)


def test_who_was_taken_out_again_or_came_by_themselves_is_told_nothing(session, mailbox):
    ann, zoe, sam = make.ann(), make.user("Zoe"), make.sam()
    ticket = make.ticket(ann)
    mailbox.collect()
    participants.add(ticket, zoe, act=make.act(ann))
    participants.add(ticket, sam, act=make.act(sam))
    participants.remove(ticket, zoe, act=make.act(ann))
    assert mailbox.collect() == []
    assert ("participant.added", "They are not on the ticket any more.") in reasons(session)


def test_an_act_that_is_taken_back_tells_nobody(session, mailbox):
    ann, zoe = make.ann(), make.user("Zoe")
    ticket = make.ticket(ann)
    mailbox.collect()
    act = make.act(ann)
    participants.add(ticket, zoe, act=act)
    session.commit()
    undo.undo(act, by=ann, via=Door.WEB)
    assert mailbox.collect() == []
    assert ticket.participants == []


def test_a_reply_of_staff_goes_to_the_requester_and_all_who_are_copied_in(session, mailbox, people):
    tickets.reply(people["ticket"], written("Which **tray**?"), act=make.act(people["sam"]))
    mails = by_reader(mailbox.collect())
    assert sorted(mails) == ["ann", "bob", "zoe"]
    assert "is yours" in text_of(mails["ann"])
    assert "you are copied into ticket" in text_of(mails["zoe"])
    assert "you are copied into ticket" in html_of(mails["zoe"])
    assert "Which **tray**?" in text_of(mails["zoe"])


@pytest.mark.parametrize(("author", "told"), [("zoe", "ann"), ("ann", "zoe")])
def test_a_reply_of_the_requesters_side_goes_to_the_assignee_and_the_others(
    session, mailbox, people, author, told
):
    tickets.reply(people["ticket"], written("Tray 2."), act=make.act(people[author]))
    mails = by_reader(mailbox.collect())
    assert sorted(mails) == sorted(["sam", "bob", told])
    assert "is assigned to you" in text_of(mails["sam"])
    assert f"{people[author].name} replied to ticket" in text_of(mails["bob"])


def test_without_an_assignee_the_others_hear_of_it_nevertheless(session, mailbox, people):
    tickets.assign_ticket_to_staff(people["ticket"], None, act=make.act(people["sam"]))
    tickets.reply(people["ticket"], written("Tray 2."), act=make.act(people["zoe"]))
    assert sorted(by_reader(mailbox.collect())) == ["ann", "bob"]


def test_solved_goes_to_all_of_them_but_to_whoever_solved(session, mailbox, people):
    ticket = people["ticket"]
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(people["sam"]))
    mails = by_reader(mailbox.collect())
    assert sorted(mails) == ["ann", "bob", "zoe"]
    assert "Your ticket" in text_of(mails["ann"])
    assert "Your ticket" not in text_of(mails["bob"])
    tickets.change_status(ticket, TicketStatus.OPEN, act=make.act(people["ann"]))
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(people["ann"]))
    assert sorted(by_reader(mailbox.collect())) == ["bob", "zoe"]


def test_a_reply_that_solves_is_one_mail_for_each(session, mailbox, people):
    reply = written("A new drum.")
    tickets.reply(people["ticket"], reply, act=make.act(people["sam"]), then=TicketStatus.SOLVED)
    assert sorted(to(mailbox.collect())) == [f"{n}@example.org" for n in ("ann", "bob", "zoe")]


def test_a_note_goes_to_none_of_them(session, mailbox, people):
    tickets.note(people["ticket"], written("CANARY"), act=make.act(people["sam"]))
    assert mailbox.collect() == []


def test_an_unproven_address_hears_only_that_there_is_news(session, mailbox):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann, "CANARY-TITLE", description="CANARY-TEXT")
    zoe = make.user("CANARY-NAME", email="zoe@example.org", confirmed=False)
    mailbox.collect()
    participants.add(ticket, zoe, act=make.act(ann))
    tickets.reply(ticket, written("CANARY-REPLY"), act=make.act(sam))
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam))
    hers = [mail for mail in mailbox.collect() if to([mail]) == ["zoe@example.org"]]
    assert len(hers) == 3
    for mail in hers:
        assert f"News on ticket #{ticket.id}" in mail["Subject"]
        assert "CANARY" not in all_of(mail)
        assert "Ann" not in all_of(mail)


def test_who_has_left_or_is_switched_off_gets_nothing_more(session, mailbox, people):
    ticket = people["ticket"]
    participants.remove(ticket, people["zoe"], act=make.act(people["zoe"]))
    people["bob"].deactivated_at = people["bob"].created_at
    tickets.reply(ticket, written("Which tray?"), act=make.act(people["sam"]))
    assert to(mailbox.collect()) == ["ann@example.org"]
    assert ("mail", "The account is switched off.") in reasons(session)


def test_an_outsider_who_is_copied_in_reads_as_a_requester(session, mailbox):
    mira, sam, ann = make.user("Mira", role=Role.AGENT), make.sam(), make.ann()
    ticket = make.ticket(ann, by=mira, team=make.team("CANARY-TEAM", mira, private=True))
    participants.add(ticket, sam, act=make.act(mira))
    mailbox.collect()
    tickets.note(ticket, written("CANARY-NOTE"), act=make.act(mira))
    tickets.reply(ticket, written("Which tray?"), act=make.act(mira), then=TicketStatus.PENDING)
    mails = by_reader(mailbox.collect())
    assert "Which tray?" in text_of(mails["sam"])
    assert "Waiting for you" in html_of(mails["sam"])
    assert "CANARY" not in all_of(mails["sam"])


def test_the_outbox_names_it_to_admins(session, browser, mailbox, people):
    page = browser(make.ada()).get("/admin/outbox?tab=sent")
    assert "Copied into a ticket" in page.text
