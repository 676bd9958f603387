"""/tickets/<id>/attachments/…: who gets a file, and what a browser is told to do with it."""

import io
import unicodedata
from dataclasses import replace
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from app.domain import history, tickets, trash
from app.domain.attachments import note_scan, note_thumbnail
from app.models import Attachment
from app.text import written
from app.web.file_response import disposition
from app.web.intake import file_store
from tests import factories as make
from tests.corpora import naughty_strings
from tests.files import HTML, SVG, image, png

SANDBOX = "default-src 'none'; sandbox"


def address(ticket, attachment, more=""):
    return f"/tickets/{ticket.id}/attachments/{attachment.public_id}{more}"


def fetch(browser, person, path):
    page = browser(person)
    return page._apart(page.client.get, path)


# --- who -----------------------------------------------------------------------------------------


def test_whoever_sees_the_ticket_gets_its_files(browser, session):
    ann, sam, ada = make.ann(), make.sam(), make.ada()
    ticket = make.ticket(ann)
    attached = make.attached(ticket)
    for person in (ann, sam, ada):
        assert fetch(browser, person, address(ticket, attached)).data == png()
    assert fetch(browser, make.eve(), address(ticket, attached)).status_code == 404
    assert fetch(browser, None, address(ticket, attached)).status_code == 303


def test_files_of_notes_are_the_help_desks(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    note = tickets.note(ticket, written("Look."), act=make.act(sam))
    attached = make.attached(ticket, "canary.txt", b"secret", by=sam, message=note)
    assert fetch(browser, sam, address(ticket, attached)).data == b"secret"
    for more in ("", "/thumbnail"):
        assert fetch(browser, ann, address(ticket, attached, more)).status_code == 404
    assert "canary.txt" not in browser(ann).get(f"/tickets/{ticket.id}").html
    assert "canary.txt" in browser(sam).get(f"/tickets/{ticket.id}").text


def test_a_file_is_found_by_its_own_ticket_only(browser, session):
    ann, bob = make.ann(), make.user()
    own, foreign = make.ticket(ann), make.ticket(bob)
    attached = make.attached(foreign)
    assert fetch(browser, ann, address(own, attached)).status_code == 404
    assert fetch(browser, ann, address(foreign, attached)).status_code == 404
    assert fetch(browser, make.sam(), address(own, attached)).status_code == 404


@pytest.mark.parametrize("public_id", ["0" * 32, "x", "..", "%2e%2e%2f", "1", "%00"])
def test_ids_that_are_none_are_nothing(browser, session, public_id):
    ticket = make.ticket(ann := make.ann())
    make.attached(ticket)
    path = f"/tickets/{ticket.id}/attachments/{public_id}"
    assert fetch(browser, ann, path).status_code in (404, 308)


def test_in_the_trash_only_the_help_desk_gets_them(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    attached = make.attached(ticket)
    trash.put_in_trash(ticket, act=make.act(sam))
    session.commit()
    assert fetch(browser, ann, address(ticket, attached)).status_code == 404
    assert fetch(browser, sam, address(ticket, attached)).status_code == 200


def test_a_private_team_keeps_its_files(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    attached = make.attached(ticket)
    team = make.team("Board", private=True)
    tickets.give_to_team(ticket, team, act=make.act(make.ada()))
    session.commit()
    assert fetch(browser, sam, address(ticket, attached)).status_code == 404
    assert fetch(browser, ann, address(ticket, attached)).status_code == 200


def test_a_known_problem_never_shows_its_files(browser, session):
    ticket = make.ticket(make.ann())
    attached = make.attached(ticket)
    history.set_known_problem(ticket, True, make.act(make.sam()))
    session.commit()
    assert fetch(browser, make.eve(), address(ticket, attached)).status_code == 403


# --- how -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name", "content"),
    [
        ("image/png", "a.png", png()),
        ("image/jpeg", "a.jpg", image("JPEG")),
        ("image/gif", "a.gif", image("GIF")),
        ("image/webp", "a.webp", image("WEBP")),
    ],
)
def test_four_kinds_of_images_are_shown(browser, session, kind, name, content):
    ticket = make.ticket(ann := make.ann())
    answer = fetch(browser, ann, address(ticket, make.attached(ticket, name, content)))
    assert answer.data == content
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"] == f'inline; filename="{name}"'
    assert_harmless(answer, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("picture.svg", SVG),
        ("page.html", HTML),
        ("page.xhtml", b'<html xmlns="http://www.w3.org/1999/xhtml"><script>1</script></html>'),
        ("data.xml", b"<?xml version='1.0'?><?xml-stylesheet href='x.xsl'?><x/>"),
        ("report.pdf", b"%PDF-1.7"),
        ("lying.png", HTML),
        ("lying.html", png() + HTML),
        ("script.txt", b"<script>alert(1)</script>"),
        ("style.css", b"body{display:none}"),
        ("feed.rss", b"<rss><script>1</script></rss>"),
        ("movie.swf", b"FWS\x09"),
        ("noname", b"<html>"),
    ],
)
def test_everything_else_is_only_to_be_saved(browser, session, name, content):
    ticket = make.ticket(ann := make.ann())
    answer = fetch(browser, ann, address(ticket, make.attached(ticket, name, content)))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert_harmless(answer, content)


def assert_harmless(answer, content):
    assert answer.status_code == 200
    assert answer.data == content
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Content-Security-Policy"] == SANDBOX
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Content-Encoding" not in answer.headers


def test_a_head_request_has_the_same_headers(browser, session):
    ticket = make.ticket(ann := make.ann())
    page = browser(ann)
    path = address(ticket, make.attached(ticket))
    head = page._apart(page.client.head, path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(png()))


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("plain name.txt", 'attachment; filename="plain name.txt"'),
        (
            "Übersicht.pdf",
            "attachment; filename=\"_bersicht.pdf\"; filename*=UTF-8''%C3%9Cbersicht.pdf",
        ),
        ('a"b\\c.txt', "attachment; filename=\"a_b_c.txt\"; filename*=UTF-8''a%22b%5Cc.txt"),
        ("50%.txt", "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt"),
        ("a; filename=b.exe", 'attachment; filename="a; filename=b.exe"'),
    ],
)
def test_names_in_headers(name, header):
    assert disposition("attachment", name) == header


def test_naughty_names_come_back_whole_in_the_header(browser, session):
    names = ["a\r\nX: y.txt", "漢", "'--", *naughty_strings()[::7]]
    page = browser(make.ann())
    for name in names:
        sent = name.translate({ord('"'): "%22", ord("\r"): "%0D", ord("\n"): "%0A"})  # by a browser
        answer = page._apart(
            page.client.post,
            "/uploads",
            data={"csrf_token": page.csrf_token(), "files": (io.BytesIO(b"x"), f"{sent}.txt")},
        )
        assert answer.status_code == 201, name
        row = session.scalars(select(Attachment).order_by(Attachment.id.desc())).first()
        given = page._apart(page.client.get, answer.get_json()["url"])
        header = given.headers["Content-Disposition"]
        assert header.isascii()
        assert "\n" not in header
        _, _, encoded = header.partition("filename*=UTF-8''")
        assert unquote(encoded) == row.name if encoded else f'"{row.name}"' in header
        assert not {unicodedata.category(char) for char in row.name} & {"Cc", "Zl", "Zp"}
        session.delete(row)
        session.commit()


# --- thumbnails, and files that are withheld -----------------------------------------------------


def test_a_thumbnail_stands_in_the_thread_and_leads_to_the_image(browser, session):
    ticket = make.ticket(ann := make.ann())
    attached = make.attached(ticket)
    page = browser(ann)
    page.get(address(ticket, attached, "/thumbnail"), status=404)
    assert not page.get(f"/tickets/{ticket.id}").soup.select(".file img")
    small = image("WEBP", (48, 32))
    note_thumbnail(attached.id, file_store().store(io.BytesIO(small)).key)
    session.commit()
    link = page.get(f"/tickets/{ticket.id}").one("a.file--image")
    assert link["href"] == address(ticket, attached)
    assert link.select_one("img")["src"] == address(ticket, attached, "/thumbnail")
    answer = fetch(browser, ann, link.select_one("img")["src"])
    assert answer.headers["Content-Type"] == "image/webp"
    assert_harmless(answer, small)
    assert fetch(browser, make.eve(), link.select_one("img")["src"]).status_code == 404


def test_an_infected_file_is_shown_as_such_and_given_to_nobody(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    attached = make.attached(ticket, "invoice.docm", b"macro")
    note_scan(attached.id, "Win.Test.EICAR_HDB-1")
    session.commit()
    for person in (ann, sam):
        page = browser(person).get(f"/tickets/{ticket.id}")
        assert "invoice.docm It contains a virus, so nobody can open it." in page.text
        assert address(ticket, attached) not in page.html
        refused = browser(person).get(address(ticket, attached), status=409)
        assert "It contains a virus" in refused.text


def test_with_a_scanner_a_file_waits_until_it_is_clean(browser, session, app, monkeypatch):
    ticket = make.ticket(ann := make.ann())
    attached = make.attached(ticket, "notes.txt", b"x")
    with_scanner(app, monkeypatch)
    page = browser(ann)
    assert "notes.txt It is being checked for viruses." in page.get(f"/tickets/{ticket.id}").text
    page.get(address(ticket, attached), status=409)
    note_scan(attached.id, None)
    session.commit()
    assert fetch(browser, ann, address(ticket, attached)).data == b"x"


def with_scanner(app, monkeypatch):
    settings = replace(app.config["SETTINGS"], scan_command=("true",))
    monkeypatch.setitem(app.config, "SETTINGS", settings)


# --- lists ---------------------------------------------------------------------------------------


def clips(page):
    rows = page.soup.select("tr.tk:has([title='Has attachments'])")
    return [row.select_one(".tk-id").get_text() for row in rows]


def test_lists_show_which_tickets_have_files(browser, session):
    ann, sam = make.ann(), make.sam()
    _, with_file, with_note = (make.ticket(ann) for _ in range(3))
    make.attached(with_file)
    note = tickets.note(with_note, written("Look."), act=make.act(sam))
    make.attached(with_note, by=sam, message=note)
    queue = browser(sam)
    assert sorted(clips(queue.get("/staff/queue"))) == [f"#{with_file.id}", f"#{with_note.id}"]
    mine = browser(ann).get("/tickets").all(".mine__row p")
    assert [line.split()[0] for line in mine if "with attachments" in line] == [f"#{with_file.id}"]
    assert len(mine) == 3


def test_the_queue_costs_the_same_however_many_have_files(browser, session, count_queries):
    ann, sam = make.ann(), make.sam()
    page = browser(sam)
    make.attached(make.ticket(ann))
    page.get("/staff/queue")
    count_queries.clear()
    page.get("/staff/queue")
    one = len(count_queries)
    for _ in range(12):
        make.attached(make.ticket(ann))
    count_queries.clear()
    page.get("/staff/queue")
    assert len(count_queries) == one


def test_the_thread_costs_the_same_however_many_files_it_has(browser, session, count_queries):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)

    def one_more():
        reply = tickets.reply(ticket, written("More."), act=make.act(sam)).message
        make.attached(ticket, by=sam, message=reply)

    one_more()
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}")
    count_queries.clear()
    page.get(f"/tickets/{ticket.id}")
    one = len(count_queries)
    for _ in range(8):
        one_more()
    count_queries.clear()
    page.get(f"/tickets/{ticket.id}")
    assert len(count_queries) == one
