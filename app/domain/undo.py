"""Takes acts back: a new act that leaves every ticket as it would be without the old one.

A field holds what its last act wrote that was not taken back. So taking back an act changes the
fields that still hold its value, to what stood there before; what somebody else has set since
stays and is named. An undo is an act too and can be taken back: then the first act counts again.
What was written can be taken back within the recall time, while nobody has been told of it.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, or_, select, union, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app.clock import now
from app.domain import history
from app.domain.errors import Conflict
from app.domain.settings import site
from app.extensions import db
from app.models import (
    Category,
    ChangeSet,
    Door,
    MessageKind,
    OutboxEntry,
    OutboxState,
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
from app.policy import (
    Permission,
    allows,
    can_see_ticket,
    may_be_assigned,
    may_give_to_team,
)
from app.text import Written, written

KIND = "undo"
TAKEN_BACK = "It was taken back."
SETS = ("tags", "participants")
TEXTS = ("description", "public_summary")
OF_REQUESTERS = {"title", "description", "participants", "status"}
"""What somebody who is not on the help desk of a ticket can have changed on it."""


@dataclass(frozen=True, slots=True)
class Left:
    """Something on a ticket that stays as it is although its act was taken back, and why."""

    ticket_id: int
    what: str
    why: str

    @property
    def sentence(self) -> str:
        return f"#{self.ticket_id}: {self.what} stays as it is, {self.why}"


@dataclass(slots=True)
class Undone:
    """``changed`` are the tickets that are different now; ``left`` is what could not be."""

    act: ChangeSet
    changed: list[int] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    @property
    def why_not(self) -> str:
        return " ".join(f"{left.sentence}." for left in self.left)


def begin(act: ChangeSet, *, by: User | None, via: Door) -> ChangeSet:
    """The act that takes another one back; whoever asks first gets it.

    Raises Conflict where that has been done already, naming who did.
    """
    chain = _chain(act.id)
    if len(chain) % 2 == 0:
        raise _already(chain[-1])
    try:
        with db.session.begin_nested():
            undoing = history.begin(KIND, by=by, via=via, undoes=chain[-1])
            db.session.flush()
    except IntegrityError:  # somebody pressed the same button in this very moment
        raise _already(_chain(act.id)[-1]) from None
    return undoing


def undo(
    act: ChangeSet,
    *,
    by: User,
    via: Door,
    texts: Mapping[str, Written] | None = None,
) -> Undone:
    """Take back an act on all tickets that this person sees.

    ``texts`` are Markdown texts with their HTML, rendered before the transaction began; others are
    rendered now. Raises Conflict where nothing of it can be taken back.
    """
    undoing = begin(act, by=by, via=via)
    touched = db.session.scalars(touched_by(act)).all()
    tickets = lock(touched, by)
    undone = take_back(act, undoing, tickets, by=by, texts=texts)
    if not undone.changed:
        raise Conflict(undone.why_not or "There is nothing to take back any more.")
    return undone


_WRITTEN_DOWN: tuple[Any, ...] = (
    TicketStatusChange,
    TicketFieldChange,
    TicketMessage,
    ProblemUpdate,
    TicketReport,
)


def touched_by(act: ChangeSet) -> Select[tuple[int]]:
    """The numbers of the tickets that this act did something to, in order."""
    found = union(
        *(
            select(model.ticket_id.label("id")).where(model.change_set_id == act.id)
            for model in (
                TicketStatusChange,
                TicketFieldChange,
                TicketMessage,
                ProblemUpdate,
                TicketReport,
            )
        )
    ).subquery()
    return select(found.c.id).order_by(found.c.id)


def lock(ticket_ids: Collection[int], by: User) -> Sequence[Ticket]:
    """These tickets, as far as this person sees them, in one order so that two cannot deadlock."""
    return db.session.scalars(
        select(Ticket)
        .where(can_see_ticket(by), Ticket.id.in_(ticket_ids))
        .order_by(Ticket.id)
        .options(
            joinedload(Ticket.requester).lazyload(User.staff),
        )
        .with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    ).all()


def texts_to_restore(act: ChangeSet) -> set[str]:
    """The Markdown that taking this act back may bring back, to be rendered beforehand."""
    values = db.session.execute(
        select(TicketFieldChange.old, TicketFieldChange.new).where(
            TicketFieldChange.change_set_id == act.id, TicketFieldChange.field.in_(TEXTS)
        )
    )
    return {text for row in values for text in row}


def take_back(
    act: ChangeSet,
    undoing: ChangeSet,
    tickets: Sequence[Ticket],
    *,
    by: User,
    texts: Mapping[str, Written] | None = None,
) -> Undone:
    """Take back (or, where it was taken back before, bring back) an act on these locked tickets."""
    undone = Undone(undoing)
    told = _Telling(act)
    records = _records(tickets)
    standing = _standing(records, act, undoing)
    for ticket in tickets:
        work = _Work(ticket, act, undoing, records[ticket.id], standing, undone, told, texts or {})
        work.do(by)
    if undone.changed:
        told.settle(is_back=act.id in standing)
    return undone


# --- which acts count ----------------------------------------------------------------------------


def is_taken_back(act: ChangeSet) -> bool:
    return len(_chain(act.id)) % 2 == 0


def _chain(act_id: int) -> list[int]:
    """The act, its undo, the undo of that, and so on."""
    chain = [act_id]
    while (
        following := db.session.scalar(select(ChangeSet.id).where(ChangeSet.undoes_id == chain[-1]))
    ) is not None:
        chain.append(following)
    return chain


def _already(undo_id: int) -> Conflict:
    who = db.session.scalar(
        select(User.name)
        .join(ChangeSet, ChangeSet.actor_id == User.id)
        .where(ChangeSet.id == undo_id)
    )
    return Conflict(f"{who or 'Deskhand'} has taken this back already.")


@dataclass(slots=True)
class _Records:
    """All that is written of one ticket and that an undo may have to weigh."""

    statuses: list[TicketStatusChange] = field(default_factory=list)
    fields: list[TicketFieldChange] = field(default_factory=list)
    messages: list[TicketMessage] = field(default_factory=list)
    updates: list[ProblemUpdate] = field(default_factory=list)
    reports: dict[int, TicketReport] = field(default_factory=dict)


def _records(tickets: Sequence[Ticket]) -> dict[int, _Records]:
    ids = [ticket.id for ticket in tickets]
    found = {id_: _Records() for id_ in ids}
    kinds: tuple[tuple[Any, str], ...] = (
        (TicketStatusChange, "statuses"),
        (TicketFieldChange, "fields"),
        (TicketMessage, "messages"),
        (ProblemUpdate, "updates"),
    )
    for model, name in kinds:
        rows: Iterable[Any] = db.session.scalars(
            select(model).where(model.ticket_id.in_(ids)).order_by(model.id)
        )
        for row in rows:
            getattr(found[row.ticket_id], name).append(row)
    reports = select(TicketReport).where(TicketReport.ticket_id.in_(ids))
    for report in db.session.scalars(reports.options(joinedload(TicketReport.reporter))):
        found[report.ticket_id].reports[report.id] = report
    return found


def _standing(records: Mapping[int, _Records], act: ChangeSet, undoing: ChangeSet) -> set[int]:
    """The ids of the acts in these records that count: neither undos nor taken back by one."""
    rows: list[Any] = [row for r in records.values() for row in (*r.statuses, *r.fields)]
    acts = {row.change_set_id for row in rows} | {act.id}
    undos = set(
        db.session.scalars(
            select(ChangeSet.id).where(ChangeSet.id.in_(acts), ChangeSet.undoes_id.is_not(None))
        )
    ) | {undoing.id}
    first = {id_: id_ for id_ in acts - undos}  # which act the newest link of each chain is about
    standing = set(first)
    links = dict(first)
    while links:
        undoing_them = db.session.execute(
            select(ChangeSet.id, ChangeSet.undoes_id).where(ChangeSet.undoes_id.in_(links))
        )
        links = {id_: links[undoes] for id_, undoes in undoing_them if undoes is not None}
        standing ^= set(links.values())
    return standing


# --- one ticket ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Work:
    """Brings one ticket to where it would be, and notes what could not be brought there."""

    ticket: Ticket
    act: ChangeSet
    undoing: ChangeSet
    records: _Records
    standing: set[int]
    undone: Undone
    told: "_Telling"
    texts: Mapping[str, Written]
    changed: bool = False

    def do(self, by: User) -> None:
        if self._creates():
            self._trash()
        elif self.ticket.is_trashed and not self._concerns("trashed"):
            self._leave("everything", "because it is in the trash")
        elif not self._may(by):
            self._leave("everything", "because it is the help desk’s to change")
        else:
            self._written()
            for name in self._fields():
                self._field(name)
            self._reports()
            self._status()
        if self.changed:
            self.undone.changed.append(self.ticket.id)
            restore_clocks(self.ticket, self.records, self.standing)

    def _own(self, rows: Iterable[Any]) -> list[Any]:
        return [row for row in rows if row.change_set_id == self.act.id]

    def _fields(self) -> list[str]:
        """What the act changed, in its order; in the trash nothing else can change before that."""
        names = dict.fromkeys(row.field for row in self._own(self.records.fields))
        return sorted(names, key=lambda name: name != "trashed")

    def _counting(self, rows: Iterable[Any]) -> list[Any]:
        return [row for row in rows if row.change_set_id in self.standing]

    def _leave(self, what: str, why: str) -> None:
        self.undone.left.append(Left(self.ticket.id, what, why))

    def _creates(self) -> bool:
        return any(
            row.from_status is None and row.report_id is None
            for row in self._own(self.records.statuses)
        )

    def _concerns(self, name: str) -> bool:
        return any(row.field == name for row in self._own(self.records.fields))

    def _may(self, by: User) -> bool:
        if allows(by, Permission.TICKET_SEE_INTERNAL, self.ticket):
            return True
        names = {row.field for row in self._own(self.records.fields)}
        return names <= OF_REQUESTERS

    # --- what was written ----------------------------------------------------------------------

    def _written(self) -> None:
        for rows, what in ((self.records.messages, None), (self.records.updates, "the update")):
            for row in self._own(rows):
                self._message(row, what or _called(row))

    def _message(self, row: TicketMessage | ProblemUpdate, what: str) -> None:
        if self.act.id in self.standing:
            row.undone_by_id, self.changed = None, True
        elif reason := self.told.too_late(row.created_at):
            self._leave(what, reason)
        else:
            row.undone_by_id, self.changed = self.undoing.id, True

    def _trash(self) -> None:
        """An opened ticket was written too; taken back, it lies in the trash."""
        is_back = self.act.id in self.standing
        if not is_back and (reason := self.told.too_late(self.ticket.created_at)):
            self._leave("the ticket", reason)
        elif history.set_trashed(self.ticket, not is_back, self.undoing):
            self.changed = True

    # --- fields --------------------------------------------------------------------------------

    def _field(self, name: str) -> None:
        rows = [row for row in self.records.fields if row.field == name]
        counting = self._counting(rows)
        value = _elements(rows, counting) if name in SETS else _last(rows, counting)
        if later := self._set_since(rows, counting, name in SETS):
            self._leave(f"the {_NAMES[name]}", f"because {_who(later)} changed it since")
        if value != _now(self.ticket, name):
            try:
                with db.session.begin_nested():
                    self._set(name, value)
                self.changed = True
            except Conflict as refused:
                self._leave(f"the {_NAMES[name]}", f"because {refused.sentence}")

    def _set_since(self, rows: list[Any], counting: list[Any], by_element: bool) -> Any:
        """A later change of the same field (or of the same tags or people) that counts."""
        own = self._own(rows)
        mine = set().union(*(_delta(row) for row in own)) if by_element else set()
        for row in reversed(counting):
            if row.id > own[-1].id and (not by_element or mine & _delta(row)):
                return row
        return None

    def _set(self, name: str, value: Any) -> None:
        ticket, act = self.ticket, self.undoing
        match name:
            case "title":
                text = Written(ticket.description, ticket.description_html)
                history.set_text(ticket, act, title=value, description=text)
            case "description":
                text = self._rendered(value)
                history.set_text(ticket, act, title=ticket.title, description=text)
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
                history.set_trashed(ticket, value, act)
            case "tags":
                tags = db.session.scalars(select(Tag).where(Tag.name.in_(value))).all()
                history.set_tags(ticket, list(tags), act)
            case "participants":
                people = db.session.scalars(select(User).where(User.id.in_(value))).all()
                history.set_participants(ticket, people, act)

    def _give_to(self, team: Team | None) -> None:
        if team is not None and not may_give_to_team(self.undoing.by, team):
            raise Conflict("that team is not yours any more")
        holder = _row(User, self.ticket.assignee_id)
        if holder is not None and team is not None and not may_give_to_team(holder, team):
            raise Conflict(f"{holder.name}, who has it now, is not in that team")
        history.set_team(self.ticket, team, self.undoing)

    def _assign(self, person: User | None) -> None:
        if person is not None and not may_be_assigned(person, self.ticket):
            raise Conflict(f"{person.name} can’t have it any more")
        history.set_assignee(self.ticket, person, self.undoing)

    def _rendered(self, text: str) -> Written:
        return self.texts.get(text) or written(text)

    # --- status --------------------------------------------------------------------------------

    def _status(self) -> None:
        rows = [r for r in self.records.statuses if r.report_id is None and r.from_status]
        own = self._own(rows)
        counting = self._counting(rows)
        last = counting[-1].status_change if counting else TicketStatus.NEW
        status = self._touched(TicketStatus(last))
        if own and counting and counting[-1].id > own[-1].id:
            self._leave("the status", f"because {_who(counting[-1])} changed it since")
        elif own and status is TicketStatus.OPEN and last == TicketStatus.NEW:
            self._leave("the status", "because the help desk has dealt with it since")
        if history.set_status(self.ticket, status, self.undoing) is not None:
            self.changed = True

    def _touched(self, status: TicketStatus) -> TicketStatus:
        """``new`` means that nobody on the help desk has touched it."""
        if status is not TicketStatus.NEW:
            return status
        answered = any(
            m.kind is MessageKind.REPLY and m.side is Side.STAFF and m.undone_by_id is None
            for m in self.records.messages
        )
        return TicketStatus.OPEN if answered or self.ticket.assignee_id is not None else status

    def _reports(self) -> None:
        moves = [row for row in self.records.statuses if row.report_id is not None]
        for report_id in dict.fromkeys(row.report_id for row in self._own(moves)):
            self._report(
                self.records.reports[report_id], [r for r in moves if r.report_id == report_id]
            )

    def _report(self, report: TicketReport, rows: list[TicketStatusChange]) -> None:
        what = f"the report of {report.reporter.name}"
        own, counting = self._own(rows), self._counting(rows)
        filed = rows[0].change_set_id in self.standing
        status = ReportStatus(counting[-1].status_change) if filed else ReportStatus.DISMISSED
        if counting and counting[-1].id > own[-1].id:
            self._leave(what, f"because {_who(counting[-1])} moved it since")
        if status is report.status:
            return
        try:
            with db.session.begin_nested():
                history.set_report_status(report, status, self.undoing)
                db.session.flush()
            self.changed = True
        except IntegrityError:
            db.session.refresh(report)
            self._leave(what, "because they have reported it anew since")


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


def _called(message: TicketMessage | ProblemUpdate) -> str:
    is_note = isinstance(message, TicketMessage) and message.kind is MessageKind.NOTE
    return "the note" if is_note else "the reply"


def _now(ticket: Ticket, name: str) -> Any:
    """What a field holds, in the form in which the history keeps it."""
    match name:
        case "category" | "team" | "assignee":
            return getattr(ticket, f"{name}_id")
        case "priority":
            return ticket.priority.value
        case "tags":
            return sorted(tag.name for tag in ticket.tags)
        case "participants":
            return sorted(person.id for person in ticket.participants)
        case "known_problem":
            return ticket.is_known_problem
        case "trashed":
            return ticket.is_trashed
    return getattr(ticket, name)


def _last(rows: list[TicketFieldChange], counting: list[TicketFieldChange]) -> Any:
    return counting[-1].new if counting else rows[0].old


def _elements(rows: list[TicketFieldChange], counting: list[TicketFieldChange]) -> list[Any]:
    value = set(rows[0].old)
    for row in counting:
        value = (value | set(row.new)) - (set(row.old) - set(row.new))
    return sorted(value)


def _delta(row: TicketFieldChange) -> set[Any]:
    return set(row.old) ^ set(row.new)


def _row(model: Any, id_: int | None) -> Any:
    return None if id_ is None else db.session.get(model, id_)


def _who(row: Any) -> str:
    act = db.session.get_one(ChangeSet, row.change_set_id)
    person = db.session.get(User, act.by_id) if act.by_id else None
    return person.name if person else "Deskhand"


# --- since when ----------------------------------------------------------------------------------


def restore_clocks(ticket: Ticket, records: _Records, standing: set[int]) -> None:
    """Since when the requester waits and when it was solved, told again without what was undone.

    The rules are those of ``domain/tickets.py``: the ball goes with replies and with statuses.
    """
    waiting: dt.datetime | None = ticket.created_at
    solved: dt.datetime | None = None
    status = TicketStatus.NEW
    for row in _in_order(records, standing):
        if isinstance(row, TicketMessage):
            waiting = None if row.side is Side.STAFF else waiting or row.created_at
            continue
        was, status = status, TicketStatus(row.status_change)
        if status not in (TicketStatus.NEW, TicketStatus.OPEN):
            waiting = None
        elif not was.is_open:
            waiting = row.recorded_at
        if status.is_open:
            solved = None
        elif was.is_open:
            solved = row.recorded_at
    if ticket.status.is_open:
        solved = None
    ticket.waiting_since = waiting if ticket.status in _THE_BALL_IS_OURS else None
    ticket.solved_at = solved or (None if ticket.status.is_open else ticket.solved_at)


_THE_BALL_IS_OURS = (TicketStatus.NEW, TicketStatus.OPEN)


def _in_order(records: _Records, standing: set[int]) -> list[TicketMessage | TicketStatusChange]:
    replies: list[TicketMessage | TicketStatusChange] = [
        m for m in records.messages if m.undone_by_id is None and m.kind is MessageKind.REPLY
    ]
    moves = [
        row
        for row in records.statuses
        if row.report_id is None and row.from_status and row.change_set_id in standing
    ]
    # Within one act the reply comes before the status that it sets.
    return sorted(
        [*replies, *moves],
        key=lambda row: (row.change_set_id, isinstance(row, TicketStatusChange), row.id),
    )


# --- who has been told ---------------------------------------------------------------------------


class _Telling:
    """What has been announced of an act: withdrawn with it, unless it is out already."""

    def __init__(self, act: ChangeSet) -> None:
        self.act = act
        self.moment = now()
        done = select(OutboxEntry.id).where(
            OutboxEntry.change_set_id == act.id, OutboxEntry.state == OutboxState.DONE
        )
        self.is_out = db.session.scalar(done.limit(1)) is not None

    def too_late(self, written_at: dt.datetime) -> str | None:
        """Why what was written at that moment stays, if it does."""
        if self.is_out:
            return "because it has been sent"
        if self.moment > written_at + site().recall_time:
            return f"because it is older than {site().recall_seconds} seconds"
        return None

    def settle(self, *, is_back: bool) -> None:
        """Withdraw what waits to be told; or let it wait again."""
        entries = update(OutboxEntry).where(OutboxEntry.change_set_id == self.act.id)
        entries = entries.execution_options(synchronize_session=False)
        if is_back:
            db.session.execute(
                entries.where(
                    OutboxEntry.state == OutboxState.WITHDRAWN,
                    OutboxEntry.last_error == TAKEN_BACK,
                ).values(
                    state=OutboxState.WAITING,
                    due_at=self.moment + site().recall_time,
                    last_error=None,
                    finished_at=None,
                )
            )
            return
        held = or_(OutboxEntry.lease_until.is_(None), OutboxEntry.lease_until < self.moment)
        db.session.execute(
            entries.where(OutboxEntry.state == OutboxState.WAITING, held).values(
                state=OutboxState.WITHDRAWN,
                last_error=TAKEN_BACK,
                finished_at=self.moment,
                lease_until=None,
                lease_by=None,
            )
        )
