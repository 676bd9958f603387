"""What a job has in place of a request: an app context and a session of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from app.extensions import db


@contextmanager
def reading(app: Flask) -> Iterator[Any]:
    with app.app_context():
        yield db.session


@contextmanager
def writing(app: Flask) -> Iterator[Any]:
    """The job commits; whatever it leaves uncommitted is rolled back."""
    with app.app_context():
        db.session().will_write()
        yield db.session
