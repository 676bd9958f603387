"""/admin/people: finding, paging, inviting."""

import pytest
from sqlalchemy import select

from app.domain import credentials
from app.extensions import db
from app.models import OutboxEntry, Role, TokenPurpose, User
from app.queries.people import PeopleTab, people
from tests import factories as make


def unpassworded(name, **more):
    """Somebody who never chose a password: asked in, or filed for by staff."""
    person = make.user(name, **more)
    person.password_hash = person.registered_at = None
    db.session.commit()
    return person


@pytest.fixture
def ada(session):
    return make.ada()


def names(page):
    return page.all("table.data tbody th a")


def test_the_way_in_leads_to_people(browser, ada):
    assert browser(ada).get("/admin", status=303).location == "/admin/people"


@pytest.mark.parametrize("who", [make.ann, make.sam])
def test_only_admins_see_people(browser, session, who):
    browser(who()).get("/admin/people", status=403)


def test_strangers_sign_in_first(browser, session):
    assert browser().get("/admin/people", status=303).location.startswith("/login")


def test_everybody_stands_in_the_tab_they_belong_to(browser, ada):
    make.ann(), make.sam(), make.user("Otto Off", active=False)
    invited = unpassworded("Ida Invited")
    credentials.make_link(TokenPurpose.INVITE, invited)
    page = browser(ada).get("/admin/people")
    assert names(page) == ["Ada Admin", "Ann Asker", "Ida Invited", "Otto Off", "Sam Staffer"]
    assert page.all(".tabs a") == [
        "Everyone 5",
        "Staff 2",
        "Admins 1",
        "Invited 1",
        "Switched off 1",
    ]
    for tab, expected in {
        "staff": ["Ada Admin", "Sam Staffer"],
        "admins": ["Ada Admin"],
        "invited": ["Ida Invited"],
        "off": ["Otto Off"],
    }.items():
        assert names(browser(ada).get(f"/admin/people?tab={tab}")) == expected


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("zoë", ["Zoë Straße"]),
        ("STRASSE zoë", ["Zoë Straße"]),
        ("ZOE.S", ["Zoë Straße"]),
        ("zoe.s@example", ["Zoë Straße"]),
        ("100%", ["Percy 100% Sure"]),
        ("_", []),
        ("nobody", []),
    ],
)
def test_search_by_name_username_and_address(browser, ada, q, found):
    make.user("Zoë Straße", username="zoe.s")
    make.user("Percy 100% Sure", username="percy")
    page = browser(ada).get("/admin/people", query_string={"q": q})
    assert names(page) == found
    assert page.one("main input[name=q]")["value"] == q


@pytest.mark.parametrize("q", ["\x00", "\x1b[31m", "x" * 5000, "' OR 1=1 --", "\\", "🦔"])
def test_strange_words_find_nobody_and_break_nothing(browser, ada, q):
    browser(ada).get("/admin/people", query_string={"q": q})


def test_the_list_turns_its_pages_by_key(session, ada):
    for number in range(7):
        make.user(f"Bert {number}", username=f"bert{number}")
    make.user("Bert 3", username="bert.again")
    seen, after = [], None
    while True:
        page = people(after=after, limit=3)
        seen += [listed.user.username for listed in page.people]
        after = page.after
        if after is None:
            break
    assert seen == [
        "ada",
        "bert0",
        "bert1",
        "bert2",
        "bert3",
        "bert.again",
        *("bert4", "bert5", "bert6"),
    ]
    last = people(before=page.people[0].user.id, limit=3)
    assert [listed.user.username for listed in last.people] == ["bert2", "bert3", "bert.again"]
    assert people(PeopleTab.EVERYONE, before=last.people[0].user.id, limit=50).before is None


@pytest.mark.parametrize("cursor", ["", "-1", "0", "x", "9" * 30, "²", "2147483647"])
def test_a_damaged_cursor_begins_anew(browser, ada, cursor):
    assert names(browser(ada).get("/admin/people", query_string={"after": cursor})) == ["Ada Admin"]


def test_the_list_costs_the_same_for_one_and_for_thirty(browser, ada, session, count_queries):
    admin = browser(ada)
    admin.get("/admin/people")
    session.expunge_all()
    count_queries.clear()
    admin.get("/admin/people")
    few = len(count_queries)
    for _ in range(30):
        make.user(role=Role.AGENT)
    session.expunge_all()
    count_queries.clear()
    admin.get("/admin/people")
    assert len(count_queries) == few <= 7


def test_last_seen_is_of_the_newest_session(browser, ada):
    ann = make.ann()
    browser(ann)
    page = browser(ada).get("/admin/people")
    assert "just now" in page.all("tbody tr")[1]


# --- invitations ---------------------------------------------------------------------------------


def invite(browser, ada, **data):
    admin = browser(ada)
    admin.get("/admin/people/invite")
    return admin, {"name": "Ivo New", "email": "ivo@example.org", "role": "agent", **data}


def test_inviting_makes_an_account_and_announces_it(browser, ada, session):
    admin, data = invite(browser, ada)
    admin.submit("main form", data)
    page = admin.follow()
    assert names(page) == ["Ivo New"]
    assert "ivo@example.org is on its way" in page.text
    ivo = session.scalars(select(User).where(User.name == "Ivo New")).one()
    assert (ivo.role, ivo.password_hash, ivo.is_confirmed) == ("agent", None, False)
    entry = session.scalars(select(OutboxEntry)).one()
    assert (entry.topic, entry.recipient_id) == ("account.invited", ivo.id)


def test_an_address_without_an_account_keeps_its_tickets(browser, ada, session):
    """Somebody for whom a ticket was filed is invited under the row that the ticket has."""
    known = unpassworded("Ivo Known", email="ivo@example.org")
    admin, data = invite(browser, ada)
    admin.submit("main form", data)
    session.expire_all()
    assert [
        u.id for u in session.scalars(select(User).where(User.email_key == "ivo@example.org"))
    ] == [known.id]
    assert session.get(User, known.id).role == "agent"


def test_who_has_a_password_is_not_invited_again(browser, ada, session):
    make.user("Ivo Known", email="ivo@example.org")
    admin, data = invite(browser, ada)
    page = admin.submit("main form", data, status=422)
    assert "They have a password already" in page.one("#email-error").get_text()
    assert page.one("#name")["value"] == "Ivo New"
    assert session.scalars(select(OutboxEntry)).all() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " \u200b "),
        ("name", "a\x00b"),
        ("name", "x" * 101),
        ("email", ""),
        ("email", "ivo"),
        ("email", "ivo@"),
        ("email", "postmaster@example.org"),
        ("email", f"{'x' * 300}@example.org"),
        ("email", "a@b@c"),
        ("role", "king"),
    ],
)
def test_a_wrong_invitation_says_what_is_wrong_and_keeps_the_rest(
    browser, ada, session, field, value
):
    admin, data = invite(browser, ada, **{field: value})
    page = admin.submit("main form", data, status=422)
    assert page.all(".errors .error")
    assert page.soup.title.get_text().startswith("Error:")
    kept = {"name": "Ivo New", "email": "ivo@example.org"} | {field: value}
    assert page.one("#email")["value"] == kept["email"].strip()
    assert session.scalars(select(User).where(User.name == "Ivo New")).all() == []
