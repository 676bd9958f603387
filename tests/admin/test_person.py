"""/admin/people/<id>: role, hand-over, sessions, tokens, switching off and on."""

import pytest
from sqlalchemy import func, select

from app.domain import credentials, tally, tickets
from app.extensions import db
from app.models import (
    ApiToken,
    ChangeSet,
    OutboxEntry,
    Role,
    Ticket,
    TokenScope,
    User,
    UserSession,
)
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


@pytest.fixture
def sam(session):
    return make.sam()


def assigned(to, n=1):
    ann = make.user()
    made = []
    for _ in range(n):
        ticket = make.ticket(ann)
        tickets.assign_ticket_to_staff(ticket, to, act=make.act(to))
        made.append(ticket)
    db.session.commit()
    return made


def test_somebody_who_is_not_there(browser, ada):
    browser(ada).get("/admin/people/2147483647", status=404)


def test_the_page_tells_who_they_are(browser, ada, sam):
    assigned(sam, 3)
    page = browser(ada).get(f"/admin/people/{sam.id}")
    assert page.one("h1").get_text() == "Sam Staffer"
    assert "3 open tickets assigned to Sam" in page.text
    link = page.one(f"a[href*='assignee={sam.id}']")["href"]
    assert browser(ada).get(link).soup.select("tr.tk")


def test_a_requester_is_not_asked_what_is_assigned_to_them(browser, ada, session):
    ann = make.ann()
    page = browser(ada).get(f"/admin/people/{ann.id}")
    assert "assigned to" not in page.text
    assert "Tickets filed for Ann" in page.text


def test_a_role_changes_and_rights_end_sessions(browser, ada, sam, session):
    browser(sam)
    admin = browser(ada)
    admin.get(f"/admin/people/{sam.id}")
    admin.submit("form[action$=role]", {"role": "admin"})
    assert "Sam Staffer is now an admin" in admin.follow().text
    session.expire_all()
    assert session.get(User, sam.id).is_admin
    assert _sessions(session, sam) == 0


def test_nobody_changes_their_own_role(browser, ada, session):
    admin = browser(ada)
    page = admin.get(f"/admin/people/{ada.id}")
    assert not page.soup.select("form[action$=role]")
    page = admin.post(f"/admin/people/{ada.id}/role", {"role": "agent"}, status=409)
    assert "You can’t change your own role" in page.text
    session.expire_all()
    assert session.get(User, ada.id).is_admin


def test_who_was_demoted_has_no_say_from_the_next_request_on(browser, ada, session):
    abe = make.user("Abe Admin", role=Role.ADMIN)
    his = browser(abe)
    his.get(f"/admin/people/{ada.id}")
    browser(ada).post(f"/admin/people/{abe.id}/role", {"role": "agent"})
    his.get(f"/admin/people/{ada.id}", status=403)
    his.post(f"/admin/people/{ada.id}/role", {"role": "requester"}, status=403)
    session.expire_all()
    assert session.get(User, ada.id).is_admin


def test_nobody_switches_themselves_off(browser, ada, session):
    admin = browser(ada)
    page = admin.get(f"/admin/people/{ada.id}")
    assert not page.soup.select("a.btn--danger")
    page = admin.post(f"/admin/people/{ada.id}/deactivate", {"hand_over_to": 0}, status=422)
    assert "You can’t switch off your own account" in page.text
    session.expire_all()
    assert session.get(User, ada.id).is_active


@pytest.mark.parametrize("role", ["", "king", "ADMIN"])
def test_an_unknown_role_is_refused_in_place(browser, ada, sam, role, session):
    browser(ada).post(f"/admin/people/{sam.id}/role", {"role": role}, status=422)
    session.expire_all()
    assert session.get(User, sam.id).role == "agent"


def test_leaving_the_desk_hands_over_the_open_tickets(browser, ada, sam, session):
    mine = assigned(sam, 2)
    tickets.change_status(mine[1], tickets.TicketStatus.SOLVED, act=make.act(sam))
    session.commit()
    lea = make.user("Lea Helper", role=Role.AGENT)
    admin = browser(ada)
    admin.post(f"/admin/people/{sam.id}/role", {"role": "requester"})
    page = admin.follow()
    assert "1 open ticket is assigned to Sam" in page.text
    admin.get(page.path + "?q=lea")
    admin.submit("form[method=post].stack", {"hand_over_to": lea.id})
    session.expire_all()
    assert not session.get(User, sam.id).is_staff
    assert session.get(Ticket, mine[0].id).assignee_id == lea.id
    assert session.get(Ticket, mine[1].id).assignee_id == sam.id
    assert tally.kept() == tally.counted()


def test_switching_off_ends_everything_at_once(browser, ada, sam, session):
    mine = assigned(sam, 3)
    credentials.make_api_token(sam, "backup", scope=TokenScope.READ)
    session.commit()
    his = browser(sam)
    his.get(f"/tickets/{mine[0].id}")
    admin = browser(ada)
    page = admin.get(f"/admin/people/{sam.id}")
    page = admin.get(page.one("a.btn--danger")["href"])
    assert page.all(".cards label") == ["Leave them unassigned", "Ada Admin"]
    admin.submit("form[method=post].stack", {"hand_over_to": 0})
    assert "account is switched off" in admin.follow().text
    assert his.get(f"/tickets/{mine[0].id}", status=303).location.startswith("/login")
    session.expire_all()
    assert not session.get(User, sam.id).is_active
    assert {session.get(Ticket, t.id).assignee_id for t in mine} == {None}
    act = session.scalars(select(ChangeSet).where(ChangeSet.kind == "person.deactivated")).one()
    assert act.actor_id == ada.id
    assert session.scalars(select(ApiToken)).one().revoked_at is not None
    assert tally.kept() == tally.counted()


def test_colleagues_are_found_by_searching(browser, ada, sam):
    assigned(sam)
    make.user("Lea Helper", role=Role.AGENT)
    make.user("Lea Off", role=Role.AGENT, active=False)
    make.user("Lea Asker")
    page = browser(ada).get(f"/admin/people/{sam.id}/deactivate?q=LEA")
    assert page.all(".cards label") == ["Leave them unassigned", "Lea Helper"]
    page = browser(ada).get(f"/admin/people/{sam.id}/deactivate?q=zzz")
    assert "Nobody on the help desk has “zzz”" in page.text


def test_hundreds_of_colleagues_are_never_listed(browser, ada, sam):
    assigned(sam)
    for _ in range(30):
        make.user(role=Role.AGENT)
    page = browser(ada).get(f"/admin/people/{sam.id}/deactivate")
    assert len(page.all(".cards label")) == 11
    assert "Search to find others" in page.text


@pytest.mark.parametrize("who", ["requester", "off", "self", "nobody", "words", "huge"])
def test_only_active_colleagues_take_over(browser, ada, sam, who, session):
    (ticket,) = assigned(sam)
    chosen = {
        "requester": lambda: make.ann().id,
        "off": lambda: make.user(role=Role.AGENT, active=False).id,
        "self": lambda: sam.id,
        "nobody": lambda: 999_999,
        "words": lambda: "lea",
        "huge": lambda: 10**30,
    }[who]()
    page = browser(ada).post(
        f"/admin/people/{sam.id}/deactivate", {"hand_over_to": chosen}, status=422
    )
    assert page.all(".callout--bad li")
    session.expire_all()
    assert session.get(User, sam.id).is_active
    assert session.get(Ticket, ticket.id).assignee_id == sam.id


def test_switching_on_again(browser, ada, session):
    otto = make.user("Otto Off", active=False)
    admin = browser(ada)
    admin.get(f"/admin/people/{otto.id}")
    admin.submit("form[action$=reactivate]")
    assert "Otto Off can sign in again" in admin.follow().text
    session.expire_all()
    assert session.get(User, otto.id).is_active


def test_signing_somebody_out_everywhere(browser, ada, session):
    ann = make.ann()
    browser(ann), browser(ann)
    admin = browser(ada)
    assert "Signed in on 2 devices" in admin.get(f"/admin/people/{ann.id}").text
    admin.submit("form[action$=sign-out]")
    assert _sessions(session, ann) == 0
    assert _sessions(session, ada) == 1


def test_tokens_by_name_and_hint_never_by_secret(browser, ada, sam, session):
    token, secret = credentials.make_api_token(sam, "Backup <script>", scope=TokenScope.READ)
    session.commit()
    admin = browser(ada)
    page = admin.get(f"/admin/people/{sam.id}")
    assert f"ends in {token.hint}" in page.text
    assert "Backup <script>" in page.text
    assert secret not in page.html
    assert token.digest not in page.html
    admin.submit("form[action$=revoke]")
    assert "None." in admin.follow().text
    session.expire_all()
    assert credentials.live_api_token(secret) is None


def test_a_token_of_somebody_else_is_not_there(browser, ada, sam, session):
    token, secret = credentials.make_api_token(ada, "mine", scope=TokenScope.READ)
    session.commit()
    browser(ada).post(f"/admin/people/{sam.id}/tokens/{token.id}/revoke", status=404)
    assert credentials.live_api_token(secret) is not None


def test_an_invitation_is_sent_again_only_where_it_helps(browser, ada, sam, session):
    ivo = unpassworded("Ivo New")
    admin = browser(ada)
    admin.get(f"/admin/people/{ivo.id}")
    admin.submit("form[action$=invitation]")
    assert "is on its way" in admin.follow().text
    page = admin.get(f"/admin/people/{sam.id}")
    assert not page.soup.select("form[action$=invitation]")
    admin.post(f"/admin/people/{sam.id}/invitation")
    assert "They have a password already" in admin.follow().text
    topics = [(e.topic, e.recipient_id) for e in session.scalars(select(OutboxEntry))]
    assert topics == [("account.invited", ivo.id)]


@pytest.mark.parametrize(
    "act", ["role", "invitation", "sign-out", "deactivate", "leave-desk", "reactivate"]
)
@pytest.mark.parametrize("who", [make.ann, make.sam])
def test_nobody_else_manages_people(browser, ada, session, who, act):
    person = make.user()
    before = _row(session, person)
    browser(who()).post(
        f"/admin/people/{person.id}/{act}", {"role": "admin", "hand_over_to": 0}, status=403
    )
    session.expire_all()
    assert _row(session, person) == before


def _row(session, person):
    return tuple(session.execute(select(User.__table__).where(User.id == person.id)).one())


def _sessions(session, person):
    return session.scalar(
        select(func.count()).select_from(UserSession).where(UserSession.user_id == person.id)
    )
