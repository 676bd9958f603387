"""``flask demo load``: what one gets, what it says, and where it refuses."""

import datetime as dt
import io
import random

import pytest
from sqlalchemy import func, select

from app.demo import hours, loading, markup
from app.demo.families import EVERYDAY, OUTAGES
from app.domain import accounts, passwords, tickets
from app.models import (
    OPEN_STATUSES,
    Category,
    OutboxEntry,
    ReportKind,
    Setting,
    Ticket,
    TicketMessage,
    TicketReport,
    TicketStatus,
    TicketTally,
    User,
)
from app.queries import wholeness
from app.text import refusal, render
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
    assert session.scalar(select(func.sum(TicketTally.n))) == 400
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
    titles = session.scalars(select(Ticket.title).order_by(Ticket.id.desc()).limit(50)).all()
    assert len(set(titles)) > 45, "a page of the queue does not repeat itself"


def test_the_html_is_what_the_product_would_render(desk, session):
    for text, html in session.execute(select(Ticket.description, Ticket.description_html)):
        assert html == render(text)
    for text, html in session.execute(select(TicketMessage.body, TicketMessage.body_html)):
        assert html == render(text)


def test_who_can_sign_in_is_said_and_true(desk, session):
    lines = [line.split() for line in desk.output.splitlines() if line.startswith("  ")]
    assert [line[0] for line in lines] == ["admin", "agent", "agent", "requester", "requester"]
    password = desk.output.split("“")[1].split("”")[0]
    for role, username, *_ in lines:
        person = accounts.verify(username, password)
        assert (person.role, person.is_confirmed) == (role, True)
    assert passwords.password_problem(password, staff=True) is None


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
        loading.load(60, seed=seed, until=until, password_hash=None)
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
        assert [tickets.tag_name(tag) for tag in family.tags] == list(family.tags)
