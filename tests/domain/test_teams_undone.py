"""Taking back what was done with teams: team and person belong together."""

import pytest

from app.domain import rights, teams, tickets, trash, undo
from app.domain.errors import Conflict
from app.models import Door, Role, TicketStatus
from app.queries import wholeness
from tests import factories as make


@pytest.fixture
def ada(session):
    return make.ada()


def assert_whole(session):
    session.commit()
    assert [found for check in wholeness.CHECKS for found in check.problems()] == []


def take_back(act, by):
    return undo.undo(act, by=by, via=Door.WEB)


def test_two_private_teams_with_a_person_each_and_back_and_forth(session, ada):
    mira, sam = make.user("Mira", role=Role.AGENT), make.sam()
    hr, law = make.team("HR", mira, private=True), make.team("Law", sam, private=True)
    ticket = make.ticket(make.ann(), team=hr, by=mira)
    tickets.take(ticket, act=make.act(mira))
    session.commit()
    act = make.act(ada)
    changes = tickets.Changes(team=law, team_given=True, assignee=sam, assignee_given=True)
    tickets.update_ticket(ticket, changes, act=act)
    session.commit()
    undone = take_back(act, ada)
    assert (ticket.team_id, ticket.assignee_id, undone.left) == (hr.id, mira.id, [])
    assert_whole(session)
    again = take_back(undone.act, ada)
    assert (ticket.team_id, ticket.assignee_id, again.left) == (law.id, sam.id, [])
    assert_whole(session)


def test_what_a_private_team_took_comes_back_with_the_ticket(session, ada):
    sam, hr = make.sam(), make.team("HR", private=True)
    ticket = make.ticket(make.ann())
    tickets.take(ticket, act=make.act(sam))
    act = make.act(ada)
    tickets.give_to_team(ticket, hr, act=act)
    session.commit()
    assert ticket.assignee_id is None
    undone = take_back(act, ada)
    assert (ticket.team_id, ticket.assignee_id) == (None, sam.id)
    session.commit()
    take_back(undone.act, ada)
    assert (ticket.team_id, ticket.assignee_id) == (hr.id, None)
    assert_whole(session)


def test_a_person_who_has_left_the_team_meanwhile_does_not_get_it_back(session, ada):
    mira = make.user("Mira", role=Role.AGENT)
    hr = make.team("HR", mira, private=True)
    ticket = make.ticket(make.ann(), team=hr, by=mira)
    tickets.take(ticket, act=make.act(mira))
    act = make.act(ada)
    tickets.assign_ticket_to_staff(ticket, None, act=act)
    session.commit()
    teams.remove_member(hr, mira, act=make.act(ada))
    session.commit()
    with pytest.raises(Conflict, match="Mira can’t have it any more"):
        take_back(act, ada)
    session.rollback()
    assert_whole(session)


def test_nobody_takes_a_ticket_back_into_a_team_they_are_not_in(session, ada):
    mira = make.user("Mira", role=Role.AGENT)
    hr = make.team("HR", mira, private=True)
    ticket = make.ticket(make.ann(), team=hr, by=mira)
    act = make.act(mira)
    tickets.give_to_team(ticket, None, act=act)
    session.commit()
    teams.remove_member(hr, mira, act=make.act(ada))
    session.commit()
    with pytest.raises(Conflict, match="its team before is not yours"):
        take_back(act, mira)
    session.rollback()
    take_back(act, ada)
    assert ticket.team_id == hr.id


def test_a_solved_ticket_of_somebody_who_has_left_stays_solved(session, ada):
    mira = make.user("Mira", role=Role.AGENT)
    ticket = make.ticket(make.ann())
    tickets.take(ticket, act=make.act(mira))
    act = make.act(mira)
    tickets.change_status(ticket, TicketStatus.SOLVED, act=act)
    session.commit()
    rights.deactivate(mira, by=ada, hand_over_to=None, act=make.act(ada))
    session.commit()
    with pytest.raises(Conflict, match="Mira, who had it, can’t have it any more"):
        take_back(act, ada)


def test_what_comes_out_of_the_trash_lies_with_nobody_who_has_left(session, ada):
    mira = make.user("Mira", role=Role.AGENT)
    one, other = make.ticket(make.ann()), make.ticket(make.eve())
    acts = {}
    for ticket in (one, other):
        tickets.take(ticket, act=make.act(mira))
        acts[ticket] = make.act(ada)
        trash.put_in_trash(ticket, act=acts[ticket])
    session.commit()
    rights.deactivate(mira, by=ada, hand_over_to=None, act=make.act(ada))
    session.commit()
    assert trash.restore(one, act=make.act(ada))
    assert (one.is_trashed, one.assignee_id) == (False, None)
    with pytest.raises(Conflict, match="Mira, who had it"):
        take_back(acts[other], ada)
