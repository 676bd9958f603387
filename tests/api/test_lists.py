"""GET /get_open_tickets, /get_closed_tickets and /get_user_tickets."""

import base64

import pytest

from app.domain import tickets
from app.models import Role, TicketStatus
from app.queries.tickets import find_visible
from tests import factories as make


@pytest.fixture
def both(session, ann, eve, sam):
    """Three tickets of Ann's, the second solved, and one of Eve's."""
    made = [make.ticket(ann, f"Ticket {n}") for n in range(3)] + [make.ticket(eve, "Eve's")]
    tickets.change_status(made[1], TicketStatus.SOLVED, act=make.act(sam))
    session.commit()
    return [ticket.id for ticket in made]


def ids(answer):
    return [ticket["id"] for ticket in answer["tickets"]]


def test_each_sees_only_theirs_newest_first(caller, both, ann, eve, sam):
    one, two, three, eves = both
    assert ids(caller(ann).get("/get_open_tickets")) == [three, one]
    assert ids(caller(ann).get("/get_closed_tickets")) == [two]
    assert ids(caller(eve).get("/get_open_tickets")) == [eves]
    assert ids(caller(sam).get("/get_open_tickets")) == [eves, three, one]
    assert caller(eve).get("/get_closed_tickets") == {"tickets": [], "next_cursor": None}


def test_an_unconfirmed_address_opens_only_what_was_filed_since(caller, sam):
    newcomer = make.user("Nora New", confirmed=False)
    make.ticket(newcomer, "filed for her", by=sam)
    own = make.ticket(newcomer, "her own")
    assert ids(caller(newcomer).get("/get_open_tickets")) == [own.id]
    assert caller(newcomer).get("/get_open_tickets_count") == {"count": 1}


def test_pages_follow_each_other(caller, ann):
    made = [make.ticket(ann).id for _ in range(5)]
    me, cursor, pages = caller(ann), "", []
    while cursor is not None:
        page = me.get(
            "/get_open_tickets", query_string={"limit": 2, **({"cursor": cursor} if cursor else {})}
        )
        pages.append(ids(page))
        cursor = page["next_cursor"]
    assert pages == [made[:2:-1], [made[2], made[1]], [made[0]]]


def test_a_page_that_is_just_full_is_the_last(caller, ann):
    made = [make.ticket(ann).id for _ in range(2)]
    page = caller(ann).get("/get_open_tickets?limit=2")
    assert (ids(page), page["next_cursor"]) == (made[::-1], None)


BAD_QUERIES = [
    "limit=0",
    "limit=101",
    "limit=-1",
    "limit=",
    "limit=ten",
    "limit=1.5",
    "limit=1e1",
    "limit=٣",
    "limit=1&limit=2",
    "limit=99999999999999999999999",
    "cursor=",
    "cursor=0",
    "cursor=123",
    "cursor=%00",
    "cursor=%ff",
    "cursor=" + "A" * 5000,
    "cursor=" + base64.urlsafe_b64encode(b"below:0").decode(),
    "cursor=" + base64.urlsafe_b64encode(b"below:9999999999").decode(),
    "cursor=" + base64.urlsafe_b64encode(b"below:12").decode() + "=",
    "cursor=" + base64.urlsafe_b64encode("below:٣".encode()).decode(),
    "page=2",
    "token=x",
]


@pytest.mark.parametrize("query", BAD_QUERIES)
def test_a_bad_query_is_named(caller, ann, query):
    for path in ("/get_open_tickets", "/get_closed_tickets", f"/get_user_tickets?user_id={ann.id}"):
        wrong = caller(ann).get(path + ("&" if "?" in path else "?") + query, status=422)
        assert list(wrong["errors"]) == [query.partition("=")[0]]


@pytest.mark.parametrize("path", ["/get_open_tickets", "/get_closed_tickets"])
def test_a_list_costs_the_same_for_one_and_for_thirty(session, caller, count_queries, sam, path):
    def cost():
        session.expire_all()
        count_queries.clear()
        staff.get(path)
        return len(count_queries)

    def one_more():
        made = make.ticket(make.user(), category=make.category())
        ticket = find_visible(sam, made.id)
        tickets.update_ticket(ticket, tickets.Changes(tags=("a", "b")), act=make.act(sam))
        if path == "/get_closed_tickets":
            tickets.change_status(ticket, TicketStatus.CLOSED, act=make.act(sam))
        session.commit()

    staff = caller(sam)
    staff.get(path)
    one_more()
    first = cost()
    for _ in range(29):
        one_more()
    assert cost() == first <= 6


# --- somebody's tickets -------------------------------------------------------------------------


def test_somebodys_tickets(caller, both, ann, sam):
    for asker in (ann, sam):
        page = caller(asker).get(f"/get_user_tickets?user_id={ann.id}&limit=2")
        assert ids(page) == both[2:0:-1]
        rest = f"/get_user_tickets?user_id={ann.id}&cursor={page['next_cursor']}"
        assert ids(caller(asker).get(rest)) == [both[0]]


def test_requesters_ask_only_for_themselves(caller, ann, eve):
    for user_id in (eve.id, 2**31 - 1):
        caller(ann).get(f"/get_user_tickets?user_id={user_id}", status=403)


def test_there_is_no_such_person(caller, sam):
    caller(sam).get(f"/get_user_tickets?user_id={2**31 - 1}", status=404)


@pytest.mark.parametrize(
    "user_id", ["", "0", "-1", "x", "1.0", str(2**31), str(2**63), "1 or 1=1", "[1]", "null", "%00"]
)
def test_whose_tickets_must_be_a_number(caller, sam, user_id):
    wrong = caller(sam).get(f"/get_user_tickets?user_id={user_id}", status=422)
    assert list(wrong["errors"]) == ["user_id"]
    assert list(caller(sam).get("/get_user_tickets", status=422)["errors"]) == ["user_id"]


# --- counts -------------------------------------------------------------------------------------


def test_counts_are_of_what_the_caller_sees(caller, both, ann, eve, ada):
    counts = {
        person.username: (
            caller(person).get("/get_open_tickets_count"),
            caller(person).get("/get_closed_tickets_count"),
        )
        for person in (ann, eve, ada)
    }
    assert counts == {
        "ann": ({"count": 2}, {"count": 1}),
        "eve": ({"count": 1}, {"count": 0}),
        "ada": ({"count": 3}, {"count": 1}),
    }


def test_counts_take_no_parameters(caller, ann):
    caller(ann).get("/get_open_tickets_count?user_id=1", status=422)


def test_the_team_is_told_to_the_help_desk_only(caller, session, ann, sam):
    hidden = make.team("HR", private=True)
    make.ticket(ann, team=make.team("Web"))
    make.ticket(sam, by=make.user(role=Role.ADMIN), team=hidden)
    make.ticket(ann)

    def teams(person):
        return [t["team"] for t in caller(person).get("/get_open_tickets")["tickets"]]

    assert teams(ann) == [None, None]
    assert teams(sam) == [None, None, "Web"]
    assert teams(make.user(role=Role.ADMIN)) == [None, "HR", "Web"]
