"""What every test stands on: both databases, the app, and people who sign in.

The schema is migrated once per database; each test runs in a transaction that is rolled back
although the product commits in it.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Connection, event, make_url

from app import create_app
from app.extensions import db
from config import Settings
from tests import postgres
from tests.browser import Browser
from tests.mailbox import Mailbox

ENGINES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=ENGINES, help="run on this database only")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--engine") != "sqlite":
        postgres.start()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        only = metafunc.config.getoption("--engine")
        engines = (only,) if only else ENGINES
        if metafunc.definition.get_closest_marker("any_engine"):
            engines = engines[:1]
        metafunc.parametrize("database_url", engines, indirect=True, scope="session")


def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def settings_for(url: str, instance: Path, **more: Any) -> Settings:
    """Settings for a test: cheap hashes, no limits unless the test is about them."""
    return Settings(
        **{
            "secret_key": "t" * 20 + "0123456789abcdef",
            "database_url": make_url(url),
            "instance": instance,
            "base_url": "http://localhost",
            "rate_limits": False,
            "bcrypt_cost": 4,
            "testing": True,
            **more,
        }
    )


def new_database(request: pytest.FixtureRequest, folder: Path, name: str) -> str:
    """The address of an empty database of the engine that is the fixture's parameter.

    Skips the test where another engine was asked for, or where there is no server.
    """
    only = request.config.getoption("--engine")
    if only and only != request.param:
        pytest.skip(f"asked to run on {only} only")
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'deskhand.db'}"
    try:
        server = postgres.server_url()
    except postgres.Unavailable as reason:
        pytest.skip(f"{reason} (make test installs one)")
    return postgres.create_database(server, f"deskhand_{name}")


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database of each engine in turn."""
    return new_database(request, tmp_path_factory.mktemp("database"), worker_name())


@pytest.fixture(scope="session")
def shared_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The product on a migrated database, made once per engine."""
    app = create_app(settings_for(database_url, tmp_path_factory.mktemp("instance")))
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def connection(shared_app: Flask) -> Iterator[Connection]:
    """The connection whose transaction holds everything that the test does."""
    with shared_app.app_context():
        engine = db.engine
    with engine.execution_options(write=True).connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture
def app(shared_app: Flask, connection: Connection) -> Iterator[Flask]:
    """The product, with every session inside the test's transaction."""
    session_options = {"bind": connection, "join_transaction_mode": "create_savepoint"}
    db.session.session_factory.configure(**session_options)
    yield shared_app
    db.session.session_factory.configure(bind=None, join_transaction_mode="conditional_savepoint")


@pytest.fixture
def session(app: Flask) -> Iterator[Any]:
    """A session for arranging and looking; close to what a job has."""
    with app.app_context():
        yield db.session


@pytest.fixture
def browser(app: Flask) -> Callable[..., Browser]:
    """Makes browsers: ``browser()`` is nobody, ``browser(ann)`` has signed in as Ann."""
    return lambda person=None: Browser(app, person)


@pytest.fixture
def mailbox(app: Flask, session: Any, tmp_path: Path) -> Mailbox:
    """What the worker would send, once the recall time has passed."""
    return Mailbox(app, tmp_path / "mail")


@pytest.fixture
def count_queries(connection: Connection) -> Iterator[list[str]]:
    """The statements since the list was last cleared; savepoints are not counted."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)
