"""What every response carries, and what no response does (R43, R45, R46, R48, R50, H36)."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from app.extensions import db
from tests import factories as make
from tests.conftest import settings_for

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; object-src 'none'; manifest-src 'self'"
)
PATHS = (
    *("/", "/login", "/register", "/forgot-password", "/tickets", "/tickets/new", "/staff"),
    *("/staff/queue", "/analytics", "/analytics.csv", "/admin/people", "/docs", "/openapi.json"),
    *("/healthz", "/nothing-here", "/tickets/9999", "/static/mark.svg", "/create_ticket"),
)


@pytest.mark.parametrize("who", ["nobody", "ann", "ada"])
def test_every_response_has_the_policy(browser, session, who):
    person = {"nobody": lambda: None, "ann": make.ann, "ada": make.ada}[who]()
    client = browser(person)
    for path in PATHS:
        response = client._apart(client.client.get, path)
        headers = response.headers
        assert headers["Content-Security-Policy"] == POLICY, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin", path
        assert "camera=()" in headers["Permissions-Policy"], path
        assert "Cache-Control" in headers, path
        assert "Strict-Transport-Security" not in headers, path
        assert "Access-Control-Allow-Origin" not in headers, path
        if response.mimetype in ("text/html", "text/csv", "text/css"):
            assert "charset=utf-8" in headers["Content-Type"].lower(), path


def test_the_request_is_never_reflected(browser, session):
    payload = "/%3Cscript%3Ealert(1)%3C/script%3E"
    client = browser(make.sam())
    for path in (payload, "/staff/queue?q=" + payload, "/tickets/new?title=" + payload):
        response = client._apart(client.client.get, path)
        assert b"<script>alert" not in response.data


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_does_nothing(browser, session, headers):
    ann = make.ann()
    ticket = make.ticket(ann)
    page = browser(ann)
    page.post(f"/tickets/{ticket.id}/status", {"status": "solved"}, status=400, headers=headers)
    assert ticket.status.value == "new"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PUT", "/tickets/new", 405), ("POST", "/docs", 405), ("DELETE", "/nothing-here", 404)],
)
def test_where_no_view_answers_no_token_is_asked_for(app, session, method, path, status):
    response = app.test_client().open(path, method=method)
    assert (response.status_code, response.mimetype) == (status, "text/html")


def test_sign_in_by_another_method_is_answered_as_json(app, session):
    response = app.test_client().put("/login", json={"username": "ann", "password": "x"})
    assert (response.status_code, response.mimetype) == (405, "application/problem+json")
    assert "POST" in response.headers["Allow"]


def test_the_token_of_another_session_does_nothing(browser, session):
    ann, eve = make.ann(), make.eve()
    ticket = make.ticket(ann)
    foreign = browser(eve).csrf_token()
    form = {"status": "solved", "csrf_token": foreign}
    browser(ann).post(f"/tickets/{ticket.id}/status", form, status=400)
    assert ticket.status.value == "new"


@pytest.fixture
def https_app(database_url: str, tmp_path) -> Iterator[Flask]:
    settings = settings_for(database_url, tmp_path, base_url="https://localhost")
    app = create_app(settings)
    yield app
    with app.app_context():
        db.engine.dispose()


def test_over_https_the_cookie_is_locked_to_the_host(https_app):
    response = https_app.test_client().get("/login", base_url="https://localhost")
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    for cookie in response.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-desk=")
        for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert part in cookie
        assert "Domain" not in cookie


@pytest.mark.parametrize("host", ["evil.test", "localhost.evil.test", "evil.test:80", "", "a b"])
def test_a_foreign_host_is_refused(app, host):
    response = app.test_client().get("/login", headers={"Host": host})
    assert response.status_code == 400
    assert b"evil" not in response.data


def test_proxy_headers_are_ignored_unless_a_proxy_is_configured(app, session):
    headers = {"X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "https", "Forwarded": "x"}
    response = app.test_client().get("/tickets", headers=headers)
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/login")


def test_static_files_are_kept_for_ever_and_pages_are_not(browser, session):
    page = browser().get("/login")
    css = page.one("link[rel=stylesheet]")["href"]
    client = page.response  # the first visit
    assert client.headers["Cache-Control"] == "private, no-cache"
    asset = browser()._apart(browser().client.get, css, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in asset.headers["Cache-Control"]
    assert asset.headers["Content-Encoding"] == "gzip"


def test_a_stylesheet_of_another_version_is_not_kept(browser):
    page = browser().get("/login")
    address = page.one("link[rel=stylesheet]")["href"]
    other = address.replace(address.split("/")[2], "0" * 16)
    answer = browser()._apart(browser().client.get, other)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
