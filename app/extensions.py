"""The libraries that are bound to an app later, and how both databases are opened."""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_bcrypt import Bcrypt
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import scoped_session
from sqlalchemy.pool import Pool

from app.models import Base

SQLITE_PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "busy_timeout": "10000",
    "trusted_schema": "OFF",
    "cell_size_check": "ON",
    "journal_size_limit": "67108864",
}
SLOW_WRITE_SECONDS = 0.2
TURN_SECONDS = 20
log = logging.getLogger("deskhand.database")
POSTGRESQL_OPTIONS = (
    "-c timezone=UTC -c statement_timeout=15s -c lock_timeout=5s"
    " -c idle_in_transaction_session_timeout=30s"
)


class ReadOrWriteSession(Session):
    """Reads until told that it will write.

    On SQLite a transaction that began as a read and then writes fails at once when somebody else
    wrote meanwhile; one that begins with BEGIN IMMEDIATE waits its turn and loses nothing. The
    choice holds for the session, not for one transaction: after a commit the next one writes too.
    """

    def will_write(self) -> None:
        """End the reading so far and begin every further transaction as a writing one."""
        if self.info.get("writes"):
            return
        self.rollback()
        self.info["writes"] = True

    def will_read(self) -> None:
        """Give up what was to be written: a page that only says why holds nobody up."""
        self.rollback()
        self.info.pop("writes", None)

    def will_only_read(self) -> None:
        """The other way round, for a form that only shows something: nobody waits for it."""
        self.rollback()
        self.info["writes"] = False

    @contextmanager
    def aside(self) -> Iterator[Connection]:
        """A short writing transaction of its own, which stands whatever becomes of the session's.

        Not while this session itself is writing: on SQLite the two would wait for each other.
        """
        if isinstance(self.bind, Connection):  # a test holds everything in one transaction
            with self.bind.begin_nested():
                yield self.bind
        else:
            with _writing(super().get_bind()).begin() as connection:
                yield connection

    def get_bind(
        self,
        mapper: Any | None = None,
        clause: Any | None = None,
        bind: Engine | Connection | None = None,
        **kwargs: Any,
    ) -> Engine | Connection:
        if self.bind is not None:
            return self.bind
        engine = super().get_bind(mapper, clause, bind, **kwargs)
        return _writing(engine) if self.info.get("writes") else engine


def insert_or(table: type[Base]) -> sqlite.Insert:
    """INSERT that can say ON CONFLICT, in the words of the database in use."""
    # Both dialects' inserts have the same methods; only the import differs.
    made = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    return made(table)  # type: ignore[return-value]  # -- see above


_writing_engines: dict[Engine, Engine] = {}


def _writing(engine: Any) -> Engine:
    # The same object each time: a session keys its connections by it.
    if engine not in _writing_engines:
        _writing_engines[engine] = engine.execution_options(write=True)
    return _writing_engines[engine]


class Database(SQLAlchemy):
    """Flask-SQLAlchemy, whose sessions know whether they will write."""

    session: scoped_session[ReadOrWriteSession]  # type: ignore[assignment]  # -- a narrower type


db = Database(
    metadata=Base.metadata,
    session_options={"class_": ReadOrWriteSession},
    disable_autonaming=True,
)
migrate = Migrate(render_as_batch=True, transaction_per_migration=True)
login_manager = LoginManager()
csrf = CSRFProtect()
bcrypt = Bcrypt()


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma, value in SQLITE_PRAGMAS.items():
        connection.execute(f"PRAGMA {pragma}={value}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write")
    if connection.dialect.name == "sqlite":
        if write:
            _take_turn(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
    if write:
        connection.info["writes_since"] = time.monotonic()  # once the lock is ours


_TURN = "turn"
_turns: dict[str, threading.Lock] = {}


def _take_turn(connection: Connection) -> None:
    """Threads that write to the same SQLite file queue here, and are served in turn.

    SQLite has those who find its lock taken sleep and look again, up to a tenth of a second later:
    of forty at once some would look too late each time and give up. Processes still meet there.
    """
    if _TURN in connection.info:
        return
    turn = _turns.setdefault(str(connection.engine.url), threading.Lock())
    if turn.acquire(timeout=TURN_SECONDS):
        connection.info[_TURN] = turn


@event.listens_for(Pool, "reset")
@event.listens_for(Pool, "invalidate")
def _pass_turn(_connection: Any, record: Any, _why: Any) -> None:
    """When the connection is given back: by then the transaction has ended, however it did."""
    if turn := record.info.pop(_TURN, None):
        turn.release()


@event.listens_for(Engine, "commit")
@event.listens_for(Engine, "rollback")
def _note_slow_writing(connection: Connection) -> None:
    """Whoever writes on SQLite makes everybody else wait, so that must never take long."""
    since = connection.info.pop("writes_since", None)
    if since is not None and (seconds := time.monotonic() - since) > SLOW_WRITE_SECONDS:
        log.warning("a write transaction took long", extra={"seconds": round(seconds, 3)})
