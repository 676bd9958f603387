"""How a mail looks: headers, subject, links, times, safety."""

import datetime as dt
import re

import pytest

from app.domain import accounts, tickets
from app.domain.outbox import announce
from app.domain.settings import change
from app.models import TicketStatus
from app.text import written
from tests import factories as make
from tests.mailbox import all_of, html_of, text_of

HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
]


def test_the_headers_are_these_and_no_others(session, mailbox):
    ann = make.ann()
    change({"name": "Larkfield service desk"})
    ticket = make.ticket(ann)
    (mail,) = mailbox.collect()
    assert list(mail.keys()) == HEADERS
    root = f"<deskhand.ticket.{ticket.id}@localhost>"
    assert (mail["In-Reply-To"], mail["References"]) == (root, root)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["From"] == "Larkfield service desk <deskhand@localhost>"
    assert mail["To"] == "Ann Asker <ann@example.org>"
    assert re.fullmatch(r"<deskhand\.[0-9a-f]{32}@deskhand\.invalid>", mail["Message-ID"])


def test_no_field_makes_a_header(session, mailbox):
    """R73: line ends in every field that a header is made of."""
    evil = "x\r\nBcc: eve@example.org\r\n\r\nbody"
    ann = make.ann()
    ann.name = evil
    change({"name": evil})
    make.ticket(ann, title=evil)
    (mail,) = mailbox.collect()
    assert list(mail.keys()) == HEADERS
    assert len(mail["To"].addresses) == 1


def test_no_encoded_word_makes_a_header(session, mailbox):
    """R73: a line end that only comes into being when the header is decoded."""
    evil = "=?utf-8?q?x=0ABcc:_eve=40example.org=0A=0Abody?="
    ann = make.ann()
    ann.name = evil
    change({"name": evil})
    ticket = make.ticket(ann, title=evil)
    (mail,) = mailbox.collect()
    assert list(mail.keys()) == HEADERS
    assert mail["Subject"] == f"[#{ticket.id}] " + evil.replace("=?", "= ?")
    assert mail["To"].addresses[0].display_name == evil.replace("=?", "= ?")


def test_a_broken_address_is_never_written_to(session, mailbox):
    ann = make.ann()
    ann.email = "ann@example.org\r\nBcc: eve@example.org"
    make.ticket(ann)
    assert mailbox.collect() == []


@pytest.mark.parametrize("name", ["Zoë 😀", "名前", 'O’Brien, "Pat" <p@x>', "a" * 100, "‮evil"])
def test_odd_names_and_titles_survive(session, mailbox, name):
    ann = make.ann()
    ann.name = name
    ticket = make.ticket(ann, title=name)
    (mail,) = mailbox.collect()
    assert mail["To"].addresses[0].addr_spec == "ann@example.org"
    assert mail["Subject"] == f"[#{ticket.id}] {name}"


def test_html_is_escaped_and_what_was_written_is_kept(session, mailbox):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann, title="<script>alert(1)</script> & co")
    mailbox.collect()
    tickets.reply(
        ticket, written("<b>x</b> [a](/tickets/1) **bold**\n\n" + "y" * 2000), act=make.act(sam)
    )
    (mail,) = mailbox.collect()
    html = html_of(mail)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<strong>bold</strong>" in html
    assert 'href="http://localhost/tickets/1"' in html
    assert "y" * 2000 in text_of(mail)


def test_no_mail_loads_anything(session, mailbox):
    make.ticket(make.ann(), description="![x](https://evil.example/pixel.png)")
    (mail,) = mailbox.collect()
    assert not re.search(r"<(img|link|script|iframe)|url\(|@import", html_of(mail))


def test_times_are_the_readers(session, mailbox):
    ann, sam = make.ann(), make.sam()
    ann.time_zone = "Pacific/Auckland"
    ticket = make.ticket(ann)
    mailbox.collect()
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam))
    (mail,) = mailbox.collect()
    assert "(Pacific/Auckland)" in text_of(mail)


def test_a_long_word_does_not_break_the_mail(session, mailbox):
    make.ticket(make.ann(), description="é" * 5000)
    (mail,) = mailbox.collect()
    assert "é" * 5000 in text_of(mail)


def test_a_mail_about_a_closed_ticket_says_how_to_go_on(session, mailbox):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    mailbox.collect()
    tickets.change_status(ticket, TicketStatus.SOLVED, act=make.act(sam))
    tickets.change_status(ticket, TicketStatus.CLOSED, act=make.act(sam))
    (mail,) = mailbox.collect()
    assert "opens a new ticket" in text_of(mail)


LINKS = {
    "account.confirm_email": "/confirm-email/",
    "account.reset": "/reset-password/",
    "account.invited": "/invite/",
    "account.change_email": "/change-email/",
}


@pytest.mark.parametrize("topic", LINKS)
def test_links_are_made_while_sending_and_stored_nowhere(session, mailbox, topic):
    eve = make.user("Eve", username="eve", confirmed=False)
    eve.password_hash = None
    eve.pending_email = "new@example.org"
    address = "new@example.org" if topic == "account.change_email" else None
    entry = announce(topic, recipient=eve, address=address, user_id=eve.id)
    (mail,) = mailbox.collect()
    secret = re.search(rf"http://localhost{LINKS[topic]}([\w-]{{43}})", text_of(mail))[1]
    assert secret in html_of(mail)
    assert mail["To"] == (address or "eve@example.org")
    stored = (entry.payload, entry.last_error, entry.key)
    assert secret not in repr(stored)
    # A second try makes a second link, and the first ends.
    entry.state, entry.finished_at = "waiting", None
    (again,) = mailbox.collect()
    assert secret not in all_of(again)
    assert again["Message-ID"] == mail["Message-ID"]


@pytest.mark.parametrize(
    "topic", ["account.exists", "account.email_changed", "account.password_changed"]
)
def test_notices_about_an_account(session, mailbox, topic):
    ann = make.ann()
    announce(topic, recipient=ann, user_id=ann.id)
    (mail,) = mailbox.collect()
    assert "ann" in text_of(mail)
    assert "In-Reply-To" not in mail


def test_a_reset_that_was_asked_for_arrives(session, mailbox):
    make.ann()
    accounts.ask_reset("ann")
    (mail,) = mailbox.collect()
    assert mail["Subject"] == "Set a new password"
    good_until = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=31)
    assert f"{good_until:%B %Y}" in text_of(mail)


def test_mail_to_somebody_confirmed_meanwhile_is_withdrawn(session, mailbox):
    ann = make.ann()
    announce("account.confirm_email", recipient=ann, user_id=ann.id)
    assert mailbox.collect() == []
