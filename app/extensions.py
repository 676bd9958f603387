"""The libraries that are bound to an app later, and how both databases are opened."""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
from flask_bcrypt import Bcrypt
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from flask_wtf import CSRFProtect
from sqlalchemy import (
    Column,
    Connection,
    CursorResult,
    Engine,
    Executable,
    Insert,
    Table,
    event,
    insert,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Mapper, make_transient_to_detached, scoped_session
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
PING_AFTER_SECONDS = 1
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
        """Give up what was to be written: a page that only shows or refuses holds nobody up."""
        self.rollback()
        self.info.pop("writes", None)

    def close(self) -> None:
        """End what was only read by COMMIT.

        At each ROLLBACK psycopg forgets the statements that it has prepared on the connection, and
        PostgreSQL takes longer to plan ours than to run them.
        """
        only_read = not self.info.get("writes") and not self.info.get("flushed")
        if only_read and self.bind is None and self.in_transaction():
            connection = self.connection()
            transaction = connection.get_transaction()
            if transaction is not None and connection.dialect.name == "postgresql":
                transaction.commit()
        super().close()

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

    def rows(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> CursorResult[Any]:
        """Rows of columns, and no objects, whose loading would cost more than the database does."""
        if self.autoflush:
            self.flush()
        return self.connection().execute(statement, values or {})

    def store(self, row: Base) -> None:
        """INSERT a new row now and by itself; it is in the session as if it had been loaded.

        The unit of work, which sorts out what depends on what, takes five times as long. All that
        the row refers to is named by its id and stored already; nothing in the row is worked out
        by the database but its own id.
        """
        mapper = row.__mapper__
        values = {}
        for attribute, column in _columns(mapper):
            if attribute not in row.__dict__:
                setattr(row, attribute, getattr(column.default, "arg", None))
            values[column.key] = row.__dict__[attribute]
        done = self.connection().execute(_insert_into(mapper.local_table), values)
        for key, value in zip(mapper.primary_key, done.inserted_primary_key or (), strict=True):
            setattr(row, mapper.get_property_by_column(key).key, value)
        # Rolled back to a savepoint, a number may be given again: who had it is a ghost.
        ghost = self.identity_map.get(mapper.identity_key_from_instance(row))
        if ghost is not None:
            self.expunge(ghost)
        make_transient_to_detached(row)
        self.add(row)

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


@event.listens_for(ReadOrWriteSession, "after_flush")
def _note_flushed(session: Any, _context: Any) -> None:
    session.info["flushed"] = True


def insert_or(table: type[Base]) -> sqlite.Insert:
    """INSERT that can say ON CONFLICT, in the words of the database in use."""
    # Both dialects' inserts have the same methods; only the import differs.
    made = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    return made(table)  # type: ignore[return-value]  # -- see above


@cache
def _columns(mapper: Mapper[Any]) -> list[tuple[str, Column[Any]]]:
    """All but the key, each with the name of its attribute."""
    return [
        (attribute.key, column)
        for attribute in mapper.column_attrs
        for column in attribute.columns
        if isinstance(column, Column) and not column.primary_key
    ]


@cache
def _insert_into(table: Table) -> Insert:
    return insert(table)


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


@event.listens_for(Pool, "checkin")
def _note_when(_connection: Any, record: Any) -> None:
    record.info["left_at"] = time.monotonic()


@event.listens_for(Pool, "checkout")
def _ask_whether_it_lives(connection: Any, record: Any, _proxy: Any) -> None:
    """What ``pool_pre_ping`` does each time, where there was time for the server to go away."""
    idle = time.monotonic() - record.info.get("left_at", time.monotonic())
    if idle > PING_AFTER_SECONDS and isinstance(connection, psycopg.Connection):
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.OperationalError as gone:
            raise DisconnectionError from gone


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
    turn = _turns.setdefault(connection.engine.url.database or "", threading.Lock())
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
    if connection.invalidated:  # the server has closed it, and its notes are gone
        return
    since = connection.info.pop("writes_since", None)
    if since is not None and (seconds := time.monotonic() - since) > SLOW_WRITE_SECONDS:
        log.warning("a write transaction took long", extra={"seconds": round(seconds, 3)})
