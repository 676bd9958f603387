"""Taking acts back: what changes, what stays and is named, and who is told."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import select

from app.clock import now
from app.domain import bulk, participants, reports, tally, teams, tickets, trash, undo
from app.domain.errors import Conflict
from app.extensions import db
from app.mail import audience, outbound
from app.models import (
    Door,
    OutboxEntry,
    OutboxState,
    Priority,
    ReportStatus,
    Role,
    TicketReport,
    TicketStatus,
)
from app.queries.tickets import find_visible
from app.text import written
from tests import factories as make


@pytest.fixture
def desk(session):
    """Ann's ticket, Sam and Ada who work on it."""
    ann, sam, ada = make.ann(), make.sam(), make.ada()
    ticket = find_visible(sam, make.ticket(ann).id, lock=True)
    assert ticket is not None
    return ticket, ann, sam, ada


def back(act, by):
    """Undo, as a request of its own."""
    db.session.commit()
    try:
        undone = undo.undo(act, by=by, via=Door.WEB)
    except Conflict:
        db.session.rollback()
        raise
    db.session.commit()
    return undone


def change(ticket, by, **what):
    act = make.act(by, "changed")
    assert tickets.update_ticket(ticket, tickets.Changes(**what), act=act)
    return act


def test_every_field_goes_back_to_what_it_was(session, desk):
    ticket, _ann, sam, _ada = desk
    team = teams.add("Plant", is_private=False)
    session.flush()
    category = make.category("Paper")
    before = (ticket.title, ticket.description, ticket.description_html, ticket.priority)
    act = change(
        ticket,
        sam,
        title="Other",
        description=written("*Other*"),
        priority=Priority.URGENT,
        category=category,
        category_given=True,
        team=team,
        team_given=True,
        assignee=sam,
        assignee_given=True,
        tags=("vpn", "wifi"),
    )
    assert ticket.status is TicketStatus.OPEN
    undone = back(act, sam)
    assert undone.changed == [ticket.id]
    assert undone.left == []
    assert (ticket.title, ticket.description, ticket.description_html, ticket.priority) == before
    assert (ticket.category_id, ticket.team_id, ticket.assignee_id) == (None, None, None)
    assert (ticket.tags, ticket.status) == ([], TicketStatus.NEW)
    assert ticket.waiting_since == ticket.created_at
    assert ticket.version == 3
    assert tally.kept() == tally.counted()


def test_what_has_moved_on_stays_and_is_named(session, desk):
    ticket, _ann, sam, ada = desk
    act = change(ticket, sam, priority=Priority.HIGH, title="Other")
    change(ticket, ada, priority=Priority.URGENT)
    undone = back(act, sam)
    assert ticket.title == "The printer is on fire"
    assert ticket.priority is Priority.URGENT
    assert undone.why_not == (
        f"#{ticket.id}: the priority stays as it is, because Ada Admin changed it since."
    )


def test_taking_back_in_any_order_leaves_what_was_not_taken_back(session, desk):
    ticket, _ann, sam, ada = desk
    first = change(ticket, sam, priority=Priority.HIGH)
    second = change(ticket, ada, priority=Priority.URGENT)
    with pytest.raises(Conflict, match="because Ada Admin changed it since"):
        back(first, sam)
    back(second, ada)
    assert ticket.priority is Priority.HIGH
    back(first, sam)
    assert ticket.priority is Priority.NORMAL


def test_the_first_can_go_with_another_field_and_the_second_then_restores_the_start(session, desk):
    ticket, _ann, sam, ada = desk
    first = change(ticket, sam, priority=Priority.HIGH, title="Other")
    second = change(ticket, ada, priority=Priority.URGENT)
    back(first, sam)
    back(second, ada)
    assert (ticket.priority, ticket.title) == (Priority.NORMAL, "The printer is on fire")


def test_an_undo_can_be_undone_and_that_too(session, desk):
    ticket, _ann, sam, _ada = desk
    act = change(ticket, sam, priority=Priority.HIGH)
    undone = back(act, sam)
    again = back(undone.act, sam)
    assert ticket.priority is Priority.HIGH
    back(again.act, sam)
    assert ticket.priority is Priority.NORMAL


def test_once_only_and_the_second_hears_who_was_first(session, desk):
    ticket, _ann, sam, ada = desk
    act = change(ticket, sam, priority=Priority.HIGH)
    back(act, ada)
    with pytest.raises(Conflict, match="Ada Admin has taken this back already"):
        back(act, sam)


def test_tags_and_people_come_and_go_one_by_one(session, desk):
    ticket, _ann, sam, ada = desk
    eve, bob = make.eve(), make.user("Bob")
    one = change(ticket, sam, tags=("vpn", "wifi"))
    change(ticket, ada, tags=("vpn", "wifi", "lan"))
    copied = make.act(sam)
    participants.add(ticket, eve, act=copied)
    participants.add(ticket, bob, act=make.act(ada))
    back(one, sam)
    back(copied, sam)
    assert [tag.name for tag in ticket.tags] == ["lan"]
    assert ticket.participants == [bob]


def test_a_status_goes_back_with_the_clocks(session, desk):
    ticket, ann, sam, _ada = desk
    with time_machine.travel(now() - dt.timedelta(days=3), tick=False):
        tickets.reply(ticket, written("Which tray?"), act=make.act(sam))
    with time_machine.travel(now() - dt.timedelta(days=2), tick=False):
        tickets.reply(ticket, written("Two."), act=make.act(ann))
    waiting = ticket.waiting_since
    assert waiting is not None
    solved = make.act(sam)
    tickets.change_status(ticket, TicketStatus.SOLVED, act=solved)
    assert ticket.waiting_since is None
    back(solved, sam)
    assert (ticket.status, ticket.waiting_since, ticket.solved_at) == (
        TicketStatus.OPEN,
        waiting,
        None,
    )


def test_reopening_taken_back_is_solved_since_when_it_was(session, desk):
    ticket, ann, sam, _ada = desk
    with time_machine.travel(now() - dt.timedelta(days=2), tick=False):
        tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam))
    solved_at = ticket.solved_at
    reopened = make.act(ann)
    tickets.change_status(ticket, TicketStatus.OPEN, act=reopened)
    back(reopened, ann)
    assert (ticket.status, ticket.solved_at) == (TicketStatus.SOLVED, solved_at)


def test_new_again_unless_somebody_has_answered_since(session, desk):
    ticket, _ann, sam, ada = desk
    taken = make.act(sam)
    tickets.take(ticket, act=taken)
    tickets.reply(ticket, written("Which tray?"), act=make.act(ada))
    undone = back(taken, sam)
    assert (ticket.status, ticket.assignee_id) == (TicketStatus.OPEN, None)
    assert "the help desk has dealt with it since" in undone.why_not


def test_a_reply_within_the_recall_time_is_never_mailed(session, desk):
    ticket, _ann, sam, _ada = desk
    act = make.act(sam)
    message = tickets.reply(
        ticket, written("Wrong one"), act=act, then=TicketStatus.PENDING
    ).message
    session.flush()
    undone = back(act, sam)
    assert message is not None
    assert undone.messages == [message]
    assert message.undone_by_id == undone.act.id
    assert (ticket.status, ticket.waiting_since) == (TicketStatus.NEW, ticket.created_at)
    entry = session.scalars(select(OutboxEntry).filter_by(topic="ticket.replied")).one()
    assert (entry.state, entry.last_error) == (OutboxState.WITHDRAWN, "It was taken back.")
    back(undone.act, sam)
    session.refresh(entry)
    assert (entry.state, entry.due_at > now()) == (OutboxState.WAITING, True)
    assert message.undone_by_id is None


def test_after_the_recall_time_the_reply_stays_and_the_rest_goes(session, desk):
    ticket, _ann, sam, _ada = desk
    act = make.act(sam)
    with time_machine.travel(now() - dt.timedelta(minutes=1), tick=False):
        tickets.reply(ticket, written("Which tray?"), act=act, then=TicketStatus.PENDING)
    undone = back(act, sam)
    assert "the reply stays as it is, because it is older than 30 seconds" in undone.why_not
    assert ticket.status is TicketStatus.OPEN


def test_what_has_been_told_is_not_taken_back(session, desk):
    ticket, _ann, sam, _ada = desk
    act = make.act(sam)
    tickets.reply(ticket, written("Which tray?"), act=act)
    entry = session.scalars(select(OutboxEntry).filter_by(topic="ticket.replied")).one()
    entry.state, entry.finished_at = OutboxState.DONE, now()
    session.flush()
    with pytest.raises(Conflict, match="the reply stays as it is, because it has been sent"):
        back(act, sam)


def test_filing_taken_back_lies_in_the_trash(session, desk):
    _ticket, ann, _sam, _ada = desk
    filed = make.act(ann, "ticket.created")
    ticket = tickets.create_ticket(ann, "Oops", written("Never mind"), act=filed)
    undone = back(filed, ann)
    assert ticket.is_trashed
    assert find_visible(ann, ticket.id) is None
    assert tally.kept() == tally.counted()
    entry = session.scalars(select(OutboxEntry).filter_by(change_set_id=filed.id)).one()
    assert entry.state is OutboxState.WITHDRAWN
    with pytest.raises(Conflict):
        back(filed, ann)
    assert undone.act.undoes_id == filed.id


def test_nothing_is_taken_back_in_the_trash_but_the_trashing(session, desk):
    ticket, _ann, sam, _ada = desk
    act = change(ticket, sam, priority=Priority.HIGH)
    trashed = make.act(sam)
    trash.put_in_trash(ticket, act=trashed)
    with pytest.raises(Conflict, match="because it is in the trash"):
        back(act, sam)
    back(trashed, sam)
    assert (ticket.is_trashed, ticket.priority) == (False, Priority.HIGH)
    assert tally.kept() == tally.counted()


def test_reports_resolved_with_the_ticket_come_back_with_it(session, desk):
    ticket, _ann, sam, _ada = desk
    eve = make.eve()
    report = reports.create_report(ticket, eve, act=make.act(eve))
    solved = make.act(sam)
    tickets.change_status(ticket, TicketStatus.SOLVED, act=solved)
    assert report.status is ReportStatus.RESOLVED
    back(solved, sam)
    assert report.status is ReportStatus.OPEN


def test_a_report_that_was_filed_anew_is_not_doubled(session, desk):
    ticket, _ann, sam, _ada = desk
    eve = make.eve()
    report = reports.create_report(ticket, eve, act=make.act(eve))
    moved = make.act(sam)
    reports.move_report(report, ReportStatus.DISMISSED, act=moved)
    reports.create_report(ticket, eve, act=make.act(eve))
    with pytest.raises(Conflict, match="because they have reported it anew since"):
        back(moved, sam)
    live = select(TicketReport).where(TicketReport.status == ReportStatus.OPEN)
    assert len(session.scalars(live).all()) == 1


def test_a_team_that_the_one_who_has_it_now_is_not_in(session, desk):
    ticket, _ann, sam, ada = desk
    secret = teams.add("HR", is_private=True)
    session.flush()
    teams.add_member(secret, sam)
    session.flush()
    change(ticket, sam, team=secret, team_given=True)
    out = change(ticket, sam, team=None, team_given=True)
    mia = make.user("Mia", role=Role.AGENT)
    tickets.assign_ticket_to_staff(ticket, mia, act=make.act(ada))
    with pytest.raises(Conflict, match="because Mia, who has it now, is not in its team before"):
        back(out, sam)


def test_a_requester_takes_back_their_own_and_nothing_of_the_help_desk(session, desk):
    ticket, ann, sam, _ada = desk
    edited = change(ticket, ann, title="Two printers")
    back(edited, ann)
    assert ticket.title == "The printer is on fire"
    act = change(ticket, sam, priority=Priority.HIGH)
    with pytest.raises(Conflict, match="the help desk’s to change"):
        back(act, ann)


def test_out_of_the_trash_and_a_status_in_one_act(session, desk):
    ticket, _ann, sam, _ada = desk
    trash.put_in_trash(ticket, act=make.act(sam))
    session.commit()
    wanted = bulk.meant(bulk.Asked(restore=True, status="pending"))
    act = make.act(sam, bulk.EDIT)
    assert bulk.apply(ticket, wanted, by=sam, act=act)
    undone = back(act, sam)
    assert (ticket.is_trashed, ticket.status) == (True, TicketStatus.NEW)
    assert back(undone.act, sam).left == []
    assert (ticket.is_trashed, ticket.status) == (False, TicketStatus.PENDING)
    assert tally.kept() == tally.counted()


def test_a_reply_that_stays_is_still_mailed(session, desk):
    ticket, _ann, sam, _ada = desk
    act = make.act(sam)
    with time_machine.travel(now() - dt.timedelta(minutes=1), tick=False):
        tickets.reply(ticket, written("Which tray?"), act=act, then=TicketStatus.PENDING)
    back(act, sam)
    assert ticket.status is TicketStatus.OPEN
    entry = session.scalars(select(OutboxEntry).filter_by(topic="ticket.replied")).one()
    assert entry.state is OutboxState.WAITING
    audience.expand(entry)
    session.flush()
    mail = session.scalars(select(OutboxEntry).filter_by(topic="mail")).one()
    assert "Which tray?" in outbound.compose(mail).mail.as_string()


def test_counts_stay_right_where_one_of_several_cannot_go_back(session, desk):
    ticket, ann, sam, ada = desk
    bob = make.user("Bob", role=Role.AGENT)
    other = make.ticket(ann)
    tickets.assign_ticket_to_staff(other, bob, act=make.act(sam))
    session.commit()
    act = make.act(sam, bulk.EDIT)
    wanted = bulk.meant(bulk.Asked(assignee_id=ada.id, status="pending"))
    for each in (ticket, other):
        bulk.apply(each, wanted, by=sam, act=act)
    session.commit()
    bob.deactivated_at = now()
    undone = back(act, sam)
    assert "Bob can’t have it any more" in undone.why_not
    assert tally.kept() == tally.counted()


def test_another_undo_leaves_the_status_alone(session, desk):
    ticket, ann, sam, ada = desk
    bob = make.user("Bob", role=Role.AGENT)
    taken = change(ticket, ada, assignee=ada, assignee_given=True, priority=Priority.HIGH)
    tickets.assign_ticket_to_staff(ticket, bob, act=make.act(sam))
    back(taken, ada)
    tickets.assign_ticket_to_staff(ticket, None, act=make.act(sam))
    edited = change(ticket, ann, title="Two printers")
    back(edited, ann)
    assert ticket.status is TicketStatus.OPEN


def test_an_act_on_tickets_that_one_does_not_see_is_an_admins_to_take_back(session, desk):
    ticket, ann, sam, ada = desk
    other = make.ticket(ann)
    act = make.act(sam, bulk.EDIT)
    wanted = bulk.meant(bulk.Asked(priority="high"))
    for each in (ticket, other):
        bulk.apply(each, wanted, by=sam, act=act)
    secret = teams.add("HR", is_private=True)
    session.flush()
    tickets.give_to_team(other, secret, act=make.act(ada))
    with pytest.raises(Conflict, match="not yours to see any more"):
        back(act, sam)
    assert ticket.priority is Priority.HIGH
    back(act, ada)
    assert (ticket.priority, other.priority) == (Priority.NORMAL, Priority.NORMAL)
