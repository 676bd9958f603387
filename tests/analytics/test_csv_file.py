"""CSV that any program reads back, and none takes for formulas (R103)."""

import csv
import datetime as dt
import io

import pytest
from flask import Flask

from app.web.csv_export import csv_file, guarded
from tests.corpora import corpus


def read(app: Flask, rows: list[tuple[object, ...]]) -> list[list[str]]:
    with app.test_request_context():
        response = csv_file("x.csv", ("a", "b"), rows)  # type: ignore[arg-type]
        text = response.get_data().decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1"),
        *("＝1+1", "＋1", "－1", "＠SUM", "﹦1", "−1", " =1", "\u200b=1", "\ufeff=1", "\u3000=1"),
    ],
)
def test_what_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "The printer", "5 - 3", "'=1", "#12", "ä", "1-2"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


def test_known_payloads_start_no_formula(app: Flask) -> None:
    file = corpus("injection/payloadbox-csv/csv-payload.txt")
    payloads = [line for line in file.read_text().splitlines() if line]
    rows = read(app, [(text, 1) for text in payloads])[1:]
    assert [row[0].removeprefix("'") for row in rows] == [p.removeprefix("'") for p in payloads]
    assert not [row[0] for row in rows if row[0].lstrip()[:1] in "=+-@"]


def test_a_file_reads_back(app: Flask) -> None:
    texts = ['say "hi"', "two\nlines", "a,b;c", "Zoë ☎ 日本", "semi;=1+1"]
    rows = read(app, [(text, -5) for text in texts])
    assert rows == [["a", "b"], *([text, "-5"] for text in texts)]


def test_text_is_quoted_so_that_no_other_separator_cuts_it(app: Flask) -> None:
    with app.test_request_context():
        response = csv_file("x.csv", ("a",), [("x;=cmd",)])
        body = response.get_data()
    assert body == b'"a"\r\n"x;=cmd"\r\n'


def test_moments_are_in_utc_and_days_are_days(app: Flask) -> None:
    berlin = dt.timezone(dt.timedelta(hours=2))
    rows = read(app, [(dt.datetime(2026, 3, 1, 1, tzinfo=berlin), dt.date(2026, 3, 1))])
    assert rows[1] == ["2026-02-28T23:00:00Z", "2026-03-01"]


def test_it_is_a_download_that_nobody_keeps(app: Flask) -> None:
    with app.test_request_context():
        response = csv_file("x.csv", ("a",), [])
        response.close()
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="x.csv"'
    assert response.headers["Cache-Control"] == "no-store"
