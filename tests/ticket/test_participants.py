"""The people on a ticket: from its page, from the form that files it, and in one's own list."""

import pytest
from sqlalchemy import func, select

from app.domain import participants, tickets
from app.extensions import db
from app.models import ChangeSet, Role, Ticket, TicketStatus, User
from app.text import written
from tests import factories as make

ADD = "form[action$='/participants']"


@pytest.fixture
def ann(session):
    return make.ann()


@pytest.fixture
def zoe(session):
    return make.user("Zoe Zander", username="zoe")


@pytest.fixture
def ticket(ann):
    return make.ticket(ann)


def copy_in(ticket, *people):
    by = db.session.get_one(User, ticket.user_id)
    for person in people:
        participants.add(ticket, person, act=make.act(by))
    db.session.commit()


def on_it(page):
    return [name for name in page.all("[aria-labelledby=people] > .people .grow") if name]


def people_of(ticket):
    db.session.refresh(ticket, ["participants"])
    return {person.username for person in ticket.participants}


# --- adding --------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["zoe", "ZOE", "zoe@example.org", "  Zoe@Example.org "])
def test_the_requester_copies_in_and_takes_out(browser, ann, zoe, ticket, typed):
    page = browser(ann)
    page.get(f"/tickets/{ticket.id}")
    page.submit(ADD, {"person": typed})
    shown = page.follow()
    assert on_it(shown) == ["You", "Zoe Zander"]
    assert "Zoe Zander is copied in" in shown.text
    assert "You copied in Zoe Zander" in shown.text
    assert people_of(ticket) == {"zoe"}
    page.submit("form[action$=remove]")
    shown = page.follow()
    assert on_it(shown) == ["You"]
    assert "You took Zoe Zander out" in shown.text
    page.post(f"/tickets/{ticket.id}/participants/{zoe.id}/remove")
    assert "not copied in any more" in page.follow().text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Say whom to copy in"),
        ("ann", "Ann Asker is the requester already"),
        ("ann@example.org", "Ann Asker is the requester already"),
        ("nobody@example.org", "Nobody here has the address or username “nobody@example.org”"),
        ("Zoe Zander", "Nobody here has the address or username"),
        ("gone", "The account of Gone is switched off"),
        ("zoe", "Zoe Zander is copied in already"),
        ("x" * 255, "the limit is 254"),
        ("a\x00b", "control character U+0000"),
        ("<b>x</b>", "“<b>x</b>”"),
    ],
)
def test_who_cannot_be_gets_a_sentence_and_stays_typed(
    browser, session, ann, zoe, ticket, typed, said
):
    make.user("Gone", active=False)
    copy_in(ticket, zoe)
    acts = session.scalar(select(func.count(ChangeSet.id)))
    page = browser(ann)
    page.get(f"/tickets/{ticket.id}")
    shown = page.submit(ADD, {"person": typed}, status=422)
    assert said in shown.one("#person-error").get_text()
    assert shown.one("#person")["value"] == typed
    assert shown.one("details.add").has_attr("open")
    assert people_of(ticket) == {"zoe"}
    assert session.scalar(select(func.count(ChangeSet.id))) == acts
    assert session.scalar(select(func.count(User.id)).where(User.email.like("nobody%"))) == 0


def test_the_fifty_first_gets_a_sentence(browser, ann, zoe, ticket):
    copy_in(ticket, *(make.user() for _ in range(50)))
    page = browser(ann)
    page.get(f"/tickets/{ticket.id}")
    shown = page.submit(ADD, {"person": "zoe"}, status=422)
    assert "at most 50 participants" in shown.one("#person-error").get_text()


def test_staff_find_people_by_name_and_choose_among_several(browser, session, ann, zoe, ticket):
    other = make.user("Zoe Zander", username="zoe2")
    page = browser(make.sam())
    page.get(f"/tickets/{ticket.id}")
    shown = page.submit(ADD, {"person": "zand"}, status=422)
    assert "Which “zand” do you mean?" in shown.one("#person-error").get_text()
    chosen = [button["value"] for button in shown.soup.select("button[name=chosen]")]
    assert sorted(map(int, chosen)) == [zoe.id, other.id]
    page.submit(ADD, {"chosen": str(other.id)})
    assert people_of(ticket) == {"zoe2"}
    page.get(f"/tickets/{ticket.id}")
    shown = page.submit(ADD, {"person": "zoe zander"}, status=422)
    assert len(shown.soup.select("button[name=chosen]")) == 2
    page.get(f"/tickets/{ticket.id}")
    make.user("Only One", username="only")
    page.submit(ADD, {"person": "only one"})
    assert people_of(ticket) == {"zoe2", "only"}
    page.get(f"/tickets/{ticket.id}")
    shown = page.submit(ADD, {"person": "qqqq"}, status=422)
    assert "Nobody here is called “qqqq”" in shown.text
    shown = page.submit(ADD, {"person": "a", "chosen": "999999"}, status=422)
    assert "Choose one from the list" in shown.text


def test_requesters_do_not_choose_by_number(browser, session, ann, zoe, ticket):
    page = browser(ann)
    page.get(f"/tickets/{ticket.id}")
    page.submit(ADD, {"person": "zander", "chosen": str(zoe.id)}, status=422)
    assert people_of(ticket) == set()


def test_staff_copy_in_an_address_without_an_account(browser, session, ticket):
    page = browser(make.sam())
    page.get(f"/tickets/{ticket.id}")
    shown = page.submit(ADD, {"person": "root@example.org"}, status=422)
    assert "belongs to a mail server" in shown.text
    page.submit(ADD, {"person": "new.colleague@example.org"})
    made = session.scalars(select(User).where(User.email == "new.colleague@example.org")).one()
    assert (made.is_confirmed, made.password_hash) == (False, None)
    assert people_of(ticket) == {made.username}
    assert "not confirmed" in page.follow().text


def test_the_form_is_no_directory(app, browser, ann, ticket, monkeypatch):
    monkeypatch.setattr("app.web.throttle._is_on", lambda: True)
    monkeypatch.setattr("app.ticket.naming.LIMIT_PER_PERSON", "3/hour")
    page = browser(ann)
    for number in range(3):
        page.get(f"/tickets/{ticket.id}")
        page.submit(ADD, {"person": f"guess{number}"}, status=422)
    shown = page.submit(ADD, {"person": "guess4"}, status=422)
    assert "Try again in an hour" in shown.one("#person-error").get_text()
    assert shown.one("#person")["value"] == "guess4"
    sam = browser(make.sam())
    for number in range(5):
        sam.get(f"/tickets/{ticket.id}")
        sam.submit(ADD, {"person": f"guess{number}"}, status=422)


# --- who may -------------------------------------------------------------------------------------


def test_a_participant_leaves_and_changes_nobody_else(browser, session, ann, zoe, ticket):
    bob = make.user("Bob", username="bob")
    copy_in(ticket, zoe, bob)
    page = browser(zoe)
    shown = page.get(f"/tickets/{ticket.id}")
    assert on_it(shown) == ["Ann Asker", "Bob", "You"]
    assert not shown.soup.select(ADD + ", form[action$=remove], form[action$='/status']")
    assert not shown.soup.select("a[href$='/edit']")
    assert "Sent by Ann Asker" in shown.text
    page.post(f"/tickets/{ticket.id}/participants", {"person": "sam"}, status=403)
    page.post(f"/tickets/{ticket.id}/participants/{bob.id}/remove", status=403)
    page.post(f"/tickets/{ticket.id}/status", {"status": "solved"}, status=403)
    page.get(f"/tickets/{ticket.id}")
    page.submit("form[action$=leave]")
    assert page.page.location == "/tickets"
    assert f"You left #{ticket.id}" in page.follow().text
    page.get(f"/tickets/{ticket.id}", status=404)
    assert people_of(ticket) == {"bob"}
    page.post(f"/tickets/{ticket.id}/participants/leave", status=404)
    browser(ann).post(f"/tickets/{ticket.id}/participants/leave", status=403)


def test_a_participant_replies_and_asks_for_another_look(browser, session, ann, zoe, ticket):
    copy_in(ticket, zoe)
    page = browser(zoe)
    page.get(f"/tickets/{ticket.id}")
    page.submit("#composer", {"body": "Mine too, since noon."})
    shown = page.follow()
    assert "Mine too, since noon." in shown.text
    page.submit("form[action$='/reports']", {"kind": "escalation", "comment": "Please!"})
    assert "take another look" in page.follow().text
    mine = browser(ann).get(f"/tickets/{ticket.id}")
    assert "Zoe Zander" in mine.one(".thread").get_text()


def test_before_the_address_is_confirmed_a_participant_sees_nothing(browser, session, ann, ticket):
    zoe = make.user("Zoe", confirmed=False)
    copy_in(ticket, zoe)
    page = browser(zoe)
    page.get(f"/tickets/{ticket.id}", status=404)
    assert "Copied in" not in page.get("/tickets").text
    page.post(f"/tickets/{ticket.id}/messages", {"body": "Hello"}, status=404)


def test_a_participant_of_a_closed_ticket_opens_their_own_follow_up(
    browser, session, ann, zoe, ticket
):
    copy_in(ticket, zoe)
    tickets.change_status(ticket, TicketStatus.CLOSED, act=make.act(make.sam()))
    session.commit()
    page = browser(zoe)
    page.get(f"/tickets/{ticket.id}")
    page.submit("#composer", {"body": "Again!"})
    shown = page.follow()
    assert "Sent by you" in shown.text
    follow_up = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
    assert follow_up.user_id == zoe.id
    assert f"#{follow_up.id}" not in browser(ann).get(f"/tickets/{ticket.id}").text


# --- who reads what is being written -------------------------------------------------------------


def test_the_composer_says_who_gets_the_reply(browser, session, ann, zoe, ticket):
    gone = make.user("Gone", username="gone")
    copy_in(ticket, zoe, gone)
    gone.deactivated_at = gone.created_at
    session.commit()
    sam, path = browser(make.sam()), f"/tickets/{ticket.id}"
    assert sam.get(path).all(".editor__to") == ["By mail to Ann Asker and Zoe Zander"]
    assert "Goes to the help desk, Zoe Zander" in browser(ann).get(path).text
    copy_in(ticket, *(make.user(f"Extra {n}") for n in range(4)))
    assert sam.get(path).all(".editor__to") == ["By mail to Ann Asker, Extra 0 and 4 more"]


# --- filing --------------------------------------------------------------------------------------

NEW = {"title": "No network", "description": "Since noon.", "priority": "normal"}


def filed(session):
    return session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()


def new_form(page, session):
    category = make.category("Network")
    page.get("/tickets/new")
    return {**NEW, "category": str(category.id)}


def test_colleagues_are_copied_in_while_filing(browser, session, ann, zoe):
    bob = make.user("Bob", username="bob")
    page = browser(ann)
    fields = new_form(page, session)
    page.submit("main form", {**fields, "participants": " zoe, bob@example.org;zoe,, "})
    ticket = filed(session)
    assert people_of(ticket) == {"zoe", "bob"}
    assert ticket.version == 1
    assert len(page.follow().soup.select("[aria-labelledby=people] .people li")) == 3
    assert bob in ticket.participants


def test_who_is_unclear_is_named_and_nothing_is_filed(browser, session, ann, zoe):
    page = browser(ann)
    fields = new_form(page, session)
    typed = "zoe, nobody@example.org, Zander"
    shown = page.submit("main form", {**fields, "participants": typed}, status=422)
    assert len(shown.all("#participants-error .error")) == 2
    assert shown.one("#participants")["value"] == typed
    assert shown.one("#description").get_text().strip() == "Since noon."
    shown = page.submit("main form", {**fields, "participants": "ann"}, status=422)
    assert "is the requester already" in shown.one("#participants-error").get_text()
    assert filed(session) is None


def test_staff_set_team_assignee_and_people_as_they_file(browser, session, ann, zoe):
    sam, web = make.sam(), make.team("Web")
    make.user("Zoe Other", username="zoe3")
    hidden = make.team("HR", private=True)
    page = browser(sam)
    fields = new_form(page, session) | {"requester": "ann", "assignee": str(sam.id)}
    assert "HR" not in page.get("/tickets/new").text
    shown = page.submit(
        "main form",
        {**fields, "team": str(web.id), "participants": "zoe o, z"},
        status=422,
    )
    said = shown.one("#participants-error").get_text()
    assert "Which “zoe o” do you mean? There are: Zoe Other, zoe3@example.org." in said
    shown = page.submit("main form", {**fields, "team": str(hidden.id)}, status=422)
    assert "Choose one from the list" in shown.one("#team-error").get_text()
    people = "zoe, newcomer@example.org"
    page.submit("main form", {**fields, "team": str(web.id), "participants": people})
    ticket = filed(session)
    assert (ticket.team_id, ticket.assignee_id, ticket.status) == (
        web.id,
        sam.id,
        TicketStatus.OPEN,
    )
    assert ticket.version == 1
    assert people_of(ticket) == {"zoe", "newcomer"}


def test_an_outsider_is_not_assigned_while_filing_for_a_private_team(browser, session, ann):
    mira, sam = make.user("Mira", role=Role.AGENT), make.sam()
    team = make.team("HR", mira, private=True)
    page = browser(mira)
    fields = new_form(page, session) | {"requester": "ann", "team": str(team.id)}
    shown = page.submit("main form", {**fields, "assignee": str(sam.id)}, status=422)
    assert "Sam Staffer is not in the ticket’s team" in shown.one("#assignee-error").get_text()
    assert filed(session) is None


def test_requesters_choose_no_hands(browser, session, ann):
    sam, web = make.sam(), make.team("Web")
    page = browser(ann)
    fields = new_form(page, session)
    assert not page.page.soup.select("[name=team], [name=assignee]")
    page.submit("main form", {**fields, "team": str(web.id), "assignee": str(sam.id)})
    assert (filed(session).team_id, filed(session).assignee_id) == (None, None)


# --- one's own list ------------------------------------------------------------------------------


def test_what_one_is_copied_into_is_a_list_of_its_own(browser, session, ann, zoe, ticket):
    page = browser(zoe)
    assert "Copied in" not in page.get("/tickets").text
    own = make.ticket(zoe, "My own")
    assert "Nobody has copied you in" in page.get("/tickets?tab=copied").text
    copy_in(ticket, zoe)
    shown = page.get("/tickets?tab=all")
    assert shown.all(".tabs a")[-1] == "Copied in 1"
    assert shown.all(".mine b") == ["My own"]
    shown = page.get("/tickets?tab=copied")
    assert shown.all(".mine b") == ["The printer is on fire"]
    assert "from Ann Asker" in shown.text
    assert page.get("/tickets?tab=copied&q=smoke").all(".mine b") == ["The printer is on fire"]
    assert page.get("/tickets?tab=copied&q=own").all(".mine b") == []
    tickets.note(ticket, written("CANARY-NOTE"), act=make.act(make.sam()))
    session.commit()
    assert page.get("/tickets?tab=copied&q=CANARY").all(".mine b") == []
    assert own.user_id == zoe.id


def test_lists_and_page_cost_the_same_for_many_people(browser, session, count_queries, ann, zoe):
    ticket = make.ticket(ann)
    copy_in(ticket, zoe)
    readers = {"ann": browser(ann), "zoe": browser(zoe), "sam": browser(make.sam())}
    costs: dict[tuple[str, str], list[int]] = {}
    for _ in range(2):
        for name, reader in readers.items():
            for path in (f"/tickets/{ticket.id}", "/tickets?tab=copied"):
                reader.get(path)
                count_queries.clear()
                reader.get(path)
                costs.setdefault((name, path), []).append(len(count_queries))
        copy_in(ticket, *(make.user() for _ in range(12)))
        for _ in range(12):
            copy_in(make.ticket(make.user()), zoe)
    assert all(few == many <= 26 for few, many in costs.values()), costs


# --- undo ----------------------------------------------------------------------------------------


def test_a_wrong_name_is_taken_back_and_leaves_the_others(browser, session, ann, zoe, ticket):
    bob = make.user("Bob", username="bob")
    page = browser(ann)
    page.get(f"/tickets/{ticket.id}")
    page.submit(ADD, {"person": "zoe"})
    undo = page.follow().one(".toast form, form.toast")["action"]
    copy_in(ticket, bob)
    page.post(undo)
    assert people_of(ticket) == {"bob"}


def test_leaving_can_be_taken_back(browser, session, ann, zoe, ticket):
    copy_in(ticket, zoe)
    page = browser(zoe)
    page.get(f"/tickets/{ticket.id}")
    page.submit("form[action$=leave]")
    page.post(page.follow().one(".toast form, form.toast")["action"])
    assert people_of(ticket) == {"zoe"}
    page.get(f"/tickets/{ticket.id}")
