"""What the product has announced and not yet told, and how the telling went."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, words
from app.models.change_set import ChangeSet
from app.models.enums import OutboxState
from app.models.user import User
from app.text import EMAIL_MAX


class OutboxEntry(Base):
    """``payload`` holds ids only: the worker renders what is true when it sends.

    A mail has a ``recipient`` or an ``address`` and keeps its ``message_id`` over every try.
    ``key`` makes an entry unique for its event and recipient, so that a retry repeats one delivery.
    """

    __tablename__ = "outbox_entries"
    __table_args__ = (Index("ix_outbox_entries_state_due_at_id", "state", "due_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_sets.id"), index=True)
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    address: Mapped[str | None] = mapped_column(String(EMAIL_MAX))
    message_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    state: Mapped[OutboxState] = mapped_column(words(OutboxState), default=OutboxState.WAITING)
    due_at: Mapped[dt.datetime]
    give_up_at: Mapped[dt.datetime]
    lease_until: Mapped[dt.datetime | None]
    lease_by: Mapped[str | None] = mapped_column(String(80))
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]

    change_set: Mapped[ChangeSet | None] = relationship(lazy="raise_on_sql")
    recipient: Mapped[User | None] = relationship(lazy="raise_on_sql")
