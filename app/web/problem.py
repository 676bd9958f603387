"""Errors as RFC 9457 ``application/problem+json``."""

import json
from http import HTTPStatus
from typing import Any

from flask import g, request
from werkzeug.wrappers import Response

from app.domain.errors import Conflict, DomainError, Stale

API_PATHS: set[str] = set()
"""The addresses of the JSON API; the api blueprint adds them as it declares them."""


def is_asked_for() -> bool:
    """Whether this request speaks JSON: an address of the API, or a sign-in sent as JSON."""
    if request.path == "/login":
        return (
            request.method not in ("GET", "HEAD", "OPTIONS")
            and request.mimetype != "application/x-www-form-urlencoded"
            and (request.mimetype != "multipart/form-data")
        )
    return request.path in API_PATHS


def code_of(error: DomainError) -> int:
    """The status code of a rule's refusal."""
    if isinstance(error, Stale):
        return 412
    return 409 if isinstance(error, Conflict) else 422


def answer(
    status: int,
    detail: str,
    *,
    errors: dict[str, list[str]] | None = None,
    headers: Any = (),
) -> Response:
    """A problem document. ``errors`` maps a field to its sentences."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "request_id": g.get("request_id", ""),
    }
    if errors:
        body["errors"] = errors
    return Response(
        json.dumps(body), status=status, headers=headers, mimetype="application/problem+json"
    )
