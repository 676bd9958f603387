"""A private team's ticket does not exist for the rest of the help desk; its own requester and the
people copied in see it as requesters do, whoever they are.

Each text of the ticket holds a canary, which must appear in no answer to an outsider.
"""

import re

import pytest

from app.domain import credentials, participants, reports, teams, tickets
from app.extensions import db
from app.models import Role, TicketStatus, TokenScope, User
from app.policy import hidden_teams
from app.text import written
from tests import factories as make
from tests.mail.test_audience import to
from tests.mailbox import all_of
from tests.staff.test_queue import rows

WORD = "zebra"
"""Stands in the hidden texts beside the canary, and can be searched for without being one."""


@pytest.fixture
def secret(session):
    """Ann's ticket with Mira's private team, one that follows it, and two that all staff see."""
    ann, sam, mira = make.ann(), make.sam(), make.user("Mira", role=Role.AGENT)
    team = make.team(f"CANARY-TEAM {WORD}", mira, private=True)
    hidden = make.ticket(
        ann, f"CANARY-TITLE {WORD}", description=f"CANARY-TEXT {WORD}", team=team, by=mira
    )
    tickets.take(hidden, act=make.act(mira))
    tickets.note(hidden, written(f"CANARY-NOTE {WORD}"), act=make.act(mira))
    tickets.reply(hidden, written(f"CANARY-REPLY {WORD}"), act=make.act(mira))
    reports.create_report(hidden, ann, act=make.act(ann), comment=f"CANARY-REPORT {WORD}")
    changes = tickets.Changes(tags=(f"canary-tag {WORD}",))
    tickets.update_ticket(hidden, changes, act=make.act(mira))
    solved = make.ticket(ann, f"CANARY-SOLVED {WORD}", team=team, by=mira)
    tickets.change_status(solved, TicketStatus.CLOSED, act=make.act(mira))
    public = make.ticket(ann, "For everybody")
    tickets.give_to_team(public, team, act=make.act(mira))
    tickets.give_to_team(public, None, act=make.act(mira))
    follow_up = make.ticket(ann, "A public follow-up", follow_up_of=solved)
    older = make.ticket(ann, "An older one")
    tickets.change_status(older, TicketStatus.CLOSED, act=make.act(sam))
    hidden_follow_up = tickets.follow_up(older, written("Again."), act=make.act(ann))
    tickets.edit_text(hidden_follow_up, f"CANARY-NEXT {WORD}", None, act=make.act(mira))
    tickets.give_to_team(hidden_follow_up, team, act=make.act(mira))
    session.commit()
    return {
        **{"ann": ann, "sam": sam, "mira": mira, "team": team, "hidden": hidden},
        **{"solved": solved, "public": public, "follow_up": follow_up, "older": older},
    }


def everywhere(app, secret):
    """Every address that can be read, with the hidden ticket's and team's ids, and every list."""
    ids = {
        **{"ticket_id": secret["hidden"].id, "user_id": secret["ann"].id},
        **{"team_id": secret["team"].id, "report_id": 1, "act_id": 1, "category_id": 1},
    }
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(ids.get(name[1], 1)), rule.rule)
    team, ann = secret["team"].id, secret["ann"].id
    for view in ("mine", "unassigned", "open", "waiting", "solved", "trash"):
        yield f"/staff/queue?view={view}"
    for query in (
        f"q={WORD}",
        f"q=%23{secret['hidden'].id}",
        f"team={team}",
        "team=none",
        "team=mine",
        f"requester={ann}",
        f"assignee={secret['mira'].id}",
        "sort=team",
        "view=open&sort=team&desc=1",
        "view=open&group=team",
        f"view=open&preview={secret['hidden'].id}",
        "status=solved,closed",
    ):
        yield f"/staff/queue?{query}"
    for number in ("created", "solved", "reopened", "backlog", "moved_in", "moved_out"):
        for end in ("", ".csv"):
            yield f"/analytics/tickets{end}?number={number}&category=1"
            yield f"/analytics/tickets{end}?number={number}&person={secret['mira'].id}"
    yield "/analytics?by=team"
    for name in ("public", "follow_up", "older"):
        yield f"/tickets/{secret[name].id}"
    yield f"/tickets/new?title={WORD}&for=ann"
    yield f"/tickets/suggestions?title={WORD}&for=ann"
    yield f"/problems?q={WORD}"
    yield f"/tickets?tab=all&q={WORD}"


def test_nothing_of_it_appears_to_an_outsider(app, browser, secret):
    page = browser(secret["sam"])
    seen = []
    for address in everywhere(app, secret):
        answer = page.client.get(address, buffered=True)
        text = answer.get_data(as_text=True)
        assert answer.status_code < 500, address
        if "canary-" in text.lower():
            at = text.lower().index("canary-")
            seen.append((address, text[at - 80 : at + 40]))
    assert seen == []


def test_the_same_addresses_do_show_it_to_those_inside(app, browser, secret):
    """Else the test above would be about nothing."""
    page = browser(secret["mira"])
    seen = [
        address
        for address in everywhere(app, secret)
        if "CANARY" in page.client.get(address, buffered=True).get_data(as_text=True)
    ]
    assert len(seen) >= 12


def test_counts_and_lists_agree_without_it(browser, secret):
    outside, inside = browser(secret["sam"]), browser(secret["mira"])
    for view in ("open", "unassigned", "solved"):
        shown = outside.get(f"/staff/queue?view={view}")
        assert len(rows(shown)) == int(shown.one(".nav [aria-current] .count").contents[0])
        assert set(rows(shown)) <= set(rows(inside.get(f"/staff/queue?view={view}")))
    assert secret["hidden"].id not in rows(outside.get("/staff/queue?view=open"))
    assert secret["hidden"].id in rows(inside.get("/staff/queue?view=open"))


def test_a_public_tickets_page_names_neither_team_nor_tickets(browser, secret):
    page = browser(secret["sam"])
    shown = page.get(f"/tickets/{secret['public'].id}")
    assert "Mira gave this ticket to a private team" in shown.text
    assert "Mira took it from a private team" in shown.text
    assert "A public follow-up" in shown.text
    assert "Continues" not in page.get(f"/tickets/{secret['follow_up'].id}").text
    assert "Goes on" not in page.get(f"/tickets/{secret['older'].id}").text
    inside = browser(secret["mira"])
    assert "CANARY-SOLVED" in inside.get(f"/tickets/{secret['follow_up'].id}").text
    assert "CANARY-NEXT" in inside.get(f"/tickets/{secret['older'].id}").text


def test_no_act_reaches_it_from_outside(app, browser, session, secret):
    ticket, page = secret["hidden"], browser(secret["sam"])
    version = ticket.version
    base = f"/tickets/{ticket.id}"
    for path, fields in (
        ("/messages", {"body": "Hello", "kind": "reply"}),
        ("/status", {"status": "solved"}),
        ("/assignee", {"assignee": "me"}),
        ("/properties", {"team": "0"}),
        ("/participants", {"person": "sam"}),
        ("/participants/leave", {}),
        ("/reports", {"kind": "escalation"}),
        ("/trash", {}),
    ):
        answer = page.post(base + path, fields, status=404)
        assert "CANARY" not in answer.html
    page.post("/staff/queue", {"do": "take", "id": [str(ticket.id)]})
    assert "CANARY" not in page.follow().html
    session.expire_all()
    assert (ticket.version, ticket.assignee_id) == (version, secret["mira"].id)


def test_the_api_knows_nothing_of_it(app, session, secret):
    token = credentials.make_api_token(secret["sam"], "test", scope=TokenScope.WRITE)[1]
    session.commit()
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    number, sam, ann = secret["hidden"].id, secret["sam"].id, secret["ann"].id
    counts = {}
    for kind in ("open", "closed"):
        listed = client.get(f"/get_{kind}_tickets?limit=100", headers=headers)
        counted = client.get(f"/get_{kind}_tickets_count", headers=headers)
        assert "canary" not in listed.get_data(as_text=True).lower()
        counts[kind] = counted.json["count"]
        assert counts[kind] == len(listed.json["tickets"])
    of_ann = client.get(f"/get_user_tickets?user_id={ann}", headers=headers)
    assert "canary" not in of_ann.get_data(as_text=True).lower()
    for path, body in (
        ("/update_ticket", {"ticket_id": number, "title": "Mine"}),
        ("/change_status", {"ticket_id": number, "status_change": "solved", "user_id": sam}),
        ("/assign_ticket_to_staff", {"ticket_id": number, "staff_id": sam}),
    ):
        answer = client.put(path, json=body, headers=headers)
        assert answer.status_code == 404, path
        assert "CANARY" not in answer.get_data(as_text=True)
    filed = client.post(
        "/create_report", json={"ticket_id": number, "reporter_user_id": sam}, headers=headers
    )
    assert filed.status_code == 404


def test_mail_tells_an_outsider_nothing_of_it(session, mailbox, secret):
    """Somebody had it, or reported on it, before it became the team's."""
    sam, mira, ann = secret["sam"], secret["mira"], secret["ann"]
    ticket = make.ticket(ann, "CANARY-LATER")
    reports.create_report(ticket, sam, act=make.act(sam), kind=reports.ReportKind.AFFECTED)
    mailbox.collect()
    tickets.assign_ticket_to_staff(ticket, sam, act=make.act(mira))
    tickets.give_to_team(ticket, secret["team"], act=make.act(mira))
    tickets.reply(ticket, written("CANARY-ANSWER"), act=make.act(ann))
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(mira))
    mails = [mail for mail in mailbox.collect() if to([mail]) == ["sam@example.org"]]
    assert all("CANARY" not in all_of(mail) for mail in mails)


# --- the outsider who is its requester, or copied in ---------------------------------------------


def as_requester(secret, by: str):
    """Sam becomes a requester of the hidden ticket's, in one of two ways."""
    sam, mira, team = secret["sam"], secret["mira"], secret["team"]
    if by == "copied in":
        participants.add(secret["hidden"], sam, act=make.act(mira))
        db.session.commit()
        return secret["hidden"]
    own = make.ticket(sam, f"CANARY-TITLE {WORD}", by=mira, team=team)
    tickets.note(own, written(f"CANARY-NOTE {WORD}"), act=make.act(mira))
    tickets.reply(own, written(f"CANARY-REPLY {WORD}"), act=make.act(mira))
    tickets.update_ticket(own, tickets.Changes(tags=("canary-tag",)), act=make.act(mira))
    db.session.commit()
    return own


@pytest.mark.parametrize("by", ["copied in", "requester"])
def test_an_outsider_sees_it_as_a_requester_does(browser, session, secret, by):
    ticket = as_requester(secret, by)
    page = browser(secret["sam"])
    shown = page.get(f"/tickets/{ticket.id}")
    assert "CANARY-TITLE" in shown.text
    assert "CANARY-REPLY" in shown.text
    for hidden in ("CANARY-NOTE", "CANARY-TEAM", "canary-tag", "CANARY-REPORT"):
        assert hidden not in shown.html
    assert not shown.soup.select("#props, [name=assignee], [value=note], [name=team]")
    assert "gave this ticket" not in shown.text
    listed = page.get("/staff/queue?view=open")
    assert ticket.id in rows(listed)
    assert "CANARY-TEAM" not in listed.html
    for query in ("q=CANARY-NOTE", f"team={secret['team'].id}"):
        assert rows(page.get(f"/staff/queue?{query}")) == []
    with_note = page.get("/staff/queue?q=CANARY-REPLY")
    assert ticket.id in rows(with_note)
    assert "CANARY-TEAM" not in page.get("/staff/teams").html
    assert hidden_teams(secret["sam"]) == {secret["team"].id}


@pytest.mark.parametrize("by", ["copied in", "requester"])
def test_an_outsider_speaks_as_a_requester_and_does_nothing_else(browser, session, secret, by):
    ticket = as_requester(secret, by)
    tickets.change_status(ticket, TicketStatus.PENDING, act=make.act(secret["mira"]))
    session.commit()
    page, base = browser(secret["sam"]), f"/tickets/{ticket.id}"
    page.get(base)
    page.submit("#composer", {"body": "Here it is."})
    session.expire_all()
    assert ticket.status is TicketStatus.OPEN, "as a requester’s word does"
    inside = browser(secret["mira"]).get(base)
    said = [m for m in inside.soup.select(".msg") if "Here it is." in m.get_text()]
    assert "msg--staff" not in said[0]["class"]
    for path, fields in (
        ("/messages", {"body": "psst", "kind": "note"}),
        ("/assignee", {"assignee": "me"}),
        ("/properties", {"team": "0"}),
        ("/status", {"status": "on_hold"}),
        ("/trash", {}),
    ):
        page.post(base + path, fields, status=403)
    page.post("/staff/queue", {"do": "take", "id": [str(ticket.id)]})
    session.expire_all()
    assert ticket.assignee_id != secret["sam"].id


def test_whoever_joins_the_team_sees_it_from_then_on(browser, session, secret):
    page = browser(secret["sam"])
    page.get(f"/tickets/{secret['hidden'].id}", status=404)
    teams.add_member(secret["team"], session.get_one(User, secret["sam"].id))
    session.commit()
    assert "CANARY-NOTE" in page.get(f"/tickets/{secret['hidden'].id}").text
    teams.remove_member(
        secret["team"], session.get_one(User, secret["sam"].id), act=make.act(make.ada())
    )
    session.commit()
    page.get(f"/tickets/{secret['hidden'].id}", status=404)
