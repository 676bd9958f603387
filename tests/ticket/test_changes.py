"""Status, assignee, properties, text and reports of a ticket, from its page."""

import datetime as dt

import pytest
from sqlalchemy import select

from app.clock import now
from app.domain import reports, teams, tickets
from app.models import (
    OutboxEntry,
    ReportStatus,
    Role,
    TicketFieldChange,
    TicketReport,
    TicketStatus,
    TicketStatusChange,
)
from tests import factories as make


def history(session, ticket):
    return session.scalars(
        select(TicketStatusChange.status_change)
        .where(TicketStatusChange.ticket_id == ticket.id)
        .order_by(TicketStatusChange.id)
    ).all()


# --- status ------------------------------------------------------------------------------------


def test_a_requester_solves_and_reopens_their_own(browser, session):
    ann = make.ann()
    ticket = make.ticket(ann)
    page = browser(ann)
    page.get(f"/tickets/{ticket.id}")
    page.post(f"/tickets/{ticket.id}/status", {"status": "solved"})
    page.post(f"/tickets/{ticket.id}/status", {"status": "open"})
    assert history(session, ticket) == ["new", "solved", "open"]


@pytest.mark.parametrize("status", ["pending", "on_hold", "closed", "open", "new"])
def test_a_requester_sets_no_other_status(browser, session, status):
    ann = make.ann()
    ticket = make.ticket(ann)
    browser(ann).post(f"/tickets/{ticket.id}/status", {"status": status}, status=403)
    assert history(session, ticket) == ["new"]


def test_a_requester_does_not_reopen_after_the_window(browser, session, time_machine):
    ann = make.ann()
    ticket = make.ticket(ann)
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(ann))
    session.commit()
    time_machine.move_to(now() + dt.timedelta(days=15))
    page = browser(ann)
    page.post(f"/tickets/{ticket.id}/status", {"status": "open"})
    assert "more than 14 days ago" in page.follow().text
    assert ticket.status is TicketStatus.SOLVED


def test_the_status_it_has_already_records_nothing(browser, session):
    ticket = make.ticket(make.ann())
    page = browser(make.sam())
    page.post(f"/tickets/{ticket.id}/status", {"status": "open"})
    page.post(f"/tickets/{ticket.id}/status", {"status": "open"})
    assert history(session, ticket) == ["new", "open"]
    assert ticket.version == 2


@pytest.mark.parametrize("status", [TicketStatus.SOLVED, TicketStatus.CLOSED])
def test_solving_resolves_the_affected_and_tells_them(browser, session, status):
    ann, sam, zoe = make.ann(), make.sam(), make.user("Zoe")
    ticket = make.ticket(ann)
    report = reports.create_report(ticket, zoe, act=make.act(sam))
    session.commit()
    browser(sam).post(f"/tickets/{ticket.id}/status", {"status": status.value})
    assert report.status is ReportStatus.RESOLVED
    topics = session.scalars(select(OutboxEntry.topic)).all()
    assert "report.resolved" in topics
    assert "ticket.solved" in topics
    assert ticket.status is status


def test_a_button_of_a_stale_page_overwrites_nothing(browser, session):
    ticket = make.ticket(make.ann())
    page = browser(make.sam())
    page.get(f"/tickets/{ticket.id}")
    tickets.change_status(ticket, TicketStatus.ON_HOLD, act=make.act(make.ada()))
    session.commit()
    page.submit("form:has([name=status][value=solved])", {"status": "solved"})
    assert f"#{ticket.id} was set to On hold meanwhile" in page.follow().text
    assert ticket.status is TicketStatus.ON_HOLD


# --- assignee ----------------------------------------------------------------------------------


def test_taking_is_won_by_one(browser, session):
    sam, other = make.sam(), make.user("Mira", role=Role.AGENT)
    ticket = make.ticket(make.ann())
    browser(sam).post(f"/tickets/{ticket.id}/assignee", {"assignee": "me"})
    loser = browser(other)
    loser.post(f"/tickets/{ticket.id}/assignee", {"assignee": "me"})
    assert "Sam Staffer has taken" in loser.follow().text
    assert (ticket.assignee_id, ticket.status) == (sam.id, TicketStatus.OPEN)


@pytest.mark.parametrize(
    "who", ["-1", "9999", "2147483648", "99999999999999999999", "x", "1 or 1=1"]
)
def test_assigning_to_what_is_nobody(browser, session, who):
    ticket = make.ticket(make.ann())
    browser(make.sam()).post(f"/tickets/{ticket.id}/assignee", {"assignee": who}, status=404)
    assert ticket.assignee_id is None


def test_a_requester_is_no_assignee(browser, session):
    ann = make.ann()
    ticket = make.ticket(ann)
    page = browser(make.sam())
    page.post(f"/tickets/{ticket.id}/assignee", {"assignee": str(ann.id)})
    assert "Only active help desk staff" in page.follow().text
    assert ticket.assignee_id is None


# --- properties --------------------------------------------------------------------------------


def test_the_panel_saves_everything_in_one_act(browser, session):
    sam = make.sam()
    ticket = make.ticket(make.ann())
    category = make.category("Network")
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}")
    page.submit(
        "#props form[action$='/properties']",
        {
            "status": "on_hold",
            "priority": "urgent",
            "assignee": str(sam.id),
            "category": str(category.id),
            "tags": "VPN,  home office ,vpn",
        },
    )
    session.refresh(ticket, ["tags"])
    assert [tag.name for tag in ticket.tags] == ["home office", "vpn"]
    assert (ticket.status, ticket.priority.value) == (TicketStatus.ON_HOLD, "urgent")
    assert (ticket.assignee_id, ticket.category_id, ticket.version) == (sam.id, category.id, 2)
    assert len({c.change_set_id for c in session.scalars(select(TicketFieldChange))}) == 1


def test_different_fields_merge(browser, session):
    sam, mira = make.sam(), make.user("Mira", role=Role.AGENT)
    ticket = make.ticket(make.ann())
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}")
    tickets.update_ticket(ticket, tickets.Changes(tags=("vpn",)), act=make.act(mira))
    tickets.take(ticket, act=make.act(mira))
    session.commit()
    page.submit("#props form[action$='/properties']", {"priority": "high"})
    session.refresh(ticket, ["tags"])
    assert (ticket.priority.value, ticket.assignee_id) == ("high", mira.id)
    assert [tag.name for tag in ticket.tags] == ["vpn"]


def test_the_same_field_asks(browser, session):
    sam, mira = make.sam(), make.user("Mira", role=Role.AGENT)
    ticket = make.ticket(make.ann())
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}")
    changes = tickets.Changes(priority=tickets.Priority.LOW)
    tickets.update_ticket(ticket, changes, act=make.act(mira))
    session.commit()
    form = "#props form[action$='/properties']"
    asked = page.submit(form, {"priority": "high", "tags": "mine"}, status=409)
    assert "Somebody set the priority to “Low” meanwhile" in asked.text
    assert asked.form(form)[1]["priority"] == "high"
    assert asked.form(form)[1]["tags"] == "mine"
    assert ticket.priority.value == "low"
    page.submit(form)
    assert ticket.priority.value == "high"


def test_the_panel_of_a_new_ticket_assigns_it_and_opens_it(browser, session):
    sam = make.sam()
    ticket = make.ticket(make.ann())
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}")
    page.submit("#props form[action$='/properties']", {"assignee": str(sam.id)})
    assert (ticket.assignee_id, ticket.status) == (sam.id, TicketStatus.OPEN)
    assert ticket.version == 2


def test_bad_properties_get_a_sentence(browser, session):
    ticket = make.ticket(make.ann())
    page = browser(make.sam())
    form = "#props form[action$='/properties']"
    for wrong in ({"status": "nonsense"}, {"tags": "x" * 60}, {"assignee": "9999"}):
        page.get(f"/tickets/{ticket.id}")
        assert page.submit(form, wrong, status=422).soup.select("#props .error")
    assert ticket.version == 1


# --- text --------------------------------------------------------------------------------------


def test_editing_keeps_the_old_text_in_the_history(browser, session):
    ann = make.ann()
    ticket = make.ticket(ann, "Old title", description="Old text")
    page = browser(ann)
    page.get(f"/tickets/{ticket.id}/edit")
    page.submit("main form", {"title": "New title", "description": "New text"})
    shown = page.follow()
    assert "changed the title from “Old title” to “New title”" in shown.text
    assert "Old text" in shown.one(".was").get_text()
    assert (ticket.title, ticket.description, ticket.version) == ("New title", "New text", 2)


def test_a_stale_edit_shows_both_texts(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    page = browser(ann)
    page.get(f"/tickets/{ticket.id}/edit")
    tickets.edit_text(ticket, "Sam’s title", None, act=make.act(sam))
    session.commit()
    asked = page.submit("main form", {"title": "Ann’s title"}, status=409)
    assert "Sam’s title" in asked.text
    assert asked.form("main form")[1]["title"] == "Ann’s title"
    page.submit("main form")
    assert ticket.title == "Ann’s title"


def test_a_closed_ticket_is_not_edited_by_its_requester(browser, session):
    ann = make.ann()
    ticket = make.ticket(ann)
    tickets.change_status(ticket, TicketStatus.CLOSED, act=make.act(make.sam()))
    session.commit()
    page = browser(ann)
    page.get(f"/tickets/{ticket.id}/edit")
    asked = page.submit("main form", {"title": "Too late"}, status=409)
    assert "not edited any more" in asked.text
    assert ticket.title != "Too late"


# --- reports -----------------------------------------------------------------------------------


def test_a_requester_asks_for_another_look_once(browser, session):
    ann = make.ann()
    ticket = make.ticket(ann)
    page = browser(ann)
    fields = {"kind": "escalation", "comment": "A week now."}
    page.post(f"/tickets/{ticket.id}/reports", fields)
    again = page.post(f"/tickets/{ticket.id}/reports", {**fields, "comment": "?!"}, status=409)
    assert "already" in again.text
    report = session.scalars(select(TicketReport)).one()
    assert (report.kind.value, report.comment, report.status.value) == (
        "escalation",
        "A week now.",
        "open",
    )
    assert history(session, ticket) == ["new", "open"]
    assert ticket.status is TicketStatus.NEW


def test_staff_move_a_report_by_its_rules(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    report = reports.create_report(ticket, ann, act=make.act(ann))
    session.commit()
    path = f"/tickets/{ticket.id}/reports/{report.id}/status"
    page = browser(sam)
    page.post(path, {"status": "acknowledged"})
    page.post(path, {"status": "dismissed"})
    page.post(path, {"status": "open"})
    assert "cannot become open" in page.follow().text
    assert report.status is ReportStatus.DISMISSED
    browser(ann).post(path, {"status": "open"}, status=403)


def test_a_report_of_another_ticket_is_not_found(browser, session):
    ann, sam = make.ann(), make.sam()
    one, other = make.ticket(ann), make.ticket(ann)
    report = reports.create_report(one, ann, act=make.act(ann))
    session.commit()
    path = f"/tickets/{other.id}/reports/{report.id}/status"
    browser(sam).post(path, {"status": "resolved"}, status=404)
    assert report.status is ReportStatus.OPEN


# --- teams -------------------------------------------------------------------------------------

PROPERTIES = "#props form[action$='/properties']"


def test_the_panel_offers_the_teams_one_may_give_to_and_the_tickets_own(browser, session):
    sam, mira = make.sam(), make.user("Mira", role=Role.AGENT)
    web, old = make.team("Web"), make.team("Old")
    make.team("HR", mira, private=True)
    ticket = make.ticket(make.ann(), team=old)
    teams.archive(old)
    session.commit()
    page = browser(sam)
    shown = page.get(f"/tickets/{ticket.id}")
    assert shown.all("#team option") == ["None", "Old", "Web"]
    assert "HR" not in shown.html
    page.submit(PROPERTIES, {"team": str(web.id)})
    shown = page.follow()
    assert "You gave this ticket to the team Web" in shown.text
    assert shown.all("#team option") == ["None", "Web"]
    assert ticket.status is TicketStatus.NEW
    page.submit(PROPERTIES, {"team": str(old.id)}, status=422)
    page.get(f"/tickets/{ticket.id}")
    page.submit(PROPERTIES, {"team": "0"})
    assert "You took it from the team Web" in page.follow().text


def test_a_team_that_became_private_or_vanished_meanwhile_gets_a_sentence(browser, session):
    sam, web = make.sam(), make.team("Web")
    ticket = make.ticket(make.ann())
    page = browser(sam)
    for change in (lambda: teams.archive(web), lambda: setattr(web, "is_private", True)):
        page.get(f"/tickets/{ticket.id}")
        change()
        session.commit()
        shown = page.submit(PROPERTIES, {"team": str(web.id), "tags": "kept"}, status=422)
        assert "Choose one from the list" in shown.one("#props .errors").get_text()
        assert shown.one("#tags")["value"] == "kept"
        teams.restore(web)
        session.commit()
    assert ticket.team_id is None


def test_a_stale_team_asks(browser, session):
    sam, mira = make.sam(), make.user("Mira", role=Role.AGENT)
    web, other = make.team("Web"), make.team("Other")
    ticket = make.ticket(make.ann())
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}")
    tickets.give_to_team(ticket, web, act=make.act(mira))
    session.commit()
    asked = page.submit(PROPERTIES, {"team": str(other.id)}, status=409)
    assert "Somebody set the team to “Web” meanwhile" in asked.text
    page.submit(PROPERTIES)
    assert ticket.team_id == other.id


def test_who_cannot_follow_into_a_private_team_is_named(browser, session):
    sam, mira = make.sam(), make.user("Mira", role=Role.AGENT)
    hr = make.team("HR", mira, private=True)
    ticket = make.ticket(make.ann())
    tickets.take(ticket, act=make.act(sam))
    session.commit()
    page = browser(mira)
    page.get(f"/tickets/{ticket.id}")
    page.submit(PROPERTIES, {"team": str(hr.id)})
    shown = page.follow()
    assert "Sam Staffer is not in its team, so nobody has it now" in shown.one(".toast").get_text()
    assert shown.soup.select(".pick .icon use[href$='#i-lock']")
    page.submit(PROPERTIES, {"assignee": str(sam.id)}, status=422)
    assert "Sam Staffer is not in the ticket’s team" in page.page.one("#props .errors").get_text()
    page.get(f"/tickets/{ticket.id}")
    page.submit(PROPERTIES, {"assignee": str(sam.id), "team": "0"})
    assert (ticket.assignee_id, ticket.team_id) == (sam.id, None)
    page.post(page.follow().one("form.toast")["action"])
    assert (ticket.assignee_id, ticket.team_id) == (None, hr.id)


def test_without_teams_the_panel_has_no_select_for_them(browser, session):
    ticket = make.ticket(make.ann())
    page = browser(make.sam())
    assert page.get(f"/tickets/{ticket.id}").one("#team").has_attr("hidden")
    page.submit(PROPERTIES, {"priority": "high"})
    assert (ticket.priority.value, ticket.team_id) == ("high", None)
