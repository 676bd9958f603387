"""Rows by the million, a few at a time."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select

from app.extensions import db

ROWS_AT_ONCE = 500


def streamed(query: Select[Any]) -> Iterator[Any]:
    """The rows of a query, of which only a few are in memory at any time."""
    yield from db.session.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
