"""Files that people attach: uploaded first, then bound to the ticket or message they are sent with.

The bytes are stored before and outside of any transaction; here are only the rows that name them.
A row is deleted before its file (R61): the file goes by an announcement, which the worker carries
out.
"""

import datetime as dt
import secrets
from collections.abc import Sequence

from sqlalchemy import func, select

from app.clock import now
from app.domain.errors import Conflict, Unprocessable
from app.domain.file_names import is_program
from app.domain.media_types import IMAGES
from app.domain.outbox import announce
from app.domain.settings import site
from app.extensions import db
from app.models import Attachment, ChangeSet, Ticket, TicketMessage, User
from app.queries.attachments import SCAN_KEY, is_bindable
from app.storage import Stored

MB = 1024 * 1024
FILE_MAX = 25 * MB
FILES_MAX = 10
"""Files that go with one ticket or message."""
DAILY_MAX = 200 * MB
"""Bytes that a requester uploads in 24 hours."""
UNBOUND_MAX = 50
UNBOUND_KEPT = dt.timedelta(hours=24)
"""What is uploaded and not sent: how many files a person has of it, and how long."""

FIELD = "attachments"
SCAN = "attachment.scan"
THUMBNAIL = "attachment.thumbnail"
DELETE = "file.delete"


def size_label(size: int) -> str:
    """As people say it: "38 KB", "1.9 MB". A MB has 1024 KB here, as in the limits."""
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    if size < 1000 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    in_mb = size / MB
    if in_mb < 9.95:
        return f"{in_mb:.1f} MB"
    return f"{round(in_mb):,} MB" if in_mb < 1000 else f"{in_mb / 1024:.1f} GB"


def refuse_unfit(uploader: User, name: str, size: int) -> None:
    """Say why a file of this (cleaned) name and size cannot be attached; raises Unprocessable."""
    if size == 0:
        raise Unprocessable(f"{name} is empty: there is nothing in it to attach.", field=FIELD)
    if size > FILE_MAX:
        limit, shown = size_label(FILE_MAX), size_label(size)
        if shown == limit:  # a few bytes over
            shown, limit = f"{size:,} bytes", f"{limit}, which are {FILE_MAX:,}"
        raise Unprocessable(f"{name} is {shown}; the limit is {limit}.", field=FIELD)
    if not uploader.is_staff and site().refuse_programs and is_program(name):
        raise Unprocessable(
            f"{name} is a program, and those are not taken here. Say what it is about, and we"
            " find another way.",
            field=FIELD,
        )


def add(
    uploader: User, name: str, stored: Stored, media_type: str, *, scanned: bool = False
) -> Attachment:
    """Note an uploaded file, for the time being its uploader's alone.

    ``scanned`` says that files are looked through for viruses here. Raises Unprocessable as
    ``refuse_unfit`` does, and Conflict where the person has uploaded too much lately.
    """
    refuse_unfit(uploader, name, stored.size)
    # Counted with the person locked, or many uploads at the same moment would all fit.
    db.session.execute(
        select(User.id).where(User.id == uploader.id).with_for_update(key_share=True)
    )
    _refuse_too_many(uploader)
    _refuse_too_much(uploader, name, stored.size)
    attachment = Attachment(
        public_id=secrets.token_hex(16),
        uploader_id=uploader.id,
        name=name,
        media_type=media_type,
        size=stored.size,
        sha256=stored.sha256,
        storage_key=stored.key,
        created_at=now(),
    )
    db.session.add(attachment)
    db.session.flush()
    if media_type in IMAGES:
        announce(THUMBNAIL, attachment_id=attachment.id)
    if scanned:
        announce_scan(attachment)
    return attachment


def announce_scan(attachment: Attachment) -> None:
    announce(SCAN, key=f"{SCAN_KEY}{attachment.id}", attachment_id=attachment.id)


def _refuse_too_many(uploader: User) -> None:
    unbound = select(func.count()).where(
        Attachment.uploader_id == uploader.id, Attachment.ticket_id.is_(None)
    )
    if (db.session.scalar(unbound) or 0) >= UNBOUND_MAX:
        raise Conflict(
            f"{UNBOUND_MAX} files of yours wait to be sent, and that is the limit. Send or remove"
            " some; what is not sent goes after a day.",
            field=FIELD,
        )


def _refuse_too_much(uploader: User, name: str, size: int) -> None:
    if uploader.is_staff:
        return
    lately = select(func.coalesce(func.sum(Attachment.size), 0)).where(
        Attachment.uploader_id == uploader.id,
        Attachment.created_at > now() - dt.timedelta(days=1),
    )
    used = int(db.session.scalar(lately) or 0)
    if used + size > DAILY_MAX:
        raise Conflict(
            f"{name} ({size_label(size)}) is too much for today: you have uploaded"
            f" {size_label(used)} in the last 24 hours, and the limit is {size_label(DAILY_MAX)}.",
            field=FIELD,
        )


def why_withheld(attachment: Attachment, *, scanned: bool) -> str | None:
    """Why nobody can have this file (yet), if so; ``scanned`` is as in ``add``."""
    if attachment.infection is not None:
        return "It contains a virus, so nobody can open it."
    if scanned and attachment.scanned_at is None:
        return "It is being checked for viruses. Look again in a minute."
    return None


def bind(
    public_ids: Sequence[str],
    *,
    act: ChangeSet,
    ticket: Ticket,
    message: TicketMessage | None = None,
) -> list[Attachment]:
    """Attach uploads to what was just written, in the transaction that wrote it.

    They belong to whoever acts and to nothing else yet, or to something that was taken back.
    Raises Unprocessable when one of them is not there, bound or somebody else's (which is not told
    apart), and nothing is bound.
    """
    wanted = list(dict.fromkeys(public_ids))
    if not wanted or act.actor is None:
        return []
    if len(wanted) > FILES_MAX:
        raise Unprocessable(
            f"{len(wanted)} files are too many; up to {FILES_MAX} go with one message.",
            field=FIELD,
        )
    found = db.session.scalars(
        select(Attachment)
        .where(Attachment.public_id.in_(wanted), is_bindable(act.actor))
        .order_by(Attachment.id)
        .with_for_update(of=Attachment)
        .execution_options(populate_existing=True)
    ).all()
    if len(found) < len(wanted):
        raise Unprocessable(
            "A file is not there any more: it was sent already, removed, or lay here for a day."
            " Check what is attached, and send it again.",
            field=FIELD,
        )
    for attachment in found:
        attachment.ticket_id = ticket.id
        attachment.message_id = message.id if message else None
        attachment.bound_at = now()
    return sorted(found, key=lambda attachment: wanted.index(attachment.public_id))


def note_scan(attachment_id: int, infection: str | None) -> None:
    """Keep what the scanner said of a file that may be gone by now; None says that it is clean."""
    attachment = db.session.get(Attachment, attachment_id, with_for_update=True)
    if attachment is not None:
        attachment.scanned_at = now()
        attachment.infection = infection


def note_thumbnail(attachment_id: int, key: str) -> None:
    """Keep the picture of a file; without one that can have it, the picture goes again."""
    attachment = db.session.get(Attachment, attachment_id, with_for_update=True)
    if attachment is None or attachment.thumbnail_key is not None:
        announce(DELETE, storage_key=key)
    else:
        attachment.thumbnail_key = key


def remove(attachment: Attachment) -> None:
    """Forget a file, the row now and the bytes by the worker once this is committed."""
    for key in (attachment.storage_key, attachment.thumbnail_key):
        if key is not None:
            announce(DELETE, storage_key=key)
    db.session.delete(attachment)


def remove_unsent(limit: int = 200) -> int:
    """Remove what was uploaded and not sent for a day; how many files that were."""
    unsent = db.session.scalars(
        select(Attachment)
        .where(Attachment.ticket_id.is_(None), Attachment.created_at <= now() - UNBOUND_KEPT)
        .order_by(Attachment.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for attachment in unsent:
        remove(attachment)
    return len(unsent)
