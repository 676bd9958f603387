"""What the worker does with files: thumbnails, viruses, deleting; and what is swept."""

import datetime as dt
import io
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from PIL import Image
from sqlalchemy import select

from app.clock import now
from app.domain import attachments
from app.jobs import stray_files
from app.jobs.attached import SHRINK
from app.jobs.delivery import Delivery
from app.models import Attachment, OutboxEntry, OutboxState
from app.storage import NotStored
from app.web.intake import file_store
from tests import factories as make
from tests.files import EICAR, HTML, SVG, image, png, zip_bomb


class NoTransport:
    def send(self, mail, *, sender, recipient):
        raise AssertionError("no mail goes out here")


@pytest.fixture
def worker(app, session):
    """Does everything that is due."""

    def drain():
        delivery = Delivery(app, NoTransport(), "me")
        while delivery.next():
            pass
        session.expire_all()

    return drain


def entry_of(session, topic):
    return session.scalars(select(OutboxEntry).where(OutboxEntry.topic == topic)).one()


# --- thumbnails ----------------------------------------------------------------------------------


def animated():
    frames = [Image.new("RGB", (600, 400), color) for color in ("red", "blue", "green")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


def turned():
    """A picture that was taken upright: it lies on its side and says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x9286] = "a secret place"
    return image("JPEG", (800, 600), exif=exif)


@pytest.mark.parametrize(
    ("name", "content", "size"),
    [
        ("a.png", image("PNG", (2000, 1000)), (480, 240)),
        ("a.jpg", image("JPEG", (1000, 2000)), (240, 480)),
        ("a.webp", image("WEBP"), (480, 320)),
        ("a.gif", animated(), (480, 320)),
        ("small.png", png(3, 2), (3, 2)),
        ("turned.jpg", turned(), (360, 480)),
    ],
)
def test_an_image_gets_a_thumbnail(session, worker, name, content, size):
    made = make.upload(make.ann(), name, content)
    worker()
    with file_store().open(made.thumbnail_key) as file:
        picture = Image.open(file)
        assert (picture.format, picture.size) == ("WEBP", size)
        assert not picture.getexif()
        assert getattr(picture, "n_frames", 1) == 1
    assert entry_of(session, attachments.THUMBNAIL).state is OutboxState.DONE


BOMBS = {
    "huge.png": png(says=(50_000, 50_000)),
    "wide.png": png(says=(2**31 - 1, 1)),
    "half.png": image("PNG", (2000, 1000))[:800],
    "lying.png": png()[:24] + HTML,
    "broken.jpg": b"\xff\xd8\xff\xe0" + os.urandom(2000),
    "broken.gif": b"GIF89a" + os.urandom(2000),
    "broken.webp": b"RIFF\xff\xff\xff\x7fWEBPVP8X" + os.urandom(2000),
    "over.png": image("PNG", (5001, 5000)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_whatever_fails_has_no_thumbnail_and_is_done(session, worker, name):
    made = make.upload(make.ann(), name, BOMBS[name])
    worker()
    assert made.thumbnail_key is None
    entry = entry_of(session, attachments.THUMBNAIL)
    assert (entry.state, entry.attempts) == (OutboxState.DONE, 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.svg", SVG), ("a.html", HTML), ("a.zip", zip_bomb()), ("a.pdf", b"%PDF")],
)
def test_what_is_no_image_is_never_opened(session, worker, name, content):
    make.upload(make.ann(), name, content)
    assert session.scalars(select(OutboxEntry)).all() == []


@pytest.mark.any_engine
@pytest.mark.parametrize("name", ["huge.png", "wide.png", "over.png"])
def test_a_bomb_uses_up_nothing(name):
    """Measured in the process that opens it: far below its limits."""
    measure = (
        "import resource, subprocess, sys;"
        "ended = subprocess.run([sys.executable, '-I', sys.argv[1]], stdin=0,"
        " stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(ended.returncode, used.ru_maxrss // 1024, used.ru_utime)"
    )
    done = subprocess.run(
        [sys.executable, "-c", measure, str(SHRINK)],
        input=BOMBS[name],
        capture_output=True,
        check=True,
        timeout=60,
    )
    code, megabytes, seconds = map(float, done.stdout.split())
    assert code == 1
    assert megabytes < 100
    assert seconds < 5


@pytest.mark.any_engine
def test_the_largest_image_fits_its_limits():
    largest = image("PNG", (5000, 5000))
    done = subprocess.run(
        [sys.executable, "-I", str(SHRINK)], input=largest, capture_output=True, check=True
    )
    assert Image.open(io.BytesIO(done.stdout)).size == (480, 480)


def test_a_file_that_was_removed_meanwhile_is_no_accident(session, worker):
    made = make.upload(make.ann())
    attachments.remove(made)
    session.commit()
    worker()
    states = session.scalars(select(OutboxEntry.state)).all()
    assert set(states) == {OutboxState.DONE}


def test_a_thumbnail_that_comes_too_late_is_deleted(session, worker):
    made = make.upload(make.ann(), "a.txt", b"x")
    keys = [file_store().store(io.BytesIO(png())).key for _ in range(2)]
    for key in keys:
        attachments.note_thumbnail(made.id, key)
        session.commit()
    worker()
    assert made.thumbnail_key == keys[0]
    with pytest.raises(NotStored):
        file_store().size(keys[1])


# --- viruses -------------------------------------------------------------------------------------


@pytest.fixture
def scanner(app, monkeypatch, tmp_path):
    """A scanner that finds EICAR and says so; ``scanner(code)`` makes it end as it is told."""

    def put(code: int | None = None):
        script = tmp_path / "scan.py"
        script.write_text(
            "import sys\n"
            "found = b'EICAR-STANDARD' in sys.stdin.buffer.read()\n"
            "print('stream:', 'Eicar-Signature\\x07\\n FOUND' if found else 'OK')\n"
            f"sys.exit({code!r} if {code!r} is not None else int(found))\n"
        )
        command = (sys.executable, str(script))
        settings = replace(app.config["SETTINGS"], scan_command=command)
        monkeypatch.setitem(app.config, "SETTINGS", settings)

    return put


def upload_scanned(content, name="invoice.docm"):
    made = make.upload(make.ann(), name, content)
    attachments.announce_scan(made)
    return made


def test_what_is_clean_is_given_out(session, worker, scanner):
    scanner()
    made = upload_scanned(b"Dear Sir")
    session.commit()
    assert attachments.why_withheld(made, scanned=True)
    worker()
    assert made.scanned_at is not None
    assert attachments.why_withheld(made, scanned=True) is None


def test_a_virus_is_named_and_withheld(session, worker, scanner):
    scanner()
    made = upload_scanned(EICAR)
    session.commit()
    worker()
    assert made.infection == "stream: Eicar-Signature FOUND"
    assert attachments.why_withheld(made, scanned=True).startswith("It contains a virus")
    assert attachments.why_withheld(made, scanned=False).startswith("It contains a virus")
    assert file_store().size(made.storage_key) == len(EICAR)


@pytest.mark.parametrize("code", [2, 3, 127])
def test_a_scanner_in_trouble_is_asked_again(session, worker, scanner, code):
    scanner(code)
    made = upload_scanned(b"Dear Sir")
    session.commit()
    worker()
    entry = entry_of(session, attachments.SCAN)
    assert (entry.state, entry.attempts) == (OutboxState.WAITING, 1)
    assert entry.last_error == f"The scanner ended with {code}: stream: OK."
    assert made.scanned_at is None


def test_a_scanner_that_is_not_there_is_asked_again(session, worker, app, monkeypatch):
    settings = replace(app.config["SETTINGS"], scan_command=("/no/such/scanner",))
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    upload_scanned(b"Dear Sir")
    session.commit()
    worker()
    entry = entry_of(session, attachments.SCAN)
    assert entry.state is OutboxState.WAITING
    assert entry.last_error == "The scanner cannot be started: No such file or directory."


def test_files_from_before_there_was_a_scanner_are_scanned_too(session, worker, scanner):
    made = make.upload(make.ann(), "old.txt", b"x")
    assert stray_files.have_scanned() is False
    assert session.scalars(select(OutboxEntry)).all() == []
    scanner()
    for _ in range(2):
        stray_files.have_scanned()
    assert len(session.scalars(select(OutboxEntry)).all()) == 1
    worker()
    assert made.scanned_at is not None


# --- sweeping ------------------------------------------------------------------------------------


def test_what_nobody_sent_goes_after_a_day_rows_first(session, worker, time_machine):
    ann = make.ann()
    sent = make.attached(make.ticket(ann), "sent.txt", b"s")
    unsent = make.upload(ann, "unsent.txt", b"u")
    key = unsent.storage_key
    time_machine.move_to(now() + dt.timedelta(hours=23, minutes=59))
    stray_files.remove_unsent()
    assert len(session.scalars(select(Attachment)).all()) == 2
    time_machine.move_to(now() + dt.timedelta(minutes=1, seconds=1))
    stray_files.remove_unsent()
    assert session.scalars(select(Attachment.id)).all() == [sent.id]
    assert file_store().size(key) == 1
    session.execute(OutboxEntry.__table__.delete().where(OutboxEntry.topic != attachments.DELETE))
    session.commit()
    worker()
    with pytest.raises(NotStored):
        file_store().size(key)
    assert file_store().size(sent.storage_key) == 1


def test_files_that_nothing_names_go_when_they_are_a_day_old(session, worker):
    store = file_store()
    named = make.upload(make.ann())
    worker()
    old, young = (store.store(io.BytesIO(b"nobody's")).key for _ in range(2))
    for key in (old, named.storage_key, named.thumbnail_key):
        path = store.root / key[:2] / key
        long_ago = (now() - dt.timedelta(days=1, minutes=1)).timestamp()
        os.utime(path, (long_ago, long_ago))
    assert stray_files.remove_strays() is False
    with pytest.raises(NotStored):
        store.size(old)
    for key in (young, named.storage_key, named.thumbnail_key):
        assert store.size(key) > 0
    store.delete(young)
