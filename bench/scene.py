"""The same people and tickets to look at, whatever the size of the database.

The demo of a thousand tickets has twenty open ones and that of a hundred thousand two thousand:
comparing their queues would compare twenty rows with fifty. So in both the newest closed tickets
are opened again until every list is full, and a conversation is held that is the same in both.
"""

import datetime as dt
from dataclasses import dataclass

import time_machine
from flask import Flask
from sqlalchemy import or_, select

from app import clock
from app.cli import DEMO_PASSWORD
from app.demo import loading
from app.domain import history, settings, tickets
from app.extensions import db
from app.models import (
    CLOSED_STATUSES,
    Category,
    ChangeSet,
    Door,
    Priority,
    Team,
    Ticket,
    TicketStatus,
    User,
)
from app.text import written

REOPENED = 60
EACH = 20
"""How many of the reopened tickets the agent has, and how many nobody."""
MESSAGES = 10
PASSWORD = DEMO_PASSWORD
_A_WEEK = dt.timedelta(days=7)
_QUESTION = "It happened **again** this morning, around nine. I tried the other cable, as you said."
_ANSWER = (
    "Thank you for trying. Could you please\n\n1. switch the dock off and on,\n"
    "2. wait for a minute, and\n3. tell me whether the light is *green* or *orange*?\n\n"
    "The manual is at https://intranet.example.org/docks if you would like to look."
)


@dataclass(frozen=True, slots=True)
class Scene:
    """Who looks, and at which ticket."""

    agent: str
    requester: str
    requester_id: int
    ticket_id: int


def furnish(app: Flask) -> Scene:
    """Make what the measured pages show; commits."""
    with app.app_context():
        db.session().will_write()
        # Mail about it, and about what is filed while we measure, is not due before we are done:
        # the worker would deliver it during whatever page is measured then.
        settings.change({"recall_seconds": int(_A_WEEK.total_seconds())})
        people = {one.role: one.username for one in reversed(loading.sign_ins())}
        agent, requester = _person(people["agent"]), _person(people["requester"])
        _reopen(agent)
        # Long enough ago that its mails are sent and none of its replies can be taken back.
        with time_machine.travel(clock.now() - 2 * _A_WEEK):
            ticket = _conversation(agent, requester)
        scene = Scene(agent.username, requester.username, requester.id, ticket.id)
        db.session.commit()
        db.engine.dispose()
    return scene


def _person(username: str) -> User:
    return db.session.scalars(select(User).where(User.username == username)).one()


def _reopen(agent: User) -> None:
    newest = db.session.scalars(
        select(Ticket)
        .outerjoin(Ticket.team)
        .where(
            Ticket.status.in_(CLOSED_STATUSES),
            Ticket.trashed_at.is_(None),
            or_(Ticket.team_id.is_(None), Team.is_private.is_(False)),
        )
        .order_by(Ticket.id.desc())
        .limit(REOPENED)
    ).all()
    for place, ticket in enumerate(newest):
        act = _act("bench.reopened", agent)
        tickets.change_status(ticket, TicketStatus.OPEN, act=act)
        if place < 2 * EACH:
            who = agent if place < EACH else None
            tickets.assign_ticket_to_staff(ticket, who, act=act)


def _conversation(agent: User, requester: User) -> Ticket:
    ticket = tickets.create_ticket(
        requester,
        "The dock loses the second screen",
        written("Since the move to the new desk. " + _QUESTION),
        act=_act("ticket.created", requester),
    )
    act = _act("ticket.updated", agent)
    category = db.session.scalars(select(Category).order_by(Category.id).limit(1)).one()
    changes = tickets.Changes(
        priority=Priority.HIGH,
        category=category,
        category_given=True,
        tags=("dock", "screen"),
        assignee=agent,
        assignee_given=True,
    )
    tickets.update_ticket(ticket, changes, act=act)
    for place in range(MESSAGES):
        _say(ticket, place, agent, requester)
    return ticket


def _say(ticket: Ticket, place: int, agent: User, requester: User) -> None:
    if place == 4:
        tickets.note(ticket, written("Same model as #1: a bad batch?"), act=_act("note", agent))
    elif place % 2:
        body = written(_QUESTION)
        tickets.reply(ticket, body, act=_act("ticket.replied", requester))
    else:
        act = _act("ticket.replied", agent)
        tickets.reply(ticket, written(_ANSWER), act=act, then=TicketStatus.PENDING)


def _act(kind: str, by: User) -> ChangeSet:
    return history.begin(kind, by=by, via=Door.CLI)
