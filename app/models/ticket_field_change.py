"""One row per change of any other field that people change on a ticket. Append-only."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.append_only import append_only
from app.models.base import Base
from app.models.change_set import ChangeSet


@append_only
class TicketFieldChange(Base):
    """``old`` and ``new`` are the stored value: a text, an id or None, or a list of tag names."""

    __tablename__ = "ticket_field_changes"
    __table_args__ = (
        Index("ix_ticket_field_changes_ticket_id_id", "ticket_id", "id"),
        Index("ix_ticket_field_changes_field_recorded_at", "field", "recorded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_sets.id"), index=True)
    field: Mapped[str] = mapped_column(String(20))
    old: Mapped[Any] = mapped_column(JSON, nullable=True)
    new: Mapped[Any] = mapped_column(JSON, nullable=True)
    recorded_at: Mapped[dt.datetime]
    version: Mapped[int]

    change_set: Mapped[ChangeSet] = relationship(lazy="raise_on_sql")
