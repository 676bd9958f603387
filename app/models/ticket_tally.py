"""How many tickets stand where, so that a count never reads the tickets it counts."""

from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, words
from app.models.enums import TicketStatus

NOBODY = 0
"""Stands for no assignee, category or team: part of a primary key cannot be null."""


class TicketTally(Base):
    """``n`` tickets stand here, without those in the trash; ``domain/tally.py`` keeps it exact."""

    __tablename__ = "ticket_tallies"

    status: Mapped[TicketStatus] = mapped_column(words(TicketStatus), primary_key=True)
    assignee_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    category_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    team_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int]
