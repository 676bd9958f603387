"""Writes stories down as the domain would have: rows, versions, counts, and who waits since when.

A second telling of ``domain/tickets.py``, ``reports.py`` and ``history.py`` for millions of acts
at once; a test tells the same stories through both and compares every row.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.demo.markup import html
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

Row = tuple[Any, ...]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "tickets": (
        *("id", "user_id", "opened_by_id", "title", "description", "description_html"),
        *("status", "priority", "category_id", "team_id", "assignee_id", "follow_up_of_id"),
        *("version", "created_at", "updated_at", "waiting_since", "solved_at", "trashed_at"),
        *("known_problem_since", "public_summary", "public_summary_html"),
    ),
    "change_sets": ("id", "kind", "actor_id", "named_id", "via", "undoes_id", "created_at"),
    "ticket_messages": (
        *("id", "ticket_id", "author_id", "change_set_id", "undone_by_id", "kind", "side"),
        *("body", "body_html", "created_at"),
    ),
    "ticket_reports": (
        *("id", "ticket_id", "reporter_user_id", "change_set_id", "kind", "status"),
        *("comment", "reported_at"),
    ),
    "ticket_status_changes": (
        *("id", "ticket_id", "report_id", "change_set_id", "from_status", "status_change"),
        *("change_by_user_id", "change_at", "recorded_at", "version"),
    ),
    "ticket_field_changes": (
        *("id", "ticket_id", "change_set_id", "field", "old", "new", "recorded_at", "version"),
    ),
    "ticket_tags": ("ticket_id", "tag_id"),
}
"""What is written, in the order in which it may be: what is pointed to comes first."""


@lru_cache(maxsize=4096)
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


class Ledger:
    """Gathers rows until ``take``; ids go on where ``last_ids`` ended.

    ``stamp`` turns a moment into what the database's driver stores.
    """

    def __init__(
        self,
        last_ids: dict[str, int],
        *,
        staff: set[int],
        categories: Mapping[str, int],
        tags: Mapping[str, int],
        stamp: Callable[[dt.datetime], Any],
    ) -> None:
        self.last_ids = last_ids
        self.staff = staff
        self.categories = categories
        self.tags = tags
        self.stamp = stamp
        self.rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}

    def next_id(self, table: str) -> int:
        self.last_ids[table] += 1
        return self.last_ids[table]

    def take(self) -> dict[str, list[Row]]:
        """What has been written since the last time."""
        taken, self.rows = self.rows, {table: [] for table in COLUMNS}
        return taken

    def write(self, story: Story, moments: list[dt.datetime]) -> int:
        """A story with the moment of its filing and of each act, in UTC; the ticket's id."""
        entry = _Entry(self, story, moments[0])
        for act, moment in zip(story.acts, moments[1:], strict=True):
            entry.do(act, moment)
        entry.finish()
        return entry.id


class _Entry:
    """One ticket while its story is written."""

    def __init__(self, ledger: Ledger, story: Story, moment: dt.datetime) -> None:
        self.ledger = ledger
        self.story = story
        self.id = ledger.next_id("tickets")
        self.title, self.description = story.title, story.description
        self.status = TicketStatus.NEW
        self.priority = story.priority
        self.category = self._category(story.category)
        self.assignee: int | None = None
        self.tags: tuple[str, ...] = ()
        self.version = 1
        self.reports: list[_Report] = []
        self.at = self.created_at = self.updated_at = ledger.stamp(moment)
        self.waiting_since = self.at
        self.solved_at: Any = None
        kind = "ticket.created" if story.follow_up_of is None else Verb.REPLY.value
        self._begin(kind, story.opened_by, Door.WEB)
        self._status_row(None, TicketStatus.NEW.value)

    def do(self, act: Act, moment: dt.datetime) -> None:
        self.at = self.ledger.stamp(moment)
        self._begin(act.verb.value, act.by, Door.WORKER if act.by is None else Door.WEB)
        _DOING[act.verb](self, act)

    def finish(self) -> None:
        rows = self.ledger.rows
        rows["tickets"].append(
            (
                *(self.id, self.story.requester, self.story.opened_by),
                *(self.title, self.description, html(self.description)),
                *(self.status.value, self.priority.value, self.category, None, self.assignee),
                *(self.story.follow_up_of, self.version),
                *(self.created_at, self.updated_at, self.waiting_since, self.solved_at),
                *(None, None, "", ""),
            )
        )
        for report in self.reports:
            rows["ticket_reports"].append(
                (
                    *(report.id, self.id, report.reporter, report.act),
                    *(report.kind.value, report.status.value, report.comment, report.at),
                )
            )
        rows["ticket_tags"] += [(self.id, self.ledger.tags[tag]) for tag in self.tags]
        cell = (self.status.value, self.assignee or NOBODY, self.category or NOBODY, NOBODY)
        tally.shift(None, cell)

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
            self._field("priority", self.priority.value, act.priority.value)
            self.priority = act.priority
        if act.category is not None:
            category = self._category(act.category)
            self._field("category", self.category, category)
            self.category = category
        if act.tags is not None:
            tags = tuple(sorted(act.tags))
            self._field("tags", list(self.tags), list(tags))
            self.tags = tags
        if act.to is not None:
            self._assign(act.to)
        if act.status is not None:
            self._change_status(act.status)

    def edit(self, act: Act) -> None:
        self._field("description", self.description, act.text)
        self.description = act.text

    def change_status(self, act: Act) -> None:
        if act.status is not None:
            self._change_status(act.status)

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

    def close(self, _act: Act) -> None:
        self._set_status(TicketStatus.CLOSED)

    # --- how it is kept ------------------------------------------------------------------------

    def _begin(self, kind: str, by: int | None, via: Door) -> None:
        self.act = self.ledger.next_id("change_sets")
        self.by = by
        self.bumped = kind == "ticket.created"
        self.ledger.rows["change_sets"].append((self.act, kind, by, None, via.value, None, self.at))

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
        self.ledger.rows["ticket_messages"].append(
            (
                *(self.ledger.next_id("ticket_messages"), self.id, act.by, self.act, None),
                *(kind.value, side.value, act.text, html(act.text), self.at),
            )
        )
        return from_staff

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
        if to == self.assignee:
            return
        self._field("assignee", self.assignee, to)
        self.assignee = to
        if to is not None and self.status is TicketStatus.NEW:
            self._set_status(TicketStatus.OPEN)

    def _field(self, field: str, old: Any, new: Any) -> None:
        if old == new:
            return
        self._bump()
        kept = json.dumps if isinstance(new, list) or field == "description" else _json
        self.ledger.rows["ticket_field_changes"].append(
            (
                *(self.ledger.next_id("ticket_field_changes"), self.id, self.act),
                *(field, kept(old), kept(new), self.at, self.version),
            )
        )

    def _category(self, name: str | None) -> int | None:
        return None if name is None else self.ledger.categories[name]


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
    Verb.REPORT: _Entry.report,
    Verb.MOVE_REPORT: _Entry.move_report,
    Verb.CLOSE: _Entry.close,
}
