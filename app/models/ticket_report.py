"""One person's report on somebody's ticket."""

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, words
from app.models.change_set import ChangeSet
from app.models.enums import LIVE_REPORT_STATUSES, ReportKind, ReportStatus
from app.models.user import User

if TYPE_CHECKING:
    from app.models.ticket import Ticket


class TicketReport(Base):
    """ "This hits me too", or "this needs another look". Its status is a copy of its history."""

    __tablename__ = "ticket_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    reporter_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_sets.id"), index=True)
    kind: Mapped[ReportKind] = mapped_column(words(ReportKind))
    status: Mapped[ReportStatus] = mapped_column(words(ReportStatus))
    comment: Mapped[str] = mapped_column(Text, default="")
    reported_at: Mapped[dt.datetime]

    ticket: Mapped["Ticket"] = relationship(back_populates="reports", lazy="raise_on_sql")
    reporter: Mapped[User] = relationship(lazy="raise_on_sql")
    change_set: Mapped[ChangeSet] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        # The help desk's home asks which escalations are live.
        Index("ix_ticket_reports_kind_status_id", "kind", "status", "id"),
        # A person has at most one live report of a kind on a ticket.
        Index(
            "uq_ticket_reports_live",
            "ticket_id",
            "reporter_user_id",
            "kind",
            unique=True,
            sqlite_where=status.in_(LIVE_REPORT_STATUSES),
            postgresql_where=status.in_(LIVE_REPORT_STATUSES),
        ),
        {"sqlite_autoincrement": True},
    )
