"""One act on many tickets: what was asked, how far it is, and what became of each ticket."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, words
from app.models.change_set import ChangeSet
from app.models.enums import Outcome


class BulkRun(Base):
    """``ticket_ids`` is the selection as it was confirmed, ``changes`` what is asked of each.

    The first ``done`` of them have been dealt with; ``finished_at`` is set when all have.
    """

    __tablename__ = "bulk_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_sets.id"), unique=True)
    ticket_ids: Mapped[list[int]] = mapped_column(JSON)
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    done: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]

    change_set: Mapped[ChangeSet] = relationship()


class BulkOutcome(Base):
    """What a bulk act, or its undo, did to one ticket; ``sentence`` says why it did not."""

    __tablename__ = "bulk_outcomes"
    __table_args__ = (Index("ix_bulk_outcomes_change_set_id_id", "change_set_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_sets.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    outcome: Mapped[Outcome] = mapped_column(words(Outcome))
    sentence: Mapped[str] = mapped_column(Text, default="")
