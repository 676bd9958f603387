"""``/healthz`` says that the process is up, ``/readyz`` that it can do its work (R131)."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, Response, current_app
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.clock import now
from app.extensions import db
from app.models import OutboxEntry, OutboxState
from app.web.access import public
from config import ROOT

FREE_BYTES_MIN = 100 * 1024 * 1024
OUTBOX_LATE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail: str


def init_app(app: Flask) -> None:
    app.add_url_rule("/healthz", "healthz", public(_healthz))
    app.add_url_rule("/readyz", "readyz", public(_readyz))


def _healthz() -> Response:
    return _answer({"status": "ok"}, 200)


def _readyz() -> Response:
    results = checks()
    fine = all(check.ok for check in results)
    body = {check.name: "ok" if check.ok else "fail" for check in results}
    return _answer({"status": "ok" if fine else "fail", **body}, 200 if fine else 503)


def _answer(body: dict[str, str], status: int) -> Response:
    response = Response(json.dumps(body), status=status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def checks() -> list[Check]:
    """Database, migrations, disk and outbox, each with what an admin wants to read."""
    return [
        _guarded("database", _database),
        _guarded("migrations", _migrations),
        _guarded("disk", _disk),
        _guarded("queue", _queue),
    ]


def _guarded(name: str, check: Callable[[], tuple[bool, str]]) -> Check:
    try:
        ok, detail = check()
    except (SQLAlchemyError, OSError) as error:
        db.session.rollback()
        return Check(name, False, type(error).__name__)
    return Check(name, ok, detail)


def _database() -> tuple[bool, str]:
    """Whether a write would be accepted, without leaving one behind."""
    with db.session().aside() as connection:
        connection.execute(text("UPDATE settings SET value = value WHERE name = ''"))
    return True, db.engine.dialect.name


def _migrations() -> tuple[bool, str]:
    with db.engine.connect() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    head = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    return at == head, f"at {at}, newest {head}"


def _disk() -> tuple[bool, str]:
    free = shutil.disk_usage(current_app.instance_path).free
    return free > FREE_BYTES_MIN, f"{free // (1024 * 1024):,} MB free"


def _queue() -> tuple[bool, str]:
    oldest = db.session.scalar(
        select(func.min(OutboxEntry.due_at)).where(
            OutboxEntry.state == OutboxState.WAITING, OutboxEntry.attempts == 0
        )
    )
    late = (now() - oldest).total_seconds() if oldest else 0.0
    return late < OUTBOX_LATE_SECONDS, f"{max(0, int(late))} s behind"
