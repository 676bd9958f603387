"""What makes a repeated request harmless, and what keeps a typed form over a lost session."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base
from app.models.credentials import DIGEST_LENGTH


class Submission(Base):
    """One form or API call that may be sent twice, with the answer it had the first time.

    ``route`` and ``key`` are unique per user. ``digest`` is of the body: the same key with another
    body is a mistake. ``answer`` is a location (forms) or a JSON text (API).
    """

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("user_id", "route", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    route: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(128))
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    status_code: Mapped[int]
    answer: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(index=True)


class HeldForm(Base):
    """A form that arrived when its sender was no longer signed in, kept until they are again.

    Whoever brings the secret may have it back, and where ``user_id`` is set, only that person.
    """

    __tablename__ = "held_forms"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    path: Mapped[str] = mapped_column(String(2000))
    fields: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
