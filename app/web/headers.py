"""The headers of every response, and the check that a form came from our own pages."""

from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from app.extensions import csrf
from app.web import problem
from app.web.access import is_unsafe

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none';"
    " base-uri 'none'; object-src 'none'; manifest-src 'self'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
}
HSTS = "max-age=31536000; includeSubDomains"


def init_app(app: Flask) -> None:
    app.before_request(_protect_from_forgery)
    app.after_request(_add_headers)


def _protect_from_forgery() -> None:
    """Every unsafe request that a cookie could authorise brings our token and our origin.

    The API takes no cookie, and where no view answers nothing happens: nothing to forge there.
    """
    if not is_unsafe() or problem.is_asked_for() or request.routing_exception is not None:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise CSRFError("This form was sent by another site.")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise CSRFError("This form was sent by another site.")
    csrf.protect()


def _add_headers(response: Response) -> Response:
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SETTINGS"].https:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if "Cache-Control" not in response.headers:
        # no-store would lose typed text on Back; the session decides what a page shows.
        response.headers["Cache-Control"] = "private, no-cache"
        response.vary.add("Cookie")
    return response
