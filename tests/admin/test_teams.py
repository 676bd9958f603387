"""/admin/teams, and the teams on a person's page."""

import pytest
from sqlalchemy import select

from app.clock import now
from app.domain import tickets
from app.models import Role, Team, User
from tests import factories as make


@pytest.fixture
def admin(browser, session):
    return browser(make.ada())


@pytest.fixture
def mira(session):
    return make.user("Mira", role=Role.AGENT)


def find(session, name):
    return session.scalars(select(Team).where(Team.name == name)).one()


def names(page, table="Teams in use"):
    return page.all(f"[aria-label='{table}'] tbody th a")


def members(session, team):
    session.refresh(team, ["members"])
    return sorted(place.user.name for place in team.members)


def test_they_stand_by_name_with_their_people_and_open_tickets(admin, session, mira):
    assert "Everybody works on one list" in admin.get("/admin/teams").text
    gone = make.user("Gone", role=Role.AGENT)
    web = make.team("Web", mira, gone)
    gone.deactivated_at = now()
    make.team("hr", private=True)
    done, _ = make.ticket(make.ann(), team=web), make.ticket(make.eve(), team=web)
    tickets.change_status(done, tickets.TicketStatus.SOLVED, act=make.act(mira))
    session.commit()
    page = admin.get("/admin/teams")
    assert names(page) == ["hr", "Web"]
    assert page.all("td.n") == ["0", "0", "1", "1"]
    assert page.all("table .tag") == ["Private"]
    listed = admin.get(page.soup.select("td.n a")[1]["href"])
    assert len(listed.soup.select("tr.tk")) == 1


def test_adding_one_leads_to_its_members(admin, session):
    admin.get("/admin/teams")
    admin.submit("main form[aria-label='Add a team']", {"name": "HR", "is_private": "y"})
    page = admin.follow()
    assert "“HR” added" in page.text
    assert "Private" in page.one("h1").get_text()
    assert find(session, "HR").is_private


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "a\x07b", "x" * 101, "WEB", " web"])
def test_a_name_that_cannot_be(admin, session, name):
    make.team("Web")
    other = make.team("Other")
    admin.get("/admin/teams")
    fields = {"name": name, "is_private": "y"}
    page = admin.submit("main form[aria-label='Add a team']", fields, status=422)
    assert page.all("#name-error .error")
    assert page.one("#name")["value"] == name
    assert page.one("#is_private").has_attr("checked")
    admin.get(f"/admin/teams/{other.id}")
    page = admin.submit("main form:not([action])", fields, status=422)
    assert page.all("#name-error .error")
    assert page.one("#name")["value"] == name
    session.expire_all()
    assert (other.name, other.is_private) == ("Other", False)


@pytest.mark.parametrize("name", ["Naïve café", "<b>bold</b>", "null", "🖨️", "日本", "'; DROP--"])
def test_any_other_name_comes_back_as_it_was(admin, name):
    admin.get("/admin/teams")
    admin.submit("main form[aria-label='Add a team']", {"name": name})
    admin.follow()
    assert names(admin.get("/admin/teams")) == [name]


def test_making_it_private_says_who_loses_what(admin, session, mira):
    sam = make.sam()
    web = make.team("Web", mira)
    for person in (sam, sam, mira):
        ticket = make.ticket(make.user(), team=web)
        tickets.assign_ticket_to_staff(ticket, person, act=make.act(person))
    session.commit()
    page = admin.get(f"/admin/teams/{web.id}")
    assert "2 open tickets are with people who are not in it; they would lose them" in page.text
    admin.submit("main form:not([action])", {"is_private": "y", "name": "Web and more"})
    page = admin.follow()
    assert "Renamed to “Web and more”." in page.text
    assert "2 open tickets of people who are not in it have no assignee now" in page.text
    assert "would lose" not in page.text
    action, fields = page.form("main form:not([action])")
    fields.pop("is_private")
    admin.post(action or f"/admin/teams/{web.id}", fields)
    assert "All staff see the tickets of “Web and more” now" in admin.follow().text
    admin.get(f"/admin/teams/{web.id}")
    admin.submit("main form:not([action])")
    assert "Nothing to change" in admin.follow().text


def test_members_are_found_added_and_taken_out(admin, session, mira):
    web = make.team("Web", private=True)
    make.ann()
    page = admin.get(f"/admin/teams/{web.id}")
    assert "Nobody yet" in page.text
    page = admin.get(f"/admin/teams/{web.id}?q=mira@example")
    assert page.all("button[name=person]") == ["Add"]
    admin.post(f"/admin/teams/{web.id}/members", {"person": str(mira.id)})
    assert "Mira is now in “Web”" in admin.follow().text
    admin.post(f"/admin/teams/{web.id}/members", {"person": str(mira.id)})
    assert "Mira is already in “Web”" in admin.follow().text
    assert members(session, web) == ["Mira"]
    ticket = make.ticket(make.eve(), team=web)
    tickets.assign_ticket_to_staff(ticket, mira, act=make.act(mira))
    session.commit()
    page = admin.get(f"/admin/teams/{web.id}")
    listed = admin.get(page.soup.find("a", string=None, href=lambda h: "assignee" in h)["href"])
    assert len(listed.soup.select("tr.tk")) == 1
    admin.get(f"/admin/teams/{web.id}")
    admin.submit("form[action$=remove]")
    assert "1 open ticket of theirs has no assignee now" in admin.follow().text
    assert members(session, web) == []


def test_requesters_are_not_found_and_not_added(admin, session):
    ann, web = make.ann(), make.team("Web")
    assert "Nobody else on the help desk" in admin.get(f"/admin/teams/{web.id}?q=asker").text
    admin.post(f"/admin/teams/{web.id}/members", {"person": str(ann.id)})
    assert "Only active help desk staff" in admin.follow().text
    for person in ("", "x", "0", "99999", "99999999999"):
        admin.post(f"/admin/teams/{web.id}/members", {"person": person}, status=404)
    assert members(session, web) == []


def test_archiving_and_restoring(admin, session):
    web = make.team("Web")
    make.team("Zoo")
    admin.get("/admin/teams")
    admin.submit(f"form[action='/admin/teams/{web.id}/archive']")
    page = admin.follow()
    assert "Its tickets stay with it" in page.text
    assert names(page) == ["Zoo"]
    assert names(page, "Archived teams") == ["Web"]
    admin.submit("form[action$=restore]")
    assert names(admin.follow()) == ["Web", "Zoo"]


@pytest.mark.parametrize(
    "path", ["", "/members", "/members/1/remove", "/archive", "/restore", "/nothing"]
)
def test_a_team_that_is_not_there(admin, path):
    admin.post(f"/admin/teams/2147483647{path}", {"name": "x", "person": "1"}, status=404)


def test_the_lists_cost_the_same_for_many(admin, session, count_queries, mira):
    web, mira_id = make.team("Web", mira).id, mira.id
    costs = {}
    for _ in range(2):
        for path in ("/admin/teams", f"/admin/teams/{web}", f"/admin/people/{mira_id}"):
            admin.get(path)
            session.expunge_all()
            count_queries.clear()
            admin.get(path)
            costs.setdefault(path, []).append(len(count_queries))
        for _ in range(10):
            make.team("", make.user(role=Role.AGENT))
            make.team("", session.get_one(User, mira_id))
    assert all(few == many <= 13 for few, many in costs.values()), costs


# --- a person's page -----------------------------------------------------------------------------


def test_a_persons_teams_are_set_on_their_page(admin, session, mira):
    web, hr = make.team("Web", mira), make.team("HR", mira, private=True)
    ticket = make.ticket(make.ann(), team=hr, by=mira)
    tickets.take(ticket, act=make.act(mira))
    session.commit()
    admin.get(f"/admin/people/{mira.id}")
    admin.post(f"/admin/people/{mira.id}/teams", {"teams": [str(web.id)]})
    assert "1 open ticket has no assignee now" in admin.follow().text
    assert mira.staff.teams == [web]
    admin.post(f"/admin/people/{mira.id}/teams", {"teams": ["x", "99"]}, status=422)
    admin.post(f"/admin/people/{mira.id}/teams", {"teams": [str(web.id), "99"]}, status=422)
    assert mira.staff.teams == [web]
    admin.post(f"/admin/people/{mira.id}/teams", {})
    session.refresh(mira.staff, ["teams"])
    assert mira.staff.teams == []


def test_who_is_not_on_the_desk_has_no_teams(admin, session):
    ann, web = make.ann(), make.team("Web")
    assert "Save teams" not in admin.get(f"/admin/people/{ann.id}").text
    page = admin.post(f"/admin/people/{ann.id}/teams", {"teams": [str(web.id)]}, status=422)
    assert members(session, web) == []
    assert page.one("h1")


def test_an_archived_team_is_kept_on_the_page_of_who_is_in_it(admin, session, mira):
    web = make.team("Web", mira)
    admin.post(f"/admin/teams/{web.id}/archive")
    page = admin.get(f"/admin/people/{mira.id}")
    assert page.all("[name=teams][checked]") == [""]
    admin.submit("form[action$='/teams']")
    assert mira.staff.teams == [web]


def test_an_admin_who_becomes_an_agent_is_told_of_the_lost_tickets(admin, session):
    bea = make.user("Bea", role=Role.ADMIN)
    ticket = make.ticket(make.ann(), team=make.team("HR", private=True))
    tickets.assign_ticket_to_staff(ticket, bea, act=make.act(bea))
    session.commit()
    admin.post(f"/admin/people/{bea.id}/role", {"role": "agent"})
    said = admin.follow().text
    assert "Bea is now an agent. 1 open ticket has no assignee now" in said
    assert ticket.assignee_id is None


@pytest.mark.parametrize("path", ["deactivate", "leave-desk"])
def test_what_a_successor_may_not_have_is_named(admin, session, mira, path):
    sam = make.sam()
    team = make.team("HR", mira, private=True)
    secret, plain = make.ticket(make.ann(), team=team), make.ticket(make.eve())
    for ticket in (secret, plain):
        tickets.take(ticket, act=make.act(mira))
    session.commit()
    admin.post(f"/admin/people/{mira.id}/{path}", {"hand_over_to": str(sam.id)})
    assert "1 open ticket has no assignee now" in admin.follow().text
    assert (secret.assignee_id, plain.assignee_id) == (None, sam.id)
