"""Bodies with files: how much of them is read, and what is kept of those that are too long."""

import io

import pytest
from sqlalchemy import select

from app.domain.attachments import FILE_MAX, FILES_MAX
from app.models import Attachment, HeldForm, Ticket, TicketMessage
from app.web.receiving import TEXT_MAX
from tests import factories as make
from tests.files import form_data, png

GIGABYTE = 1024**3
TEXT = "Half an hour of text.\nAnd a second line."


class Counted(io.RawIOBase):
    """A body that counts how much of it was asked for, and goes on with zeros for ever."""

    def __init__(self, beginning, *, ends=False):
        self.beginning = io.BytesIO(beginning)
        self.ends = ends
        self.given = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        data = self.beginning.read(len(buffer)) or (b"" if self.ends else bytes(len(buffer)))
        buffer[: len(data)] = data
        self.given += len(data)
        return len(data)


def ticket_form(page, **more):
    category = str(make.category("Printing").id)
    text = {"title": "Printer", "description": TEXT, "priority": "normal"}
    return {"csrf_token": page.csrf_token(), "category": category, **text, **more}


def beginning(fields, name="disk.img", content=b"first bytes"):
    """A form up to somewhere in its file."""
    return form_data(fields, (name, content))["data"].removesuffix(b"\r\n--B--\r\n")


def post(page, path, body, *, length=None, status):
    """Post this stream as a server would hand it on; without a length it is sent in chunks."""
    environ = {"wsgi.input": body, "wsgi.input_terminated": True}
    environ["CONTENT_TYPE"] = "multipart/form-data; boundary=B"
    if length is not None:
        environ["CONTENT_LENGTH"] = str(length)
    response = page._apart(page.client.post, path, environ_overrides=environ)
    return page._read(response, status)


def nothing_was_kept(session):
    for model in (Ticket, TicketMessage, Attachment):
        assert session.scalars(select(model)).all() == []


def test_ten_gigabytes_are_refused_at_once_with_the_text_kept(browser, session):
    page = browser(make.ann())
    body = Counted(beginning(ticket_form(page)))
    shown = post(page, "/tickets/new", body, length=10 * GIGABYTE, status=413)
    assert body.given < 2 * TEXT_MAX
    assert "That is 10.0 GB at once; up to 10 files of 25 MB each fit." in shown.text
    _, fields = shown.form("main form")
    assert (fields["title"], fields["description"]) == ("Printer", TEXT)
    nothing_was_kept(session)


@pytest.mark.parametrize("role", ["ann", "sam"])
def test_the_text_of_a_reply_is_kept_too(browser, session, role):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    page = browser({"ann": ann, "sam": sam}[role])
    fields = {"csrf_token": page.csrf_token(), "kind": "reply", "body": TEXT}
    path = f"/tickets/{ticket.id}/messages"
    shown = post(page, path, Counted(beginning(fields)), length=10 * GIGABYTE, status=413)
    assert shown.one("textarea#body").get_text().lstrip("\r\n") == TEXT
    assert "That is 10.0 GB at once" in shown.text
    assert session.scalars(select(TicketMessage)).all() == []


def test_without_a_length_it_is_read_to_the_limit_and_no_further(browser, session):
    page = browser(make.ann())
    body = Counted(beginning(ticket_form(page)))
    shown = post(page, "/tickets/new", body, status=413)
    assert FILES_MAX * FILE_MAX < body.given < FILES_MAX * FILE_MAX + 2 * TEXT_MAX
    assert shown.form("main form")[1]["description"] == TEXT
    nothing_was_kept(session)


def test_in_chunks_a_form_works_as_any_other(browser, session):
    page = browser(make.ann())
    whole = form_data(ticket_form(page), ("panel.png", png()))["data"]
    post(page, "/tickets/new", Counted(whole, ends=True), status=303)
    assert session.scalars(select(Attachment.name)).all() == ["panel.png"]


@pytest.mark.parametrize("announced", [True, False])
def test_an_upload_that_breaks_off_is_nothing(browser, session, announced):
    page = browser(make.ann())
    half = beginning(ticket_form(page), "panel.png", png()[:20])
    length = len(half) + 1000 if announced else None
    shown = post(page, "/tickets/new", Counted(half, ends=True), length=length, status=422)
    assert "It broke off before everything was here." in shown.text
    assert shown.form("main form")[1]["description"] == TEXT
    nothing_was_kept(session)


def test_broken_off_in_the_second_file_the_first_is_not_kept_either(browser, session):
    page = browser(make.ann())
    fields = ticket_form(page)
    half = form_data(fields, ("a.txt", b"whole"), ("b.txt", b"half"))["data"][:-12]
    post(page, "/tickets/new", Counted(half, ends=True), length=len(half), status=422)
    nothing_was_kept(session)


def test_ten_files_are_taken_in_one_form(browser, session):
    page = browser(make.ann())
    ten = [(f"{number}.bin", bytes(64 * 1024)) for number in range(FILES_MAX)]
    body = form_data(ticket_form(page), *ten)["data"]
    post(page, "/tickets/new", Counted(body, ends=True), length=len(body), status=303)
    assert len(session.scalars(select(Attachment)).all()) == FILES_MAX


def test_nobody_who_is_signed_out_has_us_read_files(browser, session):
    page = browser()
    body = Counted(beginning(ticket_form(page)))
    answer = post(page, "/tickets/new", body, length=100 * 1024 * 1024, status=303)
    assert answer.location.startswith("/login")
    assert body.given < 2 * TEXT_MAX
    held = session.scalars(select(HeldForm)).one()
    assert ["description", TEXT] in held.fields
    assert ["lost_file", "disk.img"] in held.fields


def test_before_a_file_text_is_read_to_a_megabyte_and_no_further(browser, session):
    page = browser(make.ann())
    fields = ticket_form(page, description="x" * (TEXT_MAX + 1))
    for length in (10 * GIGABYTE, 5 * 1024 * 1024):
        body = Counted(beginning(fields))
        post(page, "/tickets/new", body, length=length, status=413)
        assert body.given < 2 * TEXT_MAX


def test_a_text_over_the_limit_is_still_shown_again(browser, session):
    page = browser(make.ann())
    fields = ticket_form(page, description="x" * 700_000)
    body = form_data(fields, ("panel.png", png()))["data"]
    shown = post(page, "/tickets/new", Counted(body, ends=True), length=len(body), status=422)
    assert "This has 700,000 characters; the limit is 60,000." in shown.text
    assert len(shown.one("textarea#description").get_text()) >= 700_000
    assert shown.all("[data-upload-list] bdi") == ["panel.png"]


def test_a_thousand_and_one_parts_are_too_many(browser, session):
    page = browser(make.ann())
    fields = ticket_form(page) | {f"f{number}": "" for number in range(1001)}
    body = form_data(fields)["data"]
    post(page, "/tickets/new", Counted(body, ends=True), length=len(body), status=413)


def test_other_forms_take_no_more_than_before(browser, session):
    ticket = make.ticket(ann := make.ann())
    page = browser(ann)
    fields = {"csrf_token": page.csrf_token(), "title": "x", "description": "y"}
    body = form_data(fields, ("a.bin", bytes(TEXT_MAX)))["data"]
    path = f"/tickets/{ticket.id}/edit"
    post(page, path, Counted(body, ends=True), length=len(body), status=413)
    small = Counted(b"")
    post(page, "/login", small, length=17 * 1024, status=413)
    assert small.given == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--B",
        b"--B\r\n\r\n",
        b"--B\r\nX: y\r\n\r\nz\r\n--B--\r\n",
        b"--B\r\nContent-Disposition: form-data\r\n\r\nz\r\n--B--\r\n",
        b'--B\r\nContent-Disposition: form-data; filename="a"\r\n\r\nz\r\n--B--\r\n',
        b"--B\r\nContent-Disposition: \xff\r\n\r\nz\r\n--B--\r\n",
        b"--C\r\n" * 100,
        bytes(1000),
    ],
)
def test_bodies_that_make_no_sense_are_no_accident(browser, session, body):
    page = browser(make.ann())
    post(page, "/tickets/new", Counted(body, ends=True), length=len(body), status=400)
    nothing_was_kept(session)
