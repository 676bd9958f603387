"""Runs migrations on the app's own engine, each in one transaction, on both databases."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import text

target = current_app.extensions["migrate"].db


def run() -> None:
    engine = target.engine.execution_options(write=True)
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # Rebuilding a table drops the old one; foreign keys are checked again afterwards.
            connection.connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=target.metadata,
            include_object=_ours,
            render_as_batch=True,
            transaction_per_migration=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        if sqlite:
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            connection.rollback()
            connection.connection.execute("PRAGMA foreign_keys=ON")
            if broken:
                raise RuntimeError(f"foreign keys without a row after migrating: {broken[:5]}")


def _ours(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    # Counters of requests are no model: they may be lost, and SQLite keeps them elsewhere.
    return not (kind == "table" and name in ("sqlite_sequence", "rate_counters"))


run()
