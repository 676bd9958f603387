"""POST /tickets/new: a ticket, once, with all that was typed."""

import pytest
from sqlalchemy import select

from app.models import ChangeSet, OutboxEntry, Priority, Ticket, User
from tests import factories as make

FORM = {"title": "Printer", "description": "It **burns**.", "priority": "normal"}


def filled(session, **more):
    category = make.category("Printing")
    return {**FORM, "category": str(category.id), **more}


def test_a_requester_files_a_ticket(browser, session):
    ann = make.ann()
    page = browser(ann)
    page.get("/tickets/new")
    answer = page.submit("main form[action='/tickets/new']", filled(session))
    ticket = session.scalars(select(Ticket)).one()
    assert answer.location == f"/tickets/{ticket.id}"
    assert (ticket.user_id, ticket.title, ticket.description) == (
        ann.id,
        "Printer",
        "It **burns**.",
    )
    assert "<strong>burns</strong>" in ticket.description_html
    assert session.scalars(select(OutboxEntry.topic)).all() == ["ticket.received"]
    assert session.scalars(select(ChangeSet)).one().actor_id == ann.id
    shown = page.follow()
    assert shown.one("#description strong").get_text() == "burns"
    assert "is on its way" in shown.text


def test_the_same_form_sent_twice_files_one_ticket(browser, session):
    page = browser(make.ann())
    page.get("/tickets/new")
    _, fields = page.page.form("main form[action='/tickets/new']")
    fields |= filled(session)
    first = page.post("/tickets/new", fields)
    second = page.post("/tickets/new", fields)
    assert first.location == second.location
    assert len(session.scalars(select(Ticket)).all()) == 1


def test_after_going_back_a_changed_text_is_a_new_ticket(browser, session):
    page = browser(make.ann())
    page.get("/tickets/new")
    _, fields = page.page.form("main form[action='/tickets/new']")
    fields |= filled(session)
    page.post("/tickets/new", fields)
    page.post("/tickets/new", {**fields, "title": "Scanner"})
    assert session.scalars(select(Ticket.title).order_by(Ticket.id)).all() == ["Printer", "Scanner"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "Say in a sentence what the problem is."),
        ({"title": "  \N{ZERO WIDTH SPACE}"}, "Say in a sentence what the problem is."),
        ({"title": "x" * 201}, "This has 201 characters; the limit is 200."),
        ({"title": "a\x00b"}, "control character U+0000"),
        ({"description": ""}, "Tell us what you expected"),
        ({"description": "y" * 60_001}, "This has 60,001 characters; the limit is 60,000."),
        ({"category": "0"}, "Choose a category."),
        ({"category": "999999"}, "Choose one from the list."),
        ({"category": "1 or 1=1"}, "Choose one from the list."),
        ({"priority": "urgent"}, "Choose one from the list."),
        ({"priority": ""}, "Choose one from the list."),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(browser, session, wrong, sentence):
    page = browser(make.ann())
    fields = {**filled(session), "description": "Half an hour of text", **wrong}
    shown = page.post("/tickets/new", fields, status=422)
    assert sentence in shown.text
    assert shown.soup.title.get_text().startswith("Error: ")
    _, kept = shown.form("main form[action='/tickets/new']")
    for name in ("title", "description"):
        if "\x00" not in fields[name]:
            assert kept[name] == fields[name]
    assert not session.scalars(select(Ticket)).all()


def test_staff_file_for_somebody_who_has_an_account(browser, session):
    ann, sam = make.ann(), make.sam()
    browser(sam).post("/tickets/new", filled(session, requester="ANN@example.org"))
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.user_id, ticket.opened_by_id) == (ann.id, sam.id)


def test_staff_file_for_somebody_without_an_account(browser, session):
    sam = make.sam()
    page = browser(sam)
    fields = filled(session, requester="zoe@example.org")
    asked = page.post("/tickets/new", fields, status=422)
    assert "Nobody with this address has an account. Give their name." in asked.text
    page.submit("main form[action='/tickets/new']", {"requester_name": "Zoe New"})
    zoe = session.scalars(select(User).where(User.name == "Zoe New")).one()
    assert zoe.password_hash is None
    assert not zoe.is_confirmed
    assert session.scalars(select(Ticket)).one().user_id == zoe.id


def test_nothing_is_filed_for_our_own_mailbox(browser, session):
    fields = filled(session, requester="deskhand@localhost", requester_name="The desk")
    asked = browser(make.sam()).post("/tickets/new", fields, status=422)
    assert "This is the help desk’s own address." in asked.text
    assert session.scalars(select(Ticket)).all() == []


def test_staff_choose_among_people_of_that_name(browser, session):
    one, other = make.user("Kim Lee"), make.user("Kim Larsen")
    page = browser(make.sam())
    asked = page.post("/tickets/new", filled(session, requester="kim"), status=422)
    assert "Kim Lee" in asked.text
    assert "Kim Larsen" in asked.text
    page.submit("main form[action='/tickets/new']", {"requester_id": str(other.id)})
    assert session.scalars(select(Ticket)).one().user_id == other.id != one.id


def test_a_requester_cannot_file_for_somebody_else(browser, session):
    ann, eve = make.ann(), make.eve()
    browser(eve).post("/tickets/new", filled(session, requester="ann@example.org"))
    assert session.scalars(select(Ticket)).one().user_id == eve.id != ann.id


def test_a_requester_cannot_set_what_is_not_theirs(browser, session):
    sam, ann = make.sam(), make.ann()
    extra = {"status": "closed", "assignee_id": str(sam.id), "user_id": str(sam.id), "version": "9"}
    browser(ann).post("/tickets/new", filled(session, **extra))
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.status.value, ticket.assignee_id, ticket.user_id) == ("new", None, ann.id)
    assert ticket.priority is Priority.NORMAL


def test_preview_without_scripts_shows_the_text_and_keeps_the_form(browser, session):
    page = browser(make.ann())
    shown = page.post("/tickets/new?preview=1", filled(session), status=200)
    assert shown.one("section .prose strong").get_text() == "burns"
    assert shown.form("main form[action='/tickets/new']")[1]["title"] == "Printer"
    assert not session.scalars(select(Ticket)).all()


def test_preview_fragment_is_safe(browser, session):
    text = "<script>alert(1)</script> [x](javascript:alert(1)) **b**"
    page = browser(make.eve())
    answer = page._apart(
        page.client.post, "/tickets/preview", data={"text": text, "csrf_token": page.csrf_token()}
    )
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<strong>b</strong>" in html


def test_signed_out_goes_to_sign_in_and_comes_back(browser):
    answer = browser().get("/tickets/new?title=Printer", status=303)
    assert answer.location.startswith("/login?next=/tickets/new")
