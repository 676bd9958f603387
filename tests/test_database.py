"""How both databases are opened, and what is noted about their use."""

import logging
import sqlite3
import time

from sqlalchemy import text

from app.extensions import SQLITE_PRAGMAS, db


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
