"""The worker within the server: one thread per installation folder, whichever process holds it.

A lock on a file decides, because the system frees it in the moment its process dies, in whatever
way: the next process goes on within a second. Two of them would do no harm (leases in the database
see to that), they would only ask the database twice as often.
"""

import fcntl
import os
import threading
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from app.jobs.worker import POLL_SECONDS, Worker
from config import Settings

STOP_SECONDS = 25.0
"""How long a stop waits for the entry in hand; the server as a whole is given 30."""


class EmbeddedWorker(threading.Thread):
    """Waits for the lock, then works while ``is_serving`` says yes and until ``stop``."""

    def __init__(self, app: Flask, is_serving: Callable[[], bool]) -> None:
        super().__init__(name="worker", daemon=True)
        settings: Settings = app.config["SETTINGS"]
        self.app = app
        self.is_serving = is_serving
        self.lock: Path = settings.instance / "worker.lock"
        self.asked_to_stop = threading.Event()

    def run(self) -> None:
        with open(os.open(self.lock, os.O_CREAT | os.O_RDWR, 0o600), "w") as lock:
            while not _is_free(lock.fileno()):
                if self._pause(POLL_SECONDS):
                    return
            Worker(self.app).run(self._pause)

    def stop(self) -> None:
        """Ask to stop and wait until the entry in hand is told."""
        self.asked_to_stop.set()
        self.join(STOP_SECONDS)

    def _pause(self, seconds: float) -> bool:
        return self.asked_to_stop.wait(seconds) or not self.is_serving()


def _is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
