"""Writes a story down as the domain would have: rows, versions, counts, and who waits since when.

A second telling of what ``domain/`` does with a ticket, for millions of acts at once; a test tells
the same stories through both and compares every row.
"""

import datetime as dt
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.demo.ledger import Ledger
from app.demo.markup import html
from app.demo.papers import Paper
from app.demo.story import Act, Story, Verb
from app.domain import tally
from app.models import (
    NOBODY,
    Door,
    MessageKind,
    ReportKind,
    ReportStatus,
    Side,
    TicketStatus,
)


def write(ledger: Ledger, story: Story, moments: list[dt.datetime]) -> int:
    """A story with the moment of its filing and of each act, in UTC; the ticket's id."""
    entry = _Entry(ledger, story, moments[0])
    for act, moment in zip(story.acts, moments[1:], strict=True):
        entry.do(act, moment)
    entry.finish()
    return entry.id


# Typed, or True would be kept as 1.
@lru_cache(maxsize=4096, typed=True)
def _json(value: str | int | None) -> str:
    return json.dumps(value)


@dataclass(slots=True)
class _Report:
    id: int
    reporter: int
    act: int
    kind: ReportKind
    comment: str
    at: Any
    status: ReportStatus


class _Entry:
    """One ticket while its story is written. ``fields`` are as the history keeps them."""

    def __init__(self, ledger: Ledger, story: Story, moment: dt.datetime) -> None:
        self.ledger = ledger
        self.story = story
        self.id = ledger.next_id("tickets")
        self.status = TicketStatus.NEW
        self.fields: dict[str, Any] = {
            "title": story.title,
            "description": story.description,
            "priority": story.priority.value,
            "category": ledger.categories[story.category] if story.category else None,
            "team": ledger.teams[story.team] if story.team else None,
            "assignee": None,
            "tags": [],
            "participants": [],
            "known_problem": False,
            "public_summary": "",
            "trashed": False,
        }
        self.version = 1
        self.reports: list[_Report] = []
        self.at = self.created_at = self.updated_at = ledger.stamp(moment)
        self.waiting_since = self.at
        self.solved_at: Any = None
        self.known_problem_since: Any = None
        self.trashed_at: Any = None
        kind = "ticket.created" if story.follow_up_of is None else Verb.REPLY.value
        self._begin(kind, story.opened_by, Door.WEB)
        self._status_row(None, TicketStatus.NEW.value)
        self._attach(story.files, None)

    def do(self, act: Act, moment: dt.datetime) -> None:
        self.at = self.ledger.stamp(moment)
        if act.verb is Verb.UNDO:
            self._take_back(act)
            return
        self._begin(act.verb.value, act.by, Door.WORKER if act.by is None else Door.WEB)
        _DOING[act.verb](self, act)

    def finish(self) -> None:
        rows, fields = self.ledger.rows, self.fields
        rows["tickets"].append(
            (
                *(self.id, self.story.requester, self.story.opened_by),
                *(fields["title"], fields["description"], html(fields["description"])),
                *(self.status.value, fields["priority"], fields["category"], fields["team"]),
                *(fields["assignee"], self.story.follow_up_of, self.version),
                *(self.created_at, self.updated_at, self.waiting_since, self.solved_at),
                *(self.trashed_at, self.known_problem_since),
                *(fields["public_summary"], html(fields["public_summary"])),
            )
        )
        for report in self.reports:
            rows["ticket_reports"].append(
                (
                    *(report.id, self.id, report.reporter, report.act),
                    *(report.kind.value, report.status.value, report.comment, report.at),
                )
            )
        rows["ticket_tags"] += [(self.id, self.ledger.tags[tag]) for tag in fields["tags"]]
        rows["ticket_participants"] += [(self.id, person) for person in fields["participants"]]
        if not fields["trashed"]:
            ids = (fields["assignee"], fields["category"], fields["team"])
            assignee, category, team = (id_ or NOBODY for id_ in ids)
            tally.shift(None, (self.status.value, assignee, category, team))

    # --- what people do ------------------------------------------------------------------------

    def reply(self, act: Act) -> None:
        from_staff = self._message(act, MessageKind.REPLY)
        if from_staff:
            self.waiting_since = None
        else:
            self.waiting_since = self.waiting_since or self.at
        if act.status is not None:
            self._change_status(act.status)
        elif self.status in (_OPENED_BY_STAFF if from_staff else _BROUGHT_BACK):
            self._set_status(TicketStatus.OPEN)

    def note(self, act: Act) -> None:
        self._message(act, MessageKind.NOTE)

    def assign(self, act: Act) -> None:
        self._assign(act.by if act.verb is Verb.TAKE else act.to)

    def sort(self, act: Act) -> None:
        if act.priority is not None:
            self._set("priority", act.priority.value)
        if act.category is not None:
            self._set("category", self.ledger.categories[act.category])
        if act.tags is not None:
            self._set("tags", sorted(act.tags))
        if act.team is not None:
            self._set("team", self.ledger.teams[act.team])
        if act.to is not None:
            self._assign(act.to)
        if act.status is not None:
            self._change_status(act.status)

    def edit(self, act: Act) -> None:
        self._set("description", act.text)

    def change_status(self, act: Act) -> None:
        if act.status is not None:
            self._change_status(act.status)

    def copy_in(self, act: Act) -> None:
        self._set("participants", sorted([*self.fields["participants"], act.to]))

    def leave(self, act: Act) -> None:
        self._set("participants", [id_ for id_ in self.fields["participants"] if id_ != act.by])

    def report(self, act: Act) -> None:
        made = _Report(
            self.ledger.next_id("ticket_reports"),
            act.by or 0,
            self.act,
            act.kind,
            act.text,
            self.at,
            ReportStatus.OPEN,
        )
        self.reports.append(made)
        self._status_row(None, ReportStatus.OPEN.value, made.id)
        self.updated_at = self.at

    def move_report(self, act: Act) -> None:
        self._move(self.reports[act.report], act.moved)

    def withdraw(self, act: Act) -> None:
        self._move(self.reports[act.report], ReportStatus.DISMISSED)

    def mark(self, act: Act) -> None:
        self._set("public_summary", act.text)
        self._set("known_problem", True)
        self.known_problem_since = self.at

    def tell_news(self, act: Act) -> None:
        self.ledger.rows["problem_updates"].append(
            (
                *(self.ledger.next_id("problem_updates"), self.id, act.by, self.act, None),
                *(act.text, html(act.text), self.at),
            )
        )
        self.updated_at = self.at

    def edit_summary(self, act: Act) -> None:
        self._set("public_summary", act.text)

    def trash(self, _act: Act) -> None:
        self._set("trashed", True)

    def restore(self, _act: Act) -> None:
        self._set("trashed", False)

    def close(self, _act: Act) -> None:
        self._set_status(TicketStatus.CLOSED)

    # --- how it is kept ------------------------------------------------------------------------

    def _begin(self, kind: str, by: int | None, via: Door, undoes: int | None = None) -> None:
        self.act = self.ledger.next_id("change_sets")
        self.by = by
        self.bumped = kind == "ticket.created"
        self.changed: list[tuple[str, Any]] = []
        self.message: int | None = None
        self.before = self.status, self.waiting_since, self.solved_at
        self.ledger.rows["change_sets"].append(
            (self.act, kind, by, None, via.value, undoes, self.at)
        )

    def _take_back(self, act: Act) -> None:
        """Undo the last act, on which nothing has followed yet: all is as it was before."""
        undone, changed, message, before = self.act, self.changed, self.message, self.before
        self._begin(act.verb.value, act.by, Door.WEB, undone)
        if message is not None:
            messages = self.ledger.rows["ticket_messages"]
            row = list(messages[message])
            row[_UNDONE_BY] = self.act
            messages[message] = tuple(row)
        for field, old in sorted(changed, key=lambda change: change[0] != "trashed"):
            self._set(field, old)
        if self.status is not before[0]:
            self._set_status(before[0])
        _, self.waiting_since, self.solved_at = before

    def _bump(self) -> None:
        self.updated_at = self.at
        if not self.bumped:
            self.bumped = True
            self.version += 1

    def _message(self, act: Act, kind: MessageKind) -> bool:
        from_staff = act.by in self.ledger.staff and act.by != self.story.requester
        if kind is MessageKind.REPLY:
            self.updated_at = self.at
        side = Side.STAFF if from_staff or kind is MessageKind.NOTE else Side.REQUESTER
        id_, messages = self.ledger.next_id("ticket_messages"), self.ledger.rows["ticket_messages"]
        self.message = len(messages)
        messages.append(
            (
                *(id_, self.id, act.by, self.act, None),
                *(kind.value, side.value, act.text, html(act.text), self.at),
            )
        )
        self._attach(act.files, id_)
        return from_staff

    def _attach(self, papers: tuple[Paper, ...], message_id: int | None) -> None:
        for paper in papers:
            filed = self.ledger.put(paper)
            if filed is None:
                continue
            self.ledger.rows["attachments"].append(
                (
                    *(self.ledger.next_id("attachments"), secrets.token_hex(16), self.by),
                    *(self.id, message_id, paper.name, paper.media_type),
                    *(filed.size, filed.sha256, filed.key, filed.thumbnail_key, None, self.at),
                    *(self.at, self.at),
                )
            )

    def _change_status(self, status: TicketStatus) -> None:
        was = self.status
        if was is status:
            return
        self._set_status(status)
        if status not in (TicketStatus.NEW, TicketStatus.OPEN):
            self.waiting_since = None
        elif not was.is_open:
            self.waiting_since = self.at
        if status is TicketStatus.SOLVED and was.is_open:
            for report in self.reports:
                if report.kind is ReportKind.AFFECTED and report.status.is_live:
                    self._move(report, ReportStatus.RESOLVED)

    def _set_status(self, status: TicketStatus) -> None:
        before, self.status = self.status, status
        self._bump()
        if status.is_open:
            self.solved_at = None
        elif before.is_open:
            self.solved_at = self.at
        self._status_row(before.value, status.value)

    def _move(self, report: _Report, status: ReportStatus) -> None:
        before, report.status = report.status, status
        self._status_row(before.value, status.value, report.id)

    def _status_row(self, before: str | None, after: str, report: int | None = None) -> None:
        self.ledger.rows["ticket_status_changes"].append(
            (
                *(self.ledger.next_id("ticket_status_changes"), self.id, report, self.act),
                *(before, after, self.by, self.at, self.at, self.version),
            )
        )

    def _assign(self, to: int | None) -> None:
        if to == self.fields["assignee"]:
            return
        self._set("assignee", to)
        if to is not None and self.status is TicketStatus.NEW:
            self._set_status(TicketStatus.OPEN)

    def _set(self, field: str, new: Any) -> None:
        old = self.fields[field]
        if old == new:
            return
        self.fields[field] = new
        self.changed.append((field, old))
        if field == "trashed":
            self.trashed_at = self.at if new else None
        self._bump()
        kept = json.dumps if field in _LONG else _json
        self.ledger.rows["ticket_field_changes"].append(
            (
                *(self.ledger.next_id("ticket_field_changes"), self.id, self.act),
                *(field, kept(old), kept(new), self.at, self.version),
            )
        )


_UNDONE_BY = 4
_LONG = ("description", "public_summary", "tags", "participants")
_OPENED_BY_STAFF = (TicketStatus.NEW,)
_BROUGHT_BACK = (TicketStatus.PENDING, TicketStatus.ON_HOLD, TicketStatus.SOLVED)
_DOING: Mapping[Verb, Callable[[_Entry, Act], None]] = {
    Verb.REPLY: _Entry.reply,
    Verb.NOTE: _Entry.note,
    Verb.TAKE: _Entry.assign,
    Verb.ASSIGN: _Entry.assign,
    Verb.SORT: _Entry.sort,
    Verb.EDIT: _Entry.edit,
    Verb.STATUS: _Entry.change_status,
    Verb.COPY_IN: _Entry.copy_in,
    Verb.LEAVE: _Entry.leave,
    Verb.REPORT: _Entry.report,
    Verb.MOVE_REPORT: _Entry.move_report,
    Verb.WITHDRAW: _Entry.withdraw,
    Verb.MARK: _Entry.mark,
    Verb.NEWS: _Entry.tell_news,
    Verb.SUMMARY: _Entry.edit_summary,
    Verb.TRASH: _Entry.trash,
    Verb.RESTORE: _Entry.restore,
    Verb.CLOSE: _Entry.close,
}
