"""Which files there are: on a ticket, for whoever asks; of one's own and not sent; in store."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    bindparam,
    cast,
    exists,
    literal,
    or_,
    select,
    union_all,
)

from app.extensions import db
from app.models import (
    Attachment,
    ChangeSet,
    MessageKind,
    OutboxEntry,
    Ticket,
    TicketMessage,
    TicketStatusChange,
    User,
)
from app.policy import Reader, can_see_internal

ROWS_AT_ONCE = 500
SCAN_KEY = "scan:"


# --- on tickets ----------------------------------------------------------------------------------


def shown_on(ticket: Ticket, *, internal: bool) -> Sequence[Attachment]:
    """All files of a ticket that are to be seen, those of notes only with ``internal``."""
    query = _ALL_SHOWN if internal else _PUBLIC_SHOWN
    return db.session.scalars(query, {"ticket_id": ticket.id}).all()


def find_on(ticket: Ticket, public_id: str, *, internal: bool) -> Attachment | None:
    """This file of this ticket, or None where there is none for them."""
    found = _shown(ticket.id, internal=internal).where(Attachment.public_id == public_id)
    return db.session.scalars(found).one_or_none()


def of_description(ticket: Ticket) -> Sequence[Attachment]:
    own = _shown(ticket.id, internal=False).where(Attachment.message_id.is_(None))
    return db.session.scalars(own.order_by(Attachment.id)).all()


def of_reply(message: TicketMessage) -> Sequence[Attachment]:
    """What the other side gets with it; nothing of a note, or of what was taken back."""
    query = (
        select(Attachment)
        .join(TicketMessage, TicketMessage.id == Attachment.message_id)
        .where(TicketMessage.id == message.id, _STANDS, _IS_REPLY)
    )
    return db.session.scalars(query.order_by(Attachment.id)).all()


_STANDS = TicketMessage.undone_by_id.is_(None)
_IS_REPLY = TicketMessage.kind == MessageKind.REPLY


def _shown(ticket_id: Any, *, internal: bool) -> Select[tuple[Attachment]]:
    said = _STANDS if internal else _STANDS & _IS_REPLY
    return (
        select(Attachment)
        .outerjoin(TicketMessage, TicketMessage.id == Attachment.message_id)
        .where(Attachment.ticket_id == ticket_id, or_(Attachment.message_id.is_(None), said))
    )


_ALL_SHOWN, _PUBLIC_SHOWN = (
    _shown(bindparam("ticket_id"), internal=internal).order_by(Attachment.id)
    for internal in (True, False)
)


def files_seen(reader: Reader) -> Select[tuple[Attachment]]:
    """All files on the tickets that this person sees that they see there too.

    Of which tickets, the caller has to say.
    """
    is_theirs = or_(_IS_REPLY, can_see_internal(reader))
    return (
        select(Attachment)
        .join(Ticket, Ticket.id == Attachment.ticket_id)
        .outerjoin(TicketMessage, TicketMessage.id == Attachment.message_id)
        .where(or_(Attachment.message_id.is_(None), _STANDS & is_theirs))
    )


# --- of one's own --------------------------------------------------------------------------------


def is_bindable(person: User) -> ColumnElement[bool]:
    """What this person may attach to something: uploads that were not sent, and what they sent
    with a message or a ticket that was taken back."""
    messages = select(TicketMessage.id).where(
        TicketMessage.author_id == person.id, TicketMessage.undone_by_id.is_not(None)
    )
    # Put in the trash by an undo of what opened it. What staff threw away stays as it is.
    tickets = (
        select(Ticket.id)
        .join(TicketStatusChange, TicketStatusChange.ticket_id == Ticket.id)
        .join(ChangeSet, ChangeSet.undoes_id == TicketStatusChange.change_set_id)
        .where(
            Ticket.opened_by_id == person.id,
            Ticket.trashed_at.is_not(None),
            TicketStatusChange.from_status.is_(None),
            TicketStatusChange.report_id.is_(None),
        )
    )
    return (Attachment.uploader_id == person.id) & or_(
        Attachment.ticket_id.is_(None),
        Attachment.message_id.in_(messages),
        Attachment.message_id.is_(None) & Attachment.ticket_id.in_(tickets),
    )


def bindable(person: User, public_ids: Sequence[str]) -> Sequence[Attachment]:
    """Of these, the ones that they may attach, in the order in which they are named."""
    if not public_ids:
        return []
    wanted = list(dict.fromkeys(public_ids))
    query = select(Attachment).where(Attachment.public_id.in_(wanted), is_bindable(person))
    found = {attachment.public_id: attachment for attachment in db.session.scalars(query)}
    return [found[public_id] for public_id in wanted if public_id in found]


def attachments_of_ticket_taken_back(ticket: Ticket, author: User) -> Sequence[Attachment]:
    """What whoever opened it may attach again when they file it anew."""
    own = select(Attachment).where(
        Attachment.ticket_id == ticket.id, Attachment.message_id.is_(None), is_bindable(author)
    )
    return db.session.scalars(own.order_by(Attachment.id)).all()


def attachments_of_message_taken_back(message: TicketMessage, author: User) -> Sequence[Attachment]:
    """What its author may attach again when they send the text again."""
    own = select(Attachment).where(Attachment.message_id == message.id, is_bindable(author))
    return db.session.scalars(own.order_by(Attachment.id)).all()


# --- in store ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that a row names; ``size`` and ``sha256`` are None for thumbnails."""

    attachment_id: int
    key: str
    size: int | None
    sha256: str | None


def kept_files() -> Iterator[Kept]:
    """Every file that there has to be, row by row."""
    query = select(
        Attachment.id,
        Attachment.storage_key,
        Attachment.size,
        Attachment.sha256,
        Attachment.thumbnail_key,
    ).order_by(Attachment.id)
    for id_, key, size, sha256, thumbnail in db.session.execute(
        query.execution_options(yield_per=ROWS_AT_ONCE)
    ):
        yield Kept(id_, key, size, sha256)
        if thumbnail is not None:
            yield Kept(id_, thumbnail, None, None)


def unnamed_among(keys: Collection[str]) -> set[str]:
    """Which of these keys no row names: files of nobody."""
    named: CompoundSelect[tuple[str]] = union_all(
        select(Attachment.storage_key).where(Attachment.storage_key.in_(keys)),
        select(Attachment.thumbnail_key).where(Attachment.thumbnail_key.in_(keys)),
    )
    found: set[str] = set(db.session.scalars(named))
    return set(keys) - found


def never_scanned(limit: int) -> Sequence[Attachment]:
    """What nobody was asked to look through for viruses, the oldest first."""
    asked = exists().where(
        OutboxEntry.key == literal(SCAN_KEY) + cast(Attachment.id, String),
    )
    query = select(Attachment).where(Attachment.scanned_at.is_(None), ~asked)
    return db.session.scalars(query.order_by(Attachment.id).limit(limit)).all()
