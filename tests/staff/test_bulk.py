"""Acts on many tickets: chosen, previewed, done by the rules, told for each, taken back as one."""

import pytest
from sqlalchemy import select

from app.domain import bulk, tally, teams, tickets, trash, undo
from app.extensions import db
from app.models import (
    BulkOutcome,
    BulkRun,
    ChangeSet,
    Door,
    OutboxEntry,
    Outcome,
    Priority,
    Role,
    Ticket,
    TicketMessage,
    TicketStatus,
)
from app.queries.tickets import find_visible
from tests import factories as make


@pytest.fixture
def desk(session):
    ann, sam = make.ann(), make.sam()
    return sam, [make.ticket(ann, title=f"Printer {n}") for n in range(4)]


def select_all(page, made, **fields):
    page.post("/staff/bulk/edit", {"id": [t.id for t in made], **fields}, status=200)
    return page


def test_from_the_rows_over_the_preview_to_one_undo(browser, session, desk):
    sam, made = desk
    tickets.change_status(made[3], TicketStatus.SOLVED, act=make.act(sam))
    session.commit()
    page = select_all(browser(sam), made, back="/staff/queue?view=open")
    assert "Change 4 tickets" in page.page.text
    page.submit(
        "form[action$='/bulk/preview']",
        {
            "status": "solved",
            "priority": "high",
            "assignee": str(sam.id),
            "add_tags": "Outage, vpn",
            "note": "Same cause.",
        },
        status=200,
    )
    preview = page.page
    assert "4 tickets will change" in preview.text
    assert "The people on 3 tickets get a mail that it is solved" in preview.text
    assert session.scalars(select(TicketMessage)).all() == []
    assert {t.priority for t in made} == {Priority.NORMAL}
    page.submit("form[action$='/staff/bulk']")
    for ticket in made:
        assert (ticket.status, ticket.priority) == (TicketStatus.SOLVED, Priority.HIGH)
        assert [tag.name for tag in ticket.tags] == ["outage", "vpn"]
        assert ticket.assignee_id == sam.id
    assert len(session.scalars(select(TicketMessage)).all()) == 4
    assert len(session.scalars(select(ChangeSet).filter_by(kind="bulk.edit")).all()) == 1
    page.follow()
    assert "4 changed, 0 left as they were" in page.page.text
    assert page.page.all(".effects > li")[0].startswith(f"#{made[0].id} Printer 0 Changed")
    page.submit("main form[action*='/undo']")
    assert [t.status.value for t in made] == ["new", "new", "new", "solved"]
    assert {t.priority for t in made} == {Priority.NORMAL}
    assert {t.assignee_id for t in made} == {None}
    assert not any(t.tags for t in made)
    assert all(m.undone_by_id for m in session.scalars(select(TicketMessage)))
    assert tally.kept() == tally.counted()


def test_what_the_preview_says_is_what_happens(browser, session, desk):
    sam, made = desk
    secret = teams.add("HR", is_private=True)
    session.flush()
    teams.add_member(secret, sam)
    eva = make.user("Eva", role=Role.AGENT)
    tickets.assign_ticket_to_staff(made[0], eva, act=make.act(sam))
    tickets.give_to_team(made[1], secret, act=make.act(sam))
    trash.put_in_trash(made[2], act=make.act(sam))
    session.commit()
    asked = bulk.Asked(team_id=secret.id, status="pending")
    wanted = bulk.meant(asked)
    foreseen = [bulk.effect(t, wanted, sam) for t in bulk.selected([t.id for t in made], sam)]
    run = bulk.start([t.id for t in made], asked, act=make.act(sam, bulk.EDIT))
    while bulk.step(run):
        pass
    session.commit()
    outcomes = list(session.scalars(select(BulkOutcome).order_by(BulkOutcome.id)))
    assert [o.ticket_id for o in outcomes] == [e.ticket.id for e in foreseen]
    for effect, outcome in zip(foreseen, outcomes, strict=True):
        assert (outcome.outcome is Outcome.REFUSED) == bool(effect.refusal)
        assert (outcome.outcome is Outcome.CHANGED) == bool(effect.sentences)
        assert outcome.sentence == effect.refusal
    assert "assignee Eva → none, who is not in the team" in foreseen[0].sentences
    assert foreseen[2].refusal == "It is in the trash."
    assert made[0].assignee_id is None


def test_tickets_that_changed_vanished_or_moved_away_meanwhile(browser, session, desk):
    sam, made = desk
    ada = make.ada()
    page = select_all(browser(sam), made)
    page.submit("form[action$='/bulk/preview']", {"priority": "urgent"}, status=200)
    secret = teams.add("HR", is_private=True)
    session.flush()
    tickets.give_to_team(made[0], secret, act=make.act(ada))
    trash.put_in_trash(made[1], act=make.act(ada))
    tickets.update_ticket(made[2], tickets.Changes(priority=Priority.URGENT), act=make.act(ada))
    session.commit()
    page.submit("form[action$='/staff/bulk']")
    page.follow()
    assert [t.priority.value for t in made] == ["normal", "normal", "urgent", "urgent"]
    assert "1 changed, 3 left as they were" in page.page.text
    assert "It is in the trash." in page.page.text
    assert "Printer 0" not in page.page.text


def test_all_that_match_not_just_the_page(browser, session, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 60)
    ann, sam = make.ann(), make.sam()
    made = [make.ticket(ann, title=f"No {n}", priority=Priority.LOW) for n in range(60)]
    other = make.ticket(ann)
    page = browser(sam)
    back = "/staff/queue?view=open&priority=low"
    page.post("/staff/bulk/edit", {"all": "1", "back": back}, status=200)
    assert "Change 60 tickets" in page.page.text
    page.submit("form[action$='/bulk/preview']", {"category": make.category().id}, status=200)
    page.submit("form[action$='/staff/bulk']")
    session.expire_all()
    assert all(t.category_id for t in made)
    assert other.category_id is None
    # A button of the bar for all of them shows first what it would do.
    page.post("/staff/queue", {"all": "1", "do": "status:solved", "back": back}, status=200)
    assert "60 tickets will change" in page.page.text
    page.submit("form[action$='/staff/bulk']")
    assert {t.status for t in made} == {TicketStatus.SOLVED}


def test_many_are_the_workers_and_go_on_where_they_were(browser, session, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    ann, sam = make.ann(), make.sam()
    made = [make.ticket(ann) for _ in range(7)]
    page = select_all(browser(sam), made)
    page.submit("form[action$='/bulk/preview']", {"priority": "high"}, status=200)
    page.submit("form[action$='/staff/bulk']")
    assert {t.priority for t in made} == {Priority.NORMAL}
    assert "0 of 7 done" in page.follow().text
    entry = session.scalars(select(OutboxEntry).filter_by(topic=bulk.RUN)).one()
    run = bulk.locked_run(entry.payload["run_id"])
    assert run is not None
    assert bulk.step(run, limit=5)
    session.commit()
    page.get(page.page.path)
    assert "5 of 7 done" in page.page.text
    assert not bulk.step(run, limit=5)
    session.commit()
    assert {t.priority for t in made} == {Priority.HIGH}
    page.get(page.page.path)
    assert "7 changed, 0 left as they were" in page.page.text
    page.submit("main form[action*='/undo']")
    undo_run = session.scalars(select(BulkRun).order_by(BulkRun.id.desc())).first()
    while bulk.step(undo_run, limit=3):
        session.commit()
    session.commit()
    assert {t.priority for t in made} == {Priority.NORMAL}
    assert "7 taken back" in page.follow().text


def test_a_run_that_is_taken_back_stops(session, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    ann, sam = make.ann(), make.sam()
    made = [make.ticket(ann) for _ in range(3)]
    run = bulk.start(
        [t.id for t in made], bulk.Asked(priority="high"), act=make.act(sam, "bulk.edit")
    )
    bulk.step(run, limit=1)
    session.commit()
    undo.undo(run.change_set, by=sam, via=Door.WEB)
    session.commit()
    while bulk.step(run, limit=1):
        pass
    assert {t.priority for t in made} == {Priority.NORMAL}


def test_sent_twice_is_done_once(browser, session, desk):
    sam, made = desk
    page = select_all(browser(sam), made)
    page.submit("form[action$='/bulk/preview']", {"note": "Once."}, status=200)
    action, fields = page.page.form("form[action$='/staff/bulk']")
    first = page.post(action, fields).location
    assert page.post(action, fields).location == first
    assert len(session.scalars(select(TicketMessage)).all()) == 4


def test_bad_input_keeps_what_was_typed(browser, session, desk):
    sam, made = desk
    page = select_all(browser(sam), made)
    page.submit("form[action$='/bulk/preview']", {}, status=422)
    assert "Choose at least one change." in page.page.text
    page.submit(
        "form[action$='/bulk/preview']",
        {"note": "Keep me", "add_tags": "x" * 80, "status": "solved"},
        status=422,
    )
    assert "A tag has at most 50 characters." in page.page.text
    assert page.page.one("#note").get_text().strip() == "Keep me"
    assert page.page.one("#status option[selected]")["value"] == "solved"
    for field, value in (
        ("status", "new"),
        ("priority", "x"),
        ("assignee", "999999"),
        ("team", "-1"),
        ("category", "1 or 1=1"),
        ("trash", "burn"),
    ):
        page.post("/staff/bulk/preview", {"ids": str(made[0].id), field: value}, status=422)
        assert "Choose one from the list." in page.page.text, field
    page.post("/staff/bulk/edit", {"all": "1", "back": "/staff/queue?" + "a=1&" * 120})
    assert "too long to be one of ours" in page.follow().text
    page.post("/staff/bulk/edit", {"ids": "none,-1,99999999999999"})
    assert "Select at least one ticket first." in page.follow().text
    page.post("/staff/bulk/edit", {"all": "1", "back": "/staff/queue?view=open&status=x"})
    assert "There is no status “x”." in page.get("/staff/queue").text


def test_results_are_whoever_acted_and_admins(browser, session, desk):
    sam, made = desk
    page = select_all(browser(sam), made)
    page.submit("form[action$='/bulk/preview']", {"priority": "low"}, status=200)
    there = page.submit("form[action$='/staff/bulk']").location
    browser(make.ada()).get(there)
    browser(make.user(role=Role.AGENT)).get(there, status=404)
    browser(make.eve()).get(there, status=403)
    page.get("/staff/bulk/999999", status=404)


def test_trash_and_back_for_many(browser, session, desk):
    sam, made = desk
    page = select_all(browser(sam), made)
    page.submit("form[action$='/bulk/preview']", {"trash": "trash"}, status=200)
    page.submit("form[action$='/staff/bulk']")
    assert all(t.is_trashed for t in made)
    assert db.session.scalars(select(Ticket).where(Ticket.trashed_at.is_(None))).all() == []
    page.post("/staff/queue", {"id": [t.id for t in made], "do": "restore"})
    assert not any(t.is_trashed for t in made)
    assert find_visible(make.ada(), made[0].id) is not None


def test_the_result_costs_the_same_for_many(browser, session, count_queries):
    costs = []
    for n in (1, 30):
        ann, sam = make.user(), make.user(role=Role.AGENT)
        made = [make.ticket(ann) for _ in range(n)]
        page = select_all(browser(sam), made)
        page.submit("form[action$='/bulk/preview']", {"priority": "low"}, status=200)
        there = page.submit("form[action$='/staff/bulk']").location
        page.get(there)
        session.expunge_all()
        count_queries.clear()
        page.get(there)
        costs.append(len(count_queries))
    assert costs[0] == costs[1]
