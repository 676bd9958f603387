"""Rules that hold for the whole product, whoever writes which part of it."""

import ast
import itertools
import random
import re
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from app.clock import now
from app.domain import history, reports, tally, tickets
from app.domain.errors import DomainError
from app.extensions import db
from app.models import (
    Category,
    Door,
    Priority,
    ReportStatus,
    Role,
    Tag,
    Team,
    Ticket,
    TicketFieldChange,
    TicketReport,
    TicketStatus,
    TicketStatusChange,
    User,
)
from app.models.append_only import HistoryIsAppendOnly
from app.policy import (
    Permission,
    allows,
    can_know_of_ticket,
    can_see_internal,
    can_see_ticket,
)
from app.queries.lists import queue
from app.queries.tallies import count_in
from app.queries.tickets import TicketFilter, count, find_known, find_visible, visible_to
from app.text import written
from app.web import access
from tests import factories as make

ROOT = Path(__file__).resolve().parent.parent


def sources(*places: str) -> list[Path]:
    found = []
    for place in places:
        path = ROOT / place
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    assert found
    return found


# --- only edges commit ---------------------------------------------------------------------------

LOWER = ("app/models", "app/domain", "app/queries", "app/policy.py", "app/text.py", "app/clock.py")


@pytest.mark.parametrize("file", sources(*LOWER), ids=lambda f: str(f.relative_to(ROOT)))
def test_only_edges_commit(file):
    calls = [
        f"{file.name}:{node.lineno}"
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    ]
    assert calls == [], "the caller decides when an act is whole"


# --- every view declares who may -----------------------------------------------------------------


def test_every_view_of_the_product_is_declared(app):
    access.refuse_undeclared_views(app)
    undeclared = [
        r.rule
        for r in app.url_map.iter_rules()
        if not access.access_of(app.view_functions[r.endpoint])
    ]
    assert undeclared == []


def test_a_view_that_declares_nothing_stops_the_start():
    app = Flask("forgetful", static_folder=None)
    app.add_url_rule("/open", "open", access.public(lambda: "fine"))
    access.refuse_undeclared_views(app)
    app.add_url_rule("/forgotten", "forgotten", lambda: "oops")
    with pytest.raises(access.UndeclaredView, match="forgotten"):
        access.refuse_undeclared_views(app)


# --- the policy's two forms agree ----------------------------------------------------------------


def people() -> list[User]:
    """Every kind: role × confirmed × active."""
    return [
        make.user(role=role, confirmed=confirmed, active=active)
        for role, confirmed, active in itertools.product(
            (None, Role.AGENT, Role.ADMIN), (True, False), (True, False)
        )
    ]


def all_kinds_of_tickets(everybody: list[User]) -> list[Ticket]:
    """Every requester × filed by themselves or by staff × every status."""
    staff = make.sam()
    made = []
    for person in everybody:
        off, person.deactivated_at = person.deactivated_at, None
        for by, status in itertools.product((person, staff), TicketStatus):
            ticket = make.ticket(person, by=by)
            if status is not TicketStatus.NEW:
                tickets.change_status(ticket, status, act=make.act(staff))
            made.append(ticket)
        person.deactivated_at = off
    db.session.commit()
    return made


def tickets_in_teams(everybody: list[User], private: Team, public: Team) -> list[Ticket]:
    """Every requester × team × in the trash × a known problem × everybody copied in."""
    ada = make.ada()
    off = {person: person.deactivated_at for person in everybody}
    for person in everybody:
        person.deactivated_at = None
    made, smoke = [], written("Smoke.")
    teams_of = (None, public, private)
    flags = (False, True)
    for person in everybody:
        for team, trashed, known, copied in itertools.product(teams_of, flags, flags, flags):
            act = make.act(ada)  # one for all of it, and no commit, which would forget everybody
            ticket = tickets.create_ticket(person, "On fire", smoke, act=act, team=team)
            if copied:
                others = [other for other in everybody if other is not person]
                history.set_participants(ticket, others, act)
            history.set_known_problem(ticket, known, act)
            history.set_trashed(ticket, trashed, act)
            made.append(ticket)
    for person, moment in off.items():
        person.deactivated_at = moment
    db.session.commit()
    return made


def test_what_one_may_see_is_what_one_is_shown(session):
    everybody = people()
    made = all_kinds_of_tickets(everybody)
    assert_seen_is_shown(session, [*everybody, make.eve()], made)


def test_teams_participants_and_the_trash_are_seen_where_they_are_shown(session):
    insiders = [make.user(role=Role.AGENT), make.user(role=Role.AGENT, confirmed=False)]
    everybody = [*insiders, *people()]
    private = make.team("Private", *insiders, private=True)
    made = tickets_in_teams(everybody, private, make.team("Public", insiders[0]))
    assert_seen_is_shown(session, [*everybody, make.eve()], made)


def assert_seen_is_shown(session, everybody: list[User], made: list[Ticket]) -> None:
    forms = {
        Permission.TICKET_SEE: can_see_ticket,
        Permission.TICKET_SEE_SUMMARY: can_know_of_ticket,
        Permission.TICKET_SEE_INTERNAL: can_see_internal,
    }
    for person in everybody:
        who = (person.role, person.is_confirmed, person.is_active)
        allowed = {p: {t.id for t in made if allows(person, p, t)} for p in forms}
        for permission, as_sql in forms.items():
            shown = set(session.scalars(select(Ticket.id).where(as_sql(person))))
            assert shown == allowed[permission], (permission, *who)
        trashed = {t.id for t in made if t.is_trashed}
        listed = allowed[Permission.TICKET_SEE] - trashed
        assert set(session.scalars(visible_to(person).with_only_columns(Ticket.id))) == listed
        assert count(person, TicketFilter()) == len(listed), who
        assert count_in(person, tuple(TicketStatus)) == len(listed), who
        assert {t.id for t in queue(person, TicketFilter(), limit=1000).tickets} == listed
        junk = TicketFilter(trashed=True, sort="updated")
        in_trash = {t.id for t in queue(person, junk, limit=1000).tickets}
        assert in_trash == allowed[Permission.TICKET_SEE_INTERNAL] & trashed, who
        for ticket in random.Random(person.id).sample(made, 10):
            seen = ticket.id in allowed[Permission.TICKET_SEE]
            known = ticket.id in allowed[Permission.TICKET_SEE_SUMMARY]
            assert (find_visible(person, ticket.id) is not None) == seen
            assert (find_known(person, ticket.id) is not None) == known


@pytest.mark.parametrize("permission", Permission)
def test_nobody_who_is_off_may_anything(session, permission):
    ticket = make.ticket(make.ann())
    for role in (None, Role.AGENT, Role.ADMIN):
        assert not allows(make.user(role=role, active=False), permission, ticket)
    assert not allows(None, permission, ticket)


# --- the history is the truth --------------------------------------------------------------------

VERBS = (
    "reply",
    "note",
    "answer",
    "solve",
    "reopen",
    "status",
    "assign",
    "unassign",
    "take",
    "priority",
    "category",
    "tags",
    "title",
    "report",
    "move_report",
    "create",
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 10**6)), max_size=30))
def test_after_any_series_of_acts_the_history_explains_the_tickets(session, story):
    ann, sam, ada = make.user(), make.user(role=Role.AGENT), make.user(role=Role.ADMIN)
    made = [make.ticket(ann)]
    categories = list(session.scalars(select(Category).order_by(Category.id)))
    for verb, chance in story:
        try:
            play(verb, random.Random(chance), made, ann, (sam, ada), categories)
        except DomainError:
            session.rollback()
        else:
            session.commit()
    session.expire_all()
    for ticket in session.scalars(select(Ticket)):
        assert_history_explains(ticket)
    assert tally.kept() == tally.counted()


def play(verb, chance, made, ann, staff, categories) -> None:
    """One act on one of the tickets."""
    by = chance.choice(staff)
    ticket = find_visible(by, chance.choice(made).id, lock=True)
    act = make.act(by, verb)
    match verb:
        case "reply":
            then = chance.choice([None, *TicketStatus])
            tickets.reply(ticket, written("Have you tried?"), act=act, then=then)
        case "note":
            tickets.note(ticket, written("Third time this week."), act=act)
        case "answer":
            sent = tickets.reply(ticket, written("Yes."), act=make.act(ann, verb))
            made.append(sent.ticket)
        case "solve" | "reopen":
            status = TicketStatus.SOLVED if verb == "solve" else TicketStatus.OPEN
            tickets.change_status(ticket, status, act=make.act(ann, verb))
        case "status":
            tickets.change_status(ticket, chance.choice(list(TicketStatus)), act=act)
        case "assign":
            tickets.assign_ticket_to_staff(ticket, chance.choice(staff), act=act)
        case "unassign":
            tickets.assign_ticket_to_staff(ticket, None, act=act)
        case "take":
            tickets.take(ticket, act=act)
        case "priority" | "category" | "tags" | "title":
            changes = tickets.Changes(
                title=f"Title {chance.randint(1, 3)}",
                priority=chance.choice([None, *Priority]),
                category=chance.choice([None, *categories]),
                category_given=verb == "category",
                tags=tuple(chance.sample(["vpn", "wifi", "printer"], 2))
                if verb == "tags"
                else None,
            )
            tickets.update_ticket(ticket, changes, act=act)
        case "report":
            reports.create_report(ticket, chance.choice([ann, by]), act=act)
        case "move_report":
            live = db.session.scalars(select(TicketReport).order_by(TicketReport.id)).all()
            if live:
                reports.move_report(chance.choice(live), chance.choice(list(ReportStatus)), act=act)
        case "create":
            made.append(tickets.create_ticket(ann, "Another", written("one"), act=act))


def assert_history_explains(ticket: Ticket) -> None:
    rows = db.session.scalars(
        select(TicketStatusChange)
        .where(TicketStatusChange.ticket_id == ticket.id)
        .order_by(TicketStatusChange.id)
    ).all()
    own = [row for row in rows if row.report_id is None]
    assert own[0].from_status is None
    assert own[0].status_change == TicketStatus.NEW
    for before, after in itertools.pairwise(own):
        assert after.from_status == before.status_change
        assert after.change_at >= before.change_at
    assert ticket.status == own[-1].status_change
    fields = db.session.scalars(
        select(TicketFieldChange)
        .where(TicketFieldChange.ticket_id == ticket.id)
        .order_by(TicketFieldChange.id)
    ).all()
    newest = {change.field: change.new for change in fields}
    assert {field: current(ticket, field) for field in newest} == newest
    assert ticket.version == max([own[-1].version, *(change.version for change in fields)])
    assert (ticket.solved_at is None) == ticket.is_open
    for report in db.session.scalars(
        select(TicketReport).where(TicketReport.ticket_id == ticket.id)
    ):
        moves = [row for row in rows if row.report_id == report.id]
        assert moves[0].from_status is None
        assert report.status == moves[-1].status_change


def current(ticket: Ticket, field: str) -> object:
    if field in ("category", "assignee"):
        return getattr(ticket, f"{field}_id")
    if field == "tags":
        return sorted(
            db.session.scalars(select(Tag.name).join(Ticket.tags).where(Ticket.id == ticket.id))
        )
    return getattr(ticket, field)


HISTORY = (TicketStatusChange, TicketFieldChange)


@pytest.fixture
def with_history(session):
    ticket = make.ticket(make.ann())
    tickets.assign_ticket_to_staff(ticket, make.sam(), act=make.act(make.ada()))
    session.commit()
    return ticket


@pytest.mark.parametrize("model", HISTORY)
def test_the_mapper_refuses_to_rewrite_history(session, with_history, model):
    row = session.scalars(select(model)).first()
    row.recorded_at = now()
    with pytest.raises(HistoryIsAppendOnly):
        session.flush()
    session.rollback()
    session.delete(session.scalars(select(model)).first())
    with pytest.raises(HistoryIsAppendOnly):
        session.flush()
    session.rollback()


@pytest.mark.parametrize("model", HISTORY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET version = 99", "DELETE FROM {}"])
def test_the_database_refuses_to_rewrite_history(
    session, with_history, connection: Connection, model, statement
):
    before = rows_of(connection, model)
    assert before
    with pytest.raises(DBAPIError, match="history is append-only"), connection.begin_nested():
        connection.execute(text(statement.format(model.__tablename__)))
    assert rows_of(connection, model) == before


def rows_of(connection: Connection, model) -> list[tuple]:
    table = model.__table__
    return [tuple(row) for row in connection.execute(select(table).order_by(table.c.id))]


def test_status_and_fields_have_one_writer():
    """Nobody but the history assigns what the history explains."""
    explained = {"status", "priority", "assignee_id", "category_id", "team_id", "version"}
    explained |= {"participants", "trashed_at", "known_problem_since", "public_summary"}
    allowed = {"app/domain/history.py"}
    wrong = []
    for file in sources("app"):
        name = str(file.relative_to(ROOT))
        if name in allowed:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, (ast.Assign, ast.AugAssign)):
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            wrong += [
                f"{name}:{node.lineno}"
                for target in targets
                if isinstance(target, ast.Attribute)
                and target.attr in explained
                and isinstance(target.value, ast.Name)
                and target.value.id == "ticket"
            ]
    assert wrong == []


def test_a_change_set_knows_its_door(session):
    act = history.begin("test", by=None, via=Door.WORKER)
    session.commit()
    assert (act.via, act.by) == (Door.WORKER, None)


# --- what is printed as it is --------------------------------------------------------------------

TRUSTED = {
    "app/web/templating.py",  # prints what app.text.render made safe when it was written
    "app/mail/outbound.py",  # the same in a mail, with whole addresses
    "app/ticket/filing.py",  # a frame that escapes what it is filled with
}
"""Where Markup is made. At most three places, ever."""


def test_html_is_trusted_in_few_places():
    found = {
        str(file.relative_to(ROOT))
        for file in sources("app")
        if re.search(r"\bMarkup\(", file.read_text())
    }
    assert found <= TRUSTED
    assert len(TRUSTED) <= 3


@pytest.mark.parametrize(
    "template", sorted((ROOT / "templates").rglob("*.html")), ids=lambda f: str(f.relative_to(ROOT))
)
def test_templates_trust_nothing_and_hold_no_script_or_style(template):
    source = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
    assert not re.search(r"\|\s*safe\b", source)
    assert "autoescape" not in source
    assert "Markup" not in source
    if "email" in template.parts:
        return  # mail programs know no stylesheets
    assert not re.search(r"\sstyle\s*=", source)
    assert not re.search(r"<style\b", source)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", source)
    assert "javascript:" not in source
    for script in re.findall(r"<script\b[^>]*>", source):
        assert "src=" in script or 'type="application/json"' in script, script
