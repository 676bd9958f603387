"""Groups on the help desk that tickets are given to."""

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.text import KEY_MAX, NAME_MAX

if TYPE_CHECKING:
    from app.models.helpdesk_staff import HelpdeskStaff

team_members = Table(
    "team_members",
    Base.metadata,
    Column("team_id", ForeignKey("teams.id"), primary_key=True),
    Column("staff_id", ForeignKey("helpdesk_staff.id"), primary_key=True, index=True),
)


class Team(Base):
    """The tickets of a private team are its members' and admins' only."""

    __tablename__ = "teams"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    name_key: Mapped[str] = mapped_column(String(KEY_MAX), unique=True)
    is_private: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    archived_at: Mapped[dt.datetime | None]

    members: Mapped[list["HelpdeskStaff"]] = relationship(
        secondary=team_members, back_populates="teams", lazy="raise_on_sql"
    )
