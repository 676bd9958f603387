"""``flask demo load``: what one gets, what it says, and where it refuses."""

import datetime as dt
import io
import random

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects import sqlite

from app import clock
from app.demo import chronicle, company, folder, hours, loading, markup, papers
from app.demo.families import EVERYDAY, OUTAGES
from app.demo.story import Verb
from app.domain import accounts, passwords, tags
from app.domain.file_names import cleaned
from app.domain.media_types import media_type
from app.jobs import file_check
from app.models import (
    OPEN_STATUSES,
    Attachment,
    Category,
    ChangeSet,
    HelpdeskStaff,
    OutboxEntry,
    ReportKind,
    Role,
    Setting,
    Team,
    Ticket,
    TicketMessage,
    TicketReport,
    TicketStatus,
    TicketTally,
    User,
)
from app.models.base import UtcDateTime
from app.queries import problems, wholeness
from app.queries.tickets import visible_to
from app.text import refusal, render
from app.web.intake import file_store
from tests import factories as make

UNTIL = "2026-03-12T10:42:00"


@pytest.fixture
def run(app, session):
    def running(*arguments):
        session.commit()
        result = app.test_cli_runner().invoke(args=arguments, input=io.BytesIO(b""))
        session.expire_all()
        return result

    return running


@pytest.fixture
def desk(run):
    """400 tickets."""
    return run("demo", "load", "--tickets", "400", "--until", UNTIL)


def test_the_data_is_whole(desk, session):
    assert desk.exit_code == 0, desk.output
    assert session.scalar(select(func.count()).select_from(Ticket)) == 400
    assert {c.name: list(c.problems()) for c in wholeness.CHECKS if list(c.problems())} == {}
    in_trash = session.scalar(select(func.count()).where(Ticket.trashed_at.is_not(None)))
    assert session.scalar(select(func.sum(TicketTally.n))) == 400 - in_trash
    assert session.scalars(select(OutboxEntry)).all() == []


def test_two_years_up_to_the_moment_in_the_order_of_numbers(desk, session):
    filed = session.scalars(select(Ticket.created_at).order_by(Ticket.id)).all()
    assert filed == sorted(filed)
    end = dt.datetime(2026, 3, 12, 10, 42, 1, tzinfo=dt.UTC)
    assert end - dt.timedelta(days=731) < filed[0] < end - dt.timedelta(days=700)
    assert end - dt.timedelta(days=4) < filed[-1] < end
    assert session.scalar(select(func.max(Ticket.updated_at))) < end


def test_there_is_something_of_everything(desk, session):
    statuses = set(session.scalars(select(Ticket.status).distinct()))
    assert statuses >= {TicketStatus.SOLVED, TicketStatus.CLOSED}
    assert statuses & set(OPEN_STATUSES)
    affected = session.scalars(
        select(func.count())
        .where(TicketReport.kind == ReportKind.AFFECTED)
        .group_by(TicketReport.ticket_id)
    ).all()
    assert max(affected) >= 6
    for something in (
        *(Ticket.trashed_at.is_not(None), Ticket.participants.any(), Ticket.tags.any()),
        *(Ticket.team_id.is_not(None), Ticket.follow_up_of_id.is_not(None)),
    ):
        assert session.scalar(select(Ticket.id).where(something).limit(1)) is not None, something
    assert session.scalar(select(ChangeSet.id).where(ChangeSet.undoes_id.is_not(None)).limit(1))
    titles = session.scalars(select(Ticket.title).order_by(Ticket.id.desc()).limit(50)).all()
    assert len(set(titles)) > 45, "a page of the queue does not repeat itself"


def test_the_html_is_what_the_product_would_render(desk, session):
    for text, html in session.execute(select(Ticket.description, Ticket.description_html)):
        assert html == render(text)
    for text, html in session.execute(select(TicketMessage.body, TicketMessage.body_html)):
        assert html == render(text)


def test_who_can_sign_in_is_said_and_true(desk, session):
    lines = [line.split() for line in desk.output.splitlines() if line.startswith("  ")]
    roles = ["admin", "agent", "agent", "agent", "requester", "requester", "requester"]
    assert [line[0] for line in lines] == roles
    password = desk.output.split("“")[1].split("”")[0]
    for role, username, *_ in lines:
        person = accounts.verify(username, password)
        assert (person.role, person.is_confirmed) == (role, True)
    assert passwords.password_problem(password, staff=True) is None
    assert "HR, which is private" in desk.output
    affected = session.scalars(select(User).filter_by(username=lines[-1][1])).one()
    assert [p.my_report_id is not None for p in problems.open_problems(affected, limit=9)] == [True]


def test_an_outage_is_open_and_another_was_solved_on_the_last_working_day(desk, session):
    ada = make.ada()
    yesterday = dt.datetime(2026, 3, 11, tzinfo=dt.UTC)
    still, solved = problems.known_problems(ada, solved_since=yesterday)
    assert [(problem.affected > 5, problem.news_at is not None) for problem in still] == [
        (True, True)
    ]
    assert [problem.solved_at.date() for problem in solved] == [yesterday.date()]
    for problem in (*still, *solved):
        assert problem.news


@pytest.mark.parametrize(
    ("until", "began"),
    [
        ("2026-03-12T10:42", "2026-03-12"),  # a Thursday morning
        ("2026-03-12T09:20", "2026-03-11"),  # too early for today's to be an old one
        ("2026-03-12T23:30", "2026-03-12"),
        ("2026-03-15T13:00", "2026-03-13"),  # a Sunday
        ("2026-03-16T08:00", "2026-03-13"),  # a Monday before work
    ],
)
@pytest.mark.any_engine
def test_there_is_an_outage_whenever_one_looks(until, began):
    wall = hours.WallClock(clock.zone("Europe/London"))
    ends = wall.local(dt.datetime.fromisoformat(until).replace(tzinfo=dt.UTC))
    rng = random.Random(5)
    begins = ends - 730 * hours.DAY
    people = company.found(rng, 400, begins, ends, first_id=1, taken=set())
    stories = list(chronicle.Chronicle(rng, people, begins, ends).stories(400, 1))
    marked = [story for story in stories if any(act.verb is Verb.MARK for act in story.acts)]
    now = marked[-1]
    assert wall.utc(now.at, 0).date().isoformat() == began
    assert not any(act.status is TicketStatus.SOLVED for act in now.acts)
    assert sum(act.verb is Verb.REPORT for act in now.acts) > 5
    assert any(act.verb is Verb.NEWS for act in now.acts)


def test_what_is_private_is_with_the_private_team(desk, session):
    team = session.scalars(select(Team).where(Team.is_private)).one()
    outsider = session.scalars(
        select(User)
        .join(HelpdeskStaff, HelpdeskStaff.user_id == User.id)
        .where(HelpdeskStaff.role == Role.AGENT, ~HelpdeskStaff.teams.any(Team.is_private))
    ).first()
    theirs = select(Ticket).where(Ticket.team_id == team.id)
    assert session.scalar(select(func.count()).select_from(theirs.subquery())) > 10
    assert session.scalars(visible_to(outsider).where(Ticket.team_id == team.id)).all() == []


def test_files_lie_where_they_should(desk, session, app):
    files = session.scalars(select(Attachment)).all()
    assert 20 < len(files) <= folder.FILES_MAX
    assert {name.rpartition(".")[2] for name in (file.name for file in files)} >= {"png", "csv"}
    assert all(bool(file.thumbnail_key) == file.name.endswith(".png") for file in files)
    assert all(cleaned(file.name) == file.name for file in files)
    assert list(file_check.problems(file_store())) == []


@pytest.mark.any_engine
@pytest.mark.parametrize("kind", list(papers.Kind))
def test_the_same_paper_is_the_same_bytes(kind):
    paper = papers.Paper(kind, "x", "Ledgerline: “no connection” " * 9, 40_000, 7)
    assert papers.printed(paper) == papers.printed(paper)
    name = "x.png" if kind.is_image else "x.txt"
    assert media_type(papers.printed(paper).data[:16], name) == paper.media_type


def test_the_numbers_go_on(desk, session):
    """What is filed next gets the next number, and nothing stumbles over the given ids."""
    ann = make.ann()
    last = session.scalar(select(func.max(Ticket.id)))
    assert make.ticket(ann).id == last + 1


def test_a_desk_with_tickets_is_left_alone(run, session):
    make.ticket(make.ann())
    result = run("demo", "load", "--tickets", "10")
    assert result.exit_code == 2
    assert "There are tickets in this database already" in result.stderr
    assert session.scalar(select(func.count()).select_from(User)) == 1


def test_people_categories_and_settings_that_are_there_stay(run, session):
    session.add(Setting(name="organisation", value="Ours"))
    ada = make.ada()
    assert run("demo", "load", "--tickets", "20", "--until", UNTIL).exit_code == 0
    assert session.get(Setting, "organisation").value == "Ours"
    assert session.get(User, ada.id).username == "ada"
    names = session.scalars(select(Category.name)).all()
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--tickets", "0"), "0 is not in the range"),
        (("--tickets", "many"), "'many' is not a valid integer"),
        ((), "Missing option '--tickets'"),
        (("--tickets", "5", "--seed", "x"), "'x' is not a valid integer"),
        (("--tickets", "5", "--until", "9999-01-01"), "cannot end in the future"),
        (("--tickets", "5", "--until", "0001-01-01"), "reach back before 1970"),
    ],
)
def test_bad_arguments_are_a_sentence(run, session, arguments, sentence):
    result = run("demo", "load", *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert session.scalars(select(User)).all() == []


def test_the_same_seed_gives_the_same_and_another_another(session, connection):
    def titles(seed):
        session.commit()
        undone = connection.begin_nested()
        until = dt.datetime.fromisoformat(UNTIL).replace(tzinfo=dt.UTC)
        loading.load(60, seed=seed, until=until, password_hash=None, store=file_store())
        rows = session.execute(
            select(Ticket.title, Ticket.created_at, Ticket.status, TicketMessage.body)
            .outerjoin(TicketMessage, TicketMessage.ticket_id == Ticket.id)
            .order_by(Ticket.id, TicketMessage.id)
        ).all()
        session.remove()
        undone.rollback()
        return rows

    first = titles(7)
    assert titles(7) == first
    assert titles(8) != first


# --- texts and hours -----------------------------------------------------------------------------


def every_text():
    for family in (*EVERYDAY, *OUTAGES):
        for field in family.__slots__:
            value = getattr(family, field)
            if isinstance(value, tuple):
                yield from (text for text in value if isinstance(text, str))


@pytest.mark.any_engine
def test_every_text_is_what_people_may_write():
    assert not any(refusal(text) for text in every_text())


@pytest.mark.any_engine
@pytest.mark.parametrize(
    "text",
    [
        "Plain words, and more: 14:30, 8.4 and 5 %.",
        "two\nlines\n\nand a block",
        "*stars* and `code`",
        "1. one\n2. two",
        "see https://example.org or example.org",
        "a & b < c",
        "trailing \nspace",
        "Ticket #12 is known",
        "write to ann@example.org",
        "x.py",
        "Dash - and -- more",
        "Title\n---",
        "",
    ],
)
def test_quick_html_is_the_slow_one(text):
    assert markup.html(text) == render(text)


@pytest.mark.any_engine
@pytest.mark.parametrize("microsecond", [0, 7, 999_999])
def test_quick_moments_are_the_slow_ones(microsecond):
    dialect = sqlite.dialect()
    moment = dt.datetime(2026, 3, 12, 10, 42, 0, microsecond, dt.UTC)
    stored = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)(moment)
    assert loading.sqlite_text(moment) == stored


@pytest.mark.any_engine
def test_working_time_skips_nights_and_weekends():
    friday_17 = hours.DAY + 17 * 3600  # the clock began on a Thursday
    assert hours.weekday(friday_17) == 4
    assert hours.later(friday_17, 60) == 4 * hours.DAY + 9 * 3600
    assert hours.later(2 * hours.DAY, 10) == 4 * hours.DAY + 8 * 3600 + 40 * 60
    rng = random.Random(1)
    assert all(hours.weekday(hours.later(rng.randrange(10**9), 999)) < 5 for _ in range(500))


@pytest.mark.any_engine
@pytest.mark.parametrize("family", EVERYDAY, ids=lambda family: family.name)
def test_each_title_has_its_thread(family):
    assert len(family.threads) == len(family.titles)
    threads = [family.thread(place) for place in range(len(family.titles))]
    assert all(thread.openings and thread.fixes for thread in threads)
    for field in ("openings", "fixes", "asks", "holds"):
        used = {id(text) for thread in threads for text in getattr(thread, field)}
        assert used == {id(text) for text in getattr(family, field)}, field


@pytest.mark.any_engine
def test_tags_are_written_as_the_domain_would():
    for family in (*EVERYDAY, *OUTAGES):
        assert [tags.tag_name(tag) for tag in family.tags] == list(family.tags)
