"""Teams on the help desk's pages: the queue's filter, the sidebar, the page of all of them."""

from app.models import Role
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
