"""GET /staff/pulse: what has changed since a page was made."""

import datetime as dt

import pytest
from sqlalchemy import select

from app.clock import now
from app.domain import credentials, tickets
from app.models import ChangeSet, Role, UserSession
from tests import factories as make


def ask(browser, query: str = "", tag: str | None = None):
    headers = {"If-None-Match": tag} if tag else {}
    return browser._apart(browser.client.get, f"/staff/pulse?{query}", headers=headers)


def test_it_counts_and_tells_what_came_into_the_view(browser, session):
    ann, sam = make.ann(), make.sam()
    old = make.ticket(ann)
    page = browser(sam)
    shown = page.get("/staff/queue?view=unassigned")
    queue = shown.one("[data-queue]")
    assert queue["data-newest"] == str(old.id)
    query = f"{queue['data-query']}&seen={queue['data-newest']}"
    answer = ask(page, query).get_json()
    assert answer["arrived"] == 0
    assert answer["counts"]["unassigned"] == 1
    mine = make.ticket(ann)
    tickets.take(mine, act=make.act(sam))
    make.ticket(ann)
    session.commit()
    answer = ask(page, query).get_json()
    assert answer["arrived"] == 1
    assert (answer["counts"]["unassigned"], answer["counts"]["mine"]) == (2, 1)
    assert ask(page, f"q=nothing&seen={old.id}").get_json()["arrived"] == 0
    for view in ("mine", "unassigned", "open", "waiting", "solved"):
        count = page.get("/staff").one(f".nav [data-count={view}]").get_text().split()[0]
        assert int(count) == answer["counts"][view]


def test_nothing_new_is_an_empty_304_for_the_price_of_one_statement(
    browser, session, count_queries
):
    make.ticket(make.ann())
    page = browser(make.sam())
    first = ask(page, "view=open&seen=0")
    count_queries.clear()
    again = ask(page, "view=open&seen=0", first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert len(count_queries) == 1
    assert "Set-Cookie" not in again.headers


def test_any_act_is_noticed_also_one_that_comes_late(browser, session):
    """On PostgreSQL the act with the lower number may be committed after one with a higher."""
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    page = browser(sam)
    tag = ask(page).headers["ETag"]
    newest = session.scalar(select(ChangeSet.id).order_by(ChangeSet.id.desc()).limit(1))
    late = newest + 1
    session.add(ChangeSet(id=late + 1, kind="test", via="web", created_at=now()))
    session.commit()
    second = ask(page, tag=tag)
    assert second.status_code == 200
    session.add(ChangeSet(id=late, kind="test", via="web", created_at=now()))
    session.commit()
    assert ask(page, tag=second.headers["ETag"]).status_code == 200
    assert ticket.is_open


def test_being_asked_does_not_keep_a_session_alive(browser, session, count_queries):
    sam = make.sam()
    page = browser(sam)
    tag = ask(page).headers["ETag"]
    row = session.scalars(select(UserSession).where(UserSession.user_id == sam.id)).one()
    row.last_seen_at = now() - dt.timedelta(hours=1)
    session.commit()
    for given in (tag, None):
        count_queries.clear()
        assert ask(page, tag=given).status_code == (304 if given else 200)
        assert not [said for said in count_queries if said.startswith("UPDATE")]
    page.get("/staff")
    assert [said for said in count_queries if said.startswith("UPDATE user_sessions")]
    row.last_seen_at = now() - credentials.IDLE[True] - dt.timedelta(minutes=1)
    session.commit()
    assert ask(page, tag=tag).status_code == 401


def test_the_tag_is_of_no_use_to_anybody_else(browser, session):
    sam, mira = make.sam(), make.user("Mira", role=Role.AGENT)
    page = browser(sam)
    tag = ask(page).headers["ETag"]
    assert ask(browser(mira), tag=tag).status_code == 200
    assert ask(browser(make.ann()), tag=tag).status_code == 403
    assert ask(browser(), tag=tag).status_code == 401
    sam.staff.role = Role.ADMIN
    session.commit()
    assert ask(page, tag=tag).status_code == 200
    sam.deactivated_at = now()
    session.commit()
    assert ask(page, tag=tag).status_code == 401


@pytest.mark.parametrize(
    "query", ["seen=x", "seen=-1", "seen=" + "9" * 40, "view=nonsense&seen=0", "status=%00&seen=0"]
)
def test_a_damaged_address_counts_nothing_as_new(browser, session, query):
    make.ticket(make.ann())
    answer = ask(browser(make.sam()), query)
    assert (answer.status_code, answer.get_json()["arrived"]) == (200, 0)


def test_a_private_teams_ticket_does_not_arrive(browser, session):
    ann, sam, mira = make.ann(), make.sam(), make.user("Mira", role=Role.AGENT)
    secret = make.team("HR", mira, private=True)
    seen = make.ticket(ann)
    make.ticket(ann, team=secret)
    query = f"view=open&seen={seen.id}"
    page = browser(sam)
    assert page.get("/staff/queue").one("[data-queue]")["data-newest"] == str(seen.id)
    hidden = ask(page, query).get_json()
    assert (hidden["arrived"], hidden["counts"]["open"]) == (0, 1)
    shown = ask(browser(mira), query).get_json()
    assert (shown["arrived"], shown["counts"]["open"]) == (1, 2)


def test_counting_costs_the_same_for_one_and_thirty(browser, session, count_queries):
    ann = make.ann()
    first = make.ticket(ann)
    page = browser(make.sam())
    costs = []
    for _ in range(2):
        count_queries.clear()
        ask(page, f"view=open&seen={first.id - 1}")
        costs.append(len(count_queries))
        for _ in range(14):
            make.ticket(make.user())
    assert costs[0] == costs[1] <= 8
