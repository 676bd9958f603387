"""Known problems: marked with a summary, told on, and taken back."""

import pytest
import time_machine
from sqlalchemy import select

from app.clock import now
from app.domain import problems, reports, tickets, trash, undo
from app.domain.errors import Conflict, Stale, Unprocessable
from app.models import (
    Door,
    OutboxEntry,
    ProblemUpdate,
    ReportKind,
    ReportStatus,
    TicketFieldChange,
    TicketReport,
    TicketStatus,
)
from app.text import written
from tests import factories as make


@pytest.fixture
def people(session):
    return make.ann(), make.sam()


def topics(session):
    return session.scalars(
        select(OutboxEntry.topic)
        .where(OutboxEntry.topic.startswith("problem."))
        .order_by(OutboxEntry.id)
    ).all()


def test_marking_is_one_act_with_its_summary(session, people):
    ann, sam = people
    ticket = make.ticket(ann)
    act = make.act(sam)
    assert problems.mark(ticket, written("It **burns**."), act=act)
    session.commit()
    assert ticket.is_known_problem
    assert ticket.public_summary_html.strip() == "<p>It <strong>burns</strong>.</p>"
    assert ticket.version == 2, "one act, one version"
    changes = session.scalars(select(TicketFieldChange).order_by(TicketFieldChange.id)).all()
    assert [(c.field, c.old, c.new) for c in changes] == [
        ("public_summary", "", "It **burns**."),
        ("known_problem", False, True),
    ]
    assert topics(session) == ["problem.published"]
    assert not problems.mark(ticket, written("It **burns**."), act=make.act(sam))
    assert topics(session) == ["problem.published"]


@pytest.mark.parametrize("text", ["", "  \n", "\N{ZERO WIDTH SPACE}"])
def test_nothing_to_read_is_no_summary(session, people, text):
    ann, sam = people
    ticket = make.known_problem(ann, sam)
    for verb in (problems.mark, problems.edit_summary):
        with pytest.raises(Unprocessable) as refused:
            verb(ticket, written(text), act=make.act(sam))
        assert refused.value.field == "summary"
    with pytest.raises(Unprocessable):
        problems.publish_update(ticket, written(text), act=make.act(sam))


def test_without_the_mark_nothing_is_published(session, people):
    ann, sam = people
    ticket = make.ticket(ann)
    with pytest.raises(Conflict, match="not marked"):
        problems.publish_update(ticket, written("News"), act=make.act(sam))
    with pytest.raises(Conflict, match="not marked"):
        problems.edit_summary(ticket, written("Other"), act=make.act(sam))
    assert not problems.unmark(ticket, act=make.act(sam))
    assert topics(session) == []


def test_nothing_is_published_from_the_trash(session, people):
    ann, sam = people
    ticket = make.known_problem(ann, sam)
    other = make.ticket(ann)
    for thrown in (ticket, other):
        trash.put_in_trash(thrown, act=make.act(sam))
    session.commit()
    for verb in (
        lambda: problems.mark(other, written("x"), act=make.act(sam)),
        lambda: problems.edit_summary(ticket, written("x"), act=make.act(sam)),
        lambda: problems.publish_update(ticket, written("x"), act=make.act(sam)),
        lambda: problems.unmark(ticket, act=make.act(sam)),
    ):
        with pytest.raises(Conflict, match="in the trash"):
            verb()


def test_the_affected_hear_of_another_summary_only_when_asked(session, people):
    ann, sam = people
    ticket = make.known_problem(ann, sam)
    assert problems.edit_summary(ticket, written("Slip"), act=make.act(sam))
    assert topics(session) == ["problem.published"]
    assert problems.edit_summary(ticket, written("News"), act=make.act(sam), tell=True)
    assert topics(session) == ["problem.published", "problem.edited"]
    assert not problems.edit_summary(ticket, written("News"), act=make.act(sam), tell=True)
    assert topics(session) == ["problem.published", "problem.edited"], "nothing new, nothing told"


def test_two_who_write_a_summary_do_not_overwrite_each_other(session, people):
    ann, sam = people
    ticket = make.known_problem(ann, sam, summary="first")
    seen = ticket.version
    problems.edit_summary(ticket, written("Sam’s"), act=make.act(sam), seen_version=seen)
    session.commit()
    ada = make.ada()
    with pytest.raises(Stale):
        problems.edit_summary(ticket, written("Ada’s"), act=make.act(ada), seen_version=seen)
    # Who sends back what they saw changes nothing, and neither does who wrote the same.
    for text in ("first", "Sam’s"):
        assert not problems.edit_summary(
            ticket, written(text), act=make.act(ada), seen_version=seen
        )
    assert ticket.public_summary == "Sam’s"


def test_two_who_mark_at_once_do_not_overwrite_each_other(session, people):
    ann, sam = people
    ticket = make.ticket(ann)
    seen = ticket.version
    problems.mark(ticket, written("Sam’s"), act=make.act(sam), seen_version=seen)
    session.commit()
    with pytest.raises(Stale):
        problems.mark(ticket, written("Ada’s"), act=make.act(make.ada()), seen_version=seen)
    assert ticket.public_summary == "Sam’s"


def test_undoing_the_mark_takes_back_all_of_it(session, people):
    ann, sam = people
    ticket = make.ticket(ann)
    act = make.act(sam)
    problems.mark(ticket, written("It burns."), act=act)
    session.commit()
    undo.undo(act, by=sam, via=Door.WEB)
    assert (ticket.is_known_problem, ticket.public_summary) == (False, "")
    assert {e.last_error for e in session.scalars(select(OutboxEntry)) if "problem" in e.topic} == {
        "It was taken back."
    }


def test_a_mark_that_is_back_is_as_old_as_it_was(session, people):
    ann, sam = people
    ticket = make.known_problem(ann, sam)
    since = ticket.known_problem_since
    with time_machine.travel(now().replace(year=now().year + 1)):
        act = make.act(sam)
        problems.unmark(ticket, act=act)
        session.commit()
        undo.undo(act, by=sam, via=Door.WEB)
    assert abs(ticket.known_problem_since - since).total_seconds() < 1


def test_an_update_is_taken_back_within_the_recall_time_only(session, people):
    ann, sam = people
    ticket = make.known_problem(ann, sam)
    acts = [make.act(sam), make.act(sam)]
    for act in acts:
        problems.publish_update(ticket, written("News"), act=act)
        session.commit()
    undo.undo(acts[0], by=sam, via=Door.WEB)
    with (
        time_machine.travel(now().replace(year=now().year + 1)),
        pytest.raises(Conflict, match="older than 30 seconds"),
    ):
        undo.undo(acts[1], by=sam, via=Door.WEB)
    undone = [u.undone_by_id is not None for u in session.scalars(select(ProblemUpdate))]
    assert sorted(undone) == [False, True]


def test_solving_resolves_what_affects_and_undoing_opens_it_again(session, people):
    ann, sam = people
    ticket = make.known_problem(ann, sam)
    for _ in range(3):
        make.affected(make.user(), ticket)
    act = make.act(sam)
    tickets.change_status(ticket, TicketStatus.SOLVED, act=act)
    session.commit()
    assert set(session.scalars(select(TicketReport.status))) == {ReportStatus.RESOLVED}
    undo.undo(act, by=sam, via=Door.WEB)
    assert set(session.scalars(select(TicketReport.status))) == {ReportStatus.OPEN}
    assert ticket.is_known_problem


def test_who_withdraws_is_not_counted_and_may_join_again(session, people):
    ann, sam = people
    ticket, eve = make.known_problem(ann, sam), make.eve()
    report = make.affected(eve, ticket)
    assert reports.withdraw(report, act=make.act(eve)) is not None
    assert report.status is ReportStatus.DISMISSED
    assert reports.withdraw(report, act=make.act(eve)) is None
    again = reports.create_report(ticket, eve, act=make.act(eve), kind=ReportKind.AFFECTED)
    assert again.id != report.id
