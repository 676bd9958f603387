"""The rules of tickets that hold for everybody, whichever door a change comes through."""

import pytest
from sqlalchemy import select

from app.domain import tally, tickets
from app.domain.errors import Conflict
from app.models import OutboxEntry, TicketStatus, TicketStatusChange
from app.text import written
from tests import factories as make


def test_a_new_ticket_has_the_opening_as_row_one(session):
    ann = make.ann()
    ticket = make.ticket(ann)
    rows = session.scalars(select(TicketStatusChange)).all()
    assert [(r.from_status, r.status_change, r.change_by_user_id) for r in rows] == [
        (None, "new", ann.id)
    ]
    assert (ticket.status, ticket.version) == (TicketStatus.NEW, 1)
    assert [e.topic for e in session.scalars(select(OutboxEntry))] == ["ticket.received"]
    assert tally.kept() == tally.counted() == {("new", 0, 0, 0): 1}


def test_staffs_first_reply_opens_a_ticket(session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    tickets.reply(ticket, written("Which tray?"), act=make.act(sam))
    session.commit()
    assert (ticket.status, ticket.version, ticket.waiting_since) == (TicketStatus.OPEN, 2, None)
    assert tally.kept() == tally.counted()


def test_nothing_returns_to_new(session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    tickets.take(ticket, act=make.act(sam))
    with pytest.raises(Conflict):
        tickets.change_status(ticket, TicketStatus.NEW, act=make.act(sam))
