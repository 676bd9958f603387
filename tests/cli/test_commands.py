"""The commands, with what they print and how they exit."""

import datetime as dt
import io
import re

import pytest
from sqlalchemy import delete, insert, select, text, update

from app import create_app
from app.domain import (
    accounts,
    credentials,
    history,
    participants,
    reports,
    tickets,
    trash,
    undo,
)
from app.models import (
    BulkOutcome,
    ChangeSet,
    Door,
    OutboxEntry,
    Outcome,
    Priority,
    Ticket,
    TicketMessage,
    TicketReport,
    TicketStatus,
    TicketTally,
    TokenPurpose,
    User,
    ticket_participants,
    ticket_tags,
)
from app.text import written
from tests import factories as make
from tests.conftest import settings_for

NOON = dt.datetime(2026, 3, 12, 12, tzinfo=dt.UTC)
CREATE = ("user", "create", "--username", "bea", "--email", "bea@example.org", "--role")


@pytest.fixture
def run(app, session):
    def running(*arguments, stdin=b""):
        session.commit()
        result = app.test_cli_runner().invoke(args=arguments, input=io.BytesIO(stdin))
        session.expire_all()
        return result

    return running


def test_without_a_password_it_prints_an_invitation(run, session):
    result = run(*CREATE, "agent", "--name", "Bea Busy")
    assert result.exit_code == 0
    bea = session.scalars(select(User)).one()
    assert (bea.username, bea.name, bea.role, bea.is_confirmed) == (
        "bea",
        "Bea Busy",
        "agent",
        False,
    )
    secret = re.search(r"^http://localhost/invite/(\S+)$", result.output, re.MULTILINE)[1]
    assert credentials.live_link(TokenPurpose.INVITE, secret).user_id == bea.id


def test_a_password_from_standard_input(run, session):
    result = run(*CREATE, "admin", "--password-stdin", stdin=b"the printer is hungry\n")
    assert result.exit_code == 0
    assert "invite" not in result.output
    session.commit()
    assert accounts.verify("bea", "the printer is hungry").is_admin


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"--email": "nonsense"}, "This isn’t an e-mail address"),
        ({"--email": "deskhand@localhost"}, "the help desk’s own address"),
        ({"--username": "a b"}, "A username is letters and digits"),
        ({"--username": "\udcff"}, "A username is letters and digits"),
        ({"--username": "x" * 100}, "A username has at most 60 characters"),
        ({"--name": " "}, "Enter a name"),
    ],
)
def test_what_cannot_be_is_a_sentence(run, session, change, sentence):
    arguments = {
        "--username": "bea",
        "--email": "bea@example.org",
        "--role": "requester",
        **change,
    }
    result = run("user", "create", *(word for pair in arguments.items() for word in pair))
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert session.scalars(select(User)).all() == []


@pytest.mark.parametrize(
    ("stdin", "sentence"),
    [
        (b"short\n", "at least 10 characters"),
        (b"", "at least 10 characters"),
        (b"\xff\xfe\n", "not UTF-8"),
    ],
)
def test_a_bad_password_is_a_sentence(run, session, stdin, sentence):
    result = run(*CREATE, "requester", "--password-stdin", stdin=stdin)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert session.scalars(select(User)).all() == []


@pytest.mark.parametrize("command", [("verify",), (*CREATE, "agent")])
def test_a_database_without_tables_is_a_sentence(tmp_path, command):
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path))
    with app.app_context():
        result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 1
    assert "The database cannot be used: no such table" in result.stderr
    assert "flask db upgrade" in result.stderr


def test_taken_names_and_unknown_roles(run, session):
    make.user("Bea")
    result = run(*CREATE, "agent")
    assert (result.exit_code, "taken" in result.stderr or "already" in result.stderr) == (2, True)
    result = run(*CREATE, "emperor")
    assert result.exit_code == 2
    assert "emperor" in result.stderr


# --- verify ------------------------------------------------------------------------------------


@pytest.fixture
def desk(session):
    """A ticket with all kinds of history."""
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    tickets.assign_ticket_to_staff(ticket, sam, act=make.act(sam))
    tickets.update_ticket(
        ticket,
        tickets.Changes(category=make.category("Old things"), category_given=True),
        act=make.act(sam),
    )
    reports.create_report(ticket, ann, act=make.act(ann))
    changes = tickets.Changes(title="It burns", priority=Priority.HIGH, tags=("fire",))
    tickets.update_ticket(ticket, changes, act=make.act(sam))
    participants.add(ticket, make.eve(), act=make.act(sam))
    act = make.act(sam)
    history.set_known_problem(ticket, True, act)
    history.set_public_summary(ticket, written("Don’t print."), act)
    told = make.act(sam)
    tickets.note(ticket, written("Oops"), act=told)
    session.commit()
    undo.undo(told, by=sam, via=Door.WEB)
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam))
    bulk = make.act(sam, "tickets.bulk")
    junk = make.ticket(ann, "Buy now")
    trash.put_in_trash(junk, act=bulk)
    session.flush()
    session.add(BulkOutcome(change_set_id=bulk.id, ticket_id=junk.id, outcome=Outcome.CHANGED))
    session.commit()
    return ticket


def test_a_whole_desk_is_whole(run, desk):
    result = run("verify")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "ok: kept counts equal the tickets" in result.output
    assert "The data is whole." in result.output


@pytest.mark.parametrize(
    ("break_it", "named"),
    [
        (update(Ticket).values(status="pending"), "is pending, its newest change says solved"),
        (update(Ticket).values(version=77), "has version 77"),
        (update(Ticket).values(solved_at=None), "moment of its solution"),
        (update(Ticket).values(assignee_id=None), "the assignee of ticket"),
        (update(Ticket).values(category_id=None), "the category of ticket"),
        (update(Ticket).values(priority="low"), "the priority of ticket"),
        (update(Ticket).values(title="It smokes"), "the title of ticket"),
        (update(Ticket).values(public_summary="Print!"), "the public_summary of ticket"),
        (update(Ticket).values(known_problem_since=None), "the known_problem of ticket"),
        (update(Ticket).values(known_problem_since=NOON), "the known_problem of ticket"),
        (update(Ticket).values(trashed_at=None), "the trashed of ticket"),
        (update(Ticket).values(trashed_at=NOON), "the trashed of ticket"),
        (delete(ticket_tags), "the tags of ticket"),
        (delete(ticket_participants), "the participants of ticket"),
        (
            insert(ticket_participants).from_select(
                ["ticket_id", "user_id"],
                select(Ticket.id, Ticket.user_id).where(Ticket.title == "Buy now"),
            ),
            "are not in its history",
        ),
        (
            update(TicketMessage).values(undone_by_id=TicketMessage.change_set_id),
            "which takes nothing back",
        ),
        (
            update(ChangeSet)
            .where(ChangeSet.undoes_id.is_not(None))
            .values(undoes_id=ChangeSet.id),
            "takes back one that came later",
        ),
        (
            update(BulkOutcome).values(ticket_id=BulkOutcome.ticket_id - 1),
            "and has not",
        ),
        (
            update(TicketReport).values(status="dismissed"),
            "is dismissed, its newest change says open",
        ),
        (update(TicketTally).values(n=TicketTally.n + 1), "there are"),
        (update(OutboxEntry).values(lease_by="somebody"), "is held by nobody or until never"),
        (update(OutboxEntry).values(state="failed"), "is over without a moment when"),
        (update(User).values(email_key=None), "address without its key"),
        (
            text(
                "INSERT INTO ticket_status_changes (ticket_id, change_set_id, from_status,"
                " status_change, change_at, recorded_at, version)"
                " SELECT ticket_id, change_set_id, 'pending', 'solved', change_at, recorded_at,"
                " version FROM ticket_status_changes ORDER BY id DESC LIMIT 1"
            ),
            "comes from pending, the one before it ended in",
        ),
    ],
)
def test_what_is_broken_is_named(run, session, desk, break_it, named):
    session.execute(break_it)
    result = run("verify")
    assert result.exit_code == 1
    assert named in result.output
    assert "found." in result.stderr


def test_verify_costs_the_same_for_one_ticket_and_for_many(run, session, desk, count_queries):
    def cost() -> int:
        count_queries.clear()
        assert run("verify").exit_code == 0
        return len(count_queries)

    once = cost()
    ann = session.get_one(User, desk.user_id)
    for _ in range(10):
        make.ticket(ann)
    assert cost() == once
