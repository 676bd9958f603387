"""The settings that admins change at run time: their names, types, bounds and defaults."""

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.models import Setting


@dataclass(frozen=True, slots=True)
class Site:
    """What the installation has decided. Every field is a row of ``settings`` once changed."""

    name: str = "Deskhand"
    organisation: str = ""
    contact: str = ""
    time_zone: str = "UTC"
    reopen_days: int = 14
    recall_seconds: int = 30
    self_registration: bool = True
    requester_password_length: int = 10
    staff_password_length: int = 12
    analytics_by_person: bool = True
    refuse_programs: bool = True

    @property
    def reopen_window(self) -> dt.timedelta:
        return dt.timedelta(days=self.reopen_days)

    @property
    def recall_time(self) -> dt.timedelta:
        return dt.timedelta(seconds=self.recall_seconds)


NAMES = tuple(field.name for field in fields(Site))


_SETTINGS = select(Setting.name, Setting.value)


def site() -> Site:
    """The settings as they are now; read once per session (one request, one job)."""
    kept: Site | None = db.session().info.get("site")
    if kept is None:
        rows = db.session().rows(_SETTINGS)
        kept = Site(**{name: value for name, value in rows if name in NAMES})
        db.session().info["site"] = kept
    return kept


def change(values: dict[str, Any]) -> None:
    """Store settings by name; unknown names raise KeyError."""
    for name, value in values.items():
        if name not in NAMES:
            raise KeyError(name)
        db.session.merge(Setting(name=name, value=value))
    db.session().info.pop("site", None)
