"""News about a known problem, for everybody whom it hits."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.change_set import ChangeSet
from app.models.user import User


class ProblemUpdate(Base):
    """Public like the ticket's summary. ``undone_by_id`` is the act that took it back."""

    __tablename__ = "problem_updates"
    __table_args__ = (Index("ix_problem_updates_ticket_id_id", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_sets.id"), index=True)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("change_sets.id"))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime]

    author: Mapped[User] = relationship(lazy="raise_on_sql")
    change_set: Mapped[ChangeSet] = relationship(foreign_keys=[change_set_id], lazy="raise_on_sql")
