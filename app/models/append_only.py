"""Refuses to change or delete rows of history; the database's triggers refuse it too."""

from typing import Any, TypeVar

from sqlalchemy import event

T = TypeVar("T", bound=type)


class HistoryIsAppendOnly(Exception):
    """Somebody tried to rewrite what happened."""


def append_only(model: T) -> T:
    for moment in ("before_update", "before_delete"):
        event.listen(model, moment, _refuse)
    return model


def _refuse(_mapper: Any, _connection: Any, row: object) -> None:
    raise HistoryIsAppendOnly(f"{type(row).__name__} rows are never changed or deleted")
