"""Teams: who is in them, whose eyes their tickets are for, and who loses a ticket by that."""

import datetime as dt

import pytest
from sqlalchemy import select

from app.clock import now
from app.domain import rights, tally, teams, tickets, trash
from app.domain.errors import Conflict, Unprocessable
from app.models import OutboxEntry, Role, TicketFieldChange, TicketStatus, User
from app.policy import Permission, allows, hidden_teams
from app.queries import wholeness
from app.text import written
from tests import factories as make


@pytest.fixture
def desk(session):
    """Ann asks; Mira is in the private team HR, Sam and Ada are not; Ada administers."""
    mira = make.user("Mira Inside", role=Role.AGENT)
    return {
        "ann": make.ann(),
        "sam": make.sam(),
        "ada": make.ada(),
        "mira": mira,
        "hr": make.team("HR", mira, private=True),
        "web": make.team("Web"),
    }


def held(person, team=None, *, by=None, **more):
    ticket = make.ticket(make.user(), team=team, by=by or make.user(role=Role.ADMIN), **more)
    tickets.assign_ticket_to_staff(ticket, person, act=make.act(person))
    return ticket


def changes_of(session, ticket, *fields):
    session.flush()
    rows = session.scalars(
        select(TicketFieldChange)
        .where(TicketFieldChange.ticket_id == ticket.id, TicketFieldChange.field.in_(fields))
        .order_by(TicketFieldChange.id)
    )
    return [(row.field, row.old, row.new) for row in rows]


def assert_whole(session):
    session.commit()
    assert tally.kept() == tally.counted()
    assert [found for check in wholeness.CHECKS for found in check.problems()] == []


# --- names and members ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["HR", "hr", "ＨＲ"])
def test_a_name_belongs_to_one_team(session, desk, name):
    with pytest.raises(Conflict, match="already"):
        teams.add(name, is_private=False)
    with pytest.raises(Conflict, match="already"):
        teams.rename(desk["web"], name)
    assert_whole(session)
    teams.rename(desk["hr"], "Hr")  # its own, written otherwise
    assert_whole(session)
    assert desk["hr"].name == "Hr"


def test_only_active_staff_are_in_a_team(session, desk):
    gone = make.user(role=Role.AGENT, active=False)
    for person in (desk["ann"], gone):
        with pytest.raises(Unprocessable, match="help desk"):
            teams.add_member(desk["web"], person)
    assert teams.add_member(desk["web"], desk["sam"])
    assert not teams.add_member(desk["web"], desk["sam"])
    assert desk["web"] in desk["sam"].staff.teams


def test_what_one_sees_changes_in_the_same_moment(session, desk):
    sam, hr = desk["sam"], desk["hr"]
    ticket = make.ticket(desk["ann"], team=hr, by=desk["mira"])
    assert not allows(sam, Permission.TICKET_SEE, ticket)
    teams.add_member(hr, sam)
    assert allows(sam, Permission.TICKET_SEE, ticket)
    teams.remove_member(hr, sam, act=make.act(desk["ada"]))
    assert not allows(sam, Permission.TICKET_SEE, ticket)
    teams.set_private(hr, False, act=make.act(desk["ada"]))
    assert allows(sam, Permission.TICKET_SEE, ticket)
    teams.set_private(hr, True, act=make.act(desk["ada"]))
    assert hidden_teams(sam) == {hr.id}


# --- losing tickets ------------------------------------------------------------------------------


def test_making_a_team_private_takes_its_open_tickets_from_outsiders(session, desk):
    web, sam, ada, mira = desk["web"], desk["sam"], desk["ada"], desk["mira"]
    teams.add_member(web, mira)
    sams, other, adas, miras = held(sam, web), held(sam), held(ada, web), held(mira, web)
    solved = held(sam, web)
    tickets.change_status(solved, TicketStatus.SOLVED, act=make.act(sam))
    session.commit()
    assert teams.set_private(web, True, act=make.act(ada)) == 1
    assert [t.assignee_id for t in (sams, other, adas, miras)] == [None, sam.id, ada.id, mira.id]
    assert sams.status is TicketStatus.OPEN
    assert solved.assignee_id == sam.id, "who solved it stays on record"
    assert_whole(session)


def test_leaving_a_private_team_takes_its_tickets(session, desk):
    hr, mira = desk["hr"], desk["mira"]
    ticket, public = held(mira, hr), held(mira, desk["web"])
    session.commit()
    assert teams.remove_member(hr, mira, act=make.act(desk["ada"])) == 1
    assert teams.remove_member(desk["web"], mira, act=make.act(desk["ada"])) == 0
    assert (ticket.assignee_id, public.assignee_id) == (None, mira.id)
    assert_whole(session)


def test_an_admin_who_becomes_an_agent_loses_what_they_do_not_see(session, desk):
    ada, bea = desk["ada"], make.user("Bea", role=Role.ADMIN)
    ticket, open_to_all = held(bea, desk["hr"]), held(bea, desk["web"])
    session.commit()
    assert rights.set_role(bea, Role.AGENT, by=ada, act=make.act(ada)) == 1
    assert (ticket.assignee_id, open_to_all.assignee_id) == (None, bea.id)
    assert_whole(session)


def test_whoever_leaves_the_desk_leaves_their_teams(session, desk):
    mira = desk["mira"]
    rights.set_role(mira, None, by=desk["ada"], act=make.act(desk["ada"]))
    session.commit()
    session.expire_all()
    session.refresh(desk["hr"], ["members"])
    assert desk["hr"].members == []
    rights.set_role(mira, Role.AGENT, by=desk["ada"])
    session.commit()
    assert hidden_teams(mira) == {desk["hr"].id}, "their old place does not come back by itself"


def test_a_successor_gets_only_what_they_may_have(session, desk):
    mira, sam, ada = desk["mira"], desk["sam"], desk["ada"]
    secret, plain = held(mira, desk["hr"]), held(mira)
    trashed = held(mira)
    session.commit()
    trash.put_in_trash(trashed, act=make.act(ada))
    session.commit()
    rights.deactivate(mira, by=ada, hand_over_to=sam, act=make.act(ada))
    assert (secret.assignee_id, plain.assignee_id) == (None, sam.id)
    assert_whole(session)


def test_a_ticket_in_the_trash_keeps_nobody_on_the_desk(session, desk):
    mira, ada = desk["mira"], desk["ada"]
    ticket = held(mira)
    session.commit()
    trash.put_in_trash(ticket, act=make.act(ada))
    session.commit()
    rights.set_role(mira, None, by=ada)
    assert not mira.is_staff


# --- giving tickets away -------------------------------------------------------------------------


def test_a_team_alone_does_not_open_a_new_ticket(session, desk):
    ticket = make.ticket(desk["ann"])
    assert tickets.give_to_team(ticket, desk["web"], act=make.act(desk["sam"]))
    assert not tickets.give_to_team(ticket, desk["web"], act=make.act(desk["sam"]))
    assert (ticket.status, ticket.team_id) == (TicketStatus.NEW, desk["web"].id)
    assert changes_of(session, ticket, "team") == [("team", None, desk["web"].id)]
    assert_whole(session)


def test_nobody_gives_a_ticket_to_where_they_would_not_see_it(session, desk):
    ticket = make.ticket(desk["ann"])
    with pytest.raises(Unprocessable, match="no such team"):
        tickets.give_to_team(ticket, desk["hr"], act=make.act(desk["sam"]))
    with pytest.raises(Unprocessable, match="no such team"):
        make.ticket(desk["ann"], by=desk["sam"], team=desk["hr"])
    session.rollback()
    assert tickets.give_to_team(ticket, desk["hr"], act=make.act(desk["ada"]))


def test_an_archived_team_gets_no_more_and_keeps_what_it_has(session, desk):
    ticket, other = make.ticket(desk["ann"], team=desk["web"]), make.ticket(desk["ann"])
    teams.archive(desk["web"])
    with pytest.raises(Unprocessable, match="not used any more"):
        tickets.give_to_team(other, desk["web"], act=make.act(desk["sam"]))
    form = tickets.Changes(team=desk["web"], team_given=True, priority=tickets.Priority.LOW)
    assert tickets.update_ticket(ticket, form, act=make.act(desk["sam"]))
    assert ticket.team_id == desk["web"].id
    teams.restore(desk["web"])
    assert tickets.give_to_team(other, desk["web"], act=make.act(desk["sam"]))


def test_an_assignee_who_cannot_follow_into_a_private_team_loses_the_ticket(session, desk):
    sam, hr, ada = desk["sam"], desk["hr"], desk["ada"]
    ticket = held(sam)
    form = tickets.Changes(team=hr, team_given=True, assignee=sam, assignee_given=True)
    assert tickets.update_ticket(ticket, form, act=make.act(ada))
    assert (ticket.team_id, ticket.assignee_id) == (hr.id, None)
    assert_whole(session)


def test_team_and_person_change_in_one_step(session, desk):
    sam, mira, hr = desk["sam"], desk["mira"], desk["hr"]
    ticket = held(sam)
    form = tickets.Changes(team=hr, team_given=True, assignee=mira, assignee_given=True)
    tickets.update_ticket(ticket, form, act=make.act(desk["ada"]))
    assert (ticket.team_id, ticket.assignee_id) == (hr.id, mira.id)
    assert changes_of(session, ticket, "assignee")[1:] == [("assignee", sam.id, mira.id)]
    back = tickets.Changes(team=None, team_given=True, assignee=sam, assignee_given=True)
    tickets.update_ticket(ticket, back, act=make.act(desk["ada"]))
    assert (ticket.team_id, ticket.assignee_id) == (None, sam.id)
    assert_whole(session)


def test_an_outsider_is_not_assigned(session, desk):
    ticket = make.ticket(desk["ann"], team=desk["hr"], by=desk["ada"])
    with pytest.raises(Unprocessable, match="Sam Staffer is not in the ticket’s team"):
        tickets.assign_ticket_to_staff(ticket, desk["sam"], act=make.act(desk["ada"]))
    tickets.assign_ticket_to_staff(ticket, desk["mira"], act=make.act(desk["ada"]))
    assert ticket.status is TicketStatus.OPEN


def test_a_stale_team_is_settled_like_any_field(session, desk):
    sam, mira, web = desk["sam"], desk["mira"], desk["web"]
    ticket = make.ticket(desk["ann"])
    other = make.team("Other")
    seen = ticket.version
    tickets.give_to_team(ticket, web, act=make.act(mira))
    session.commit()
    untouched = tickets.Changes(team=None, team_given=True, priority=tickets.Priority.HIGH)
    assert tickets.update_ticket(ticket, untouched, act=make.act(sam), seen_version=seen)
    assert ticket.team_id == web.id
    session.commit()
    clash = tickets.Changes(team=other, team_given=True)
    with pytest.raises(tickets.Stale) as stale:
        tickets.update_ticket(ticket, clash, act=make.act(sam), seen_version=seen)
    assert stale.value.field == "team"


def test_what_is_reopened_does_not_lie_with_somebody_who_is_gone(session, desk, time_machine):
    mira, ada = desk["mira"], desk["ada"]
    by_status, by_reply = held(mira), held(mira)
    asker = session.get_one(User, by_reply.user_id)
    for ticket in (by_status, by_reply):
        tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(mira))
    session.commit()
    rights.deactivate(mira, by=ada, hand_over_to=None, act=make.act(ada))
    session.commit()
    assert by_status.assignee_id == mira.id
    time_machine.move_to(now() + dt.timedelta(days=1))
    tickets.change_status(by_status, TicketStatus.OPEN, act=make.act(ada))
    tickets.reply(by_reply, written("It is back."), act=make.act(asker))
    assert (by_status.assignee_id, by_reply.assignee_id) == (None, None)
    assert_whole(session)


def test_a_closed_ticket_of_somebody_who_left_can_still_be_filed_otherwise(session, desk):
    mira, ada = desk["mira"], desk["ada"]
    ticket = held(mira)
    tickets.change_status(ticket, TicketStatus.CLOSED, act=make.act(mira))
    session.commit()
    rights.set_role(mira, None, by=ada, act=make.act(ada))
    form = tickets.Changes(
        assignee=mira, assignee_given=True, team=desk["web"], team_given=True, tags=("old",)
    )
    assert tickets.update_ticket(ticket, form, act=make.act(ada))
    assert (ticket.assignee_id, ticket.team_id) == (mira.id, desk["web"].id)


def test_a_follow_up_goes_to_the_team_of_the_closed_ticket(session, desk):
    ann = desk["ann"]
    ticket = make.ticket(ann, team=desk["hr"], by=desk["ada"])
    tickets.change_status(ticket, TicketStatus.CLOSED, act=make.act(desk["ada"]))
    session.commit()
    sent = tickets.reply(ticket, written("Again."), act=make.act(ann))
    assert (sent.ticket.team_id, sent.ticket.user_id) == (desk["hr"].id, ann.id)
    teams.archive(desk["hr"])
    sent = tickets.reply(ticket, written("And again."), act=make.act(ann))
    assert sent.ticket.team_id is None
    topics = session.scalars(select(OutboxEntry.topic).order_by(OutboxEntry.id)).all()
    assert topics[-1] == "ticket.received"
