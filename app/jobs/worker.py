"""The loop that tells on what the outbox holds and does what the timetable says.

Any number may run at once, beside the server or within it: leases in the database decide who does
what. A worker that is asked to stop finishes the entry in its hands and holds nothing afterwards.
"""

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.jobs.delivery import Delivery
from app.jobs.timetable import Timetable
from app.mail.transport import Transport, transport_for
from config import Settings

log = logging.getLogger("deskhand.worker")

POLL_SECONDS = 1.0
TIMETABLE_SECONDS = 30.0
TROUBLE_SECONDS = 5.0

Pause = Callable[[float], bool]
"""Waits so many seconds, or less when the worker is to stop; whether it is to stop."""


class Worker:
    def __init__(self, app: Flask, *, transport: Transport | None = None) -> None:
        settings: Settings = app.config["SETTINGS"]
        name = f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(4)}"
        transport = transport or transport_for(settings.mail_url, settings.mail_folder)
        self.delivery = Delivery(app, transport, name)
        self.timetable = Timetable(app, name)
        self._timetable_at = 0.0
        self._prepared = False

    def run(self, pause: Pause) -> None:
        """Work until ``pause`` says to stop. A database that is away is waited for."""
        stopping = False
        while not stopping:
            try:
                seconds = self._step(lambda: pause(0))
            except SQLAlchemyError as error:
                log.error("the database does not answer (%s)", type(error).__name__)
                seconds = TROUBLE_SECONDS
            stopping = pause(seconds)

    def _step(self, stopping: Callable[[], bool]) -> float:
        """One entry, and the timetable when it is time; how long to rest afterwards."""
        if not self._prepared:
            self.timetable.prepare()
            self._prepared = True
        if time.monotonic() >= self._timetable_at:
            self.timetable.run_due(stopping)
            self._timetable_at = time.monotonic() + TIMETABLE_SECONDS
        return 0 if self.delivery.next() else POLL_SECONDS

    def drain(self) -> int:
        """Tell on everything that is due now; how many entries that were."""
        told = 0
        while self.delivery.next():
            told += 1
        return told
