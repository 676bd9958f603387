"""Stores the files that came with a request and notes them as their sender's uploads.

First it is checked what can be taken, then everything is stored while no transaction is open, then
all rows are written in one. What was stored and could not be noted is deleted again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from flask import Flask, current_app, g, request
from werkzeug.datastructures import FileStorage

from app.domain import attachments
from app.domain.attachments import FILE_MAX, FILES_MAX
from app.domain.errors import DomainError, Unprocessable
from app.domain.file_names import cleaned
from app.domain.media_types import HEAD, media_type
from app.extensions import db
from app.models import User
from app.storage import FileStore, LocalFolder, NoRoom, Stored
from app.web import receiving, throttle
from app.web.receiving import ReceivedFile

FILES = "files"
"""The name of the native file input in every form."""
LIMIT = "600/hour"
NO_ROOM = "There is no room for files just now. Your text can be sent without them."
TOO_OFTEN = "Those were very many files in an hour. Try again in a while."


def init_app(app: Flask) -> None:
    app.extensions["file_store"] = LocalFolder(app.config["SETTINGS"].files_folder)


def file_store() -> FileStore:
    """Where this installation keeps files."""
    store: FileStore = current_app.extensions["file_store"]
    return store


def are_scanned() -> bool:
    """Whether files are looked through for viruses here before anybody gets them."""
    return bool(current_app.config["SETTINGS"].scan_command)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A file that came with this request and is its sender's upload now."""

    public_id: str
    name: str
    sha256: str


@dataclass(slots=True)
class Intake:
    """What became of the files of a request: those that were kept, and why others were not."""

    fresh: list[Fresh] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    is_too_large: bool = False

    def refuse(self, sentence: str, *, is_too_large: bool = False) -> None:
        self.refusals.append(sentence)
        self.is_too_large = self.is_too_large or is_too_large


@dataclass(frozen=True, slots=True)
class _Arrived:
    name: str
    file: ReceivedFile


@dataclass(frozen=True, slots=True)
class _Kept:
    name: str
    media_type: str
    stored: Stored


def take_in(person: User, *, besides: int = 0) -> Intake:
    """Keep the files of this request, where the form names ``besides`` uploads already.

    Ends the transaction at hand; from then on the session writes.
    """
    intake = Intake()
    g.intake = intake
    reading = receiving.of_this_request()
    if reading.refusal is not None:
        intake.refuse(reading.refusal, is_too_large=reading.is_too_long)
    arrived = [_arrived(file) for file in request.files.getlist(FILES)]
    if arrived:
        fit = _what_fits(arrived, person, FILES_MAX - besides, intake)
        db.session.rollback()  # nobody waits for our disk
        _note(_stored(fit, intake), person, intake)
    return intake


def of_this_request() -> Intake:
    """What was taken in with this request; nothing where nobody has asked for it."""
    intake: Intake = g.get("intake") or Intake()
    return intake


def lost_names() -> list[str]:
    """The names of files that came with this request and have to be chosen again."""
    names = receiving.of_this_request().lost or [
        file.filename or "" for file in request.files.getlist(FILES)
    ]
    kept = {fresh.name for fresh in of_this_request().fresh}
    return [name for name in map(cleaned, names) if name not in kept]


def _arrived(file: FileStorage) -> _Arrived:
    return _Arrived(cleaned(file.filename or ""), cast(ReceivedFile, file.stream))


def _what_fits(
    arrived: Iterable[_Arrived], person: User, room: int, intake: Intake
) -> list[_Arrived]:
    fit: list[_Arrived] = []
    for one in arrived:
        try:
            attachments.refuse_unfit(person, one.name, one.file.size)
        except Unprocessable as unfit:
            intake.refuse(unfit.sentence, is_too_large=one.file.size > FILE_MAX)
            continue
        if one.file.no_room:
            intake.refuse(NO_ROOM)
        elif len(fit) >= room:
            intake.refuse(f"{one.name} is one too many: up to {FILES_MAX} files go together.")
        elif not throttle.allows("uploads", str(person.id), limit=LIMIT):
            intake.refuse(TOO_OFTEN)
        else:
            fit.append(one)
    return fit


def _stored(fit: Iterable[_Arrived], intake: Intake) -> list[_Kept]:
    kept = []
    for one in fit:
        content = one.file.content
        kind = media_type(content.read(HEAD), one.name)
        try:
            kept.append(_Kept(one.name, kind, file_store().store(_from_start(content))))
        except NoRoom:
            intake.refuse(NO_ROOM)
    return kept


def _from_start(content: BinaryIO) -> BinaryIO:
    content.seek(0)
    return content


def _note(kept: Sequence[_Kept], person: User, intake: Intake) -> None:
    """Write the rows; the files of those that are refused, or of all if it fails, go again."""
    unnoted = {one.stored.key for one in kept}
    try:
        db.session().will_write()
        for one in kept:
            try:
                row = attachments.add(
                    person, one.name, one.stored, one.media_type, scanned=are_scanned()
                )
            except DomainError as refused:
                intake.refuse(refused.sentence)
                continue
            intake.fresh.append(Fresh(row.public_id, row.name, row.sha256))
            unnoted.discard(one.stored.key)
        db.session.commit()
    except BaseException:
        intake.fresh.clear()
        unnoted = {one.stored.key for one in kept}
        raise
    finally:
        for key in unnoted:
            file_store().delete(key)
