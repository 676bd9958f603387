"""When each timed task is due, and which worker is at it."""

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class TaskLease(Base):
    """One row per task: of several workers, whoever takes the lease does the task."""

    __tablename__ = "task_leases"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    due_at: Mapped[dt.datetime]
    lease_until: Mapped[dt.datetime | None]
    lease_by: Mapped[str | None] = mapped_column(String(80))
    last_error: Mapped[str | None] = mapped_column(String(500))
