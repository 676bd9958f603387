"""The only source of the current time, so that one place can be turned in tests."""

import datetime as dt

UTC = dt.UTC


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return dt.datetime.now(UTC)
