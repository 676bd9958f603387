"""Everything that one act changed, with who, when and through what. It is what Undo undoes."""

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, words
from app.models.enums import Door
from app.models.user import User


class ChangeSet(Base):
    """One act. ``actor`` did it (None: the product itself), perhaps in the name of ``named``."""

    __tablename__ = "change_sets"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    named_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    via: Mapped[Door] = mapped_column(words(Door))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("change_sets.id"), unique=True)
    created_at: Mapped[dt.datetime]

    actor: Mapped[User | None] = relationship(foreign_keys=[actor_id], lazy="raise_on_sql")
    named: Mapped[User | None] = relationship(foreign_keys=[named_id], lazy="raise_on_sql")

    @property
    def by(self) -> User | None:
        """Whose act it counts as."""
        return self.named if self.named_id is not None else self.actor

    @property
    def by_id(self) -> int | None:
        return self.named_id if self.named_id is not None else self.actor_id
