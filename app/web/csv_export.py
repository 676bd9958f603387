"""Tables as CSV files: quoted, in UTF-8, and harmless to the program that opens them."""

import csv
import datetime as dt
import io
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from werkzeug.wrappers import Response

Cell = str | int | dt.date | None

_STARTS_FORMULA = frozenset("=+-@\t\r\n\N{MINUS SIGN}")
# What a spreadsheet may skip before it looks for a formula; tab and line breaks are formulas' own.
_SKIPPED = (
    " \N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"
)
_IN_MEMORY = 1024 * 1024
_CHUNK = 64 * 1024


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A download of these rows.

    They are all read before the first byte goes out, a long table into a temporary file: a reader
    on a slow line must not hold a transaction open.
    """
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 -- closed when sent
    lines = io.TextIOWrapper(file, encoding="utf-8", newline="")
    # Text is quoted always: where the list separator is a semicolon, an unquoted one in a title
    # would begin a cell of its own, and that cell could be a formula.
    writer = csv.writer(lines, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    lines.detach()  # writes what is left, and leaves the file open
    file.seek(0)
    response = Response(_sent(file))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    response.call_on_close(file.close)
    return response


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _cell(value: Cell) -> str | int:
    if isinstance(value, int):
        return value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    return guarded(value or "")


def guarded(text: str) -> str:
    """The text, with an apostrophe before whatever a spreadsheet would take for a formula (R103).

    Full-width signs count as the plain ones: some programs make the one of the other.
    """
    first = unicodedata.normalize("NFKC", text.lstrip(_SKIPPED)[:1])
    return f"'{text}" if first in _STARTS_FORMULA and first else text
