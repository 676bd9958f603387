"""Lists in groups: every ticket once, the groups whole and in order, their numbers the list's."""

import base64
import datetime as dt
from collections import Counter
from dataclasses import replace
from itertools import groupby

import pytest

from app.clock import now
from app.domain import tickets
from app.models import Priority, Role, TicketStatus
from app.queries.lists import group_totals, grouped, queue
from app.queries.order import GROUPS
from app.queries.tickets import BadFilter, TicketFilter, count
from tests import factories as make


@pytest.fixture
def desk(session):
    """Eighteen tickets that differ in all that lists are grouped by; two people of one name."""
    ann, sam = make.ann(), make.sam()
    other_sam = make.user("Sam Staffer", username="sam2", role=Role.AGENT)
    holders, teams = (None, sam, other_sam), (None, make.team("Web"), make.team("First line"))
    categories = (None, make.category("Network"), make.category("Printing"))
    statuses = (TicketStatus.OPEN, TicketStatus.PENDING, TicketStatus.SOLVED)
    made = []
    for number in range(18):
        ticket = make.ticket(
            ann,
            f"Ticket {number % 5}",
            priority=list(Priority)[number % 4],
            category=categories[number % 3],
            team=teams[number // 3 % 3],
        )
        act = make.act(sam)
        tickets.assign_ticket_to_staff(ticket, holders[number // 2 % 3], act=act)
        tickets.change_status(ticket, statuses[number // 5 % 3], act=act)
        if ticket.waiting_since:
            ticket.waiting_since = now() - dt.timedelta(hours=number * 2)
        made.append(ticket)
    session.commit()
    return sam, made


def pages(user, wanted, limit):
    """All pages of a list, forwards; going back from each leads to the one before."""
    found = [queue(user, wanted, limit=limit)]
    while found[-1].after:
        found.append(queue(user, replace(wanted, after=found[-1].after), limit=limit))
        back = queue(user, replace(wanted, before=found[-1].before), limit=limit)
        assert [t.id for t in back.tickets] == [t.id for t in found[-2].tickets]
    return found


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_groups_stay_together_over_all_pages(desk, group):
    user, made = desk
    for sort in ("waiting", "number", "title", "assignee", "priority"):
        for descending in (False, True):
            whole_and_in_order(
                user, made, TicketFilter(group=group, sort=sort, descending=descending)
            )


def whole_and_in_order(user, made, wanted):
    found = pages(user, wanted, 5)
    ids = [ticket.id for page in found for ticket in page.tickets]
    assert sorted(ids) == sorted(ticket.id for ticket in made)
    keys = [key for page in found for key in page.group_keys]
    in_a_row = [key for key, _ in groupby(keys)]
    assert in_a_row == sorted(set(keys)), f"a group is torn apart, or in the wrong place: {wanted}"
    flat = [t.id for page in pages(user, replace(wanted, group="none"), 18) for t in page.tickets]
    for key in set(keys):
        inside = [id_ for id_, of in zip(ids, keys, strict=True) if of == key]
        assert inside == [id_ for id_ in flat if id_ in inside], "the order inside a group"


def test_totals_are_those_of_the_whole_list(desk):
    user, made = desk
    for group in GROUPS:
        wanted = TicketFilter(group=group)
        totals = group_totals(user, wanted)
        keys = Counter(key for page in pages(user, wanted, 7) for key in page.group_keys)
        assert {key: total for key, (_, total) in totals.items()} == keys, group
        assert sum(keys.values()) == count(user, wanted) == len(made)


def test_groups_are_called_what_their_tickets_have(desk):
    user, _made = desk
    for group in ("assignee", "team", "category"):
        wanted = TicketFilter(group=group)
        page = queue(user, wanted)
        for part in grouped(page, group_totals(user, wanted)):
            held = {getattr(t, group) for t in part.tickets}
            names = (
                {person.name if person else None for person in held}
                if group == "assignee"
                else held
            )
            assert names == {part.name}, group
    two_sams = [p for p in grouped(queue(user, TicketFilter(group="assignee")), {}) if p.key[1]]
    assert len(two_sams) == 2, "two people of one name are two groups"


def test_what_waits_longest_is_in_the_first_band(desk):
    user, made = desk
    page = queue(user, TicketFilter(group="waiting"))
    bands = dict(zip([t.id for t in page.tickets], page.group_keys, strict=True))
    for ticket in made:
        since = ticket.waiting_since
        hours = None if since is None else (now() - since) / dt.timedelta(hours=1)
        expected = 3 if hours is None else 0 if hours >= 24 else 1 if hours >= 4 else 2
        assert bands[ticket.id] == (expected,)


def test_a_cursor_of_another_list_is_refused(session):
    sam = make.sam()
    for raw in ("[]", "null", "{}", "[1,2]", '["",0,"x",0]', '["",0,"x",true]', '[0,"",1,1]'):
        cursor = base64.urlsafe_b64encode(raw.encode()).decode()
        for group in ("assignee", "status", "none"):
            with pytest.raises(BadFilter):
                queue(sam, TicketFilter(group=group, sort="title", after=cursor))
    with pytest.raises(BadFilter):
        TicketFilter(group="(select 1)")


def test_a_private_team_is_no_group_for_others(desk, session):
    user, made = desk
    secret = make.team("CANARY-TEAM", private=True)
    hidden = make.ticket(make.eve(), team=secret)
    own = make.ticket(user, by=make.ada(), team=secret)
    wanted = TicketFilter(group="team")
    totals = group_totals(user, wanted)
    assert sum(total for _, total in totals.values()) == len(made) + 1
    page = queue(user, wanted)
    assert hidden.id not in [t.id for t in page.tickets]
    keys = dict(zip([t.id for t in page.tickets], page.group_keys, strict=True))
    assert keys[own.id] == ("", 0)
    assert "CANARY-TEAM" not in str(totals)
