"""What happened on one ticket, in order: messages, status changes, field changes, reports."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import (
    Attachment,
    Category,
    ChangeSet,
    MessageKind,
    ProblemUpdate,
    ReportStatus,
    Side,
    Team,
    Ticket,
    TicketFieldChange,
    TicketMessage,
    TicketReport,
    TicketStatus,
    TicketStatusChange,
    User,
)
from app.queries.attachments import shown_on
from app.queries.named import people
from app.queries.standing import acts_behind


@dataclass(frozen=True, slots=True)
class Message:
    """The description or something written after it; ``is_update`` is news for all affected."""

    at: dt.datetime
    author: User
    html: str
    side: Side
    is_note: bool = False
    is_description: bool = False
    is_update: bool = False
    id: int = 0
    act_id: int = 0
    files: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """The ticket moved."""

    at: dt.datetime
    by: User | None
    before: TicketStatus
    after: TicketStatus
    act_id: int


@dataclass(frozen=True, slots=True)
class ReportEvent:
    """A report was filed (``before`` is None) or moved."""

    at: dt.datetime
    by: User | None
    before: ReportStatus | None
    after: ReportStatus
    report: TicketReport
    act_id: int


@dataclass(frozen=True, slots=True)
class FieldEvent:
    """A field changed. ``old`` and ``new`` are as people read them: names, not ids.

    ``new_id`` is the stored value where ``new`` is a name.
    """

    at: dt.datetime
    by: User | None
    field: str
    old: Any
    new: Any
    act_id: int
    new_id: int | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Something written that an undo took back."""

    at: dt.datetime
    author: User
    is_note: bool
    text: str
    message_id: int
    act_id: int
    is_update: bool = False


Entry = Message | StatusEvent | ReportEvent | FieldEvent | TakenBack


@dataclass(frozen=True, slots=True)
class Timeline:
    """``rows`` is what the entries were told from, ``acts`` the acts behind it and their undos."""

    entries: Sequence[Entry]
    reports: Sequence[TicketReport]
    last_message_id: int
    rows: Sequence[Any]
    acts: Mapping[int, ChangeSet]

    @property
    def was_closed(self) -> bool:
        """Whether it ever was: only then can another ticket go on where it ended."""
        return any(isinstance(e, StatusEvent) and not e.after.is_open for e in self.entries)


def timeline(ticket: Ticket, *, internal: bool, hidden: Collection[int] = ()) -> Timeline:
    """The ticket's story; without ``internal``, only what its requester may know.

    ``hidden`` are the teams that the reader is not to know of (``policy.hidden_teams``).

    Requesters see public messages, status changes and changes of title, text, helper and people;
    of reports only that the ticket has them is theirs to see, so those are left to the page.
    Nine queries at the most, whatever the length of the story.
    """
    messages = _messages(ticket, internal)
    statuses = _status_changes(ticket)
    fields = _field_changes(ticket, internal)
    was_known = any(change.field == "known_problem" for change in fields)
    updates = _updates(ticket) if was_known else ()
    rows = (*messages, *statuses, *fields, *updates)
    acts = acts_behind(rows)
    known = people(
        (
            *(message.author_id for message in messages),
            *(update.author_id for update in updates),
            *(change.change_by_user_id for change in statuses),
            *(act.by_id for act in acts.values()),
            *(id_ for change in fields if _NAMED.get(change.field) is User for id_ in _ids(change)),
        )
    )
    reports = _reports(ticket) if any(change.report_id for change in statuses) else ()
    report_by_id = {report.id: report for report in reports}
    named = _names(ticket, fields, known) | {("team", id_): "a private team" for id_ in hidden}
    files = _files(ticket, internal)
    entries: list[tuple[Any, Entry]] = [
        ((ticket.created_at, 0, 0), _description(ticket, statuses, files)),
        *(((m.created_at, 1, m.id), _written(m, known, files)) for m in messages),
        *(((u.created_at, 4, u.id), _update(u, known)) for u in updates),
        *(
            ((c.recorded_at, 3, c.id), _status_event(c, known, report_by_id))
            for c in statuses
            if c.from_status is not None or c.report_id is not None
            if internal or c.report_id is None
        ),
        *(((c.recorded_at, 2, c.id), _field_event(c, acts, known, named)) for c in fields),
    ]
    entries.sort(key=lambda entry: entry[0])
    return Timeline(
        entries=[entry for _, entry in entries],
        reports=reports,
        last_message_id=messages[-1].id if messages else 0,
        rows=rows,
        acts=acts,
    )


REQUESTER_FIELDS = ("title", "description", "assignee", "participants", "known_problem")


def messages_after(ticket: Ticket, message_id: int, *, internal: bool) -> Sequence[Message]:
    """What was written since somebody last looked."""
    messages = _messages(ticket, internal, after=message_id)
    known = people(message.author_id for message in messages)
    return [_message(m, known, {}) for m in messages if m.undone_by_id is None]


# Made once: putting a statement together takes longer than answering it.
_OF_TICKET: Any = bindparam("ticket_id")
_MESSAGES = (
    select(TicketMessage)
    .where(TicketMessage.ticket_id == _OF_TICKET, TicketMessage.id > bindparam("after"))
    .order_by(TicketMessage.id)
)
_REPLIES = _MESSAGES.where(TicketMessage.kind == MessageKind.REPLY)
_UPDATES = (
    select(ProblemUpdate).where(ProblemUpdate.ticket_id == _OF_TICKET).order_by(ProblemUpdate.id)
)
_STATUS_CHANGES = (
    select(TicketStatusChange)
    .where(TicketStatusChange.ticket_id == _OF_TICKET)
    .order_by(TicketStatusChange.id)
)
_FIELD_CHANGES = (
    select(TicketFieldChange)
    .where(TicketFieldChange.ticket_id == _OF_TICKET)
    .order_by(TicketFieldChange.id)
)
_REQUESTER_FIELD_CHANGES = _FIELD_CHANGES.where(TicketFieldChange.field.in_(REQUESTER_FIELDS))
_REPORTS = (
    select(TicketReport)
    .where(TicketReport.ticket_id == _OF_TICKET)
    .options(joinedload(TicketReport.reporter).lazyload(User.staff))
    .order_by(TicketReport.id)
)


def last_message(ticket: Ticket, *, internal: bool) -> TicketMessage | None:
    """The newest thing written on it that stands."""
    query = (
        select(TicketMessage)
        .where(TicketMessage.ticket_id == ticket.id, TicketMessage.undone_by_id.is_(None))
        .options(joinedload(TicketMessage.author).lazyload(User.staff))
        .order_by(TicketMessage.id.desc())
        .limit(1)
    )
    if not internal:
        query = query.where(TicketMessage.kind == MessageKind.REPLY)
    return db.session.scalars(query).one_or_none()


def _messages(ticket: Ticket, internal: bool, after: int = 0) -> Sequence[TicketMessage]:
    query = _MESSAGES if internal else _REPLIES
    return db.session.scalars(query, {"ticket_id": ticket.id, "after": after}).all()


def _updates(ticket: Ticket) -> Sequence[ProblemUpdate]:
    return db.session.scalars(_UPDATES, {"ticket_id": ticket.id}).all()


def _status_changes(ticket: Ticket) -> Sequence[TicketStatusChange]:
    return db.session.scalars(_STATUS_CHANGES, {"ticket_id": ticket.id}).all()


def _field_changes(ticket: Ticket, internal: bool) -> Sequence[TicketFieldChange]:
    query = _FIELD_CHANGES if internal else _REQUESTER_FIELD_CHANGES
    return db.session.scalars(query, {"ticket_id": ticket.id}).all()


def _reports(ticket: Ticket) -> Sequence[TicketReport]:
    return db.session.scalars(_REPORTS, {"ticket_id": ticket.id}).all()


def _names(
    ticket: Ticket, changes: Sequence[TicketFieldChange], known: Mapping[int, User]
) -> dict[tuple[str, int], str]:
    """What the ids in the history are called; only what nobody has read yet is asked for."""
    found: dict[tuple[str, int], str] = {}
    for field, model in _NAMED.items():
        ids = {id_ for change in changes if change.field == field for id_ in _ids(change)}
        if model is User:
            found |= {(field, id_): known[id_].name for id_ in ids}
        elif ids and ids == {getattr(ticket, f"{field}_id")}:
            found[field, ids.pop()] = _called(field, getattr(ticket, field).name)
        elif ids:
            rows = db.session.execute(select(model.id, model.name).where(model.id.in_(ids)))
            found |= {(field, id_): _called(field, name) for id_, name in rows}
    return found


def _called(field: str, name: str) -> str:
    return f"the team {name}" if field == "team" else name


_NAMED: dict[str, Any] = {
    "assignee": User,
    "category": Category,
    "team": Team,
    "participants": User,
}
"""What the history keeps as ids, or as lists of them."""


def _ids(change: TicketFieldChange) -> set[int]:
    values = (change.old, change.new)
    if change.field == "participants":
        return {id_ for value in values for id_ in value}
    return {value for value in values if value}


Files = Mapping[int | None, Sequence[Attachment]]
"""The files of a ticket by the message that they came with, None for the description."""


def _files(ticket: Ticket, internal: bool) -> Files:
    found: dict[int | None, list[Attachment]] = {}
    for attachment in shown_on(ticket, internal=internal):
        found.setdefault(attachment.message_id, []).append(attachment)
    return found


def _description(ticket: Ticket, statuses: Sequence[TicketStatusChange], files: Files) -> Message:
    return Message(
        at=ticket.created_at,
        author=ticket.requester,
        html=ticket.description_html,
        side=Side.REQUESTER,
        is_description=True,
        act_id=statuses[0].change_set_id,
        files=files.get(None, ()),
    )


def _written(
    message: TicketMessage, known: Mapping[int, User], files: Files
) -> Message | TakenBack:
    if message.undone_by_id is None:
        return _message(message, known, files)
    return TakenBack(
        at=message.created_at,
        author=known[message.author_id],
        is_note=message.kind is MessageKind.NOTE,
        text=message.body,
        message_id=message.id,
        act_id=message.change_set_id,
    )


def _update(update: ProblemUpdate, known: Mapping[int, User]) -> Message | TakenBack:
    if update.undone_by_id is not None:
        return TakenBack(
            at=update.created_at,
            author=known[update.author_id],
            is_note=False,
            text=update.body,
            message_id=0,
            act_id=update.change_set_id,
            is_update=True,
        )
    return Message(
        at=update.created_at,
        author=known[update.author_id],
        html=update.body_html,
        side=Side.STAFF,
        is_update=True,
        id=update.id,
        act_id=update.change_set_id,
    )


def _message(message: TicketMessage, known: Mapping[int, User], files: Files) -> Message:
    return Message(
        at=message.created_at,
        author=known[message.author_id],
        html=message.body_html,
        side=message.side,
        is_note=message.kind is MessageKind.NOTE,
        id=message.id,
        act_id=message.change_set_id,
        files=files.get(message.id, ()),
    )


def _status_event(
    change: TicketStatusChange, known: Mapping[int, User], reports: Mapping[int, TicketReport]
) -> StatusEvent | ReportEvent:
    by = known.get(change.change_by_user_id or 0)
    if change.report_id is not None:
        return ReportEvent(
            at=change.change_at,
            by=by,
            before=ReportStatus(change.from_status) if change.from_status else None,
            after=ReportStatus(change.status_change),
            report=reports[change.report_id],
            act_id=change.change_set_id,
        )
    return StatusEvent(
        at=change.change_at,
        by=by,
        before=TicketStatus(change.from_status or TicketStatus.NEW),
        after=TicketStatus(change.status_change),
        act_id=change.change_set_id,
    )


def _field_event(
    change: TicketFieldChange,
    acts: Mapping[int, ChangeSet],
    known: Mapping[int, User],
    names: Mapping[tuple[str, int], str],
) -> FieldEvent:
    def read(value: Any) -> Any:
        if change.field == "participants":
            return [names[change.field, id_] for id_ in value]
        if change.field in _NAMED:
            return names.get((change.field, value)) if value else None
        return value

    return FieldEvent(
        at=change.recorded_at,
        by=known.get(acts[change.change_set_id].by_id or 0),
        field=change.field,
        old=read(change.old),
        new=read(change.new),
        act_id=change.change_set_id,
        new_id=change.new if change.field in ("assignee", "category", "team") else None,
    )
