"""Tells one outbox entry on: expands an announcement, or renders and sends a mail.

The sending happens outside any transaction. A crash between the server's yes and our note of it
sends the mail once more, with the same Message-ID; that is all that SMTP allows.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Flask
from sqlalchemy import ColumnElement, select

from app.domain import bulk, outbox
from app.extensions import db
from app.jobs import attached
from app.jobs.bulk import go_on
from app.jobs.transactions import reading, writing
from app.mail import audience, outbound
from app.mail.transport import NotNow, Refused, Transport
from app.models import OutboxEntry, OutboxState

log = logging.getLogger("deskhand.worker")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What it takes to deliver: the app, the way out, and the name under which entries are held."""

    app: Flask
    transport: Transport
    worker: str

    def next(self) -> bool:
        """Take one due entry and tell it on; False when there was none.

        One at a time: a lease is as long as one send, not as a batch of them.
        """
        with reading(self.app):
            if not outbox.is_due():
                return False
        with writing(self.app) as session:
            claimed = outbox.claim(self.worker, limit=1)
            session.commit()
        for entry_id in claimed:
            self.tell(entry_id)
        return bool(claimed)

    def tell(self, entry_id: int) -> None:
        """Tell a claimed entry on and note how it went. Never raises for what the entry did."""
        try:
            if not self._expand(entry_id) and not self._work(entry_id):
                self._send(entry_id)
        except (audience.NobodyToTell, outbound.Withdrawn) as reason:
            self._note(entry_id, partial(outbox.withdrawn, reason=str(reason)), "withdrawn")
        except Refused as reason:
            self._note(entry_id, partial(outbox.failed, reason=str(reason), final=True), "refused")
        except NotNow as reason:
            self._note(entry_id, partial(outbox.failed, reason=str(reason)), "not sent yet")
        except Exception as error:
            # Whatever is wrong with one entry, the others go out.
            log.exception("outbox entry broke", extra={"entry_id": entry_id})
            sentence = f"Something broke on our side ({type(error).__name__})."
            self._note(entry_id, partial(outbox.failed, reason=sentence), "broken")

    def _expand(self, entry_id: int) -> bool:
        with reading(self.app) as session:
            topic = session.scalars(
                select(OutboxEntry.topic).where(OutboxEntry.id == entry_id)
            ).one()
        if not audience.is_announcement(topic):
            return False
        with writing(self.app) as session:
            entry = _held(entry_id, self.worker)
            if entry is not None:
                audience.expand(entry)
                outbox.succeeded(entry)
                session.commit()
        return True

    def _work(self, entry_id: int) -> bool:
        """Do what the entry asks for where it is no mail: a bulk act, or something with a file."""
        with reading(self.app) as session:
            entry = session.get_one(OutboxEntry, entry_id)
            topic, payload = entry.topic, entry.payload
        if topic == bulk.RUN:
            go_on(self.app, payload)
            self._note(entry_id, outbox.succeeded, "done")
        elif attached.is_about_files(topic):
            outcome = attached.attend(self.app, topic, payload)
            self._note(entry_id, partial(_done, outcome), "done")
        else:
            return False
        return True

    def _send(self, entry_id: int) -> None:
        secret = self._secret(entry_id)
        with reading(self.app) as session:
            entry = session.get_one(OutboxEntry, entry_id)
            if entry.state is not OutboxState.WAITING:
                return  # its act was taken back since it was claimed
            letter = outbound.compose(entry, secret=secret)
        self.transport.send(letter.mail, sender=letter.sender, recipient=letter.recipient)
        self._note(entry_id, outbox.succeeded, "sent")

    def _secret(self, entry_id: int) -> str | None:
        with reading(self.app) as session:
            if not outbound.needs_link(session.get_one(OutboxEntry, entry_id)):
                return None
        with writing(self.app) as session:
            secret = outbound.make_link(session.get_one(OutboxEntry, entry_id))
            session.commit()
        return secret

    def _note(self, entry_id: int, verb: Callable[[OutboxEntry], None], word: str) -> None:
        with writing(self.app) as session:
            # What was sent was sent, whoever holds it now and even if it was withdrawn meanwhile.
            entry = _sent(entry_id) if word == "sent" else _held(entry_id, self.worker)
            if entry is None:
                return
            verb(entry)
            topic = entry.topic
            session.commit()
        log.info(word, extra={"entry_id": entry_id, "topic": topic})


def _done(outcome: Callable[[], None], entry: OutboxEntry) -> None:
    """Write down what came of it, and that this is done, together."""
    outcome()
    outbox.succeeded(entry)


def _held(entry_id: int, worker: str) -> OutboxEntry | None:
    """The entry, locked, while it still waits and is held under that name."""
    return _locked(
        OutboxEntry.id == entry_id,
        OutboxEntry.state == OutboxState.WAITING,
        OutboxEntry.lease_by == worker,
    )


def _sent(entry_id: int) -> OutboxEntry | None:
    not_over = OutboxEntry.state.in_((OutboxState.WAITING, OutboxState.WITHDRAWN))
    return _locked(OutboxEntry.id == entry_id, not_over)


def _locked(*where: ColumnElement[bool]) -> OutboxEntry | None:
    query = select(OutboxEntry).where(*where).with_for_update(of=OutboxEntry)
    return db.session.scalars(query).one_or_none()
