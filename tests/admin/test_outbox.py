"""/admin/outbox."""

import datetime as dt

import pytest

from app.domain import outbox
from app.models import OutboxEntry, OutboxState, User
from app.queries.outbox import entries
from tests import factories as make

SECRET = "dGhpcyBpcyBhIHNlY3JldCB0aGF0IG5vYm9keSBzZWVz"


@pytest.fixture
def ada(session):
    return make.ada()


def failed(reason="550 no such mailbox", **more):
    entry = outbox.announce(**{"topic": "mail", "template": "replied", **more})
    outbox.failed(entry, reason, final=True)
    from app.extensions import db

    db.session.commit()
    return entry


def test_what_waits_with_its_ticket_in_words(browser, ada, session):
    ann = make.ann()
    ticket = make.ticket(ann)
    page = browser(ada).get("/admin/outbox")
    assert page.all(".tabs a") == ["Waiting 1", "Failed 0", "Sent 0", "Withdrawn 0"]
    assert page.all("tbody th") == ["Ticket received"]
    assert page.one(f"a[href='/tickets/{ticket.id}']").get_text() == f"#{ticket.id}"


def test_a_message_and_a_report_lead_to_their_ticket(browser, ada, session):
    from app.domain import reports, tickets
    from app.text import written

    ann = make.ann()
    ticket = make.ticket(ann)
    tickets.reply(ticket, written("More smoke."), act=make.act(ann))
    reports.create_report(ticket, ann, act=make.act(ann))
    session.commit()
    page = browser(ada).get("/admin/outbox")
    assert len(page.soup.select(f"a[href='/tickets/{ticket.id}']")) == 3


def test_failures_show_why_and_are_tried_again(browser, ada, session):
    ann = make.ann()
    entry = failed(recipient=ann)
    other = failed(address="bo@example.org")
    admin = browser(ada)
    page = admin.get("/admin/outbox?tab=failed")
    assert page.all("tbody td:nth-child(2)") == ["bo@example.org", "Ann Asker"]
    assert "550 no such mailbox" in page.text
    admin.submit(f"form[action$='/{entry.id}/retry']")
    assert "It will be tried again now" in admin.follow().text
    session.expire_all()
    again = session.get(OutboxEntry, entry.id)
    assert (again.state, again.attempts, again.finished_at) == (OutboxState.WAITING, 0, None)
    assert session.get(OutboxEntry, other.id).state is OutboxState.FAILED


def test_all_at_once(browser, ada, session):
    for _ in range(3):
        failed()
    admin = browser(ada)
    admin.get("/admin/outbox?tab=failed")
    admin.submit("form[action$='/outbox/retry']")
    page = admin.follow()
    assert "Nothing has failed" in page.text
    assert page.all(".tabs a")[:2] == ["Waiting 3", "Failed 0"]


def test_what_did_not_fail_is_left_alone(browser, ada, session):
    entry = outbox.announce("ticket.received")
    outbox.succeeded(entry)
    session.commit()
    admin = browser(ada)
    admin.post(f"/admin/outbox/{entry.id}/retry")
    assert "not among the failed ones" in admin.follow().text
    session.expire_all()
    assert session.get(OutboxEntry, entry.id).state is OutboxState.DONE
    admin.post("/admin/outbox/2147483647/retry", status=404)


def test_one_time_links_are_never_shown(browser, ada, session):
    """Not the payload, nor what a mail server quotes of a letter that it refused."""
    failed(
        f"refused: http://localhost/reset-password/{SECRET}", token=SECRET, address="a@b.example"
    )
    page = browser(ada).get("/admin/outbox?tab=failed")
    assert "refused: http://localhost/reset-password/…" in page.text
    assert SECRET not in page.html


def test_what_an_entry_is_about_in_words(browser, ada, session):
    ann = make.ann()
    outbox.announce("mail", recipient=ann, template="received", ticket_id=1)
    outbox.announce("mail", recipient=ann, template="report_filed", report_id=1)
    outbox.announce("account.invited", recipient=ann)
    outbox.announce("something.new_here")
    session.commit()
    assert browser(ada).get("/admin/outbox").all("tbody th") == [
        "Ticket received",
        "Report on a ticket",
        "Invitation",
        "Something new here",
    ]


@pytest.mark.parametrize("state", OutboxState)
def test_pages_by_key(session, state):
    moment = dt.datetime(2026, 3, 12, tzinfo=dt.UTC)
    for number in range(7):
        entry = outbox.announce("ticket.received")
        entry.state, entry.due_at = state, moment + dt.timedelta(minutes=number // 2)
    session.commit()
    seen, after = [], None
    while True:
        page = entries(state, after=after, limit=3)
        seen += [e.id for e in page.entries]
        after = page.after
        if after is None:
            break
    assert seen == sorted(seen, reverse=state is not OutboxState.WAITING)
    assert len(seen) == 7
    assert [e.id for e in entries(state, before=page.entries[0].id, limit=3).entries] == seen[3:6]


@pytest.mark.parametrize("query", ["tab=nowhere", "after=x", "before=-1", "after=99999999999"])
def test_a_damaged_address_shows_the_beginning(browser, ada, session, query):
    make.ticket(make.ann())
    page = browser(ada).get(f"/admin/outbox?{query}")
    assert page.all("tbody th") == ["Ticket received"]


def test_the_list_costs_the_same_for_many(browser, ada, session, count_queries):
    ann = make.ann()
    ann_id = ann.id
    make.ticket(ann)
    admin = browser(ada)
    admin.get("/admin/outbox")
    session.expunge_all()
    count_queries.clear()
    admin.get("/admin/outbox")
    few = len(count_queries)
    ann = session.get(User, ann_id)
    for _ in range(29):
        make.ticket(ann)
    session.expunge_all()
    count_queries.clear()
    assert len(admin.get("/admin/outbox").all("tbody th")) == 30
    assert len(count_queries) == few <= 7


def test_only_admins(browser, session):
    entry = failed()
    sam = browser(make.sam())
    sam.get("/admin/outbox", status=403)
    sam.post(f"/admin/outbox/{entry.id}/retry", status=403)
    sam.post("/admin/outbox/retry", status=403)
    session.expire_all()
    assert session.get(OutboxEntry, entry.id).state is OutboxState.FAILED
