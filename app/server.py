"""``flask serve``: what stands between an empty folder and an open browser.

Gunicorn with threads; the product is loaded once and its processes share that memory. One of them
carries the worker. The command line uses this module, and the benchmarks for what they compare.
"""

import errno
import gc
import logging
import socket
import sys
from typing import Any

import gunicorn
import gunicorn.http.wsgi
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from sqlalchemy.exc import OperationalError

from app.domain import accounts, rights
from app.extensions import db
from app.jobs.embedded import EmbeddedWorker
from app.web.logs import JsonLines
from config import ROOT, Settings

TIMEOUT_SECONDS = 30


class CannotStart(Exception):
    """Why the server does not start, in one line."""


def serve(app: Flask) -> None:
    """Bring the database up to date and serve until told to stop. Raises CannotStart."""
    settings: Settings = app.config["SETTINGS"]
    listener = listen(settings.host, settings.port)
    with app.app_context():
        migrate_database()
        link = first_admin_link(settings)
        db.engine.dispose()  # no connection may cross into another process
    if link:
        print(f"There is no admin yet. This link makes the first, once, for three days:\n{link}")
    sys.stdout.flush()
    Server(app, listener).run()


def listen(host: str, port: int) -> socket.socket:
    """The socket to serve on, taken before anything else is done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Port {port} is in use: stop what uses it, or choose another with PORT={port + 1}."
            ) from error
        raise CannotStart(f"Cannot serve on {host}:{port}: {error.strerror or error}.") from error


def migrate_database() -> None:
    """Run what is missing of the migrations. Raises CannotStart."""
    try:
        _refuse_newer_schema()
        upgrade()
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise CannotStart(f"The database cannot be opened: {reason}.") from error


def _refuse_newer_schema() -> None:
    with db.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    known = ScriptDirectory(str(ROOT / "migrations"))
    if revision is not None and revision not in {
        script.revision for script in known.walk_revisions()
    }:
        raise CannotStart(
            f"The database was made by a newer Deskhand (schema {revision}; this one knows up to"
            f" {known.get_current_head()}). Update Deskhand, or restore a backup."
        )


def first_admin_link(settings: Settings) -> str | None:
    """Where the first admin is made, once; None when there is one."""
    db.session().will_write()
    if rights.has_admin():
        db.session.rollback()
        return None
    secret = accounts.first_admin_link()
    db.session.commit()
    return f"{settings.base_url}/first-admin/{secret}"


class Server(BaseApplication):  # gunicorn has no types
    """Gunicorn, configured here and nowhere else: no file, no arguments, no environment."""

    def __init__(self, app: Flask, listener: socket.socket) -> None:
        self.flask_app = app
        self.settings: Settings = app.config["SETTINGS"]
        self.listener = listener
        self.worker: EmbeddedWorker | None = None
        super().__init__()

    def load(self) -> Flask:
        return self.flask_app

    def load_config(self) -> None:
        # Nobody needs to know what serves; the header itself cannot be turned off.
        gunicorn.http.wsgi.SERVER = "Deskhand"
        for name, value in self._options().items():
            self.cfg.set(name, value)

    def _options(self) -> dict[str, Any]:
        return {
            "bind": f"fd://{self.listener.fileno()}",
            "worker_class": "gthread",
            "workers": self.settings.web_workers,
            "threads": self.settings.web_threads,
            "timeout": TIMEOUT_SECONDS,
            "graceful_timeout": TIMEOUT_SECONDS,
            "keepalive": 5,
            "preload_app": True,
            "control_socket_disable": True,
            "forwarded_allow_ips": "",  # web/proxies.py decides whom to believe
            "proc_name": "deskhand",
            "loglevel": "warning",
            "logger_class": _JsonLogger,
            "when_ready": self._say_where,
            "pre_fork": _share_memory,
            "post_fork": self._forget_connections,
            "post_worker_init": self._start_worker,
            "worker_exit": self._stop_worker,
        }

    def _say_where(self, _arbiter: Any) -> None:
        print(f"Deskhand runs on {self.settings.base_url}", flush=True)

    def _forget_connections(self, _arbiter: Any, _process: Any) -> None:
        with self.flask_app.app_context():
            self.flask_app.extensions["sqlalchemy"].engine.dispose(close=False)

    def _start_worker(self, process: Any) -> None:
        if self.settings.worker_inside:
            self.worker = EmbeddedWorker(self.flask_app, is_serving=lambda: bool(process.alive))
            self.worker.start()

    def _stop_worker(self, _arbiter: Any, _process: Any) -> None:
        if self.worker is not None:
            self.worker.stop()


def _share_memory(_arbiter: Any, _process: Any) -> None:
    """Keep the collector off what is loaded, or counting would copy every page of it."""
    gc.collect()
    gc.freeze()


class _JsonLogger(Logger):  # gunicorn has no types
    """Gunicorn's own complaints, in the form of ours."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonLines())
        self.error_log.propagate = False
        logging.getLogger("gunicorn.access").disabled = True
