"""What an undo changed and what it left, and what becomes of the announcements of its act."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, select

from app.clock import now
from app.domain import outbox
from app.domain.settings import site
from app.extensions import db
from app.models import ChangeSet, OutboxEntry, OutboxState, ProblemUpdate, TicketMessage

TAKEN_BACK = "It was taken back."


@dataclass(frozen=True, slots=True)
class Left:
    """Something on a ticket that stays as it is although its act was taken back, and why."""

    ticket_id: int
    what: str
    why: str

    @property
    def sentence(self) -> str:
        return f"#{self.ticket_id}: {self.what} stays as it is, because {self.why}."


@dataclass(slots=True)
class Undone:
    """``changed`` are the tickets that are different now; ``left`` is what could not be."""

    act: ChangeSet
    changed: list[int] = field(default_factory=list)
    messages: list[TicketMessage] = field(default_factory=list)
    updates: list[ProblemUpdate] = field(default_factory=list)
    reports: set[int] = field(default_factory=set)
    left: list[Left] = field(default_factory=list)

    @property
    def why_not(self) -> str:
        return " ".join(left.sentence for left in self.left)


class Telling:
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
            return "it has been sent"
        if self.moment > written_at + site().recall_time:
            return f"it is older than {site().recall_seconds} seconds"
        return None

    def settle(self, undone: Undone, *, is_back: bool) -> None:
        """Withdraw what waits to be told of what was taken back; or let it wait again."""
        looked_at: set[int] = set()
        # A worker that is just expanding an announcement holds it; its mails are there afterwards.
        while entries := self._entries(is_back, looked_at):
            looked_at |= {entry.id for entry in entries}
            for entry in entries:
                if _is_about(entry.payload, undone):
                    self._wait_again(entry) if is_back else outbox.withdrawn(entry, TAKEN_BACK)
            db.session.flush()

    def _wait_again(self, entry: OutboxEntry) -> None:
        outbox.try_again(entry)
        entry.due_at = self.moment + site().recall_time
        entry.last_error = None

    def _entries(self, is_back: bool, besides: Collection[int]) -> Sequence[OutboxEntry]:
        """Those that wait, in a worker’s hands too: it tells nothing on that was withdrawn."""
        wanted = OutboxEntry.state == OutboxState.WAITING
        if is_back:
            wanted = and_(
                OutboxEntry.state == OutboxState.WITHDRAWN, OutboxEntry.last_error == TAKEN_BACK
            )
        return db.session.scalars(
            select(OutboxEntry)
            .where(OutboxEntry.change_set_id == self.act.id, wanted)
            .where(OutboxEntry.id.not_in(besides))
            .order_by(OutboxEntry.id)
            .with_for_update(of=OutboxEntry)
        ).all()


def _is_about(told: Mapping[str, Any], undone: Undone) -> bool:
    """Whether an announcement, or a mail, tells of something that this undo changed."""
    if "message_id" in told:
        return told["message_id"] in {message.id for message in undone.messages}
    if "update_id" in told:
        return told["update_id"] in {news.id for news in undone.updates}
    if "report_id" in told:
        return told["report_id"] in undone.reports
    return told.get("ticket_id") in undone.changed
