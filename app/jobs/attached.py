"""What the worker does with files: looks for viruses, makes thumbnails, deletes what is forgotten.

Each is an outbox entry. The slow part happens outside of any transaction; what came of it is noted
together with the entry being done.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from flask import Flask
from sqlalchemy import select

from app.domain import attachments
from app.domain.attachments import DELETE, SCAN, THUMBNAIL
from app.domain.media_types import HEAD, media_type
from app.jobs.transactions import reading
from app.mail.transport import NotNow
from app.models import Attachment
from app.storage import NoRoom, NotStored
from app.text import one_line
from app.web.intake import file_store
from config import Settings

SCAN_SECONDS = 300
SHRINK_SECONDS = 30
CLEAN, INFECTED = 0, 1
"""How a scanner ends: clamscan and clamdscan do it like this. Anything else is trouble."""
WORDS_MAX = 200
SHRINK = Path(__file__).with_name("shrink_image.py")

Note = Callable[[], None]
"""Writes down what came of it, in the transaction in which the entry is done."""


def is_about_files(topic: str) -> bool:
    return topic in _WORK


def attend(app: Flask, topic: str, payload: Mapping[str, Any]) -> Note:
    """Do the slow part; raises NotNow where it has to be tried again."""
    return _WORK[topic](app, payload)


def _scan(app: Flask, payload: Mapping[str, Any]) -> Note:
    settings: Settings = app.config["SETTINGS"]
    with _opened(app, payload["attachment_id"]) as file:
        if file is None or not settings.scan_command:
            return _nothing
        code, said = _ask_scanner(settings.scan_command, file)
    if code not in (CLEAN, INFECTED):
        raise NotNow(f"The scanner ended with {code}: {said or 'it said nothing'}.")
    infection = (said or "A virus") if code == INFECTED else None
    return partial(attachments.note_scan, payload["attachment_id"], infection)


def _ask_scanner(command: Sequence[str], file: BinaryIO) -> tuple[int, str]:
    """How it ended, and the beginning of what it said."""
    with tempfile.TemporaryFile() as words:
        try:
            ended = subprocess.run(
                command,
                stdin=file,
                stdout=words,
                stderr=subprocess.DEVNULL,
                timeout=SCAN_SECONDS,
                check=False,
            )
        except OSError as error:
            raise NotNow(f"The scanner cannot be started: {error.strerror}.") from error
        except subprocess.TimeoutExpired as error:
            raise NotNow(f"The scanner took longer than {SCAN_SECONDS} seconds.") from error
        words.seek(0)
        said = words.read(4 * WORDS_MAX).decode(errors="replace")
    return ended.returncode, one_line("".join(filter(_is_readable, said)))[:WORDS_MAX]


def _is_readable(char: str) -> bool:
    return char.isprintable() or char.isspace()


def _thumbnail(app: Flask, payload: Mapping[str, Any]) -> Note:
    with _opened(app, payload["attachment_id"]) as file, tempfile.TemporaryFile() as picture:
        if file is None or not _shrunk(file, picture):
            return _nothing
        with app.app_context():
            try:
                stored = file_store().store(cast(BinaryIO, picture))
            except NoRoom:
                return _nothing
    return partial(attachments.note_thumbnail, payload["attachment_id"], stored.key)


def _shrunk(file: BinaryIO, picture: IO[bytes]) -> bool:
    """Whether there is a small picture now; made apart from us, for a file may mean harm (R58)."""
    try:
        ended = subprocess.run(
            [sys.executable, "-I", str(SHRINK)],
            stdin=file,
            stdout=picture,
            stderr=subprocess.DEVNULL,
            timeout=SHRINK_SECONDS,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    picture.seek(0)
    is_webp = media_type(picture.read(HEAD), "") == "image/webp"
    picture.seek(0)
    return ended.returncode == 0 and is_webp


def _delete(app: Flask, payload: Mapping[str, Any]) -> Note:
    with app.app_context():
        file_store().delete(payload["storage_key"])
    return _nothing


@contextmanager
def _opened(app: Flask, attachment_id: int) -> Iterator[BinaryIO | None]:
    """The file of an upload; None where it has been removed meanwhile."""
    with reading(app) as session:
        key = session.scalar(select(Attachment.storage_key).where(Attachment.id == attachment_id))
        store = file_store()
    try:
        file = store.open(key or "")
    except NotStored:
        yield None
        return
    with file:
        yield file


def _nothing() -> None:
    """There is nothing to write down."""


_WORK: dict[str, Callable[[Flask, Mapping[str, Any]], Note]] = {
    SCAN: _scan,
    THUMBNAIL: _thumbnail,
    DELETE: _delete,
}
