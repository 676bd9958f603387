"""Which acts count: all that are no undo and were not taken back by one that counts itself.

Taking back is an act too, so that an undo can be undone; then the first act counts again.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, or_, select

from app.extensions import db
from app.models import ChangeSet, TicketFieldChange

SETS = ("tags", "participants")
"""Fields whose elements come and go one by one."""


_IDS: Any = bindparam("ids", expanding=True)
_ACTS_AND_UNDOS = select(ChangeSet).where(
    or_(ChangeSet.id.in_(_IDS), ChangeSet.undoes_id.in_(_IDS))
)


def acts_behind(rows: Iterable[Any], *more: int) -> dict[int, ChangeSet]:
    """The acts that these rows of a ticket came from, the undos of those, and so on."""
    ids = {row.change_set_id for row in rows} | set(more)
    found: dict[int, ChangeSet] = {}
    while ids:
        acts = db.session.scalars(_ACTS_AND_UNDOS, {"ids": list(ids)})
        new = {act.id: act for act in acts if act.id not in found}
        found |= new
        ids = {id_ for id_, act in new.items() if act.undoes_id is not None and id_ not in ids}
    return found


def standing(acts: Mapping[int, ChangeSet]) -> frozenset[int]:
    """The ids of those of these acts that count."""
    undo_of = {act.undoes_id: act.id for act in acts.values() if act.undoes_id is not None}

    def is_taken_back(id_: int) -> bool:
        return id_ in undo_of and not is_taken_back(undo_of[id_])

    return frozenset(
        act.id for act in acts.values() if act.undoes_id is None and not is_taken_back(act.id)
    )


def counting(rows: Iterable[Any], standing: Collection[int]) -> list[Any]:
    return [row for row in rows if row.change_set_id in standing]


def elements(rows: list[TicketFieldChange], counting: list[TicketFieldChange]) -> list[Any]:
    """What a field of many values holds after the changes that count."""
    value = set(rows[0].old)
    for row in counting:
        old, new = set(row.old), set(row.new)
        value = (value | (new - old)) - (old - new)
    return sorted(value)


def touched(row: TicketFieldChange) -> frozenset[Any]:
    """Which elements a change of such a field added or removed."""
    return frozenset(set(row.old) ^ set(row.new))


def holders(rows: Iterable[Any], standing: Collection[int]) -> set[int]:
    """The acts whose value a ticket still holds: the last that counts of each field.

    ``rows`` are changes of one ticket in their order: of fields, of its status, of its reports.
    """
    last: dict[Any, int] = {}
    for row in counting(rows, standing):
        if not isinstance(row, TicketFieldChange):
            last["status", row.report_id] = row.change_set_id
        elif row.field in SETS:
            last |= {(row.field, element): row.change_set_id for element in touched(row)}
        else:
            last[row.field] = row.change_set_id
    return set(last.values())
