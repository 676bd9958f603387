"""Whoever asks: one kept connection, a browser's headers, and the way in."""

import http.client
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_TIMEOUT_SECONDS = 60


class Unexpected(Exception):
    """A server answered what nobody asked for; measuring that would say nothing."""


@dataclass(slots=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    seconds: float


@dataclass(slots=True)
class Visitor:
    """Somebody at a server. ``headers`` go with each request: cookies, or a token."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request over the kept connection; compressed, as every browser asks for."""
        sent = {"Accept-Encoding": "gzip", **self.headers, **(headers or {})}
        begun = time.perf_counter()
        connection = self._connected()
        connection.request(method, path, body=body, headers=sent)
        response = connection.getresponse()
        content = response.read()
        return Answer(response.status, response.headers, content, time.perf_counter() - begun)

    def ask_json(self, path: str, content: Mapping[str, Any]) -> Answer:
        body = json.dumps(content).encode()
        return self.ask("POST", path, body=body, headers={"Content-Type": "application/json"})

    def leave(self) -> None:
        """Close the connection; the next request may meet the server's other process."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=_TIMEOUT_SECONDS
            )
        return self._connection


def browser(port: int, username: str, password: str) -> Visitor:
    """Signed in through the form."""
    visitor = Visitor(port)
    page = visitor.ask("GET", "/login", headers={"Accept-Encoding": "identity"})
    token = _CSRF.search(page.body.decode())
    if token is None:
        raise Unexpected("the sign-in page has no CSRF token")
    _keep_cookies(visitor, page)
    form = {"username": username, "password": password, "csrf_token": token[1]}
    answer = visitor.ask(
        "POST",
        "/login",
        body=urlencode(form).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    if answer.status != 303:
        raise Unexpected(f"{username} cannot sign in: {answer.status}")
    _keep_cookies(visitor, answer)
    _keep_cookies(visitor, visitor.ask("GET", "/account"))  # with the token of its forms in it
    visitor.leave()
    return visitor


def program(port: int, username: str, password: str) -> Visitor:
    """Signed in through the API."""
    visitor = Visitor(port)
    answer = visitor.ask_json("/login", {"username": username, "password": password})
    if answer.status != 200:
        raise Unexpected(f"{username} gets no token: {answer.status}")
    visitor.headers["Authorization"] = f"Bearer {json.loads(answer.body)['token']}"
    visitor.leave()
    return visitor


def _keep_cookies(visitor: Visitor, answer: Answer) -> None:
    cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
    if cookie:
        visitor.headers["Cookie"] = cookie
