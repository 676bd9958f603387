"""One row per change of status of a ticket or of a report. Append-only."""

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.append_only import append_only
from app.models.base import Base
from app.models.change_set import ChangeSet
from app.models.user import User

if TYPE_CHECKING:
    from app.models.ticket import Ticket


@append_only
class TicketStatusChange(Base):
    """``change_at`` is shown to people; windows and analytics go by ``recorded_at``.

    The statuses are words of TicketStatus, or of ReportStatus where ``report_id`` is set.
    ``version`` is the ticket's version that the change made (for a report: that it met).
    """

    __tablename__ = "ticket_status_changes"
    __table_args__ = (
        Index("ix_ticket_status_changes_ticket_id_id", "ticket_id", "id"),
        Index("ix_ticket_status_changes_recorded_at", "recorded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_reports.id"), index=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_sets.id"), index=True)
    from_status: Mapped[str | None] = mapped_column(String(20))
    status_change: Mapped[str] = mapped_column(String(20))
    change_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    change_at: Mapped[dt.datetime]
    recorded_at: Mapped[dt.datetime]
    version: Mapped[int]

    ticket: Mapped["Ticket"] = relationship(back_populates="status_changes", lazy="raise_on_sql")
    change_set: Mapped[ChangeSet] = relationship(lazy="raise_on_sql")
    change_by: Mapped[User | None] = relationship(lazy="raise_on_sql")
