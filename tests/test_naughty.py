"""The naughty strings go into every text field and come out unchanged, or are refused (R52b)."""

import pytest
from sqlalchemy import select

from app.models import Category, Tag, Ticket, TicketMessage, TicketReport, User
from app.text import TITLE_MAX, is_blank, refusal
from tests import factories as make
from tests.corpora import naughty_strings

OWN = [
    "a\tb",
    "  spaces  ",
    "\n\nlines\n",
    "ﷺ" * 50,
    "\u202eabc",
    "{{7*7}}",
    "%s%n",
    "';--",
    "💥" * 60,
]


def strings() -> list[str]:
    return OWN + naughty_strings()


def storable(text: str, most: int) -> bool:
    return refusal(text) is None and not is_blank(text) and len(text) <= most


def typed(text: str) -> str:
    """As a browser sends a text area: line ends as CRLF."""
    return text.replace("\n", "\r\n")


@pytest.mark.timeout(300)
def test_in_titles_descriptions_messages_and_reports(browser, session):
    ann = make.ann()
    category = make.category("Network")
    page = browser(ann)
    ticket = make.ticket(ann)
    for number, text in enumerate(strings()):
        title_fits = storable(text, TITLE_MAX) and "\n" not in text
        form = {"category": str(category.id), "priority": "normal", "description": typed(text)}
        form["title"] = text if title_fits else "A title"
        form["anyway"] = "1"  # some are like each other
        fits = storable(text, 60_000)
        page.post("/tickets/new", form, status=303 if fits else 422)
        if fits:
            made = session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
            assert (made.title, made.description) == (form["title"], text)
            if number % 10 == 0:
                _, shown = page.get(f"/tickets/{made.id}/edit").form("main form")
                assert (shown["title"], shown["description"]) == (form["title"], text)
        page.post(
            f"/tickets/{ticket.id}/messages",
            {"kind": "reply", "body": typed(text)},
            status=303 if fits else 422,
        )
        if fits:
            newest = select(TicketMessage.body).order_by(TicketMessage.id.desc()).limit(1)
            assert session.scalars(newest).one() == text


@pytest.mark.timeout(300)
def test_in_tags_searches_and_comments(browser, session):
    sam = make.sam()
    page = browser(sam)
    for text in strings()[::4]:
        ticket = make.ticket(sam)
        session.commit()
        page.get("/staff/queue", query_string={"q": text[:300], "tag": ""}, status=_fine(text, 200))
        panel = {"status": "new", "priority": "low", "assignee": "0", "category": "0"}
        answer = page._apart(
            page.client.post,
            f"/tickets/{ticket.id}/properties",
            data={**panel, "tags": text, "csrf_token": page.csrf_token()},
        )
        assert answer.status_code in (303, 422), text
        fits = refusal(typed(text).replace("\r\n", "\n")) is None
        page.post(
            f"/tickets/{ticket.id}/reports",
            {"kind": "escalation", "comment": typed(text)},
            status=303 if fits else 422,
        )
        if fits:
            newest = select(TicketReport.comment).order_by(TicketReport.id.desc()).limit(1)
            assert session.scalars(newest).one() == text
    assert all(len(tag.name) <= 50 for tag in session.scalars(select(Tag)))


def _fine(text: str, limit: int) -> int:
    text = text[:300].strip()
    return 400 if refusal(text) or len(text) > limit else 200


@pytest.mark.timeout(300)
def test_in_names_and_categories(browser, session):
    ada = make.ada()
    page = browser(ada)
    for number, text in enumerate(strings()[::4]):
        answer = page._apart(
            page.client.post,
            "/admin/categories",
            data={"name": text, "csrf_token": page.csrf_token()},
        )
        assert answer.status_code in (303, 422), (number, text, answer.status_code)
        if answer.status_code == 303:
            newest = select(Category.name).order_by(Category.id.desc()).limit(1)
            assert session.scalars(newest).one() == text
        answer = page._apart(
            page.client.post,
            "/account/name",
            data={"name": text, "csrf_token": page.csrf_token()},
        )
        assert answer.status_code in (303, 422, 400), (number, text, answer.status_code)
        if answer.status_code == 303:
            assert session.get_one(User, ada.id).name == text
