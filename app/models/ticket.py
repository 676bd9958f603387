"""What somebody asked the help desk, as it stands now."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    and_,
    case,
    literal_column,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, words
from app.models.category import Category, Tag, ticket_tags
from app.models.enums import OPEN_STATUSES, Priority, TicketStatus
from app.models.team import Team
from app.models.user import User
from app.text import TITLE_MAX

if TYPE_CHECKING:
    from app.models.ticket_message import TicketMessage
    from app.models.ticket_report import TicketReport
    from app.models.ticket_status_change import TicketStatusChange


ticket_participants = Table(
    "ticket_participants",
    Base.metadata,
    Column("ticket_id", ForeignKey("tickets.id"), primary_key=True),
    Column("user_id", ForeignKey("users.id"), primary_key=True, index=True),
)


class Ticket(Base):
    """The projection of its history: ``domain/history.py`` alone writes status and fields.

    ``waiting_since`` is when the requester began to wait for the help desk, None while they do not.
    ``solved_at`` is when the server recorded the last solve, None while the ticket is open.
    ``trashed_at`` is when it was put in the trash, ``known_problem_since`` when it was marked as a
    known problem; None for what is not so.
    """

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    description: Mapped[str] = mapped_column(Text)
    description_html: Mapped[str] = mapped_column(Text)
    status: Mapped[TicketStatus] = mapped_column(words(TicketStatus))
    priority: Mapped[Priority] = mapped_column(words(Priority))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    follow_up_of_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
    waiting_since: Mapped[dt.datetime | None]
    solved_at: Mapped[dt.datetime | None] = mapped_column()
    trashed_at: Mapped[dt.datetime | None] = mapped_column()
    known_problem_since: Mapped[dt.datetime | None] = mapped_column()
    public_summary: Mapped[str] = mapped_column(Text, default="")
    public_summary_html: Mapped[str] = mapped_column(Text, default="")

    requester: Mapped[User] = relationship(foreign_keys=[user_id], lazy="raise_on_sql")
    opened_by: Mapped[User] = relationship(foreign_keys=[opened_by_id], lazy="raise_on_sql")
    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id], lazy="raise_on_sql")
    category: Mapped[Category | None] = relationship(lazy="raise_on_sql")
    team: Mapped[Team | None] = relationship(lazy="raise_on_sql")
    # Unlike the others it may load by itself: verbs compare with the tags there are.
    tags: Mapped[list[Tag]] = relationship(secondary=ticket_tags, order_by=Tag.name)
    # This one too: the policy asks whether somebody is among them.
    participants: Mapped[list[User]] = relationship(
        secondary=ticket_participants, order_by=User.name_key
    )
    messages: Mapped[list["TicketMessage"]] = relationship(
        back_populates="ticket", order_by="TicketMessage.id", lazy="raise_on_sql"
    )
    status_changes: Mapped[list["TicketStatusChange"]] = relationship(
        back_populates="ticket", order_by="TicketStatusChange.id", lazy="raise_on_sql"
    )
    reports: Mapped[list["TicketReport"]] = relationship(
        back_populates="ticket", order_by="TicketReport.id", lazy="raise_on_sql"
    )

    # The version is ours to count (one per act); the mapper only checks it, as the last net.
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}
    __table_args__ = (
        Index("ix_tickets_user_id_status_id", "user_id", "status", "id"),
        Index(
            "ix_tickets_untrashed_user_id_id_team_id",
            "user_id",
            "id",
            "team_id",
            sqlite_where=trashed_at.is_(None),
            postgresql_where=trashed_at.is_(None),
        ),
        Index("ix_tickets_assignee_id_status_id", "assignee_id", "status", "id"),
        Index("ix_tickets_category_id_status_id", "category_id", "status", "id"),
        Index("ix_tickets_team_id_status_id", "team_id", "status", "id"),
        Index(
            "ix_tickets_trashed_at_id",
            "trashed_at",
            "id",
            sqlite_where=trashed_at.is_not(None),
            postgresql_where=trashed_at.is_not(None),
        ),
        Index(
            "ix_tickets_known_problem_since_id",
            "known_problem_since",
            "id",
            sqlite_where=known_problem_since.is_not(None),
            postgresql_where=known_problem_since.is_not(None),
        ),
        Index(
            "ix_tickets_open_updated_at_id",
            "updated_at",
            "id",
            sqlite_where=status.in_(OPEN_STATUSES),
            postgresql_where=status.in_(OPEN_STATUSES),
        ),
        # How long people wait is counted on each page of the queue: from the index alone.
        Index(
            "ix_tickets_open_waiting_since_id_team_id",
            "waiting_since",
            "id",
            "team_id",
            sqlite_where=and_(status.in_(OPEN_STATUSES), trashed_at.is_(None)),
            postgresql_where=and_(status.in_(OPEN_STATUSES), trashed_at.is_(None)),
        ),
        Index(
            "ix_tickets_open_assignee_id_waiting_since_id",
            "assignee_id",
            "waiting_since",
            "id",
            sqlite_where=and_(status.in_(OPEN_STATUSES), trashed_at.is_(None)),
            postgresql_where=and_(status.in_(OPEN_STATUSES), trashed_at.is_(None)),
        ),
        # Those solved lately are counted on every page of the help desk: from the index alone.
        Index(
            "ix_tickets_solved_at_trashed_at_team_id_id", "solved_at", "trashed_at", "team_id", "id"
        ),
        Index(
            "ix_tickets_solved_solved_at",
            "solved_at",
            sqlite_where=status == TicketStatus.SOLVED,
            postgresql_where=status == TicketStatus.SOLVED,
        ),
        {"sqlite_autoincrement": True},
    )

    @hybrid_property
    def awaited_since(self) -> dt.datetime | None:
        """Since when somebody waits for us; nobody does for junk."""
        return None if self.is_trashed else self.waiting_since

    @awaited_since.inplace.expression
    @classmethod
    def _awaited_since(cls) -> Any:
        return case((cls.trashed_at.is_(None), cls.waiting_since), else_=None)

    @property
    def is_open(self) -> bool:
        return self.status.is_open

    @property
    def is_trashed(self) -> bool:
        return self.trashed_at is not None

    @property
    def is_known_problem(self) -> bool:
        return self.known_problem_since is not None


def _spelt_out(*statuses: TicketStatus) -> ColumnElement[bool]:
    """Whether a ticket has one of these, with the words in the statement itself.

    An index on some of the rows serves only a condition that implies its own: SQLite does not look
    for that in bound values, and PostgreSQL gives up on it once it has prepared the statement.
    """
    words = [literal_column(f"'{status.value}'", Ticket.status.type) for status in statuses]
    return Ticket.status.in_(words) if len(words) > 1 else Ticket.status == words[0]


IS_OPEN = _spelt_out(*OPEN_STATUSES)
IS_SOLVED = _spelt_out(TicketStatus.SOLVED)
