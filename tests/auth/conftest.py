"""An app of a test's own, where nothing is rolled back: for races, limits and restarts."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import make_url

from app import create_app
from app.extensions import db
from app.models import OutboxEntry
from tests import postgres
from tests.conftest import settings_for as settings_for
from tests.conftest import worker_name


@pytest.fixture
def own_app(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Makes apps on one fresh database; each call is another process's app."""
    made: list[Flask] = []
    url = f"sqlite:///{tmp_path / 'own.db'}"
    if not database_url.startswith("sqlite"):
        address = make_url(database_url).set(database="postgres")
        server = address.render_as_string(hide_password=False)
        url = postgres.create_database(server, f"deskhand_own_{worker_name()}")

    def make(**more: Any) -> Flask:
        app = create_app(settings_for(url, tmp_path / "instance", **more))
        if not made:
            with app.app_context():
                upgrade()
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        if (counters := app.extensions["throttle"]) is not None:
            counters.engine.dispose()


def topics(session: Any) -> list[str]:
    """What has been announced, in order."""
    return list(session.scalars(db.select(OutboxEntry.topic).order_by(OutboxEntry.id)))
