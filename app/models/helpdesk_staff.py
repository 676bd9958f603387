"""The place of a User on the help desk."""

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, words
from app.models.enums import Role
from app.models.team import Team, team_members

if TYPE_CHECKING:
    from app.models.ticket import Ticket
    from app.models.user import User


class HelpdeskStaff(Base):
    __tablename__ = "helpdesk_staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    role: Mapped[Role] = mapped_column(words(Role))
    signature: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[dt.datetime]

    user: Mapped["User"] = relationship(back_populates="staff")
    teams: Mapped[list[Team]] = relationship(
        secondary=team_members, back_populates="members", order_by=Team.name_key
    )
    tickets: Mapped[list["Ticket"]] = relationship(
        primaryjoin="foreign(Ticket.assignee_id) == HelpdeskStaff.user_id",
        viewonly=True,
        order_by="Ticket.id",
    )
