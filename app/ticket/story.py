"""The timeline in words: what happened, as the person who reads it would be told."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import url_for
from markupsafe import Markup

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
BULK = "bulk."
"""How the acts on many tickets are called."""


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
    """Every entry of the timeline, in order, for this reader.

    The last line of each act that the reader may take back has the way to do it.
    """
    lines = []
    for place, entry in enumerate(told.entries, start=1):
        line = replace(_line(entry, place, ticket, reader, internal), act_id=entry.act_id)
        if line.kind == "event" and told.acts[entry.act_id].undoes_id is not None:
            line = replace(line, sentence=f"{line.sentence}, taking a change back")
        lines.append(line)
    offered = can_be_taken_back(reader, told.rows, told.acts)
    for place in range(len(lines) - 1, -1, -1):
        if lines[place].act_id in offered:
            offered -= {lines[place].act_id}
            many = told.acts[lines[place].act_id].kind.startswith(BULK)
            lines[place] = replace(lines[place], can_undo=True, many=many)
    return lines


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
    return Line(
        kind="message",
        anchor=f"m{entry.id}" if entry.id else "description",
        at=entry.at,
        look=look,
        author=entry.author,
        author_label="You" if entry.author.id == reader.id else entry.author.name,
        role=role,
        via=via,
        body=safe_html(entry.html),
        files=tuple(_file(attachment, ticket) for attachment in entry.files),
        message_id=entry.id,
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


def _taken_back(entry: TakenBack, place: int, reader: User) -> Line:
    """That something was said and taken back; what it was is its author's only."""
    return Line(
        kind="event",
        anchor=f"e{place}",
        at=entry.at,
        icon="undo-2",
        actor=_who(entry.author, reader),
        sentence=f"took back {'an internal note' if entry.is_note else 'a message'}",
        old_text=entry.text if entry.author.id == reader.id else None,
        old_label="What you wrote",
    )


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
    ReportStatus.ACKNOWLEDGED: "has seen the report of {name}",
    ReportStatus.RESOLVED: "resolved the report of {name}",
    ReportStatus.DISMISSED: "dismissed the report of {name}",
}


def _report(entry: ReportEvent, place: int, reader: User) -> Line:
    report = entry.report
    name = report.reporter.name
    status = entry.after
    if entry.before:
        sentence = _REPORT_SENTENCES[status].format(name=name)
    elif report.kind is ReportKind.AFFECTED:
        sentence = "reported to be affected too"
        if entry.by is None or entry.by.id != report.reporter_user_id:
            sentence = f"reported that {name} is affected too"
    else:
        sentence = "asked for another look"
        if entry.by is None or entry.by.id != report.reporter_user_id:
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
    "public_summary": "megaphone",
    "trashed": "trash-2",
}


def _field(entry: FieldEvent, place: int, reader: User) -> Line:
    return Line(
        kind="event",
        anchor=f"e{place}",
        at=entry.at,
        icon=_FIELD_ICONS[entry.field],
        actor=_who(entry.by, reader),
        sentence=_field_sentence(entry),
        old_text=entry.old if entry.field in ("description", "public_summary") else None,
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
        return f"gave this ticket to the team {new}" if new else f"took it from the team {old}"
    if entry.field == "public_summary":
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


# --- the requester's progress ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One stop on the way of a ticket: ``state`` is done, now or empty."""

    label: str
    icon: str
    state: str
    at: dt.datetime | None = None
    hint: str = ""


def steps(ticket: Ticket, told: Timeline, reader: User) -> list[Step]:
    """Received, with whom, how it stands, solved."""
    taken = next(
        (
            e.at
            for e in reversed(told.entries)
            if isinstance(e, FieldEvent) and e.field == "assignee"
        ),
        None,
    )
    solved = not ticket.is_open
    return [
        Step("Received", "s-solved", "done", at=ticket.created_at),
        _second(ticket, taken),
        _third(ticket),
        Step(
            "Closed" if ticket.status is TicketStatus.CLOSED else "Solved",
            f"s-{ticket.status.value}" if solved else "circle-dashed",
            "now" if solved else "",
            at=ticket.solved_at if solved else None,
        ),
    ]


def _second(ticket: Ticket, taken: dt.datetime | None) -> Step:
    if helper := ticket.assignee:
        return Step(f"{helper.first_name} is on it", "s-solved", "done", at=taken)
    if ticket.status is TicketStatus.NEW:
        return Step("In the queue", "s-new", "now")
    return Step("Seen by the help desk", "s-solved", "done")


_NOW = {
    TicketStatus.NEW: ("In the queue", "s-new"),
    TicketStatus.OPEN: ("Being worked on", "s-open"),
    TicketStatus.PENDING: ("Waiting for you", "s-pending"),
    TicketStatus.ON_HOLD: ("On hold", "s-on_hold"),
}


def _third(ticket: Ticket) -> Step:
    if not ticket.is_open:
        return Step("Worked on", "s-solved", "done")
    if ticket.status is TicketStatus.NEW and ticket.assignee is None:
        return Step("Worked on", "circle-dashed", "")
    label, icon = _NOW[ticket.status]
    return Step(label, icon, "now")
