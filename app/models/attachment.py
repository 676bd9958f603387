"""A file that somebody uploaded, and the ticket or message that it belongs to."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.user import User

FILE_NAME_MAX = 200
"""Bytes in UTF-8."""
PUBLIC_ID = r"[0-9a-f]{32}"
"""What the chance in addresses of files looks like, as a pattern."""


class Attachment(Base):
    """The bytes lie in the storage under ``storage_key``; nothing but the name is the uploader's.

    ``ticket_id`` is None until the file is sent with something; until then it is its uploader's
    alone. ``message_id`` is None for files of the description. Addresses carry ``public_id``.
    ``media_type`` is what the first bytes say, never what the browser said.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_ticket_id_id", "ticket_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    uploader_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_messages.id"), index=True)
    name: Mapped[str] = mapped_column(String(FILE_NAME_MAX))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(64), unique=True)
    thumbnail_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    infection: Mapped[str | None] = mapped_column(String(200))
    scanned_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    bound_at: Mapped[dt.datetime | None]

    uploader: Mapped[User] = relationship(lazy="raise_on_sql")
