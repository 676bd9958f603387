"""The timeline in words: what happened, as the person who reads it would be told."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from flask import url_for
from markupsafe import Markup

from app.domain import bulk
from app.domain.attachments import size_label, why_withheld
from app.domain.undo import can_be_taken_back
from app.models import (
    Attachment,
    Priority,
    ReportKind,
    ReportStatus,
    Side,
    Ticket,
    TicketStatus,
    User,
)
from app.queries.timeline import (
    FieldEvent,
    Message,
    ReportEvent,
    StatusEvent,
    TakenBack,
    Timeline,
)
from app.web.intake import are_scanned
from app.web.templating import safe_html
from app.web.uploads import icon

PRODUCT = "Deskhand"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as ``components/message.html`` or ``components/event.html`` prints it."""

    kind: str
    anchor: str
    at: dt.datetime
    # a message
    look: str = ""
    author: User | None = None
    author_label: str = ""
    role: str = ""
    via: str = ""
    body: Markup = field(default_factory=Markup)
    files: tuple["ShownFile", ...] = ()
    message_id: int = 0
    # an event
    icon: str = ""
    status: str | None = None
    actor: str = ""
    sentence: str = ""
    old_text: str | None = None
    old_label: str = "The text before"
    act_id: int = 0
    can_undo: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file as ``components/files.html`` prints it; ``withheld`` says why it cannot be had."""

    name: str
    size: str
    icon: str
    url: str
    thumbnail_url: str | None = None
    withheld: str | None = None


def story(told: Timeline, ticket: Ticket, reader: User, *, internal: bool) -> list[Line]:
    """Every entry of the timeline, in order, for this reader; many alike are told in one line.

    The last line of each act that the reader may take back has the way to do it.
    """
    lines: list[Line] = []
    for _, group in groupby(told.entries, lambda entry: _alike(entry, reader)):
        entries: list[Any] = list(group)
        if len(entries) >= BUNCH_MIN:
            lines.append(_bunch(entries, len(lines) + 1, reader))
            continue
        for entry in entries:
            line = _line(entry, len(lines) + 1, ticket, reader, internal)
            lines.append(replace(line, act_id=entry.act_id))
    for place, line in enumerate(lines):
        if line.kind == "event" and line.act_id and told.acts[line.act_id].undoes_id is not None:
            lines[place] = replace(line, sentence=f"{line.sentence}, taking a change back")
    offered = can_be_taken_back(reader, ticket, told.rows, told.acts)
    for place in range(len(lines) - 1, -1, -1):
        if lines[place].act_id in offered:
            offered -= {lines[place].act_id}
            many = told.acts[lines[place].act_id].kind.startswith(bulk.KIND)
            lines[place] = replace(lines[place], can_undo=True, many=many)
    return lines


BUNCH_MIN = 4


def _alike(entry: Any, reader: User) -> Any:
    """What reports in a row share when they can be told together; else the entry itself.

    One's own stands alone, with the way to take it back.
    """
    if not isinstance(entry, ReportEvent) or entry.report.kind is not ReportKind.AFFECTED:
        return id(entry)
    if entry.before is not None:
        return (entry.act_id, entry.after)
    by_themselves = entry.by is not None and entry.by.id == entry.report.reporter_user_id
    is_alone = entry.report.reporter_user_id == reader.id or entry.report.comment
    return "joined" if by_themselves and not is_alone else id(entry)


def _bunch(entries: Sequence[ReportEvent], place: int, reader: User) -> Line:
    first, last = entries[0], entries[-1]
    if first.before is not None:
        actor = _who(first.by, reader)
        sentence = f"{_MOVED[first.after]} {len(entries)} reports of being affected"
        icon, act_id = f"s-{first.after.value}", first.act_id
    else:
        names = [_who(entry.by, reader) for entry in entries[:2]]
        actor = f"{', '.join(names)} and {len(entries) - len(names)} others"
        sentence, icon, act_id = "reported to be affected too", "users-round", 0
    return Line(
        kind="event",
        anchor=f"e{place}",
        at=last.at,
        icon=icon,
        actor=actor,
        sentence=sentence,
        act_id=act_id,
    )


_MOVED = {
    ReportStatus.OPEN: "opened",
    ReportStatus.ACKNOWLEDGED: "acknowledged",
    ReportStatus.RESOLVED: "resolved",
    ReportStatus.DISMISSED: "dismissed",
}


def _line(entry: Any, place: int, ticket: Ticket, reader: User, internal: bool) -> Line:
    if isinstance(entry, Message):
        return _message(entry, ticket, reader)
    if isinstance(entry, TakenBack):
        return _taken_back(entry, place, reader)
    if isinstance(entry, FieldEvent):
        return _field(entry, place, reader)
    if isinstance(entry, ReportEvent):
        return _report(entry, place, reader)
    return _status(entry, place, reader, internal)


def _message(entry: Message, ticket: Ticket, reader: User) -> Line:
    look = "note" if entry.is_note else entry.side.value
    role = "Service desk" if entry.side is Side.STAFF else ""
    if entry.author.id == ticket.user_id and entry.author.id != reader.id:
        role = "Requester"
    via = ""
    if entry.is_description and ticket.opened_by_id != ticket.user_id:
        via = f"filed by {ticket.opened_by.name}"
    if entry.is_update:
        via = "to everybody affected"
    return Line(
        kind="message",
        anchor=_anchor(entry),
        at=entry.at,
        look=look,
        author=entry.author,
        author_label="You" if entry.author.id == reader.id else entry.author.name,
        role=role,
        via=via,
        body=safe_html(entry.html),
        files=tuple(_file(attachment, ticket) for attachment in entry.files),
        message_id=0 if entry.is_update else entry.id,
    )


def _file(attachment: Attachment, ticket: Ticket) -> ShownFile:
    named: dict[str, Any] = {"ticket_id": ticket.id, "public_id": attachment.public_id}
    has_thumbnail = attachment.thumbnail_key is not None
    return ShownFile(
        name=attachment.name,
        size=size_label(attachment.size),
        icon=icon(attachment),
        url=url_for("ticket.attachment", **named),
        thumbnail_url=url_for("ticket.thumbnail", **named) if has_thumbnail else None,
        withheld=why_withheld(attachment, scanned=are_scanned()),
    )


def _anchor(entry: Message) -> str:
    if entry.is_description:
        return "description"
    return f"u{entry.id}" if entry.is_update else f"m{entry.id}"


def _taken_back(entry: TakenBack, place: int, reader: User) -> Line:
    """That something was said and taken back; what it was is its author's only."""
    return Line(
        kind="event",
        anchor=f"e{place}",
        at=entry.at,
        icon="undo-2",
        actor=_who(entry.author, reader),
        sentence=f"took back {_TAKEN_BACK[entry.is_note, entry.is_update]}",
        old_text=entry.text if entry.author.id == reader.id else None,
        old_label="What you wrote",
    )


_TAKEN_BACK = {
    (True, False): "an internal note",
    (False, False): "a message",
    (False, True): "an update to everybody affected",
}
"""By whether it was a note, and an update."""


def _who(person: User | None, reader: User) -> str:
    if person is None:
        return PRODUCT
    return "You" if person.id == reader.id else person.name


def _status(entry: StatusEvent, place: int, reader: User, internal: bool) -> Line:
    before, after = entry.before, entry.after
    if internal:
        sentence = f"changed the status from {before.label} to {after.label}"
    elif after.is_open and not before.is_open:
        sentence = "reopened the ticket"
    elif after is TicketStatus.SOLVED:
        sentence = "marked the ticket as solved"
    else:
        sentence = f"changed the status to {after.requester_label}"
    return Line(
        kind="event",
        anchor=f"e{place}",
        at=entry.at,
        icon=f"s-{after.value}",
        status=after.value,
        actor=_who(entry.by, reader),
        sentence=sentence,
    )


_REPORT_SENTENCES = {
    ReportStatus.OPEN: "opened the report of {name} again",  # only Undo does
    ReportStatus.ACKNOWLEDGED: "has seen the report of {name}",
    ReportStatus.RESOLVED: "resolved the report of {name}",
    ReportStatus.DISMISSED: "dismissed the report of {name}",
}


def _report(entry: ReportEvent, place: int, reader: User) -> Line:
    report = entry.report
    name = report.reporter.name
    status = entry.after
    is_own = entry.by is not None and entry.by.id == report.reporter_user_id
    if entry.before and is_own and status is ReportStatus.DISMISSED:
        sentence = "withdrew the report of being affected"
    elif entry.before:
        sentence = _REPORT_SENTENCES[status].format(name=name)
    elif report.kind is ReportKind.AFFECTED:
        sentence = "reported to be affected too"
        if not is_own:
            sentence = f"reported that {name} is affected too"
    else:
        sentence = "asked for another look"
        if not is_own:
            sentence = f"asked for another look for {name}"
    return Line(
        kind="event",
        anchor=f"e{place}",
        at=entry.at,
        icon="megaphone" if not entry.before else f"s-{status.value}",
        actor=_who(entry.by, reader),
        sentence=sentence,
        old_text=report.comment if not entry.before and report.comment else None,
        old_label="What they wrote",
    )


_FIELD_ICONS = {
    "title": "pencil",
    "description": "pencil",
    "priority": "list-filter",
    "category": "rows-3",
    "team": "users-round",
    "assignee": "user-plus",
    "tags": "tag",
    "participants": "users-round",
    "known_problem": "megaphone",
    "public_summary": "pencil",
    "trashed": "trash-2",
}


_TEXTS = ("description", "public_summary")


def _field(entry: FieldEvent, place: int, reader: User) -> Line:
    return Line(
        kind="event",
        anchor=f"e{place}",
        at=entry.at,
        icon=_FIELD_ICONS[entry.field],
        actor=_who(entry.by, reader),
        sentence=_field_sentence(entry),
        old_text=(entry.old or None) if entry.field in _TEXTS else None,
    )


def _field_sentence(entry: FieldEvent) -> str:
    old, new = entry.old, entry.new
    if entry.field == "title":
        return f"changed the title from “{old}” to “{new}”"
    if entry.field == "description":
        return "edited the description"
    if entry.field == "priority":
        return f"changed the priority from {Priority(old).label} to {Priority(new).label}"
    if entry.field == "category":
        return f"set the category to {new}" if new else f"removed the category {old}"
    if entry.field == "assignee":
        return _assignee_sentence(entry)
    if entry.field == "tags":
        return _tags_sentence(old or [], new or [])
    if entry.field == "participants":
        return _participants_sentence(entry)
    if entry.field == "team":
        return f"gave this ticket to {new}" if new else f"took it from {old}"
    if entry.field == "public_summary":
        if not new:
            return "removed the public summary"
        return "edited the public summary" if old else "wrote a public summary"
    yes, no = _YES_OR_NO[entry.field]
    return yes if new else no


_YES_OR_NO = {
    "known_problem": ("marked this as a known problem", "took the mark of a known problem away"),
    "trashed": ("put this ticket in the trash", "took this ticket out of the trash"),
}


def _assignee_sentence(entry: FieldEvent) -> str:
    if entry.new is None:
        return f"took the ticket from {entry.old}; nobody has it now"
    if entry.by is not None and entry.by.id == entry.new_id:
        return "took this ticket"
    return f"assigned this ticket to {entry.new}"


def _tags_sentence(old: Sequence[str], new: Sequence[str]) -> str:
    added = [tag for tag in new if tag not in old]
    removed = [tag for tag in old if tag not in new]
    said = [f"added the tag{'s' * (len(added) > 1)} {', '.join(added)}"] if added else []
    if removed:
        said.append(f"removed the tag{'s' * (len(removed) > 1)} {', '.join(removed)}")
    return " and ".join(said)


def _participants_sentence(entry: FieldEvent) -> str:
    old, new = set(entry.old), set(entry.new)
    by = entry.by.name if entry.by else ""
    if old - new == {by}:
        return "left this ticket"
    if new - old == {by}:
        return "joined this ticket"
    said = [f"copied in {', '.join(sorted(new - old))}"] if new - old else []
    if old - new:
        said.append(f"took {', '.join(sorted(old - new))} out")
    return " and ".join(said)
