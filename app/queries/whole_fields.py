"""Whether each ticket holds what the newest changes in its history say."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Select, Subquery, Text, case, cast, exists, func, literal, select

from app.models import (
    Tag,
    Ticket,
    TicketFieldChange,
    ticket_participants,
    ticket_tags,
)
from app.queries.streaming import streamed

_NO = literal("false")
_YES = literal("true")
_WORDS: Sequence[tuple[str, Any]] = (
    ("priority", literal('"').concat(cast(Ticket.priority, Text)).concat('"')),
    ("category", cast(Ticket.category_id, Text)),
    ("team", cast(Ticket.team_id, Text)),
    ("assignee", cast(Ticket.assignee_id, Text)),
    ("known_problem", case((Ticket.known_problem_since.is_(None), _NO), else_=_YES)),
    ("trashed", case((Ticket.trashed_at.is_(None), _NO), else_=_YES)),
)
"""What a ticket holds in the form in which the history keeps it, as the database can tell."""

_AT_FIRST = {"assignee": None, "known_problem": "false", "trashed": "false"}
"""What the history begins with where a ticket cannot be filed with anything else."""

_TEXTS: Sequence[tuple[str, Any]] = (
    ("title", Ticket.title),
    ("description", Ticket.description),
    ("public_summary", Ticket.public_summary),
)
_SETS: Sequence[tuple[str, Select[Any]]] = (
    ("tags", select(ticket_tags.c.ticket_id, Tag.name.label("value")).join(Tag)),
    (
        "participants",
        select(ticket_participants.c.ticket_id, ticket_participants.c.user_id.label("value")),
    ),
)


def words() -> Iterator[str]:
    for field, value in _WORDS:
        newest = _newest(field)
        said: Any = func.nullif(cast(TicketFieldChange.new, Text), "null")
        query = (
            select(Ticket.id)
            .outerjoin(newest, newest.c.ticket_id == Ticket.id)
            .outerjoin(TicketFieldChange, TicketFieldChange.id == newest.c.change_id)
            .order_by(Ticket.id)
        )
        if field in _AT_FIRST:
            said = case((newest.c.change_id.is_(None), literal(_AT_FIRST[field], Text)), else_=said)
        else:
            query = query.where(newest.c.change_id.is_not(None))
        for (ticket_id,) in streamed(query.where(said.is_distinct_from(value))):
            yield _sentence(field, ticket_id)


def texts() -> Iterator[str]:
    """Compared here, because each engine has its own way to read a text out of JSON."""
    for field, value in _TEXTS:
        newest = _newest(field)
        query = (
            select(Ticket.id, value, TicketFieldChange.new)
            .join(newest, newest.c.ticket_id == Ticket.id)
            .join(TicketFieldChange, TicketFieldChange.id == newest.c.change_id)
            .order_by(Ticket.id)
        )
        for ticket_id, text, said in streamed(query):
            if text != said:
                yield _sentence(field, ticket_id)


def sets() -> Iterator[str]:
    """Tags and participants; who has none in the history has none."""
    for field, rows in _SETS:
        newest, kept = _newest(field), rows.subquery()
        query = (
            select(newest.c.ticket_id, TicketFieldChange.new, kept.c.value)
            .join(TicketFieldChange, TicketFieldChange.id == newest.c.change_id)
            .outerjoin(kept, kept.c.ticket_id == newest.c.ticket_id)
            .order_by(newest.c.ticket_id)
        )
        for ticket_id, group in groupby(streamed(query), lambda row: row.ticket_id):
            found = [(said, value) for _, said, value in group]
            if set(found[0][0]) != {value for _, value in found if value is not None}:
                yield _sentence(field, ticket_id)
        is_told = exists().where(
            TicketFieldChange.ticket_id == kept.c.ticket_id, TicketFieldChange.field == field
        )
        untold = select(kept.c.ticket_id).distinct().where(~is_told).order_by(kept.c.ticket_id)
        for (ticket_id,) in streamed(untold):
            yield f"the {field} of ticket #{ticket_id} are not in its history"


def _newest(field: str) -> Subquery:
    return (
        select(
            TicketFieldChange.ticket_id.label("ticket_id"),
            func.max(TicketFieldChange.id).label("change_id"),
        )
        .where(TicketFieldChange.field == field)
        .group_by(TicketFieldChange.ticket_id)
        .subquery()
    )


def _sentence(field: str, ticket_id: int) -> str:
    return f"the {field} of ticket #{ticket_id} is not what its newest change says"
