"""One act on many tickets: asked once, done ticket by ticket by the rules, told for each.

The selection is fixed when it is confirmed. A run goes on in batches, each a transaction of its
own, so that nobody waits for ten thousand tickets; what is done is noted with it, so that a run
that was cut off goes on where it was.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app import policy
from app.clock import now
from app.domain import tags, tickets, trash, undo
from app.domain.errors import DomainError, Unprocessable
from app.domain.outbox import announce
from app.extensions import db
from app.models import (
    BulkOutcome,
    BulkRun,
    Category,
    ChangeSet,
    Outcome,
    Priority,
    Team,
    Ticket,
    TicketStatus,
    User,
)
from app.policy import Permission, can_see_ticket
from app.text import Written

TICKETS_MAX = 10_000
AT_ONCE = 50
"""As many as are done while one waits for the page; more than that is the worker's."""
BATCH = 25
RUN = "bulk.run"
"""The outbox entry that asks the worker to go on with a run."""
KIND = "bulk."
"""How the acts on many tickets are called, with what was done behind it: ``bulk.edit``."""
EDIT = f"{KIND}edit"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of each ticket, as it can be kept: None leaves a field as it is, 0 is none.

    ``take`` is for tickets that nobody has, and refused for the others.
    """

    status: str | None = None
    priority: str | None = None
    assignee_id: int | None = None
    team_id: int | None = None
    category_id: int | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    note: str = ""
    note_html: str = ""
    trash: bool = False
    restore: bool = False
    take: bool = False

    @property
    def is_nothing(self) -> bool:
        return self == Asked()


@dataclass(frozen=True, slots=True)
class Meant:
    """The same with the rows that it names."""

    asked: Asked
    assignee: User | None
    team: Team | None
    category: Category | None

    @property
    def changes(self) -> tickets.Changes:
        asked = self.asked
        return tickets.Changes(
            status=TicketStatus(asked.status) if asked.status else None,
            priority=Priority(asked.priority) if asked.priority else None,
            assignee=self.assignee,
            assignee_given=asked.assignee_id is not None,
            team=self.team,
            team_given=asked.team_id is not None,
            category=self.category,
            category_given=asked.category_id is not None,
            add_tags=asked.add_tags,
            remove_tags=asked.remove_tags,
        )


def meant(asked: Asked) -> Meant:
    """Look up who and what is named. Raises Unprocessable for what is not there."""
    return Meant(
        asked,
        _named(User, asked.assignee_id, "assignee"),
        _named(Team, asked.team_id, "team"),
        _named(Category, asked.category_id, "category"),
    )


def _named(model: Any, id_: int | None, field: str) -> Any:
    if not id_:
        return None
    found = db.session.get(model, id_)
    if found is None:
        raise Unprocessable("Choose one from the list.", field=field)
    return found


# --- a run ---------------------------------------------------------------------------------------


def start(ticket_ids: Collection[int], changes: Asked | ChangeSet, *, act: ChangeSet) -> BulkRun:
    """Begin a run on these tickets: changes, or an act to be taken back by ``act``.

    A large one is announced to the worker; ``step`` does the others.
    """
    run = BulkRun(
        change_set=act,
        ticket_ids=sorted(set(ticket_ids))[:TICKETS_MAX],
        changes={"undo": changes.id} if isinstance(changes, ChangeSet) else asdict(changes),
        done=0,
        created_at=now(),
        finished_at=None,
    )
    db.session.add(run)
    db.session.flush()
    if len(run.ticket_ids) > AT_ONCE:
        announce(RUN, run_id=run.id)
    return run


def step(run: BulkRun, *, limit: int = BATCH) -> bool:
    """Do the next tickets of a run; whether there are more. The caller commits after each."""
    ids = run.ticket_ids[run.done : run.done + limit]
    by = db.session.get(User, run.change_set.actor_id) if run.change_set.actor_id else None
    if by is None or not by.is_active or undo.is_taken_back(run.change_set):
        ids = run.ticket_ids[run.done :]  # nobody wants the rest any more
        _note(run, ids, Outcome.REFUSED, "It was taken back before it came to this one.")
    elif ids:
        if "undo" in run.changes:
            _take_back(run, ids, by)
        else:
            _change(run, ids, by)
    run.done += len(ids)
    if run.done < len(run.ticket_ids) and ids:
        return True
    run.finished_at = now()
    return False


def locked_run(run_id: int) -> BulkRun | None:
    """The run, for whoever goes on with it: one at a time."""
    return db.session.scalars(
        select(BulkRun)
        .where(BulkRun.id == run_id)
        .options(joinedload(BulkRun.change_set))
        .with_for_update(of=BulkRun)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _change(run: BulkRun, ids: Sequence[int], by: User) -> None:
    try:
        wanted = meant(Asked(**{**run.changes, **_tuples(run.changes)}))
    except DomainError as gone:
        _note(run, ids, Outcome.REFUSED, gone.sentence)
        return
    for ticket in selected(ids, by, lock=True):
        try:
            with db.session.begin_nested():
                changed = apply(ticket, wanted, by=by, act=run.change_set)
                db.session.flush()
        except DomainError as refused:
            db.session.expire(ticket)
            _note(run, [ticket.id], Outcome.REFUSED, refused.sentence)
        else:
            _note(run, [ticket.id], Outcome.CHANGED if changed else Outcome.UNCHANGED)


def _tuples(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(changes[name]) for name in ("add_tags", "remove_tags")}


def _take_back(run: BulkRun, ids: Sequence[int], by: User) -> None:
    act = db.session.get_one(ChangeSet, run.changes["undo"])
    undone = undo.take_back(act, run.change_set, undo.lock(ids, undo.within_reach(act, by)))
    why = {left.ticket_id: "" for left in undone.left}
    for left in undone.left:
        why[left.ticket_id] = f"{why[left.ticket_id]} {left.sentence}".strip()
    for ticket_id in undone.changed:
        _note(run, [ticket_id], Outcome.CHANGED, why.pop(ticket_id, ""))
    for ticket_id, sentence in why.items():
        _note(run, [ticket_id], Outcome.REFUSED, sentence)


def _note(run: BulkRun, ids: Collection[int], outcome: Outcome, sentence: str = "") -> None:
    for ticket_id in ids:
        db.session.add(
            BulkOutcome(
                change_set_id=run.change_set_id,
                ticket_id=ticket_id,
                outcome=outcome,
                sentence=sentence,
            )
        )


def selected(ids: Collection[int], by: User, *, lock: bool = False) -> Sequence[Ticket]:
    """These tickets as far as this person sees them, those in the trash too, in order.

    Locked in one order, so that two colleagues cannot deadlock; what one may not see is not there.
    """
    query = (
        select(Ticket)
        .where(can_see_ticket(by), Ticket.id.in_(ids))
        .order_by(Ticket.id)
        .options(
            selectinload(Ticket.assignee),
            selectinload(Ticket.category),
            selectinload(Ticket.team),
            selectinload(Ticket.requester).lazyload(User.staff),
            selectinload(Ticket.tags),
        )
    )
    if lock:
        query = query.with_for_update(of=Ticket).execution_options(populate_existing=True)
    return db.session.scalars(query).all()


# --- one ticket ----------------------------------------------------------------------------------


def apply(ticket: Ticket, wanted: Meant, *, by: User, act: ChangeSet) -> bool:
    """Do to one ticket what is asked; whether it is another one now. Raises DomainError."""
    refuse(ticket, wanted, by)
    asked = wanted.asked
    changed = trash.restore(ticket, act=act) if asked.restore else False
    if asked.note:
        tickets.note(ticket, Written(asked.note, asked.note_html), act=act)
        changed = True
    changed = tickets.update_ticket(ticket, wanted.changes, act=act) or changed
    if asked.take:
        changed = tickets.take(ticket, act=act) or changed
    if asked.trash:
        changed = trash.put_in_trash(ticket, act=act) or changed
    return changed


def refuse(ticket: Ticket, wanted: Meant, by: User) -> None:
    """Raise Unprocessable where this person cannot do this to this ticket."""
    asked = wanted.asked
    if not policy.allows(by, Permission.TICKET_SET_PROPERTIES, ticket):
        raise Unprocessable("This isn’t yours to change.")
    if ticket.is_trashed and not asked.restore and asked != Asked(trash=True):
        raise Unprocessable("It is in the trash.")
    if asked.take and ticket.assignee_id not in (None, by.id):
        holder = db.session.get_one(User, ticket.assignee_id)
        raise Unprocessable(f"{holder.name} has taken #{ticket.id} already.")
    if wanted.team is not None and not policy.may_give_to_team(by, wanted.team):
        raise Unprocessable("There is no such team.", field="team")
    if wanted.team is not None and wanted.team.archived_at and wanted.team.id != ticket.team_id:
        raise Unprocessable("This team is not used any more.", field="team")
    if wanted.assignee is not None and not _may_have(wanted.assignee, ticket, wanted):
        raise Unprocessable(f"{wanted.assignee.name} can’t be given it.", field="assignee")
    category = wanted.category
    if category is not None and category.archived_at and category.id != ticket.category_id:
        raise Unprocessable("This category is not used any more.", field="category")


def _may_have(person: User, ticket: Ticket, wanted: Meant) -> bool:
    """Whether somebody can be given it where it will be then."""
    if wanted.asked.team_id is None:
        return policy.may_be_assigned(person, ticket)
    if not person.is_active or not person.is_staff:
        return False
    return wanted.team is None or policy.may_give_to_team(person, wanted.team)


# --- what it would do ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Effect:
    """What would become of a ticket: sentences, none if it stays as it is, or why it would not."""

    ticket: Ticket
    sentences: tuple[str, ...] = ()
    refusal: str = ""
    solves: bool = False


def effect(ticket: Ticket, wanted: Meant, by: User) -> Effect:
    """Foresee what ``apply`` would do, without doing it."""
    try:
        refuse(ticket, wanted, by)
    except DomainError as refused:
        return Effect(ticket, refusal=refused.sentence)
    changes, asked = wanted.changes, wanted.asked
    said = [
        *_restored(ticket, asked),
        *(["adds the note"] if asked.note else []),
        *_replaced("priority", ticket.priority, changes.priority),
        *_named_change("category", ticket.category, changes.category, changes.category_given),
        *_retagged(ticket, asked),
        *_named_change("team", ticket.team, changes.team, changes.team_given),
        *_reassigned(ticket, wanted),
        *_replaced("status", ticket.status, _status_after(ticket, changes)),
        *(["goes to the trash"] if asked.trash and not ticket.is_trashed else []),
    ]
    after = _status_after(ticket, changes)
    return Effect(
        ticket, tuple(said), solves=after is not None and ticket.is_open and not after.is_open
    )


def _restored(ticket: Ticket, asked: Asked) -> list[str]:
    return ["comes out of the trash"] if asked.restore and ticket.is_trashed else []


def _replaced(name: str, before: Any, after: Any) -> list[str]:
    if after is None or after is before:
        return []
    return [f"{name} {before.label} → {after.label}"]


def _named_change(name: str, before: Any, after: Any, given: bool) -> list[str]:
    if not given or before is after or (before and after and before.id == after.id):
        return []
    return [f"{name} {before.name if before else 'none'} → {after.name if after else 'none'}"]


def _retagged(ticket: Ticket, asked: Asked) -> list[str]:
    there = {tag.name for tag in ticket.tags}
    after = tags.after(ticket, add=asked.add_tags, remove=asked.remove_tags)
    said = [f"adds the tag {name}" for name in sorted(after - there)]
    return said + [f"removes the tag {name}" for name in sorted(there - after)]


def _reassigned(ticket: Ticket, wanted: Meant) -> list[str]:
    before, changes = ticket.assignee, wanted.changes
    if changes.assignee_given:
        return _named_change("assignee", before, changes.assignee, True)
    loses = before and wanted.team and not policy.may_give_to_team(before, wanted.team)
    return [f"assignee {before.name} → none, who is not in the team"] if before and loses else []


def _status_after(ticket: Ticket, changes: tickets.Changes) -> TicketStatus | None:
    if changes.status is not None:
        return changes.status
    gets_somebody = changes.assignee is not None and (
        ticket.assignee is None or ticket.assignee.id != changes.assignee.id
    )
    is_new = ticket.status is TicketStatus.NEW
    return TicketStatus.OPEN if is_new and gets_somebody else None
