"""Files on a new ticket, a reply and a note: without scripts with the form, with scripts before it.

Whatever goes wrong, what was typed and the files that were fine are still there.
"""

import io

import pytest
from sqlalchemy import select

from app.domain import tickets, trash, undo
from app.domain.attachments import FILE_MAX
from app.models import (
    Attachment,
    ChangeSet,
    Door,
    MessageKind,
    OutboxEntry,
    Ticket,
    TicketMessage,
    TicketStatus,
    User,
)
from app.text import written
from app.web.intake import file_store
from tests import factories as make
from tests.files import form_data, png

NEW = "main form[action='/tickets/new']"
REPLY = {"kind": "reply", "body": "Which tray?"}


def ticket_form(**more):
    category = str(make.category("Printing").id)
    text = {"title": "Printer", "description": "It **burns**.", "priority": "normal"}
    return {**text, "category": category, **more}


def files(*named):
    """Files as a form carries them: (name, content) pairs."""
    return {"files": [(io.BytesIO(content), name) for name, content in named]}


def rows(session):
    return session.scalars(select(Attachment).order_by(Attachment.id)).all()


# --- where files can go --------------------------------------------------------------------------


def test_a_ticket_with_files_that_came_with_the_form(browser, session):
    ann = make.ann()
    page = browser(ann)
    page.get("/tickets/new")
    page.submit(NEW, ticket_form() | files(("panel.png", png()), ("client.log", b"log")))
    ticket = session.scalars(select(Ticket)).one()
    panel, log = rows(session)
    assert {row.ticket_id for row in (panel, log)} == {ticket.id}
    assert {row.message_id for row in (panel, log)} == {None}
    assert panel.bound_at is not None
    shown = page.follow()
    assert shown.all("#description .file bdi") == ["panel.png", "client.log"]
    assert (
        shown.one("#description .file[href]:-soup-contains('client.log') small").text == "3 bytes"
    )


def test_a_ticket_with_files_that_were_uploaded_before(browser, session):
    ann = make.ann()
    first, second = make.upload(ann, "a.txt", b"a"), make.upload(ann, "b.txt", b"b")
    page = browser(ann)
    page.post("/tickets/new", ticket_form(attachments=[first.public_id, second.public_id]))
    ticket = session.scalars(select(Ticket)).one()
    assert [row.ticket_id for row in rows(session)] == [ticket.id, ticket.id]
    assert page.follow().all("#description .file bdi") == ["a.txt", "b.txt"]


@pytest.mark.parametrize("kind", ["reply", "note"])
def test_staff_attach_to_replies_and_notes(browser, session, kind):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    browser(sam).post(
        f"/tickets/{ticket.id}/messages",
        {"kind": kind, "body": "See the file."} | files(("plan.pdf", b"%PDF")),
    )
    message = session.scalars(select(TicketMessage)).one()
    assert (message.kind, rows(session)[0].message_id) == (MessageKind(kind), message.id)
    seen = browser(ann).get(f"/tickets/{ticket.id}")
    assert ("plan.pdf" in seen.text) == (kind == "reply")


def test_a_requester_attaches_to_a_reply(browser, session):
    ann = make.ann()
    ticket = make.ticket(ann)
    page = browser(ann)
    page.get(f"/tickets/{ticket.id}")
    page.submit("form#composer", {"body": "Here it is."} | files(("panel.png", png())))
    message = session.scalars(select(TicketMessage)).one()
    assert page.follow().all(f"#m{message.id} .file bdi") == ["panel.png"]


def test_a_reply_to_a_closed_ticket_takes_its_files_along(browser, session):
    ann, sam = make.ann(), make.sam()
    old = make.ticket(ann)
    tickets.change_status(old, TicketStatus.CLOSED, act=make.act(sam))
    session.commit()
    browser(ann).post(f"/tickets/{old.id}/messages", REPLY | files(("again.png", png())))
    new = session.scalars(select(Ticket).where(Ticket.id != old.id)).one()
    assert [(row.ticket_id, row.message_id) for row in rows(session)] == [(new.id, None)]


def test_an_empty_field_for_files_is_no_file(browser, session):
    page = browser(make.ann())
    page.post("/tickets/new", ticket_form() | files(("", b"")))
    assert rows(session) == []
    assert session.scalars(select(Ticket)).one().title == "Printer"


def test_the_limits_are_said_before(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    for person, path in (
        (ann, "/tickets/new"),
        (ann, f"/tickets/{ticket.id}"),
        (sam, f"/tickets/{ticket.id}"),
    ):
        page = browser(person).get(path)
        hint = page.one("input[type=file]")["aria-describedby"].split()[0]
        assert page.one(f"#{hint}").get_text().startswith("Up to 10 files, 25 MB each.")
        form = page.one("form[data-uploads]")
        assert (form["enctype"], form["data-file-max"]) == ("multipart/form-data", str(FILE_MAX))


def test_text_comes_before_files_in_every_form(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    for person, path in (
        (ann, "/tickets/new"),
        (sam, "/tickets/new"),
        (ann, f"/tickets/{ticket.id}"),
        (sam, f"/tickets/{ticket.id}"),
    ):
        form = browser(person).get(path).one("form[data-uploads]")
        controls = form.select("input, textarea, select")
        place = [control.get("type") for control in controls].index("file")
        after = {control.get("name") for control in controls[place + 1 :]}
        assert after == set(), path


# --- what is kept when the form is shown again ---------------------------------------------------


def test_what_was_typed_and_attached_is_kept_when_the_form_is_wrong(browser, session):
    ann = make.ann()
    before = make.upload(ann, "before.txt", b"b")
    page = browser(ann)
    page.get("/tickets/new")
    wrong = ticket_form(title="", attachments=[before.public_id])
    page.submit(NEW, wrong | files(("panel.png", png())), status=422)
    again = page.page
    assert again.all("[data-upload-list] bdi") == ["before.txt", "panel.png"]
    _, fields = again.form(NEW)
    assert fields["description"] == "It **burns**."
    assert len(fields["attachments"]) == 2
    page.submit(NEW, {"title": "Printer", "category": ticket_form()["category"]})
    assert page.follow().all("#description .file bdi") == ["before.txt", "panel.png"]
    assert len(rows(session)) == 2


def test_a_file_that_was_unticked_stays_behind(browser, session):
    page = browser(make.ann())
    page.post(
        "/tickets/new", ticket_form(title="") | files(("a.txt", b"a"), ("b.txt", b"b")), status=422
    )
    _, fields = page.page.form(NEW)
    kept = fields["attachments"][1]
    page.submit(NEW, ticket_form(attachments=[kept]))
    assert page.follow().all("#description .file bdi") == ["b.txt"]
    assert [row.ticket_id is None for row in rows(session)] == [True, False]


def test_of_several_files_only_the_wrong_ones_are_refused(browser, session):
    page = browser(make.ann())
    sent = form_data(
        ticket_form(csrf_token=page.csrf_token()),
        ("panel.png", png()),
        ("panel-video.mov", bytes(FILE_MAX + 3 * 1024 * 1024)),
        ("empty.txt", b""),
        ("setup.exe", b"MZ"),
    )
    shown = page._read(page._apart(page.client.post, "/tickets/new", **sent), 413)
    assert "panel-video.mov is 28 MB; the limit is 25 MB." in shown.text
    assert "empty.txt is empty" in shown.text
    assert "setup.exe is a program" in shown.text
    assert shown.soup.title.get_text().startswith("Error: ")
    assert shown.all("[data-upload-list] bdi") == ["panel.png"]
    assert shown.form(NEW)[1]["title"] == "Printer"
    assert session.scalars(select(Ticket)).all() == []
    page.submit(NEW, {})
    assert page.follow().all("#description .file bdi") == ["panel.png"]


def test_the_eleventh_file_is_one_too_many(browser, session):
    page = browser(make.ann())
    many = files(*((f"{number}.txt", b"x") for number in range(12)))
    shown = page.post("/tickets/new", ticket_form() | many, status=422)
    assert "10.txt is one too many: up to 10 files go together." in shown.text
    assert "11.txt is one too many" in shown.text
    assert len(shown.all("[data-upload-list] bdi")) == 10
    more = {"attachments": shown.form(NEW)[1]["attachments"]}
    page.post("/tickets/new", ticket_form() | more | files(("x.txt", b"x")), status=422)
    page.post("/tickets/new", ticket_form() | more)
    assert len(page.follow().all("#description .file bdi")) == 10


def test_the_preview_without_scripts_keeps_files(browser, session):
    page = browser(make.ann())
    page.get("/tickets/new")
    form = ticket_form() | files(("panel.png", png()))
    page.post("/tickets/new?preview=1", form, status=200)
    assert page.page.one("section .prose strong").get_text() == "burns"
    assert page.page.all("[data-upload-list] bdi") == ["panel.png"]
    page.submit(NEW)
    assert page.follow().all("#description .file bdi") == ["panel.png"]


def test_a_reply_that_crosses_another_keeps_its_files(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    page = browser(sam)
    page.get(f"/tickets/{ticket.id}")
    _, fields = page.page.form("form.composer")
    tickets.reply(ticket, written("It is tray 2."), act=make.act(ann))
    session.commit()
    page.post(
        f"/tickets/{ticket.id}/messages",
        fields | REPLY | files(("panel.png", png())),
        status=409,
    )
    assert page.page.all("form.composer [data-upload-list] bdi") == ["panel.png"]
    page.submit("form.composer")
    newest = session.scalars(select(TicketMessage).order_by(TicketMessage.id.desc())).first()
    assert [row.message_id for row in rows(session)] == [newest.id]


def test_a_reply_without_text_keeps_its_files(browser, session):
    ann = make.ann()
    ticket = make.ticket(ann)
    page = browser(ann)
    page.post(
        f"/tickets/{ticket.id}/messages",
        {"kind": "reply", "body": ""} | files(("panel.png", png())),
        status=422,
    )
    assert "Write something first." in page.page.text
    page.submit("form#composer", {"body": "Look."})
    assert rows(session)[0].message_id is not None


# --- whose files ---------------------------------------------------------------------------------


def test_somebody_elses_upload_is_refused_and_nothing_is_sent(browser, session):
    ann, eve = make.ann(), make.eve()
    foreign = make.upload(ann)
    page = browser(eve)
    shown = page.post("/tickets/new", ticket_form(attachments=foreign.public_id), status=422)
    assert "A file is not there any more" in shown.text
    assert "panel.png" not in shown.text
    assert shown.form(NEW)[1]["description"] == "It **burns**."
    assert session.scalars(select(Ticket)).all() == []
    assert (
        session.scalars(select(OutboxEntry).where(OutboxEntry.topic == "ticket.received")).all()
        == []
    )
    session.refresh(foreign)
    assert foreign.ticket_id is None
    page.submit(NEW)  # the file is not among what is attached any more
    assert session.scalars(select(Ticket)).one().user_id == eve.id


@pytest.mark.parametrize(
    "wrong", ["", "x", "0" * 32, "../../etc/passwd", "1 or 1=1", "\x00", "a" * 500]
)
def test_ids_that_are_none(browser, session, wrong):
    ann = make.ann()
    ticket = make.ticket(ann)
    page = browser(ann)
    page.post(f"/tickets/{ticket.id}/messages", REPLY | {"attachments": wrong}, status=409)
    assert "A file is not there any more" in page.page.text
    assert session.scalars(select(TicketMessage)).all() == []


def test_hundreds_of_ids_are_too_many(browser, session):
    page = browser(make.ann())
    ids = [f"{number:032x}" for number in range(300)]
    shown = page.post("/tickets/new", ticket_form(attachments=ids), status=422)
    assert "files are too many; up to 10 go with one message." in shown.text


def test_a_file_is_sent_once(browser, session):
    ann = make.ann()
    sent = make.attached(make.ticket(ann))
    page = browser(ann)
    shown = page.post(
        "/tickets/new", ticket_form(attachments=sent.public_id, anyway="1"), status=422
    )
    assert "A file is not there any more: it was sent already" in shown.text
    assert len(session.scalars(select(Ticket)).all()) == 1


def test_files_for_a_ticket_that_one_does_not_see_are_not_even_stored(browser, session):
    ticket = make.ticket(make.ann())
    before = {file.key for file in file_store().files()}
    browser(make.eve()).post(
        f"/tickets/{ticket.id}/messages", REPLY | files(("a.txt", b"a")), status=404
    )
    assert rows(session) == []
    assert {file.key for file in file_store().files()} == before


# --- twice, and with a session that has ended ----------------------------------------------------


def test_a_form_with_files_sent_twice_is_one_ticket(browser, session):
    page = browser(make.ann())
    page.get("/tickets/new")
    _, fields = page.page.form(NEW)
    first = page.post("/tickets/new", fields | ticket_form() | files(("a.txt", b"a")))
    second = page.post("/tickets/new", fields | ticket_form() | files(("a.txt", b"a")))
    assert first.location == second.location
    ticket = session.scalars(select(Ticket)).one()
    assert [row.ticket_id for row in rows(session)] == [ticket.id]


def test_a_form_with_uploads_sent_twice_is_one_message(browser, session):
    ann = make.ann()
    ticket = make.ticket(ann)
    form = REPLY | {"attachments": make.upload(ann).public_id, "nonce": "n" * 20}
    page = browser(ann)
    first = page.post(f"/tickets/{ticket.id}/messages", form)
    second = page.post(f"/tickets/{ticket.id}/messages", form)
    assert first.location == second.location
    assert len(session.scalars(select(TicketMessage)).all()) == 1


def test_after_going_back_another_file_is_another_ticket(browser, session):
    page = browser(make.ann())
    page.get("/tickets/new")
    _, fields = page.page.form(NEW)
    fields |= ticket_form(anyway="1")
    page.post("/tickets/new", fields | files(("a.txt", b"a")))
    page.post("/tickets/new", fields | files(("a.txt", b"b")))
    assert len(session.scalars(select(Ticket)).all()) == 2


def test_signed_out_meanwhile_the_text_and_the_uploads_are_kept(browser, session):
    ann = make.ann()
    upload = make.upload(ann, "panel.png")
    page = browser(ann)
    page.post("/logout")
    form = ticket_form(attachments=upload.public_id) | files(("lost.txt", b"lost"))
    assert page.post("/tickets/new", form).location.startswith("/login")
    assert [row.name for row in rows(session)] == ["panel.png"]
    page.post("/login", {"username": "ann", "password": make.PASSWORD})
    held = page.get("/held")
    assert "It **burns**." in held.text
    assert "panel.png" in held.text
    assert "These could not be kept: lost.txt" in held.text
    assert "lost_file" not in held.form("main form")[1]
    page.submit("main form", files(("lost.txt", b"found")))
    assert page.follow().all("#description .file bdi") == ["panel.png", "lost.txt"]


def test_with_an_expired_token_files_have_to_be_chosen_again(browser, session):
    ann = make.ann()
    upload = make.upload(ann, "panel.png")
    page = browser(ann)
    form = ticket_form(attachments=upload.public_id, csrf_token="old")
    held = page.post("/tickets/new", form | files(("lost.txt", b"lost")), status=400)
    assert "These could not be kept: lost.txt" in held.text
    assert [row.name for row in rows(session)] == ["panel.png"]
    page.submit("main form", {"csrf_token": page.csrf_token()} | files(("lost.txt", b"found")))
    assert page.follow().all("#description .file bdi") == ["panel.png", "lost.txt"]


# --- taken back ----------------------------------------------------------------------------------


def take_back(message, by):
    undo.undo(message.change_set, by=by, via=Door.WEB)


def test_files_of_a_message_that_was_taken_back_are_gone_and_can_be_sent_again(browser, session):
    ann, sam = make.ann(), make.sam()
    ticket = make.ticket(ann)
    page = browser(sam)
    page.post(f"/tickets/{ticket.id}/messages", REPLY | files(("plan.pdf", b"%PDF")))
    message = session.scalars(select(TicketMessage)).one()
    [row] = rows(session)
    address = f"/tickets/{ticket.id}/attachments/{row.public_id}"
    browser(ann).get(address)
    session.refresh(message, ["change_set"])
    take_back(message, sam)
    session.commit()
    for reader in (ann, sam):
        browser(reader).get(address, status=404)
        assert not browser(reader).get(f"/tickets/{ticket.id}").all(".thread .file")
    page.get(f"/uploads/{row.public_id}")
    browser(ann).get(f"/uploads/{row.public_id}", status=404)

    again = page.get(f"/tickets/{ticket.id}?again={message.id}")
    assert again.all("form.composer [data-upload-list] bdi") == ["plan.pdf"]
    page.submit("form.composer", {"body": "Which tray is it?"})
    newest = session.scalars(select(TicketMessage).order_by(TicketMessage.id.desc())).first()
    session.refresh(row)
    assert row.message_id == newest.id
    browser(ann).get(address)


def test_files_of_a_ticket_that_was_taken_back_can_be_filed_again(browser, session):
    page = browser(make.ann())
    page.post("/tickets/new", ticket_form() | files(("panel.png", png())))
    ticket = session.scalars(select(Ticket)).one()
    opened = session.scalars(select(ChangeSet)).one()
    undo.undo(opened, by=session.get_one(User, ticket.user_id), via=Door.WEB)
    session.commit()
    again = page.get(f"/tickets/new?again={ticket.id}")
    assert again.all("[data-upload-list] bdi") == ["panel.png"]
    page.submit(NEW)
    newest = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
    assert [row.ticket_id for row in rows(session)] == [newest.id]


def test_files_of_what_staff_threw_away_stay_with_it(browser, session):
    ann, sam = make.ann(), make.sam()
    junk = make.ticket(ann)
    evidence = make.attached(junk)
    trash.put_in_trash(junk, act=make.act(sam))
    session.commit()
    page = browser(ann)
    page.post("/tickets/new", ticket_form(attachments=evidence.public_id), status=422)
    session.refresh(evidence)
    assert evidence.ticket_id == junk.id


def test_nobody_else_sends_what_was_taken_back(browser, session):
    ann, sam, ada = make.ann(), make.sam(), make.ada()
    ticket = make.ticket(ann)
    browser(sam).post(f"/tickets/{ticket.id}/messages", REPLY | files(("plan.pdf", b"%PDF")))
    message = session.scalars(select(TicketMessage)).one()
    session.refresh(message, ["change_set"])
    take_back(message, sam)
    session.commit()
    form = REPLY | {"attachments": rows(session)[0].public_id}
    browser(ada).post(f"/tickets/{ticket.id}/messages", form, status=409)
