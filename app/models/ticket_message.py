"""What somebody wrote on a ticket after the description."""

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, words
from app.models.change_set import ChangeSet
from app.models.enums import MessageKind, Side
from app.models.user import User

if TYPE_CHECKING:
    from app.models.ticket import Ticket


class TicketMessage(Base):
    """A public reply or an internal note. ``undone_by_id`` is the act that took it back."""

    __tablename__ = "ticket_messages"
    __table_args__ = (Index("ix_ticket_messages_ticket_id_id", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_sets.id"), index=True)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("change_sets.id"))
    kind: Mapped[MessageKind] = mapped_column(words(MessageKind))
    side: Mapped[Side] = mapped_column(words(Side))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime]

    ticket: Mapped["Ticket"] = relationship(back_populates="messages", lazy="raise_on_sql")
    author: Mapped[User] = relationship(lazy="raise_on_sql")
    change_set: Mapped[ChangeSet] = relationship(foreign_keys=[change_set_id], lazy="raise_on_sql")
