"""Random acts by several people, some taken back in random order: the state is explained.

The oracle is told every act as it happens and replays those that were not taken back, each field
on its own. Undo may leave something else only where it named it.
"""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain import participants, reports, tally, teams, tickets, trash, undo
from app.domain.errors import DomainError
from app.extensions import db
from app.models import (
    Category,
    ChangeSet,
    Door,
    Priority,
    ReportStatus,
    Role,
    Ticket,
    TicketMessage,
    TicketReport,
    TicketStatus,
    User,
)
from app.queries.tickets import find_visible
from app.text import written
from tests import factories as make

TAGS = ("vpn", "wifi", "printer")
VERBS = (
    *("title", "description", "priority", "category", "team", "assign", "take", "tags"),
    *("copy", "leave", "status", "reply", "answer", "note", "report", "move_report"),
    *("trash", "restore", "undo", "undo", "undo", "undo"),
)


class World:
    """Two tickets, three of the help desk, two requesters, and what the oracle was told."""

    def __init__(self) -> None:
        self.ann, self.eve = make.user(), make.user()
        self.staff = [make.user(role=role) for role in (Role.AGENT, Role.AGENT, Role.ADMIN)]
        self.teams = [
            teams.add(f"Plant of {self.ann.id}", is_private=False),
            teams.add(f"HR of {self.ann.id}", is_private=True),
        ]
        db.session.flush()
        teams.add_member(self.teams[1], self.staff[0])
        self.categories = list(db.session.scalars(select(Category).order_by(Category.id)))[:3]
        self.tickets = [make.ticket(self.ann).id, make.ticket(self.eve).id]
        self.acts: list[int] = []
        self.states: list[tuple[int, dict[int, dict[str, object]], dict[int, dict[str, object]]]]
        self.states = []
        self.undone: set[int] = set()
        self.excused: set[tuple[int, str]] = set()
        db.session.commit()
        self.start = self.now = self.look()

    def look(self) -> dict[int, dict[str, object]]:
        return {id_: state(id_) for id_ in self.tickets}

    # --- acting ----------------------------------------------------------------------------------

    def play(self, verb: str, chance: random.Random) -> None:
        before = self.now
        try:
            act = self._undo(chance) if verb == "undo" else self._act(verb, chance)
        except DomainError:
            db.session.rollback()
            return
        db.session.commit()
        if act is None:
            return
        after = self.now = self.look()
        if verb != "undo" and after != before:
            self.acts.append(act)
            self.states.append((act, before, after))

    def _act(self, verb: str, chance: random.Random) -> int | None:
        by = chance.choice(self.staff)
        ticket = find_visible(by, chance.choice(self.tickets), lock=True)
        if ticket is None:
            return None
        act = make.act(self._speaker(verb, by, ticket), verb)
        self._do(verb, ticket, act, chance)
        db.session.flush()
        return act.id

    def _speaker(self, verb: str, by: User, ticket: Ticket) -> User:
        return db.session.get_one(User, ticket.user_id) if verb == "answer" else by

    def _do(self, verb: str, ticket: Ticket, act: ChangeSet, chance: random.Random) -> None:
        match verb:
            case "title":
                tickets.edit_text(ticket, f"Title {chance.randint(1, 4)}", None, act=act)
            case "description":
                tickets.edit_text(ticket, None, written(f"Text {chance.randint(1, 4)}"), act=act)
            case "priority":
                change(ticket, act, priority=chance.choice(list(Priority)))
            case "category":
                chosen = chance.choice([None, *self.categories])
                change(ticket, act, category=chosen, category_given=True)
            case "team":
                team = chance.choice([None, *self.teams])
                change(ticket, act, team=team, team_given=True, priority=Priority.HIGH)
            case "assign":
                chosen = chance.choice([None, *self.staff])
                change(ticket, act, assignee=chosen, assignee_given=True)
            case "take":
                tickets.take(ticket, act=act)
            case "tags":
                change(ticket, act, tags=tuple(chance.sample(TAGS, chance.randint(0, 3))))
            case "copy":
                participants.add(ticket, chance.choice([self.ann, self.eve]), act=act)
            case "leave":
                participants.remove(ticket, chance.choice([self.ann, self.eve]), act=act)
            case "status":
                tickets.change_status(ticket, chance.choice(list(TicketStatus)), act=act)
            case "reply" | "answer":
                then = chance.choice([None, None, TicketStatus.PENDING, TicketStatus.SOLVED])
                if verb == "answer" or ticket.status is TicketStatus.CLOSED:
                    then = None
                tickets.reply(ticket, written("Words"), act=act, then=then)
            case "note":
                tickets.note(ticket, written("Words"), act=act)
            case "report":
                reports.create_report(ticket, chance.choice([self.ann, self.eve]), act=act)
            case "move_report":
                of_it = select(TicketReport).where(TicketReport.ticket_id == ticket.id)
                for report in db.session.scalars(of_it.order_by(TicketReport.id.desc()).limit(1)):
                    reports.move_report(report, chance.choice(list(ReportStatus)), act=act)
            case "trash":
                trash.put_in_trash(ticket, act=act)
            case "restore":
                trash.restore(ticket, act=act)

    def _undo(self, chance: random.Random) -> int | None:
        """Take back one of the acts, or bring one back by undoing its last undo."""
        if not self.acts:
            return None
        first = db.session.get_one(ChangeSet, chance.choice(self.acts[-8:]))
        tip = newest_of(first)
        by = chance.choice([self.staff[2], db.session.get_one(User, tip.actor_id)])
        undone = undo.undo(tip, by=by, via=Door.WEB)
        self.undone ^= {first.id}
        for left in undone.left:
            self.excused.add((left.ticket_id, left.what))
        return undone.act.id

    # --- the oracle ------------------------------------------------------------------------------

    def expected(self) -> dict[int, dict[str, object]]:
        """What each field holds after the acts that were not taken back, each as it was made."""
        found = {id_: dict(fields) for id_, fields in self.start.items()}
        for act, before, after in self.states:
            if act in self.undone:
                continue
            for id_, fields in found.items():
                for name, value in after[id_].items():
                    was = before[id_][name]
                    if isinstance(value, frozenset) and isinstance(was, frozenset):
                        held = fields[name]
                        assert isinstance(held, frozenset)
                        fields[name] = (held | (value - was)) - (was - value)
                    elif value != was:
                        fields[name] = value
        return found


def change(ticket: Ticket, act: ChangeSet, **what: object) -> None:
    tickets.update_ticket(ticket, tickets.Changes(**what), act=act)  # type: ignore[arg-type]


def newest_of(act: ChangeSet) -> ChangeSet:
    while (
        later := db.session.scalars(select(ChangeSet).filter_by(undoes_id=act.id)).one_or_none()
    ) is not None:
        act = later
    return act


def state(ticket_id: int) -> dict[str, object]:
    """Everything about a ticket that acts change."""
    db.session.expire_all()
    ticket = db.session.get_one(Ticket, ticket_id)
    messages = select(TicketMessage.id).where(
        TicketMessage.ticket_id == ticket_id, TicketMessage.undone_by_id.is_(None)
    )
    return {
        "title": ticket.title,
        "description": ticket.description,
        "priority": ticket.priority.value,
        "category": ticket.category_id,
        "team": ticket.team_id,
        "assignee": ticket.assignee_id,
        "status": ticket.status.value,
        "trashed": ticket.is_trashed,
        "tags": frozenset(tag.name for tag in ticket.tags),
        "participants": frozenset(person.id for person in ticket.participants),
        "messages": frozenset(db.session.scalars(messages)),
    }


WORDS = {"the status": "status", "the tag": "tags", "the list of participants": "participants"}


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 10**6)), max_size=20))
@pytest.mark.slow
def test_the_state_is_that_of_the_acts_not_taken_back(session, story):
    world = World()
    for verb, chance in story:
        world.play(verb, random.Random(chance))
    for id_, fields in world.expected().items():
        excused = {what for ticket_id, what in world.excused if ticket_id == id_}
        named = {WORDS.get(what, what.removeprefix("the ")) for what in excused}
        real = state(id_)
        wrong = {name for name in fields if fields[name] != real[name]}
        if "everything" in excused:
            continue
        if {"reply", "note"} & named:
            named.add("messages")
        assert wrong <= named, {name: (fields[name], real[name]) for name in wrong}
    assert tally.kept() == tally.counted()
    assert_clocks()


def assert_clocks() -> None:
    """Nobody waits for the help desk where the ball is not with it; solved is since when."""
    for ticket in db.session.scalars(select(Ticket)):
        ours = ticket.status in (TicketStatus.NEW, TicketStatus.OPEN)
        assert ours or ticket.waiting_since is None
        assert (ticket.solved_at is None) == ticket.is_open
