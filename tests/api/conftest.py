"""Callers of the API: a client with a token, as any program has it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from werkzeug.test import TestResponse

from app import create_app
from app.domain import credentials
from app.extensions import db
from app.models import TokenScope, User
from tests import factories as make
from tests import postgres
from tests.conftest import settings_for, worker_name


class Caller:
    """Speaks JSON with a bearer token; without one it is nobody."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.client = app.test_client(use_cookies=False)
        self.token = token

    def call(
        self, method: str, path: str, body: Any = None, *, status: int, **options: Any
    ) -> TestResponse:
        headers = dict(options.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            options |= {"data": json.dumps(body), "content_type": "application/json"}
        response = self.client.open(path, method=method, headers=headers, **options)
        assert response.status_code == status, f"{response.status}: {response.text[:1000]}"
        kind = "application/problem+json" if status >= 400 else "application/json"
        assert response.mimetype == kind
        return response

    def get(self, path: str, *, status: int = 200, **options: Any) -> Any:
        return self.call("GET", path, status=status, **options).get_json()

    def post(self, path: str, body: Any, *, status: int = 201, **options: Any) -> Any:
        return self.call("POST", path, body, status=status, **options).get_json()

    def put(self, path: str, body: Any, *, status: int = 200, **options: Any) -> Any:
        return self.call("PUT", path, body, status=status, **options).get_json()


def token_of(person: User, scope: TokenScope = TokenScope.WRITE) -> str:
    _, secret = credentials.make_api_token(person, "A test", scope=scope)
    db.session.commit()
    return secret


@pytest.fixture
def caller(app: Flask, session: Any) -> Callable[..., Caller]:
    """Makes callers: ``caller()`` is nobody, ``caller(ann)`` has a token of Ann's."""

    def made(person: User | None = None, scope: TokenScope = TokenScope.WRITE) -> Caller:
        return Caller(app, token_of(person, scope) if person else None)

    return made


@pytest.fixture
def ann(session: Any) -> User:
    return make.ann()


@pytest.fixture
def eve(session: Any) -> User:
    return make.eve()


@pytest.fixture
def sam(session: Any) -> User:
    return make.sam()


@pytest.fixture
def ada(session: Any) -> User:
    return make.ada()


@pytest.fixture(scope="module")
def live_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The product on a database of its own where commits are commits, for threads to race in."""
    folder = tmp_path_factory.mktemp("live")
    if database_url.startswith("sqlite"):
        url = f"sqlite:///{folder / 'live.db'}"
    else:
        url = postgres.create_database(postgres.server_url(), f"deskhand_api_{worker_name()}")
    app = create_app(settings_for(url, folder))
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
