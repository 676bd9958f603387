"""Teams on the help desk's pages: the queue's filter, the sidebar, the page of all of them."""

from sqlalchemy import select

from app.domain import teams, tickets
from app.models import IS_OPEN, Role, Ticket, TicketStatus
from tests import factories as make
from tests.staff.test_queue import rows


def test_the_queue_is_filtered_by_team(browser, session):
    ann, sam, mira = make.ann(), make.sam(), make.user("Mira", role=Role.AGENT)
    first, second = make.team("First line", sam), make.team("Web", mira)
    of_first, of_second = make.ticket(ann, team=first), make.ticket(ann, team=second)
    of_none = make.ticket(ann)
    page = browser(sam)
    for query, expected, said in (
        (f"team={first.id}", of_first, "First line"),
        (f"team={second.id}", of_second, "Web"),
        ("team=none", of_none, "none"),
        ("team=mine", of_first, "mine"),
    ):
        shown = page.get(f"/staff/queue?{query}")
        assert rows(shown) == [expected.id], query
        assert shown.all(".chip") == [f"team: {said}"]
        assert shown.one("#f-team [selected]")
    assert page.get("/staff/queue?team=x", status=400).all(".callout--bad")


def test_the_filter_tells_an_outsider_nothing_of_a_private_team(browser, session):
    """Not even where their own request has gone."""
    sam = make.sam()
    secret = make.team("CANARY-TEAM", private=True)
    own = make.ticket(sam, by=make.ada(), team=secret)
    page = browser(sam)
    assert rows(page.get("/staff/queue?view=open&sort=team")) == [own.id]
    assert "CANARY-TEAM" not in page.get("/staff/queue?view=open").html
    for number in (secret.id, 99_999):
        shown = page.get(f"/staff/queue?team={number}")
        assert rows(shown) == []
        assert shown.all(".chip") == [f"team: #{number}"]


def busy(session):
    """Tickets of Web, HR (private, Mira's) and no team; some Sam's, some Mira's, some nobody's."""
    ann, sam, mira = make.ann(), make.sam(), make.user("Mira", role=Role.AGENT)
    web, hr = make.team("Web", sam, mira), make.team("HR", mira, private=True)
    for team, holders in ((web, (sam, sam, None)), (hr, (mira, None)), (None, (sam, None, None))):
        for holder in holders:
            ticket = make.ticket(ann, by=make.user(role=Role.ADMIN), team=team)
            if holder is not None:
                tickets.assign_ticket_to_staff(ticket, holder, act=make.act(holder))
    tickets.change_status(ticket, TicketStatus.PENDING, act=make.act(mira))
    solved = make.ticket(ann, team=web, by=sam)
    tickets.change_status(solved, TicketStatus.SOLVED, act=make.act(sam))
    session.commit()
    return ann, sam, mira, web, hr


def nav(page):
    return page.all("[aria-labelledby=nav-teams] a")[:-1]


def test_the_sidebar_has_ones_teams_with_their_open_tickets(browser, session):
    _ann, sam, mira, web, _hr = busy(session)
    assert nav(browser(make.ada()).get("/staff")) == []
    assert nav(browser(sam).get("/staff")) == ["Web 3 tickets"]
    page = browser(mira)
    shown = page.get("/staff")
    assert nav(shown) == ["HR 2 tickets", "Web 3 tickets"]
    for link in shown.soup.select("[aria-labelledby=nav-teams] a")[:-1]:
        listed = page.get(link["href"])
        count = link.select_one(".count").get_text().split()[0]
        assert len(rows(listed)) == int(count)
        assert listed.all(".nav li [aria-current=page]") == [" ".join(link.get_text(" ").split())]
    tickets.change_status(
        session.scalars(
            select(Ticket).where(Ticket.team_id == web.id, IS_OPEN).order_by(Ticket.id)
        ).first(),
        TicketStatus.SOLVED,
        act=make.act(sam),
    )
    session.commit()
    assert nav(page.get("/staff"))[1] == "Web 2 tickets"
    teams.archive(web)
    session.commit()
    assert nav(page.get("/staff")) == ["HR 2 tickets"]


def test_every_number_of_the_page_is_the_length_of_its_list(browser, session):
    _ann, sam, mira, web, hr = busy(session)
    teams.archive(web)
    make.ticket(sam, team=hr, by=mira)  # an outsider's own request counts for them, too
    session.commit()
    for person, known in ((sam, ["Web"]), (mira, ["HR", "Web"])):
        page = browser(person)
        shown = page.get("/staff/teams")
        names = [name.split(" ")[0] for name in shown.all("[aria-labelledby=h-teams] tbody th")]
        assert names == [*known, "No"]
        links = shown.soup.select("main td.n a")
        assert len(links) >= 12
        for link in links:
            assert len(rows(page.get(link["href"]))) == int(link.get_text()), link["href"]
    numbers = browser(sam).get("/staff/teams").all("[aria-labelledby=h-teams] td.n")
    assert numbers == ["1", "3", "0", "2", "3", "1"]


def test_without_teams_the_page_says_so(browser, session):
    shown = browser(make.ada()).get("/staff/teams")
    assert "There are no teams" in shown.text
    assert shown.all("[aria-labelledby=h-people] tbody th") == ["AA Ada Admin"]


def test_sidebar_and_page_cost_the_same_for_many_teams(browser, session, count_queries):
    sam = make.sam()
    make.ticket(make.ann())
    page = browser(sam)
    costs = []
    for _ in range(2):
        for path in ("/staff", "/staff/teams"):
            page.get(path)
            count_queries.clear()
            page.get(path)
            costs.append(len(count_queries))
        for _ in range(12):
            team = make.team("", sam, make.user(role=Role.AGENT))
            make.ticket(make.user(), team=team)
    assert costs[:2] == costs[2:]
    assert max(costs) <= 12


def test_requesters_have_no_page_of_teams(browser, session):
    browser(make.ann()).get("/staff/teams", status=403)
