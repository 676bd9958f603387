"""Anyone who can sign in."""

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, words
from app.models.enums import REQUESTER, Density, Role
from app.text import EMAIL_KEY_MAX, EMAIL_MAX, KEY_MAX, NAME_MAX, first_name

if TYPE_CHECKING:
    from app.models.helpdesk_staff import HelpdeskStaff

USERNAME_MAX = 60


class User(Base):
    """A person. ``email`` belongs to one account; ``pending_email`` is asked for, not yet proven.

    ``claimed_email_key`` is what they registered with, until the address is proven: they sign in
    with it like everybody else, whoever holds the address. ``shortcuts`` is whether single keys
    act, ``preview`` whether a ticket is shown beside the queue.
    """

    __tablename__ = "users"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(USERNAME_MAX))
    username_key: Mapped[str] = mapped_column(String(KEY_MAX), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    name_key: Mapped[str] = mapped_column(String(KEY_MAX), index=True)
    email: Mapped[str | None] = mapped_column(String(EMAIL_MAX))
    email_key: Mapped[str | None] = mapped_column(String(EMAIL_KEY_MAX), unique=True)
    email_confirmed_at: Mapped[dt.datetime | None]
    pending_email: Mapped[str | None] = mapped_column(String(EMAIL_MAX))
    claimed_email_key: Mapped[str | None] = mapped_column(String(EMAIL_KEY_MAX), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(100))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    theme: Mapped[str | None] = mapped_column(String(10))
    density: Mapped[Density] = mapped_column(words(Density), default=Density.COMFORTABLE)
    shortcuts: Mapped[bool] = mapped_column(default=True)
    preview: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    registered_at: Mapped[dt.datetime | None]
    deactivated_at: Mapped[dt.datetime | None]

    staff: Mapped["HelpdeskStaff | None"] = relationship(
        back_populates="user", lazy="joined", innerjoin=False, cascade="all, delete-orphan"
    )

    @property
    def is_active(self) -> bool:
        return self.deactivated_at is None

    @property
    def is_confirmed(self) -> bool:
        """Whether the address is proven; until then only what was filed since is visible."""
        return self.email_confirmed_at is not None

    @property
    def is_staff(self) -> bool:
        return self.staff is not None

    @property
    def is_admin(self) -> bool:
        return self.staff is not None and self.staff.role is Role.ADMIN

    @property
    def role(self) -> str:
        return self.staff.role.value if self.staff else REQUESTER

    @property
    def first_name(self) -> str:
        return first_name(self.name)

    # Flask-Login asks these of whoever is signed in; the id it keeps is the session's secret.
    is_authenticated = True
    is_anonymous = False
    session_secret = ""  # no column: it lives in the cookie

    def get_id(self) -> str:
        return self.session_secret
