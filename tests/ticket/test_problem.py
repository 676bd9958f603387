"""/tickets/<id>/problem: how the help desk publishes, and how the ticket tells of it."""

import pytest
from sqlalchemy import select

from app.domain import problems, tickets
from app.models import ProblemUpdate, Role, TicketStatus
from app.text import written
from tests import factories as make


@pytest.fixture
def desk(session):
    ann, sam = make.ann(), make.sam()
    return ann, sam, make.ticket(ann, "VPN drops")


SUMMARY = "form[action$='/problem']"
UPDATE = "form[action$='/problem/updates']"


def test_marking_publishing_editing_and_ending(browser, session, desk):
    _ann, sam, ticket = desk
    page = browser(sam)
    shown = page.get(f"/tickets/{ticket.id}")
    assert shown.one("aside a[href$='/problem']").get_text().strip() == "Mark as a known problem"
    page.get(f"/tickets/{ticket.id}/problem")
    page.submit(SUMMARY, {"summary": "The tunnel **breaks**."})
    shown = page.follow()
    assert "is a known problem now" in shown.text
    assert shown.one(".published strong").get_text() == "breaks"
    assert "You marked this as a known problem" in shown.text

    page.get(f"/tickets/{ticket.id}/problem")
    page.submit(UPDATE, {"body": "Use *leeds-1*."})
    shown = page.follow()
    update = session.scalars(select(ProblemUpdate)).one()
    assert shown.one(f"#u{update.id} .prose em").get_text() == "leeds-1"
    assert "to everybody affected" in shown.one(f"#u{update.id}").get_text()

    page.get(f"/tickets/{ticket.id}/problem")
    page.submit(SUMMARY, {"summary": "The tunnel is gone.", "tell": "y"})
    shown = page.follow()
    assert "saved and sent to everybody affected" in shown.text
    event = next(e for e in shown.soup.select(".event") if "edited the public summary" in e.text)
    assert event.pre.get_text() == "The tunnel **breaks**."

    page.get(f"/tickets/{ticket.id}/problem")
    page.submit("form[action$='/problem/end']")
    shown = page.follow()
    assert "You took the mark of a known problem away" in shown.text
    session.refresh(ticket)
    assert not ticket.is_known_problem
    assert ticket.public_summary == "The tunnel is gone."
    page.get(f"/tickets/{ticket.id}/problem")
    assert page.page.form(SUMMARY)[1]["summary"] == "The tunnel is gone.", "kept for the next time"


def test_each_of_it_can_be_undone_from_the_message(browser, session, desk):
    _ann, sam, ticket = desk
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}/problem")
    page.submit(SUMMARY, {"summary": "It breaks."})
    page.follow()
    page.submit("form.toast")
    session.refresh(ticket)
    assert (ticket.is_known_problem, ticket.public_summary) == (False, "")
    page.follow()
    page.submit("form.toast")  # done again
    session.refresh(ticket)
    assert ticket.is_known_problem
    page.get(f"/tickets/{ticket.id}/problem")
    page.submit(UPDATE, {"body": "News"})
    page.follow()
    page.submit("form.toast")
    shown = page.follow()
    assert "took back an update to everybody affected" in shown.text
    assert not shown.soup.select("[id^=u] .prose")
    page.post(f"/tickets/{ticket.id}/problem/end")
    page.follow()
    page.submit("form.toast")
    session.refresh(ticket)
    assert ticket.is_known_problem


def test_an_update_can_be_undone_from_the_thread(browser, session, desk):
    _ann, sam, ticket = desk
    problems.mark(ticket, written("x"), act=make.act(sam))
    update = problems.publish_update(ticket, written("News"), act=make.act(sam))
    session.commit()
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}")
    page.submit(f"#u{update.id} form[action$='/undo']")
    assert "took back an update" in page.follow().text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write what everybody may read about it."),
        (" \n\N{ZERO WIDTH SPACE}", "Write what everybody may read about it."),
        ("a\x00b", "control character U+0000"),
        ("y" * 60_001, "This has 60,001 characters; the limit is 60,000."),
    ],
)
def test_a_summary_that_cannot_be_is_said_beside_the_field(browser, session, desk, text, sentence):
    _ann, sam, ticket = desk
    page = browser(sam)
    shown = page.post(f"/tickets/{ticket.id}/problem", {"summary": text}, status=422)
    assert sentence in shown.one("#summary-error").get_text()
    assert shown.soup.title.get_text().startswith("Error: ")
    if "\x00" not in text:
        assert shown.form(SUMMARY)[1]["summary"] == text
    session.refresh(ticket)
    assert not ticket.is_known_problem


def test_an_update_that_cannot_be_is_said_too(browser, session, desk):
    _ann, sam, ticket = desk
    page = browser(sam)
    at = f"/tickets/{ticket.id}/problem/updates"
    shown = page.post(at, {"body": "Half an hour of text"}, status=409)
    assert f"#{ticket.id} is not marked as a known problem." in shown.text
    problems.mark(ticket, written("x"), act=make.act(sam))
    session.commit()
    shown = page.post(at, {"body": ""}, status=422)
    assert "Write what is new." in shown.one("#body-error").get_text()
    shown = page.post(at, {"body": "z" * 60_001}, status=422)
    assert shown.form(UPDATE)[1]["body"] == "z" * 60_001
    assert shown.form(SUMMARY)[1]["summary"] == "x"
    assert session.scalars(select(ProblemUpdate)).all() == []


def test_what_is_typed_survives_that_the_mark_is_taken_away_meanwhile(browser, session, desk):
    _ann, sam, ticket = desk
    problems.mark(ticket, written("x"), act=make.act(sam))
    session.commit()
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}/problem")
    _, fields = page.page.form(UPDATE)
    problems.unmark(ticket, act=make.act(make.ada()))
    session.commit()
    shown = page.post(
        f"/tickets/{ticket.id}/problem/updates", fields | {"body": "My news"}, status=409
    )
    assert "is not marked as a known problem" in shown.text
    assert "My news" in shown.text


def test_two_who_write_the_summary_at_once_see_both(browser, session, desk):
    _ann, sam, ticket = desk
    problems.mark(ticket, written("first"), act=make.act(sam))
    session.commit()
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}/problem")
    problems.edit_summary(ticket, written("Ada’s"), act=make.act(make.ada()))
    session.commit()
    shown = page.submit(SUMMARY, {"summary": "Sam’s"}, status=409)
    assert "Somebody changed the summary while you did" in shown.text
    assert shown.one(".held__text").get_text() == "Ada’s"
    assert shown.form(SUMMARY)[1]["summary"] == "Sam’s"
    page.submit(SUMMARY)
    session.refresh(ticket)
    assert ticket.public_summary == "Sam’s"


def test_the_same_update_sent_twice_is_one(browser, session, desk):
    _ann, sam, ticket = desk
    problems.mark(ticket, written("x"), act=make.act(sam))
    session.commit()
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}/problem")
    _, fields = page.page.form(UPDATE)
    fields |= {"body": "News"}
    for _ in range(2):
        page.post(f"/tickets/{ticket.id}/problem/updates", fields)
    assert len(session.scalars(select(ProblemUpdate)).all()) == 1


def test_previews_without_scripts_change_nothing(browser, session, desk):
    _ann, sam, ticket = desk
    page = browser(sam)
    at = f"/tickets/{ticket.id}/problem"
    shown = page.post(f"{at}?preview=1", {"summary": "**bold**"}, status=200)
    assert shown.one("section .prose strong").get_text() == "bold"
    assert shown.form(SUMMARY)[1]["summary"] == "**bold**"
    session.refresh(ticket)
    assert not ticket.is_known_problem
    problems.mark(ticket, written("x"), act=make.act(sam))
    session.commit()
    shown = page.post(f"{at}/updates?preview=1", {"body": "*news*"}, status=200)
    assert shown.one("section .prose em").get_text() == "news"
    assert session.scalars(select(ProblemUpdate)).all() == []


def test_staff_see_who_is_affected_and_the_thread_stays_readable(browser, session, desk):
    _ann, sam, ticket = desk
    problems.mark(ticket, written("x"), act=make.act(sam))
    session.commit()
    for number in range(8):
        make.affected(make.user(f"Person Number{number}"), ticket)
    page = browser(sam)
    shown = page.get(f"/tickets/{ticket.id}")
    assert shown.one("#h-problem .num").get_text() == "9 affected"
    assert "Person, Person, Person and 5 more" in shown.text
    joined = [e for e in shown.all(".thread .event") if "affected too" in e]
    assert len(joined) == 1
    assert joined[0].startswith("Person Number0, Person Number1 and 6 others reported to be")
    listed = page.get(f"/tickets/{ticket.id}/problem").all(".who li")
    assert len(listed) == 8
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam))
    session.commit()
    shown = page.get(f"/tickets/{ticket.id}")
    assert "You resolved 8 reports of being affected" in shown.text
    assert shown.one("#h-problem .num").get_text() == "1 affected"


def test_staff_note_for_whoever_called(browser, session, desk):
    _ann, sam, ticket = desk
    eve = make.eve()
    page = browser(sam)
    fields = {"kind": "affected", "reporter": str(eve.id)}
    page.post(f"/tickets/{ticket.id}/reports", fields)
    shown = page.follow()
    assert "Eve Stranger is counted as affected" in shown.text
    page.post(f"/tickets/{ticket.id}/reports", fields | {"nonce": "another"}, status=409)
    page.post(f"/tickets/{ticket.id}/reports", fields | {"reporter": "999999"}, status=404)


def test_who_cannot_see_the_ticket_cannot_publish_it(browser, session, desk):
    _ann, _sam, ticket = desk
    ticket.team = make.team("Council", private=True)
    session.commit()
    olga = browser(make.user("Olga", role=Role.AGENT))
    olga.get(f"/tickets/{ticket.id}/problem", status=404)
    olga.post(f"/tickets/{ticket.id}/problem", {"summary": "x"}, status=404)


def test_the_requester_is_asked_nothing_and_told(browser, session, desk):
    ann, sam, ticket = desk
    problems.mark(ticket, written("The tunnel breaks."), act=make.act(sam))
    session.commit()
    page = browser(ann)
    shown = page.get(f"/tickets/{ticket.id}")
    assert "Nobody sees your name or what you wrote." in shown.text
    assert "The tunnel breaks." in shown.text
    page.get(f"/tickets/{ticket.id}/problem", status=403)
    for path in ("problem", "problem/updates", "problem/end"):
        page.post(f"/tickets/{ticket.id}/{path}", {"summary": "x", "body": "x"}, status=403)
