"""Databases of their own, because these tests kill what writes to them."""

import itertools
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.extensions import db
from tests.conftest import ENGINES, new_database, settings_for, worker_name
from tests.durability.served import Served
from tests.mail.test_transport import free_port

_numbers = itertools.count(1)


@pytest.fixture(params=ENGINES)
def own_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request, tmp_path, f"own_{worker_name()}_{next(_numbers)}")


@pytest.fixture
def own_app(own_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The product on a migrated database that other processes use too."""
    app = create_app(settings_for(own_url, tmp_path / "instance"))
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def environment(own_url: str, tmp_path: Path) -> dict[str, str]:
    """What makes a process of the product use the same database."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "DATABASE_URL": own_url,
        "INSTANCE_PATH": str(tmp_path / "instance"),
        "SECRET_KEY": "t" * 20 + "0123456789abcdef",
        "RATE_LIMITS": "off",
    }


@pytest.fixture
def serve(environment) -> Iterator[Callable[[], Served]]:
    started: list[Served] = []

    def start() -> Served:
        environment["PORT"] = str(free_port())
        started.append(Served(environment))
        return started[-1]

    yield start
    for served in started:
        served.end(signal.SIGKILL)
