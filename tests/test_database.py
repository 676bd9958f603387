"""How both databases are opened, and what is noted about their use."""

import contextlib
import logging
import sqlite3
import time

from sqlalchemy import func, select, text

from app.clock import now
from app.extensions import SQLITE_PRAGMAS, db
from app.models import ChangeSet, Door
from tests import factories as make
from tests import postgres


def test_sqlite_is_opened_with_our_pragmas(shared_app):
    with shared_app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            found = {
                name: str(connection.exec_driver_sql(f"PRAGMA {name}").scalar())
                for name in SQLITE_PRAGMAS
            }
            assert found == SQLITE_PRAGMAS | {
                "journal_mode": "wal",
                "synchronous": "2",
                "foreign_keys": "1",
                "trusted_schema": "0",
                "cell_size_check": "1",
            }
        else:
            assert connection.scalar(text("SHOW statement_timeout")) == "15s"
            assert connection.scalar(text("SHOW lock_timeout")) == "5s"
            assert connection.scalar(text("SHOW idle_in_transaction_session_timeout")) == "30s"


def test_reads_begin_as_reads_and_a_writing_session_takes_the_lock(shared_app):
    with shared_app.app_context():
        if db.engine.dialect.name != "sqlite":
            return
        file = db.engine.url.database
        db.session.execute(text("SELECT 1"))
        other = sqlite3.connect(file, timeout=0, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")  # somebody else may write while this one reads
        other.rollback()
        for _ in range(2):  # also after a commit the next transaction writes
            db.session().will_write()
            db.session.execute(text("SELECT 1"))
            try:
                other.execute("BEGIN IMMEDIATE")
                raise AssertionError("the lock was free")
            except sqlite3.OperationalError:
                pass
            db.session.commit()
        other.close()
        db.session.remove()


def test_a_write_transaction_that_takes_long_is_noted(shared_app, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("deskhand"), "propagate", True)
    with shared_app.app_context():
        db.session().will_write()
        db.session.execute(text("SELECT 1"))
        time.sleep(0.25)
        db.session.rollback()
        db.session.remove()
    assert any("took long" in record.message for record in caplog.records)


def test_a_connection_that_the_server_has_closed_meanwhile_is_replaced(shared_app, monkeypatch):
    monkeypatch.setattr("app.extensions.PING_AFTER_SECONDS", 0)
    with shared_app.app_context():
        if db.engine.dialect.name == "sqlite":
            return
        db.engine.dispose()  # the pool has this one connection, to be given out again
        with db.engine.connect() as connection:
            closed = connection.scalar(text("SELECT pg_backend_pid()"))
        with postgres.connect(db.engine.url.render_as_string(hide_password=False)) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (closed,))
        time.sleep(0.2)
        with db.engine.connect() as connection:
            assert connection.scalar(text("SELECT pg_backend_pid()")) != closed


def test_a_stored_row_is_one_of_the_session(session):
    ann = make.ann()
    act = ChangeSet(kind="test", actor=ann, actor_id=ann.id, via=Door.WEB, created_at=now())
    session().store(act)
    assert act.id
    assert act in session
    assert session.get(ChangeSet, act.id) is act
    session.commit()
    session.expire_all()
    assert (act.kind, act.actor_id, act.undoes_id) == ("test", ann.id, None)


def test_the_number_of_a_stored_row_that_was_rolled_back_may_be_given_again(session):
    def stored(kind):
        act = ChangeSet(kind=kind, actor_id=None, via=Door.WORKER, created_at=now())
        session().store(act)
        return act

    ghost = None
    with contextlib.suppress(ZeroDivisionError), session.begin_nested():
        ghost = stored("rolled back")
        raise ZeroDivisionError
    second = stored("kept")
    session.commit()
    assert ghost is not second
    assert session.scalars(select(ChangeSet.kind)).all() == ["kept"]


def test_what_only_reads_keeps_what_postgresql_has_prepared(shared_app):
    """psycopg forgets prepared statements at each ROLLBACK."""
    with shared_app.app_context():
        if db.engine.dialect.name == "sqlite":
            return
        db.engine.dispose()  # one connection, given out again and again
    for _ in range(8):
        with shared_app.app_context():
            db.session.execute(select(ChangeSet.kind).where(ChangeSet.id == 1))
    with shared_app.app_context():
        prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE :what")
        assert db.session.scalar(prepared, {"what": "SELECT change_sets.kind%"}) == 1


def test_what_a_reading_session_has_flushed_is_given_up(shared_app):
    with shared_app.app_context():
        before = db.session.scalar(select(func.count()).select_from(ChangeSet))
    with shared_app.app_context():
        db.session.add(
            ChangeSet(kind="never told", actor_id=None, via=Door.WORKER, created_at=now())
        )
        db.session.flush()
    with shared_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ChangeSet)) == before
