"""Who hears of a known problem, and that they hear nothing but what was published."""

import pytest
from sqlalchemy import select

from app.domain import participants, problems, reports, tickets, undo
from app.domain.outbox import announce
from app.models import Door, OutboxEntry, OutboxState, ReportKind, TicketStatus
from app.text import written
from tests import factories as make
from tests.mail.test_audience import reasons, to
from tests.mailbox import all_of, html_of, text_of


@pytest.fixture
def problem(session, mailbox):
    """Ann's ticket with everything in it that nobody else may learn, published by Sam."""
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann, "VPN drops", description="CANARY description")
    tickets.reply(ticket, written("CANARY reply"), act=make.act(sam))
    tickets.note(ticket, written("CANARY note"), act=make.act(sam))
    problems.mark(ticket, written("The tunnel **breaks**."), act=make.act(sam))
    session.commit()
    mailbox.collect()
    return ticket, ann, sam


SECRETS = ("CANARY", "Ann", "ann@")


def test_an_update_goes_to_each_who_is_affected_and_says_nothing_else(session, mailbox, problem):
    ticket, _ann, sam = problem
    eve, kim, copied = make.eve(), make.user("Kim"), make.user("Cora")
    participants.add(ticket, copied, act=make.act(sam))
    for person in (eve, kim):
        make.affected(person, ticket)
    reports.withdraw(make.affected(make.user("Withdrawn"), ticket), act=make.act(sam))
    reports.create_report(ticket, make.user("Asker"), act=make.act(sam), kind=ReportKind.ESCALATION)
    mailbox.collect()
    problems.publish_update(ticket, written("Use **leeds-1**."), act=make.act(sam))
    mails = {mail["To"].addresses[0].addr_spec: mail for mail in mailbox.collect()}
    assert set(mails) == {f"{name}@example.org" for name in ("ann", "eve", "kim", "cora")}
    for name in ("eve", "kim"):
        mail = mails[f"{name}@example.org"]
        assert mail["Subject"] == f"[#{ticket.id}] News: VPN drops"
        assert "Use **leeds-1**." in text_of(mail)
        assert "<strong>leeds-1</strong>" in html_of(mail)
        assert f"/tickets/{ticket.id}" in text_of(mail)
        for secret in (*SECRETS, "tunnel", "Sam"):
            assert secret not in all_of(mail)
    entries = session.scalars(select(OutboxEntry).where(OutboxEntry.key.is_not(None))).all()
    assert len({entry.key for entry in entries}) == len(entries)


def test_the_first_summary_goes_to_whoever_said_so_before(session, mailbox):
    ann, sam, eve = make.ann(), make.sam(), make.eve()
    ticket = make.ticket(ann, "VPN drops", description="CANARY")
    reports.create_report(ticket, eve, act=make.act(sam), kind=ReportKind.AFFECTED)
    mailbox.collect()
    problems.mark(ticket, written("The tunnel breaks."), act=make.act(sam))
    mails = {mail["To"].addresses[0].addr_spec: mail for mail in mailbox.collect()}
    assert set(mails) == {"ann@example.org", "eve@example.org"}
    mail = mails["eve@example.org"]
    assert mail["Subject"] == f"[#{ticket.id}] Known problem: VPN drops"
    assert "The tunnel breaks." in text_of(mail)
    assert "(New)" in text_of(mail)
    assert not any(secret in all_of(mail) for secret in SECRETS)


def test_another_summary_is_sent_when_staff_say_so(session, mailbox, problem):
    ticket, _ann, sam = problem
    eve = make.eve()
    make.affected(eve, ticket)
    mailbox.collect()
    problems.edit_summary(ticket, written("Quietly"), act=make.act(sam))
    assert mailbox.collect() == []
    problems.edit_summary(ticket, written("Aloud"), act=make.act(sam), tell=True)
    mails = mailbox.collect()
    assert sorted(to(mails)) == ["ann@example.org", "eve@example.org"]
    assert "Aloud" in text_of(mails[0])


def test_solved_comes_with_the_summary_and_nothing_else(session, mailbox, problem):
    ticket, _ann, sam = problem
    make.affected(make.eve(), ticket)
    mailbox.collect()
    tickets.reply(ticket, written("CANARY solved it"), act=make.act(sam), then=TicketStatus.SOLVED)
    mails = {mail["To"].addresses[0].addr_spec: mail for mail in mailbox.collect()}
    mail = mails["eve@example.org"]
    assert mail["Subject"] == f"[#{ticket.id}] Solved: VPN drops"
    assert "The tunnel **breaks**." in text_of(mail)
    assert "<strong>breaks</strong>" in html_of(mail)
    assert f"/tickets/{ticket.id}" in text_of(mail)
    assert not any(secret in all_of(mail) for secret in (*SECRETS, "Sam"))


def test_waiting_is_not_for_those_who_are_not_asked(session, mailbox, problem):
    ticket, _ann, sam = problem
    make.affected(make.eve(), ticket)
    tickets.change_status(ticket, TicketStatus.PENDING, act=make.act(sam))
    mailbox.collect()
    problems.publish_update(ticket, written("News"), act=make.act(sam))
    mails = {mail["To"].addresses[0].addr_spec: text_of(mail) for mail in mailbox.collect()}
    assert "(Waiting for you)" in mails["ann@example.org"]
    assert "(Waiting)" in mails["eve@example.org"]


def test_the_assignee_is_not_mailed_for_each_of_forty(session, mailbox, problem):
    ticket, _ann, sam = problem
    tickets.take(ticket, act=make.act(sam))
    mailbox.collect()
    make.affected(make.eve(), ticket)
    assert mailbox.collect() == []
    assert ("report.filed", "The known problem’s page counts it.") in reasons(session)


def test_what_is_no_known_problem_any_more_is_told_nobody(session, mailbox, problem):
    ticket, _ann, sam = problem
    make.affected(make.eve(), ticket)
    mailbox.collect()
    problems.publish_update(ticket, written("News"), act=make.act(sam))
    problems.unmark(ticket, act=make.act(sam))
    assert mailbox.collect() == []
    assert ("problem.updated", "It is not a known problem any more.") in reasons(session)


def test_an_update_taken_back_is_told_nobody(session, mailbox, problem):
    ticket, _ann, sam = problem
    make.affected(make.eve(), ticket)
    mailbox.collect()
    act = make.act(sam)
    update = problems.publish_update(ticket, written("News"), act=act)
    session.commit()
    undo.undo(act, by=sam, via=Door.WEB)
    announce("problem.updated", ticket_id=ticket.id, update_id=update.id)
    assert mailbox.collect() == []
    assert ("problem.updated", "The update was taken back.") in reasons(session)


def test_between_the_announcement_and_the_mail_it_may_end_too(session, mailbox, problem):
    ticket, _ann, sam = problem
    eve = make.eve()
    make.affected(eve, ticket)
    mailbox.collect()
    problems.unmark(ticket, act=make.act(sam))
    announce("mail", recipient=eve, template="problem", ticket_id=ticket.id)
    assert mailbox.collect() == []
    assert ("mail", "They may not see the ticket.") in reasons(session)


def test_an_address_that_is_not_proven_hears_nothing_of_it(session, mailbox, problem):
    ticket, _ann, sam = problem
    zoe = make.user("Zoe", confirmed=False)
    reports.create_report(ticket, zoe, act=make.act(sam), kind=ReportKind.AFFECTED)
    mailbox.collect()
    problems.publish_update(ticket, written("News"), act=make.act(sam))
    assert to(mailbox.collect()) == ["ann@example.org"]
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam))
    mails = {mail["To"].addresses[0].addr_spec: mail for mail in mailbox.collect()}
    mail = mails["zoe@example.org"]
    assert "is solved" in text_of(mail)
    assert not any(word in all_of(mail) for word in ("VPN", "tunnel", "/tickets/", "Zoe"))


def test_an_announcement_to_many_is_expanded_once(session, mailbox, problem):
    ticket, _ann, sam = problem
    for _ in range(3):
        make.affected(make.user(), ticket)
    mailbox.collect()
    problems.publish_update(ticket, written("News"), act=make.act(sam))
    assert len(mailbox.collect()) == 4
    make.affected(make.eve(), ticket)
    mailbox.collect()
    entry = session.scalars(select(OutboxEntry).where(OutboxEntry.topic == "problem.updated")).one()
    entry.state, entry.finished_at = OutboxState.WAITING, None
    assert to(mailbox.collect()) == ["eve@example.org"], "the others have been told"


def test_whoever_writes_it_is_not_told(session, mailbox):
    sam = make.sam()
    ticket = make.known_problem(sam, sam)
    mailbox.collect()
    problems.publish_update(ticket, written("News"), act=make.act(sam))
    assert mailbox.collect() == []
    assert ("problem.updated", "There is nobody to tell.") in reasons(session)
