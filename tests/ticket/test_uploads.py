"""/uploads: one file at a time, for a form that is still being filled in."""

import datetime as dt
import io

import pytest
from sqlalchemy import func, select

from app.clock import now
from app.domain import attachments
from app.domain.attachments import FILE_MAX
from app.domain.settings import change
from app.models import Attachment, OutboxEntry
from app.web.intake import file_store
from tests import factories as make
from tests.files import HTML, SVG, image, png, zip_bomb


def send(page, name, content, *, status=201):
    """Upload one file as the script does; what the server answers."""
    disposition = f'name="files"; filename="{name}"'.encode()
    answer = page._apart(page.client.post, "/uploads", **multipart(page, disposition, content))
    assert answer.status_code == status, answer.text
    return answer.get_json()


def multipart(page, disposition, content):
    """A body put together by hand: for what no browser sends, and without a temporary file."""
    parts = [
        b'--B\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n',
        page.csrf_token().encode(),
        b"\r\n--B\r\nContent-Disposition: form-data; " + disposition + b"\r\n",
        b"Content-Type: text/html\r\n\r\n" + content + b"\r\n--B--\r\n",
    ]
    return {"data": b"".join(parts), "content_type": "multipart/form-data; boundary=B"}


def only_one(session):
    return session.scalars(select(Attachment)).one()


def test_a_file_is_kept_for_its_sender(browser, session):
    ann = make.ann()
    page = browser(ann)
    content = image("PNG")
    answer = send(page, "panel.png", content)
    row = only_one(session)
    assert answer == {
        "id": row.public_id,
        "name": "panel.png",
        "size": attachments.size_label(len(content)),
        "icon": "image",
        "url": f"/uploads/{row.public_id}",
    }
    assert (row.uploader_id, row.ticket_id, row.media_type) == (ann.id, None, "image/png")
    with file_store().open(row.storage_key) as file:
        assert file.read() == content
    assert page.get(answer["url"]).response.data == content


def test_an_upload_is_nobody_elses(browser, session):
    made = make.upload(make.ann())
    for person in (make.eve(), make.sam(), make.ada()):
        page = browser(person)
        page.get(f"/uploads/{made.public_id}", status=404)
        page.post(f"/uploads/{made.public_id}/remove", status=404)
    nobody = browser()._apart(browser().client.get, f"/uploads/{made.public_id}")
    assert nobody.status_code == 303
    assert only_one(session).public_id == made.public_id


def test_removing_takes_the_row_first_and_the_file_by_the_worker(browser, session):
    made = make.upload(ann := make.ann())
    key, public_id = made.storage_key, made.public_id
    page = browser(ann)
    page.post(f"/uploads/{public_id}/remove", status=204)
    assert session.scalars(select(Attachment)).all() == []
    entry = session.scalars(select(OutboxEntry).where(OutboxEntry.topic == "file.delete")).one()
    assert entry.payload == {"storage_key": key}
    assert file_store().size(key) > 0
    page.get(f"/uploads/{public_id}", status=404)
    page.post(f"/uploads/{public_id}/remove", status=404)


def test_what_was_sent_is_not_removed(browser, session):
    ann = make.ann()
    sent = make.attached(make.ticket(ann))
    browser(ann).post(f"/uploads/{sent.public_id}/remove", status=404)
    assert only_one(session).id == sent.id


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a" * 5000 + ".log", "a" * 137 + "…" + "a" * 56 + ".log"),
        ("../../../etc/passwd", ".._.._.._etc_passwd"),
        ("/////", "unnamed"),
        ("invoice\u202efdp.txt", "invoice_fdp.txt"),
        ("a\x07b.txt", "a_b.txt"),
        ("Übersicht 漢字 💥.txt", "Übersicht 漢字 💥.txt"),
    ],
)
def test_any_name_becomes_one_that_can_be_shown(browser, session, name, shown):
    assert send(browser(make.ann()), name, b"x")["name"] == shown
    assert only_one(session).name == shown


@pytest.mark.parametrize(
    ("disposition", "shown"),
    [
        (rb'filename=""', "unnamed"),
        (rb'filename="\"><svg onload=alert(1)>.txt"', '"><svg onload=alert(1)>.txt'),
        (rb"filename*=UTF-8''%E2%80%AEgpj.txt", "_gpj.txt"),
        (b'filename="half \xf0\x9f a letter.txt"', None),
    ],
)
def test_names_that_no_browser_sends(browser, session, disposition, shown):
    page = browser(make.ann())
    body = multipart(page, b'name="files"; ' + disposition, b"some bytes")
    answer = page._apart(page.client.post, "/uploads", **body)
    if shown is None:
        assert answer.status_code == 422
        assert "broke off" in answer.get_json()["errors"][0]
    else:
        assert (answer.status_code, answer.get_json()["name"]) == (201, shown)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", HTML),
        ("picture.svg", SVG),
        ("picture.png", SVG),
        ("picture.gif", HTML),
        ("bomb.zip", zip_bomb()),
        ("huge.png", png(says=(50_000, 50_000))),
        ("data.xml", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'),
        ("report.pdf", b"%PDF-1.7 /JS (app.alert(1))"),
    ],
)
def test_whatever_it_says_it_is_it_is_only_kept(browser, session, name, content):
    page = browser(make.ann())
    answer = send(page, name, content)
    row = only_one(session)
    assert (row.name, row.size) == (name, len(content))
    response = page.get(answer["url"]).response
    assert response.data == content
    if name != "huge.png":
        assert row.media_type == "application/octet-stream"
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"].startswith("attachment; ")


def test_an_empty_file_is_refused(browser, session):
    answer = send(browser(make.ann()), "notes.txt", b"", status=422)
    assert answer == {"errors": ["notes.txt is empty: there is nothing in it to attach."]}
    assert session.scalars(select(Attachment)).all() == []


def test_no_file_at_all_is_refused(browser, session):
    page = browser(make.ann())
    answer = page.post("/uploads", {}, status=422)
    assert answer.response.get_json() == {"errors": ["Choose a file."]}


def test_one_byte_over_the_limit(browser, session):
    page = browser(make.ann())
    refused = send(page, "panel-video.mov", bytes(FILE_MAX + 1), status=413)
    assert refused == {
        "errors": ["panel-video.mov is 26,214,401 bytes; the limit is 25 MB, which are 26,214,400."]
    }
    assert session.scalars(select(Attachment)).all() == []
    assert send(page, "panel-video.mov", bytes(FILE_MAX))["size"] == "25 MB"


def test_ten_gigabytes_are_refused_before_they_come(browser, session):
    page = browser(make.ann())
    body = multipart(page, b'name="files"; filename="disk.img"', b"the first bytes")
    body["environ_overrides"] = {"CONTENT_LENGTH": str(10 * 1024**3)}
    answer = page._apart(page.client.post, "/uploads", **body)
    assert answer.status_code == 413
    assert answer.get_json()["errors"] == [
        "That is 10.0 GB at once; up to 10 files of 25 MB each fit. Choose fewer or smaller ones."
    ]
    assert session.scalars(select(Attachment)).all() == []


PROGRAMS = ("setup.exe", "SETUP.EXE", "invoice.pdf.exe", "x.exe. .", "run.js", "a.lnk", "b.iso")


@pytest.mark.parametrize("name", PROGRAMS)
def test_requesters_send_no_programs(browser, session, name):
    answer = send(browser(make.ann()), name, b"MZ", status=422)
    assert "is a program, and those are not taken here" in answer["errors"][0]
    assert session.scalars(select(Attachment)).all() == []


def test_the_help_desk_does_and_so_do_all_where_an_admin_allows_it(browser, session):
    send(browser(make.sam()), "setup.exe", b"MZ")
    change({"refuse_programs": False})
    session.commit()
    send(browser(make.ann()), "setup.exe", b"MZ")
    assert session.scalar(select(func.count(Attachment.id))) == 2


def test_200_mb_a_day_for_a_requester(browser, session):
    ann, sam = make.ann(), make.sam()
    big = make.upload(ann, "big.zip", b"x")
    big.size = 200 * 1024 * 1024 - 1
    session.commit()
    page = browser(ann)
    send(page, "one-byte.txt", b"x")
    answer = send(page, "another.txt", b"xy", status=422)
    assert answer["errors"] == [
        "another.txt (2 bytes) is too much for today: you have uploaded 200 MB in the last 24"
        " hours, and the limit is 200 MB."
    ]
    big.uploader_id = sam.id
    session.commit()
    send(browser(sam), "for-staff.txt", b"no limit")
    send(page, "another.txt", b"xy")


def test_a_day_later_there_is_room_again(browser, session):
    ann = make.ann()
    old = make.attached(make.ticket(ann))
    old.size, old.created_at = 200 * 1024 * 1024, now() - dt.timedelta(hours=24, seconds=1)
    session.commit()
    send(browser(ann), "small.txt", b"x")


def test_fifty_wait_to_be_sent_and_no_more(browser, session):
    ann = make.ann()
    first = make.upload(ann)
    for _ in range(49):
        make.upload(ann, "note.txt", b"x")
    page = browser(ann)
    answer = send(page, "one-more.txt", b"x", status=422)
    assert answer["errors"][0].startswith("50 files of yours wait to be sent")
    assert len(list(file_store().files())) >= 50
    page.post(f"/uploads/{first.public_id}/remove", status=204)
    send(page, "one-more.txt", b"x")


def test_what_is_refused_leaves_no_file(browser, session):
    ann = make.ann()
    make.upload(ann, "big.zip", b"x").size = 200 * 1024 * 1024
    session.commit()
    before = {file.key for file in file_store().files()}
    send(browser(ann), "more.txt", b"xy", status=422)
    assert {file.key for file in file_store().files()} == before


def test_a_full_disk_is_said_and_nothing_is_kept(browser, session, monkeypatch):
    monkeypatch.setattr(file_store(), "keep_free", 2**62)
    answer = send(browser(make.ann()), "panel.png", png(), status=422)
    assert answer["errors"] == [
        "There is no room for files just now. Your text can be sent without them."
    ]
    assert session.scalars(select(Attachment)).all() == []


def test_an_upload_needs_the_token_of_its_session(browser, session):
    page = browser(make.ann())
    form = {"files": (io.BytesIO(b"x"), "a.txt"), "csrf_token": "forged"}
    page.post("/uploads", form, status=400)
    assert session.scalars(select(Attachment)).all() == []
