"""Tables as CSV files: quoted, in UTF-8, and harmless to the program that opens them."""

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from flask import stream_with_context
from werkzeug.wrappers import Response

Cell = str | int | dt.date | None

_STARTS_FORMULA = frozenset("=+-@\t\r\n\N{MINUS SIGN}")
# What a spreadsheet may skip before it looks for a formula; tab and line breaks are formulas' own.
_SKIPPED = " \N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"
_ROWS_AT_ONCE = 500


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A download of these rows, sent while they are read."""
    response = Response(stream_with_context(_lines(header, rows)), mimetype="text/csv")
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    buffer = io.StringIO()
    # Text is quoted always: where the list separator is a semicolon, an unquoted one in a title
    # would begin a cell of its own, and that cell could be a formula.
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(header)
    for count, row in enumerate(rows, start=1):
        writer.writerow([_cell(value) for value in row])
        if count % _ROWS_AT_ONCE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


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
