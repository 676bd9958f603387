"""What taking an act back does to one ticket, and what stays although it was taken back."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.domain import history, participants
from app.domain.errors import Conflict
from app.domain.recall import Left, Telling, Undone
from app.extensions import db
from app.models import (
    Category,
    ChangeSet,
    MessageKind,
    Priority,
    ProblemUpdate,
    ReportStatus,
    Side,
    Tag,
    Team,
    Ticket,
    TicketFieldChange,
    TicketMessage,
    TicketReport,
    TicketStatus,
    TicketStatusChange,
    User,
)
from app.policy import Permission, allows, may_be_assigned, may_give_to_team
from app.queries.standing import SETS, counting, elements, touched
from app.text import Written, written

_OF_REQUESTERS = {"title", "description", "participants"}
"""The fields that somebody who is not on the help desk of a ticket can have changed."""
_MOVES_OF_REQUESTERS = {TicketStatus.SOLVED.value, TicketStatus.OPEN.value}
_OUR_TURN = (TicketStatus.NEW, TicketStatus.OPEN)


@dataclass(slots=True)
class Records:
    """All that is written of one ticket and that has to be weighed, each in order."""

    statuses: list[TicketStatusChange] = field(default_factory=list)
    fields: list[TicketFieldChange] = field(default_factory=list)
    messages: list[TicketMessage] = field(default_factory=list)
    updates: list[ProblemUpdate] = field(default_factory=list)
    reports: dict[int, TicketReport] = field(default_factory=dict)


@dataclass(slots=True)
class TakingBack:
    """Brings one ticket to where it would be, and notes what could not be brought there."""

    ticket: Ticket
    act: ChangeSet
    undoing: ChangeSet
    records: Records
    standing: Collection[int]
    undone: Undone
    telling: Telling
    texts: Mapping[str, Written]
    changed: bool = False

    def do(self) -> None:
        names = list(dict.fromkeys(row.field for row in self._own(self.records.fields)))
        if not self._opened() and not self._may(names):
            self._leave("everything", "it is the help desk’s to change")
            return
        if self._opened():
            self._trash()
        elif not self._comes_out(names):
            self._leave("everything", "it is in the trash")
        else:
            self._written()
            for name in sorted(names, key=lambda name: name == "trashed"):
                if name == "trashed":  # nothing else can change in there
                    self._reports()
                    self._status()
                self._field(name)
            if "trashed" not in names:
                self._reports()
                self._status()
        if self.changed:
            self.undone.changed.append(self.ticket.id)
            self._restore_clocks()

    @property
    def _is_back(self) -> bool:
        """Whether the act counts again, its undo having been undone."""
        return self.act.id in self.standing

    def _own(self, rows: Iterable[Any]) -> list[Any]:
        return [row for row in rows if row.change_set_id == self.act.id]

    def _leave(self, what: str, why: str) -> None:
        self.undone.left.append(Left(self.ticket.id, what, why))

    def _comes_out(self, names: list[str]) -> bool:
        """Whether the ticket is out of the trash, if need be because the act had put it there."""
        is_own = self.ticket.is_trashed and "trashed" in names
        if is_own and not self._value(self._changes_of("trashed")):
            self._field("trashed")
        return not self.ticket.is_trashed

    def _opened(self) -> bool:
        """Whether the act filed this ticket."""
        own = self._own(self.records.statuses)
        return any(row.from_status is None and row.report_id is None for row in own)

    def _may(self, names: list[str]) -> bool:
        by = self.undoing.by
        if allows(by, Permission.TICKET_SEE_INTERNAL, self.ticket):
            return True
        if self.act.kind == participants.LEFT or allows(by, Permission.TICKET_SEE, self.ticket):
            notes = [m for m in self._own(self.records.messages) if m.kind is MessageKind.NOTE]
            own = self._own(self.records.statuses)
            moves = {row.status_change for row in own if row.report_id is None and row.from_status}
            return _OF_REQUESTERS.issuperset(names) and moves <= _MOVES_OF_REQUESTERS and not notes
        # Of a known problem one has no more than one's own report.
        is_move = any(row.report_id is None for row in self._own(self.records.statuses))
        return not (names or is_move or self._own(self.records.messages))

    # --- what was written ------------------------------------------------------------------------

    def _written(self) -> None:
        for message in self._own(self.records.messages):
            is_note = message.kind is MessageKind.NOTE
            if self._take_back_text(message, "the note" if is_note else "the reply"):
                self.undone.messages.append(message)
        for news in self._own(self.records.updates):
            if self._take_back_text(news, "the update"):
                self.undone.updates.append(news)

    def _take_back_text(self, text: TicketMessage | ProblemUpdate, what: str) -> bool:
        if not self._is_back and (reason := self.telling.too_late(text.created_at)):
            self._leave(what, reason)
            return False
        text.undone_by_id = None if self._is_back else self.undoing.id
        self.changed = True
        return True

    def _trash(self) -> None:
        """A ticket that was filed was written too; taken back, it lies in the trash."""
        if not self._is_back and (reason := self.telling.too_late(self.ticket.created_at)):
            self._leave("the ticket", reason)
            return
        try:
            if self._is_back:
                self._refuse_lost_holder()
            if history.set_trashed(self.ticket, not self._is_back, self.undoing):
                self.changed = True
        except Conflict as refused:
            self._leave("the ticket", refused.sentence)

    # --- fields ----------------------------------------------------------------------------------

    def _field(self, name: str) -> None:
        rows = self._changes_of(name)
        if later := self._changed_since(rows, counting(rows, self.standing)):
            self._leave(f"the {_NAMES[name]}", f"{_who(later)} changed it since")
        value = self._value(rows)
        if value == history.held(self.ticket, name):
            return
        try:
            self._refuse_late_edit(name)
            with db.session.begin_nested():
                self._set(name, value)
            self.changed = True
        except Conflict as refused:
            self._leave(f"the {_NAMES[name]}", refused.sentence)

    def _refuse_late_edit(self, name: str) -> None:
        """A closed ticket’s text is not its requester’s to change any more, by Undo neither."""
        is_text = name in ("title", "description")
        is_late = is_text and self.ticket.status is TicketStatus.CLOSED
        if is_late and not allows(self.undoing.by, Permission.TICKET_SEE_INTERNAL, self.ticket):
            raise Conflict("it is closed")

    def _changes_of(self, name: str) -> list[TicketFieldChange]:
        return [row for row in self.records.fields if row.field == name]

    def _value(self, rows: list[TicketFieldChange]) -> Any:
        """What a field holds after those of its changes that count."""
        that_count = counting(rows, self.standing)
        if rows[0].field in SETS:
            return elements(rows, that_count)
        return that_count[-1].new if that_count else rows[0].old

    def _changed_since(self, rows: list[Any], that_count: list[Any]) -> Any:
        """A later change that counts: of the same field, or of the same of its elements."""
        own = self._own(rows)
        mine = [touched(row) for row in own] if own[0].field in SETS else None
        for row in reversed(that_count):
            if row.id > own[-1].id and (mine is None or touched(row) & frozenset().union(*mine)):
                return row
        return None

    def _set(self, name: str, value: Any) -> None:
        ticket, act = self.ticket, self.undoing
        match name:
            case "title":
                text = Written(ticket.description, ticket.description_html)
                history.set_text(ticket, act, title=value, description=text)
            case "description":
                history.set_text(ticket, act, title=ticket.title, description=self._rendered(value))
            case "public_summary":
                history.set_public_summary(ticket, self._rendered(value), act)
            case "priority":
                history.set_priority(ticket, Priority(value), act)
            case "category":
                history.set_category(ticket, _row(Category, value), act)
            case "team":
                self._give_to(_row(Team, value))
            case "assignee":
                self._assign(_row(User, value))
            case "known_problem":
                history.set_known_problem(ticket, value, act)
            case "trashed":
                if not value and ticket.is_open:
                    self._refuse_lost_holder()
                history.set_trashed(ticket, value, act)
            case "tags":
                tags = db.session.scalars(select(Tag).where(Tag.name.in_(value))).all()
                history.set_tags(ticket, list(tags), act)
            case "participants":
                self._copy_in(value)

    def _copy_in(self, ids: list[int]) -> None:
        there = set(self.ticket.participants)
        people = db.session.scalars(select(User).where(User.id.in_(ids))).all()
        for person in people:
            if person not in there and not person.is_active:
                raise Conflict(f"the account of {person.name} is switched off")
        if len(people) > participants.PARTICIPANTS_MAX:
            raise Conflict(f"it would have more than {participants.PARTICIPANTS_MAX}")
        history.set_participants(self.ticket, people, self.undoing)

    def _give_to(self, team: Team | None) -> None:
        if team is not None and not may_give_to_team(self.undoing.by, team):
            raise Conflict("its team before is not yours")
        holder = self._holder_then(team)
        if holder is not None and team is not None and not may_give_to_team(holder, team):
            raise Conflict(f"{holder.name}, who has it now, is not in its team before")
        history.set_team(self.ticket, team, self.undoing)

    def _holder_then(self, team: Team | None) -> User | None:
        """Who will have the ticket: an act that gave it to a team and to a person gives back both.

        The team is the first of the two.
        """
        holder: User | None = _row(User, self.ticket.assignee_id)
        if not self._own(rows := self._changes_of("assignee")):
            return holder
        before: User | None = _row(User, self._value(rows))
        comes_back = before is None or (before.is_active and before.is_staff)
        if comes_back and before is not None and team is not None:
            comes_back = may_give_to_team(before, team)
        return before if comes_back else holder

    def _refuse_lost_holder(self) -> None:
        """An open ticket does not lie with somebody who has left or would not see it."""
        holder = _row(User, self.ticket.assignee_id)
        if holder is not None and not may_be_assigned(holder, self.ticket):
            raise Conflict(f"{holder.name}, who had it, can’t have it any more")

    def _assign(self, person: User | None) -> None:
        if person is not None and not may_be_assigned(person, self.ticket):
            raise Conflict(f"{person.name} can’t have it any more")
        history.set_assignee(self.ticket, person, self.undoing)

    def _rendered(self, text: str) -> Written:
        return self.texts.get(text) or written(text)

    # --- statuses --------------------------------------------------------------------------------

    def _status(self) -> None:
        rows = [row for row in self.records.statuses if row.report_id is None and row.from_status]
        own, that_count = self._own(rows), counting(rows, self.standing)
        if not own and not self._bears_on_new():
            return
        before = TicketStatus(that_count[-1].status_change) if that_count else TicketStatus.NEW
        status = self._unless_touched(before)
        if own and that_count and that_count[-1].id > own[-1].id:
            self._leave("the status", f"{_who(that_count[-1])} changed it since")
        elif own and status is not before:
            self._leave("the status", "the help desk has dealt with it since")
        if status.is_open and not self.ticket.is_open:
            try:
                self._refuse_lost_holder()
            except Conflict as refused:
                self._leave("the status", refused.sentence)
                return
        if history.set_status(self.ticket, status, self.undoing) is not None:
            self.changed = True

    def _bears_on_new(self) -> bool:
        """Whether the act is why the ticket is not new: it gave it to somebody, or answered."""
        answers = [m for m in self._own(self.records.messages) if m.side is Side.STAFF]
        return bool(self._own(self._changes_of("assignee")) or answers)

    def _unless_touched(self, status: TicketStatus) -> TicketStatus:
        """``new`` means that nobody on the help desk has touched it."""
        answered = any(
            m.kind is MessageKind.REPLY and m.side is Side.STAFF and m.undone_by_id is None
            for m in self.records.messages
        )
        if status is TicketStatus.NEW and (answered or self.ticket.assignee_id is not None):
            return TicketStatus.OPEN
        return status

    def _reports(self) -> None:
        moves = [row for row in self.records.statuses if row.report_id is not None]
        for report_id in dict.fromkeys(row.report_id for row in self._own(moves)):
            report = self.records.reports[report_id]
            self._report(report, [row for row in moves if row.report_id == report_id])

    def _report(self, report: TicketReport, rows: list[TicketStatusChange]) -> None:
        """A report filed by mistake is dismissed; there is no status for never having been."""
        what = f"the report of {report.reporter.name}"
        own, that_count = self._own(rows), counting(rows, self.standing)
        is_filed = rows[0].change_set_id in self.standing
        status = ReportStatus(that_count[-1].status_change) if is_filed else ReportStatus.DISMISSED
        if that_count and that_count[-1].id > own[-1].id:
            self._leave(what, f"{_who(that_count[-1])} moved it since")
        if status is report.status:
            return
        try:
            with db.session.begin_nested():
                history.set_report_status(report, status, self.undoing)
                db.session.flush()
            self.changed = True
            self.undone.reports.add(report.id)
        except IntegrityError:
            db.session.refresh(report)
            self._leave(what, "they have reported it anew since")

    # --- since when ------------------------------------------------------------------------------

    def _restore_clocks(self) -> None:
        """Since when the requester waits, when it was solved and when it became known.

        All told without what was undone.

        The rules are those of ``domain/tickets.py``: the ball goes with replies and statuses.
        """
        waiting: dt.datetime | None = self.ticket.created_at
        solved: dt.datetime | None = None
        status = TicketStatus.NEW
        for row in self._turns():
            if isinstance(row, TicketMessage):
                waiting = None if row.side is Side.STAFF else waiting or row.created_at
                continue
            was, status = status, TicketStatus(row.status_change)
            if status not in _OUR_TURN:
                waiting = None
            elif not was.is_open:
                waiting = row.recorded_at
            if not status.is_open and was.is_open:
                solved = row.recorded_at
        self.ticket.waiting_since = waiting if self.ticket.status in _OUR_TURN else None
        if not self.ticket.is_open:
            self.ticket.solved_at = solved or self.ticket.solved_at
        marks = [row for row in self.records.fields if row.field == "known_problem"]
        that_count = counting(marks, self.standing)
        if self.ticket.is_known_problem and that_count:
            self.ticket.known_problem_since = that_count[-1].recorded_at

    def _turns(self) -> list[TicketMessage | TicketStatusChange]:
        """Replies and changes of status that count, as they came; a reply before what it sets."""
        replies: list[TicketMessage | TicketStatusChange] = [
            m
            for m in self.records.messages
            if m.undone_by_id is None and m.kind is MessageKind.REPLY
        ]
        moves = [row for row in self.records.statuses if row.report_id is None and row.from_status]
        return sorted(
            [*replies, *counting(moves, self.standing)],
            key=lambda row: (row.change_set_id, isinstance(row, TicketStatusChange), row.id),
        )


_NAMES = {
    "title": "title",
    "description": "description",
    "priority": "priority",
    "category": "category",
    "team": "team",
    "assignee": "assignee",
    "tags": "tag",
    "participants": "list of participants",
    "known_problem": "mark as a known problem",
    "public_summary": "public summary",
    "trashed": "place in the trash",
}


def _row(model: Any, id_: int | None) -> Any:
    return None if id_ is None else db.session.get(model, id_)


def _who(row: TicketFieldChange | TicketStatusChange) -> str:
    act = db.session.get_one(ChangeSet, row.change_set_id)
    person = db.session.get(User, act.by_id) if act.by_id else None
    return person.name if person else "Deskhand"
