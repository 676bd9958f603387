"""Starts the product as ``make run`` does, and the bare pages beside it, and waits for them."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bench.databases import Database
from bench.meter import Meter
from config import ROOT

PRODUCT = ("flask", "--app", "wsgi", "serve")
BARE = ("bench.bare",)
_READY = "Deskhand runs on"


class DoesNotStart(Exception):
    """A server ended before it served."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that answers, and the meters of everything that works for it."""

    port: int
    own: Meter
    database: Meter | None

    def cpu_ms(self) -> float:
        """Processor time used so far by its processes, and by the database's where it has some."""
        return self.own.cpu_ms() + (self.database.cpu_ms() if self.database else 0)


@contextmanager
def served(module: Sequence[str], database: Database) -> Iterator[Serving]:
    """``python -m module`` on this database, until the end of the block."""
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", *module],
        cwd=ROOT,
        env={**database.environment(), "PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        _wait(process)
        postmaster = database.postmaster
        yield Serving(port, Meter(process.pid), Meter(postmaster) if postmaster else None)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


def _wait(process: subprocess.Popen[str]) -> None:
    for line in process.stdout or ():
        if line.startswith(_READY):
            return
    raise DoesNotStart(f"the server ended with {process.wait()}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
