"""A known problem for those who do not see its ticket: the summary, and nothing else."""

import re

import pytest
from sqlalchemy import select

from app.domain import participants, problems, tickets
from app.models import (
    ReportKind,
    ReportStatus,
    Role,
    Ticket,
    TicketMessage,
    TicketReport,
    TicketStatus,
    User,
)
from app.text import written
from tests import factories as make

SECRETS = ("CANARY", "Ann Asker", "ann@example.org", "secret-tag", "Network", "Kim Reporter")


@pytest.fixture
def problem(session):
    """Ann's ticket, full of what is nobody else's, that Sam has published."""
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(
        ann, "VPN drops", description="CANARY description", category=make.category("Network")
    )
    tickets.take(ticket, act=make.act(sam))
    tickets.reply(ticket, written("CANARY reply"), act=make.act(sam))
    tickets.note(ticket, written("CANARY note"), act=make.act(sam))
    tickets.reply(ticket, written("CANARY answer"), act=make.act(ann))
    tickets.update_ticket(ticket, tickets.Changes(tags=("secret-tag",)), act=make.act(sam))
    problems.mark(ticket, written("CANARY old summary"), act=make.act(sam))
    problems.edit_summary(ticket, written("The tunnel **breaks**."), act=make.act(sam))
    problems.publish_update(ticket, written("Use **leeds-1**."), act=make.act(sam))
    session.commit()
    make.affected(make.user("Kim Reporter"), ticket)
    return ticket


def test_whoever_does_not_see_the_ticket_reads_what_was_published(browser, session, problem):
    page = browser(make.eve()).get(f"/tickets/{problem.id}")
    assert page.one("h1").get_text() == "VPN drops"
    assert [
        (step.b.get_text(), step.get("class", [])) for step in page.soup.select(".steps li")
    ] == [
        ("Received", ["done"]),
        ("Sam is on it", ["done"]),
        ("Being worked on", ["now"]),
        ("Solved", []),
    ]
    said = page.all(".msg .prose")
    assert said == ["The tunnel breaks .", "Use leeds-1 ."]
    assert page.one("#summary strong").get_text() == "breaks"
    assert "2 people so far." in page.text
    assert "1 person pressed “I’m affected too”" in page.text
    for secret in SECRETS:
        assert secret not in page.html
    assert not page.soup.select("textarea, [name=status], #composer")


def test_agents_outside_its_private_team_read_no_more_than_that(browser, session, problem):
    session.get_one(Ticket, problem.id).team = make.team("Council", private=True)
    session.commit()
    page = browser(make.user("Olga", role=Role.AGENT)).get(f"/tickets/{problem.id}")
    assert "Use leeds-1 ." in page.text
    for secret in SECRETS:
        assert secret not in page.html


def test_who_sees_it_whole_sees_it_whole(browser, session, problem):
    copied = make.user("Cora")
    participants.add(problem, copied, act=make.act(make.ada()))
    session.commit()
    ann = session.get_one(User, problem.user_id)
    for person in (ann, copied):
        page = browser(person).get(f"/tickets/{problem.id}")
        assert "CANARY reply" in page.text
        assert "CANARY note" not in page.text
        assert "Use leeds-1 ." in page.text
        assert "to everybody affected" in page.text
        assert "marked this as a known problem" in page.text
        assert "CANARY old summary" not in page.html, "what was changed is the help desk’s"
        assert "The tunnel breaks ." in page.text


def test_one_press_counts_and_can_be_taken_back(browser, session, problem):
    eve = make.eve()
    page = browser(eve)
    page.get(f"/tickets/{problem.id}")
    page.submit("aside form[action$='/reports']", {"kind": "affected"})
    shown = page.follow()
    assert "You are counted" in shown.text
    assert "3 people so far." in shown.text
    report = session.scalars(select(TicketReport).filter_by(reporter_user_id=eve.id)).one()
    assert (report.kind, report.status) == (ReportKind.AFFECTED, ReportStatus.OPEN)
    page.submit("aside form[action$='/withdrawal']")
    shown = page.follow()
    assert "2 people so far." in shown.text
    assert shown.one("aside form[action$='/reports'] button").get_text() == "I’m affected too"
    session.refresh(report)
    assert report.status is ReportStatus.DISMISSED


def test_undo_takes_the_press_back_and_redo_counts_again(browser, session, problem):
    eve = make.eve()
    page = browser(eve)
    page.post(f"/tickets/{problem.id}/reports", {"kind": "affected"})
    page.follow()
    page.submit("form.toast")
    assert "2 people so far." in page.follow().text
    page.submit("form.toast")
    assert "3 people so far." in page.follow().text
    report = session.scalars(select(TicketReport).filter_by(reporter_user_id=eve.id)).one()
    assert report.status is ReportStatus.OPEN


def test_pressing_twice_is_one_report(browser, session, problem):
    eve = make.eve()
    first, second = browser(eve), browser(eve)
    for page in (first, second):
        page.get(f"/tickets/{problem.id}")
    _, fields = first.page.form("aside form[action$='/reports']")
    for _ in range(2):  # the very same form
        first.post(f"/tickets/{problem.id}/reports", fields | {"kind": "affected"})
    second.submit("aside form[action$='/reports']", {"kind": "affected"}, status=409)
    assert "You are reported as affected already." in second.page.text
    assert "You are counted" in second.page.text
    assert len(session.scalars(select(TicketReport).filter_by(reporter_user_id=eve.id)).all()) == 1


def test_everything_else_is_refused(browser, session, problem):
    eve = make.eve()
    kim = session.scalars(select(TicketReport)).one()
    page, at = browser(eve), f"/tickets/{problem.id}"
    before = (
        problem.version,
        problem.updated_at,
        len(session.scalars(select(TicketMessage)).all()),
    )
    for path, fields in {
        "/messages": {"kind": "reply", "body": "Hello"},
        "/status": {"status": "solved"},
        "/assignee": {"assignee": "me"},
        "/properties": {"status": "open", "priority": "low", "assignee": 0, "category": 0},
        "/edit": {"title": "Mine", "description": "Mine"},
        "/trash": {},
        "/restore": {},
        "/problem": {"summary": "Mine"},
        "/problem/updates": {"body": "Mine"},
        "/problem/end": {},
        "/reports": {"kind": "escalation"},
        f"/reports/{kim.id}/status": {"status": "dismissed"},
        f"/reports/{kim.id}/withdrawal": {},
    }.items():
        answer = page.post(f"{at}{path}", fields, status=403)
        for secret in SECRETS:
            assert secret not in answer.html, path
    for path in ("/edit", "/problem"):
        page.get(f"{at}{path}", status=403)
    ada = make.user("Bob")
    page.post(f"{at}/reports", {"kind": "affected", "reporter": str(ada.id)}, status=403)
    session.refresh(problem)
    after = (problem.version, problem.updated_at, len(session.scalars(select(TicketMessage)).all()))
    assert after == before


def test_bad_input_shows_the_summary_and_nothing_else(browser, session, problem):
    page = browser(make.eve())
    answer = page.post(f"/tickets/{problem.id}/reports", {"kind": "nonsense"}, status=422)
    assert "This is no kind of report." in answer.text
    answer = page.post(
        f"/tickets/{problem.id}/reports", {"kind": "affected", "comment": "x" * 60_001}, status=422
    )
    assert "the limit is 60,000" in answer.text
    for secret in SECRETS:
        assert secret not in answer.html


def test_what_is_not_published_does_not_exist(browser, session, problem):
    eve = make.eve()
    report = make.affected(eve, problem)
    problems.unmark(problem, act=make.act(make.ada()))
    session.commit()
    page = browser(eve)
    page.get(f"/tickets/{problem.id}", status=404)
    page.post(f"/tickets/{problem.id}/reports", {"kind": "affected"}, status=404)
    page.post(f"/tickets/{problem.id}/reports/{report.id}/withdrawal", status=404)


def test_an_address_that_is_not_proven_opens_no_known_problem(browser, session, problem):
    browser(make.user("Zoe", confirmed=False)).get(f"/tickets/{problem.id}", status=404)


def test_solved_and_open_again(browser, session, problem):
    eve, ada = make.eve(), make.ada()
    make.affected(eve, problem)
    tickets.change_status(problem, TicketStatus.SOLVED, act=make.act(ada))
    session.commit()
    page = browser(eve)
    shown = page.get(f"/tickets/{problem.id}")
    assert "This is solved" in shown.text
    assert "You were affected" in shown.text
    assert not shown.soup.select("aside form")
    tickets.change_status(
        problem, TicketStatus.OPEN, act=make.act(session.get_one(User, problem.user_id))
    )
    session.commit()
    shown = page.get(f"/tickets/{problem.id}")
    events = shown.all(".thread .event b")
    assert events[-2:] == ["Solved", "Open again"]
    assert "I’m affected too" in shown.text
    for secret in SECRETS:
        assert secret not in shown.html


@pytest.mark.parametrize("status", list(TicketStatus))
def test_exactly_one_step_is_now(browser, session, status):
    sam = make.sam()
    ticket = make.known_problem(make.ann(), sam)
    if status is not TicketStatus.NEW:
        tickets.change_status(ticket, status, act=make.act(sam))
        session.commit()
    page = browser(make.eve()).get(f"/tickets/{ticket.id}")
    assert len(page.soup.select(".steps [aria-current=step]")) == 1
    assert "for you" not in page.text


def test_the_page_costs_the_same_however_many_are_affected(
    browser, session, count_queries, problem
):
    page = browser(make.eve())

    def cost() -> int:
        page.get(f"/tickets/{problem.id}")
        count_queries.clear()
        page.get(f"/tickets/{problem.id}")
        return len(count_queries)

    few = cost()
    ada = make.ada()
    for number in range(10):
        make.affected(make.user(), problem)
        problems.publish_update(problem, written(f"News {number}"), act=make.act(ada))
    session.commit()
    assert cost() == few <= 17


def test_markup_in_what_is_published_is_not_run(browser, session):
    payload = "<img src=x onerror=alert(1)><script>alert(2)</script> [x](javascript:alert(3))"
    sam = make.sam()
    ticket = make.known_problem(make.ann(), sam, payload[:200], summary=payload)
    problems.publish_update(ticket, written(payload), act=make.act(sam))
    session.commit()
    page = browser(make.eve())
    for path in (f"/tickets/{ticket.id}", "/problems", "/tickets", "/tickets/new?title=onerror"):
        shown = page.get(path)
        assert not shown.soup.select("img, [onerror], script:not([src])")
        assert not re.search(r'href="javascript', shown.html)
