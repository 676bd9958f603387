"""Demo databases of some size on either engine: made once a day, copied for each run.

The demo ends at the moment it is made, so yesterday's would no longer be a working day. On a
PostgreSQL server that TEST_DATABASE_URL names they stay too; one that was started for this run
takes them with it.
"""

import datetime as dt
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from bench import meter
from config import ROOT
from tests import postgres

ENGINES = ("sqlite", "postgresql")
_OURS = "deskhand_bench"


@dataclass(frozen=True, slots=True)
class Database:
    """A copy that a run may write to. ``postmaster`` is the process of its server, where that is
    another than the product's and on this machine."""

    engine: str
    url: str
    instance: Path
    postmaster: int | None = None

    def environment(self) -> dict[str, str]:
        """What the product is told: this database, no limits, and otherwise its defaults."""
        return _environment(self.instance, self.url)


def _environment(instance: Path, url: str) -> dict[str, str]:
    ours = {
        "DESKHAND_ENV": "development",
        "DATABASE_URL": url,
        "INSTANCE_PATH": str(instance),
        "RATE_LIMITS": "off",
        # A .env file must not lead the benchmark to a real installation's mail or address.
        **dict.fromkeys(("BASE_URL", "HOST", "MAIL_URL", "SECRET_KEY", "TRUSTED_HOSTS"), ""),
    }
    return {**os.environ, **ours}


@contextmanager
def copies(engine: str, sizes: tuple[int, ...], folder: Path) -> Iterator[list[Database]]:
    """A database of each size, gone afterwards. Raises postgres.Unavailable."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy = _sqlite_copy if engine == "sqlite" else _postgresql_copy
    databases = [copy(tickets, folder) for tickets in sizes]
    try:
        yield databases
    finally:
        for database in databases:
            shutil.rmtree(database.instance)


def settle(database: Database) -> None:
    """As it stands after a night: nothing is left to be tidied up while we measure."""
    if database.engine == "postgresql":
        with postgres.connect(database.url) as connection:
            connection.execute("VACUUM (FREEZE, ANALYZE)")
            with suppress(psycopg.errors.InsufficientPrivilege):
                connection.execute("CHECKPOINT")


# --- SQLite ------------------------------------------------------------------------------------


def _sqlite_copy(tickets: int, folder: Path) -> Database:
    instance = _empty(folder / f"run-sqlite-{tickets}")
    file = instance / "deskhand.db"
    shutil.copyfile(_sqlite_demo(tickets, folder), file)
    return Database("sqlite", f"sqlite:///{file}", instance)


def _sqlite_demo(tickets: int, folder: Path) -> Path:
    demo = folder / f"demo-{tickets}-{_edition()}.db"
    if not demo.exists():
        for older in folder.glob(f"demo-{tickets}-*"):
            older.unlink()
        unfinished = demo.with_suffix(".unfinished")
        _load(tickets, f"sqlite:///{unfinished}", folder)
        with closing(sqlite3.connect(unfinished)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        unfinished.rename(demo)
    return demo


# --- PostgreSQL --------------------------------------------------------------------------------


def _postgresql_copy(tickets: int, folder: Path) -> Database:
    postgres.start(postgres.DURABLE)
    server = postgres.server_url()
    template = _postgresql_demo(server, tickets, folder)
    url = postgres.create_database(server, f"{_OURS}_{tickets}_run", template=template)
    instance = _empty(folder / f"run-postgresql-{tickets}")
    return Database("postgresql", url, instance, _postmaster(server))


def _postgresql_demo(server: str, tickets: int, folder: Path) -> str:
    name = f"{_OURS}_{tickets}_{_edition()}"
    with postgres.connect(server) as connection:
        names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for older in sorted(names):
            if older.startswith(f"{_OURS}_{tickets}_") and older != name:
                drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(older))
                connection.execute(drop)
        if name in names:
            return name
        unfinished = f"{_OURS}_{tickets}_unfinished"
        _load(tickets, postgres.create_database(server, unfinished), folder)
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(name)))
    return name


def _postmaster(server: str) -> int | None:
    """Its process, where it runs on this machine; elsewhere its time cannot be seen."""
    with postgres.connect(server) as connection, suppress(OSError):
        backend = connection.info.backend_pid
        if "postgres" in Path(f"/proc/{backend}/comm").read_text():
            return meter.parent_of(backend)
    return None


# --- both --------------------------------------------------------------------------------------


def _load(tickets: int, url: str, folder: Path) -> None:
    print(f"Loading a demo of {tickets:,} tickets", file=sys.stderr)
    instance = _empty(folder / "run-load")
    for command in (("db", "upgrade"), ("demo", "load", "--tickets", str(tickets))):
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *command],
            cwd=ROOT,
            env=_environment(instance, url),
            stdout=subprocess.DEVNULL,
            check=True,
        )
    shutil.rmtree(instance)


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def _edition() -> str:
    """Today's, of this schema and these stories."""
    made_of = (
        *sorted(ROOT.glob("migrations/versions/*.py")),
        *sorted(ROOT.glob("app/demo/**/*.py")),
    )
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in made_of)).hexdigest()[:8]
    return f"{dt.datetime.now(dt.UTC):%Y%m%d}_{digest}"
