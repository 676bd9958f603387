"""Reads the bodies that carry files: the text whatever happens, and of files what may be kept.

A view declares how many files it takes (``web/access.py``); only its body may be longer than that
of other forms. What is beyond a file's limit is counted and thrown away as it comes in, so memory
stays flat and the refusal can name the size. Of a body that is too long as a whole, or that comes
from somebody who is signed out, nothing but the text before the first file is read: our forms send
their text first.
"""

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO, cast

from flask import Flask, current_app, g, request
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import (
    Data,
    Epilogue,
    Event,
    Field,
    File,
    MultipartDecoder,
    NeedData,
)

from app.domain.attachments import FILE_MAX, FILES_MAX, size_label

TEXT_MAX = 1024 * 1024
"""Bytes of a form beside its files; the same as any other form may have."""
MULTIPART = "multipart/form-data"
SIGNED_OUT = "You had been signed out: choose your files again."
BROKEN_OFF = "It broke off before everything was here. Choose your files again."

PATIENCE = 30.0
SHORT_PATIENCE = 1.0
"""Seconds without a byte after which a body counts as broken off; of one that is refused anyhow,
only what comes at once is waited for."""

_TAKES = "_takes_files"
_CHUNK = 64 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT)


def takes_files(view: Any, number: int) -> Any:
    """Declare that so many files come with the form of this view."""
    setattr(view, _TAKES, number)
    return view


def init_app(app: Flask) -> None:
    """Before the check of the form's token, which is the first to read the form."""
    app.before_request(_read_as_declared)


@dataclass(slots=True)
class Reading:
    """How the reading of a body went: ``refusal`` says why its files are not there, if so."""

    number: int
    refusal: str | None = None
    is_too_long: bool = False
    names: list[str] = field(default_factory=list)

    def refuse_length(self, length: int) -> None:
        self.is_too_long = True
        self.refusal = (
            f"That is {size_label(length)} at once; up to {FILES_MAX} files of"
            f" {size_label(FILE_MAX)} each fit. Choose fewer or smaller ones."
        )

    @property
    def lost(self) -> list[str]:
        """The names of files that have to be chosen again, as far as they are known."""
        return self.names if self.refusal else []


def of_this_request() -> Reading:
    """How this request's body was read; empty where no files were expected."""
    reading: Reading = g.get("reading") or Reading(0)
    return reading


def _read_as_declared() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    number = getattr(view, _TAKES, 0)
    if not number or request.mimetype != MULTIPART:
        return
    g.reading = reading = Reading(number)
    request.max_form_memory_size = TEXT_MAX
    most = number * FILE_MAX + TEXT_MAX
    length = request.content_length or 0
    if length > most:
        reading.refuse_length(length)
    elif not current_user.is_authenticated:
        reading.refusal = SIGNED_OUT
    request.form_data_parser_class = FormWithFiles
    # With a refusal the parser stops at the first file, however much is announced to follow.
    request.max_content_length = max(length, TEXT_MAX) if reading.refusal else most


class ReceivedFile:
    """A file as it comes in, in a temporary one without a name. Too large, it is only counted."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self.no_room = False
        self._file: IO[bytes] | None = None

    def write(self, data: bytes) -> None:
        self.size += len(data)
        if not data or self.no_room:
            return
        if self.size > self.most:
            self.close()
            return
        try:
            self._opened().write(data)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            self.no_room = True
            self.close()

    @property
    def content(self) -> BinaryIO:
        """The whole file from its start; only of what was not too large."""
        file = self._opened()
        file.seek(0)
        return cast(BinaryIO, file)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            # Beside the files themselves: /tmp may be memory.
            self._file = tempfile.TemporaryFile(dir=current_app.instance_path)  # noqa: SIM115 -- for close()
        return self._file


class FormWithFiles(FormDataParser):
    """Parses multipart bodies by the rules above; how it went stands in ``of_this_request``."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Any:
        reading = of_this_request()
        form = _Form(reading)
        if boundary := (options or {}).get("boundary", "").encode("ascii", "ignore"):
            most, parts = self.max_form_memory_size, self.max_form_parts
            with _waiting_at_most(SHORT_PATIENCE if reading.refusal else PATIENCE):
                form.read(MultipartDecoder(boundary, most, max_parts=parts), stream)
        return stream, self.cls(form.fields), self.cls(form.files)


class _TooLong(Exception):
    """A body whose length nobody announced goes on for too long."""


class _BrokenOff(Exception):
    """The body ended before its end, or is damaged."""


class _Form:
    """What has been read of a body so far."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.fields: list[tuple[str, str]] = []
        self.files: list[tuple[str, FileStorage]] = []
        self._text_left = TEXT_MAX
        self._part: Field | File | None = None
        self._text: list[bytes] = []
        self._file = ReceivedFile(0)

    def read(self, decoder: MultipartDecoder, stream: IO[bytes]) -> None:
        try:
            for event in _events(decoder, stream):
                if self.reading.refusal and self._is_of_a_file(event):
                    return
                self._take(event)
        except _TooLong:
            self.reading.refuse_length(self.reading.number * FILE_MAX + TEXT_MAX + 1)
            self._drop_files()
        except _BrokenOff:
            self.reading.refusal = self.reading.refusal or BROKEN_OFF
            self._drop_files()

    def _is_of_a_file(self, event: Event) -> bool:
        """Whether a file begins here. A field for files that was left empty is none."""
        if isinstance(event, File) and event.filename:
            self.reading.names.append(event.filename)
            return True
        return isinstance(event, Data) and isinstance(self._part, File) and bool(event.data)

    def _take(self, event: Event) -> None:
        if isinstance(event, Field):
            self._part, self._text = event, []
        elif isinstance(event, File):
            self._part = event
            self._file = ReceivedFile(FILE_MAX if len(self.files) < self.reading.number else 0)
        elif isinstance(event, Data):
            self._take_data(event.data)
            if not event.more_data:
                self._finish_part()

    def _take_data(self, data: bytes) -> None:
        if isinstance(self._part, File):
            self._file.write(data)
            return
        self._text.append(data)
        self._text_left -= len(data)
        if self._text_left < 0:
            raise RequestEntityTooLarge

    def _finish_part(self) -> None:
        part = self._part
        if isinstance(part, Field):
            self.fields.append((part.name or "", b"".join(self._text).decode(errors="replace")))
        elif part is not None and (part.filename or self._file.size):
            self.reading.names.append(part.filename)
            name, stream = part.name or "", cast(IO[bytes], self._file)
            self.files.append((name, FileStorage(stream, part.filename, name)))

    def _drop_files(self) -> None:
        for _, file in self.files:
            file.close()
        self._file.close()
        self.files.clear()


def _events(decoder: MultipartDecoder, stream: IO[bytes]) -> Iterator[Event]:
    """What the body consists of, piece by piece."""
    event: Event | None = None
    while not isinstance(event, Epilogue):
        try:
            decoder.receive_data(_next(stream) or None)
            while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
                yield event
        except ValueError as damaged:
            raise _BrokenOff from damaged


def _next(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(_CHUNK)
    except RequestEntityTooLarge as too_long:
        raise _TooLong from too_long
    except (ClientDisconnected, OSError) as gone:
        if not (rest := _in_hand()):
            raise _BrokenOff from gone
        return rest


@contextmanager
def _waiting_at_most(seconds: float) -> Iterator[None]:
    """Our server, gunicorn, waits for a silent client for ever, and hands out its socket."""
    client = request.environ.get("gunicorn.socket")
    if client is None:
        yield
        return
    before = client.gettimeout()
    client.settimeout(seconds)
    try:
        yield
    finally:
        client.settimeout(before)


def _in_hand() -> bytes:
    """What the server holds of a body whose next piece did not come, so that no text is lost."""
    body = request.environ["wsgi.input"]
    try:
        rest: bytes = body.buf.getvalue() + body.reader.unreader.take_buffered()
    except AttributeError:  # another server, or a body without a length
        return b""
    body.buf.seek(0)
    body.buf.truncate()
    return rest
