"""People who were copied in: they see the ticket, reply, are told, and can leave."""

import datetime as dt

import pytest
from sqlalchemy import select

from app.clock import now
from app.domain import participants, reports, tickets, trash
from app.domain.errors import Conflict, Unprocessable
from app.extensions import db
from app.models import OutboxEntry, Role, Side, TicketFieldChange, TicketStatus, User
from app.policy import Permission, allows
from app.text import written
from tests import factories as make


@pytest.fixture
def ann(session):
    return make.ann()


@pytest.fixture
def ticket(ann):
    return make.ticket(ann)


def add(ticket, person):
    by = db.session.get_one(User, ticket.user_id)
    added = participants.add(ticket, person, act=make.act(by))
    db.session.commit()
    return added


def topics(session):
    return session.scalars(select(OutboxEntry.topic).order_by(OutboxEntry.id)).all()


def test_copying_somebody_in_is_recorded_and_told(session, ticket):
    zoe = make.user("Zoe")
    assert add(ticket, zoe)
    assert not add(ticket, zoe)
    changes = session.scalars(select(TicketFieldChange)).all()
    assert [(c.field, c.old, c.new) for c in changes] == [("participants", [], [zoe.id])]
    assert topics(session) == ["ticket.received", "participant.added"]
    assert ticket.version == 2
    assert participants.remove(ticket, zoe, act=make.act(zoe))
    assert not participants.remove(ticket, zoe, act=make.act(zoe))
    assert ticket.participants == []


def test_who_cannot_be_copied_in(session, ann, ticket):
    with pytest.raises(Unprocessable, match="is the requester already"):
        add(ticket, ann)
    with pytest.raises(Unprocessable, match="switched off"):
        add(ticket, make.user(active=False))
    session.rollback()
    assert ticket.participants == []


def test_fifty_and_not_one_more(session, ann, ticket):
    people = [make.user() for _ in range(participants.PARTICIPANTS_MAX)]
    for person in people:
        participants.add(ticket, person, act=make.act(ann))
    with pytest.raises(Conflict, match="at most 50"):
        participants.add(ticket, make.user(), act=make.act(ann))
    assert not participants.add(ticket, people[0], act=make.act(ann))


def test_nothing_happens_to_a_ticket_in_the_trash(session, ann, ticket):
    zoe = make.user("Zoe")
    add(ticket, zoe)
    trash.put_in_trash(ticket, act=make.act(make.sam()))
    session.commit()
    with pytest.raises(Conflict, match="in the trash"):
        participants.add(ticket, make.user(), act=make.act(ann))
    with pytest.raises(Conflict, match="in the trash"):
        participants.remove(ticket, zoe, act=make.act(zoe))


@pytest.mark.parametrize("before", ["pending", "on_hold", "solved"])
def test_their_reply_counts_like_the_requesters(session, ticket, before):
    zoe, sam = make.user("Zoe"), make.sam()
    add(ticket, zoe)
    tickets.change_status(ticket, TicketStatus(before), act=make.act(sam))
    session.commit()
    sent = tickets.reply(ticket, written("It is back."), act=make.act(zoe))
    assert sent.message.side is Side.REQUESTER
    assert ticket.status is TicketStatus.OPEN
    assert ticket.waiting_since is not None


def test_their_follow_up_is_their_own(session, ticket, time_machine):
    zoe, sam = make.user("Zoe"), make.sam()
    add(ticket, zoe)
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam))
    session.commit()
    time_machine.move_to(now() + dt.timedelta(days=30))
    sent = tickets.reply(ticket, written("It is back."), act=make.act(zoe))
    assert sent.message is None
    assert (sent.ticket.user_id, sent.ticket.follow_up_of_id) == (zoe.id, ticket.id)
    assert ticket.status is TicketStatus.SOLVED


def test_what_they_may_and_may_not(session, ticket):
    zoe = make.user("Zoe")
    add(ticket, zoe)
    may = {
        Permission.TICKET_SEE,
        Permission.TICKET_SEE_SUMMARY,
        Permission.TICKET_REPLY,
        Permission.TICKET_LEAVE,
        Permission.TICKET_REPORT,
        Permission.TICKET_ESCALATE,
    }
    about_tickets = {p for p in Permission if p.value.startswith("ticket.")}
    about_tickets -= {Permission.TICKET_OPEN, Permission.TICKET_OPEN_FOR_OTHERS}
    assert {p for p in about_tickets if allows(zoe, p, ticket)} == may
    assert reports.create_report(ticket, zoe, act=make.act(zoe))


def test_staff_who_are_copied_in_speak_for_the_help_desk(session, ticket):
    sam = make.sam()
    add(ticket, sam)
    assert tickets.reply(ticket, written("Hello"), act=make.act(sam)).message.side is Side.STAFF


def test_an_outsider_who_is_copied_into_a_private_teams_ticket_is_a_requester_there(session):
    sam, mira, ann = make.sam(), make.user("Mira", role=Role.AGENT), make.ann()
    ticket = make.ticket(ann, by=mira, team=make.team("HR", mira, private=True))
    assert not allows(sam, Permission.TICKET_SEE, ticket)
    add(ticket, sam)
    about_tickets = {p for p in Permission if p.value.startswith("ticket.")}
    zoe = make.user("Zoe")
    add(ticket, zoe)
    for permission in about_tickets - {Permission.TICKET_OPEN_FOR_OTHERS}:
        assert allows(sam, permission, ticket) == allows(zoe, permission, ticket), permission
    sent = tickets.reply(ticket, written("Hello"), act=make.act(sam))
    assert sent.message.side is Side.REQUESTER
