"""What the database says about itself, for the page that shows whether all is well."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from app.extensions import SQLITE_PRAGMAS, db

_POSTGRESQL = (
    "server_version",
    "server_encoding",
    "TimeZone",
    "default_transaction_isolation",
    "synchronous_commit",
    "fsync",
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
)
# How SQLite answers where it is told a word.
_ANSWERS = {"ON": "1", "OFF": "0", "FULL": "2"}


@dataclass(frozen=True, slots=True)
class DatabaseSetting:
    """A setting as it is in use on this connection, and whether it is the one we ask for."""

    name: str
    value: str
    is_ours: bool = True


def engine_name() -> str:
    if db.session.get_bind().dialect.name == "sqlite":
        return f"SQLite {db.session.scalar(text('SELECT sqlite_version()'))}"
    return f"PostgreSQL {db.session.scalar(text('SHOW server_version'))}"


def database_settings() -> Sequence[DatabaseSetting]:
    """What the connection really has, not what it was asked for."""
    if db.session.get_bind().dialect.name == "sqlite":
        return [_pragma(name, wanted) for name, wanted in SQLITE_PRAGMAS.items()]
    names = ", ".join(f"current_setting('{name}')" for name in _POSTGRESQL)
    row = db.session.execute(text(f"SELECT {names}")).one()
    return [DatabaseSetting(name, str(value)) for name, value in zip(_POSTGRESQL, row, strict=True)]


def _pragma(name: str, wanted: str) -> DatabaseSetting:
    value = str(db.session.scalar(text(f"PRAGMA {name}")))
    asked = _ANSWERS.get(wanted, wanted)
    if value.casefold() == asked.casefold():
        return DatabaseSetting(name, wanted)
    return DatabaseSetting(name, value, is_ours=False)
