"""A test client that reads pages as a person does, and checks each page it is given."""

import contextvars
import re
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask, has_app_context
from werkzeug.test import TestResponse

from app.domain import credentials
from app.extensions import db
from app.models import User


class Browser:
    """One browser, signed in as ``person`` or as nobody.

    Each page is checked: one h1, a label for every control, unique ids, a CSRF token in every form
    that posts, no inline script or style.
    """

    def __init__(self, app: Flask, person: User | None = None) -> None:
        self.app = app
        self.client = app.test_client()
        self.page: Page | None = None
        if person is not None:
            self._sign_in(person.id)

    def _sign_in(self, user_id: int) -> None:
        with self.app.app_context():
            person = db.session.get_one(User, user_id)
            secret = credentials.open_session(person, ip="127.0.0.1", user_agent="test")
            db.session.commit()
        with self.client.session_transaction() as session:
            session["_user_id"] = secret

    def get(self, path: str, *, status: int = 200, **kwargs: Any) -> "Page":
        return self._read(self._apart(self.client.get, path, **kwargs), status)

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, status: int = 303, **kwargs: Any
    ) -> "Page":
        """Post a form with this browser's CSRF token."""
        fields = {"csrf_token": self.csrf_token(), **(data or {})}
        return self._read(self._apart(self.client.post, path, data=fields, **kwargs), status)

    def submit(self, form: str, data: dict[str, Any] | None = None, *, status: int = 303) -> "Page":
        """Fill and send the form of the current page that ``form`` (a CSS selector) names."""
        assert self.page is not None, "no page is open"
        action, fields = self.page.form(form)
        return self.post(action or self.page.path, {**fields, **(data or {})}, status=status)

    def follow(self) -> "Page":
        """Go where the last answer sent us."""
        assert self.page is not None, "no page is open"
        return self.get(self.page.response.headers["Location"])

    def csrf_token(self) -> str:
        from flask_wtf.csrf import generate_csrf

        with self.app.test_request_context():
            from flask import g, session

            with self.client.session_transaction() as kept:
                session.update(kept)
                token: str = generate_csrf()
                kept["csrf_token"] = session["csrf_token"]
            g.pop("csrf_token", None)
        return token

    def _apart(self, call: Any, *args: Any, **kwargs: Any) -> TestResponse:
        """Make the request outside the test's app context, or both would share ``g``."""
        response: TestResponse = contextvars.Context().run(call, *args, buffered=True, **kwargs)
        if has_app_context():
            db.session.expire_all()  # the test looks at what the request has written
        return response

    def _read(self, response: TestResponse, status: int) -> "Page":
        page = Page(response)
        assert response.status_code == status, (
            f"{response.request.method} {response.request.path}: "
            f"{response.status_code}, not {status}\n{page.text[:2000]}"
        )
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303):
            page.check()
        self.page = page
        return page


class Page:
    """What came back: the response and, for HTML, its tree."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.path = response.request.full_path.rstrip("?")
        self.html = response.get_data().decode(errors="replace")  # some answers are files
        self.soup = BeautifulSoup(self.html, "html.parser")

    @property
    def text(self) -> str:
        """What one reads, with white space collapsed."""
        return " ".join(self.soup.get_text(" ").split())

    @property
    def location(self) -> str:
        return self.response.headers["Location"]

    def one(self, selector: str) -> Tag:
        found = self.soup.select(selector)
        assert len(found) == 1, f"{selector}: {len(found)} on {self.path}"
        return found[0]

    def all(self, selector: str) -> list[str]:
        return [" ".join(tag.get_text(" ").split()) for tag in self.soup.select(selector)]

    def form(self, selector: str) -> tuple[str, dict[str, Any]]:
        """The address of a form and its fields with their values, as a browser would send them."""
        form = self.one(selector)
        fields: dict[str, Any] = {}
        for control in form.select("input[name], textarea[name], select[name]"):
            name, kind = str(control["name"]), control.get("type", "")
            if kind in ("submit", "button", "file"):
                continue
            if kind in ("checkbox", "radio") and not control.has_attr("checked"):
                continue
            if control.name == "select":
                chosen = control.select("option[selected]") or control.select("option")[:1]
                value = chosen[0].get("value", chosen[0].get_text()) if chosen else ""
            elif control.name == "textarea":
                value = re.sub(r"^\r?\n", "", control.get_text())
            else:
                value = control.get("value", "on" if kind in ("checkbox", "radio") else "")
            if kind == "checkbox" and name in fields:  # several ticks of one name
                before = fields[name] if isinstance(fields[name], list) else [fields[name]]
                fields[name] = [*before, value]
            else:
                fields[name] = value
        return str(form.get("action", "")), fields

    def check(self) -> None:
        where = self.path
        assert len(self.soup.select("h1")) == 1, f"{where}: {len(self.soup.select('h1'))} h1"
        title = self.soup.select_one("head > title")
        assert title is not None, f"{where}: no title"
        assert title.get_text().strip(), f"{where}: an empty title"
        ids = [tag["id"] for tag in self.soup.select("[id]")]
        doubled = {id_ for id_ in ids if ids.count(id_) > 1}
        assert not doubled, f"{where}: ids used twice: {doubled}"
        for tag in self.soup.select("[style], [onclick], [onsubmit], [onchange], style"):
            raise AssertionError(f"{where}: inline {tag}")
        for script in self.soup.select("script"):
            assert script.get("src") or script.get("type") == "application/json", (
                f"{where}: {script}"
            )
        for control in self.soup.select("input, textarea, select"):
            if control.get("type") in ("hidden", "submit"):
                continue
            labelled = (
                control.get("aria-label")
                or control.get("aria-labelledby")
                or control.find_parent("label")
                or self.soup.select(f"label[for='{control.get('id')}']")
            )
            assert labelled, f"{where}: no label for {control}"
        for form in self.soup.select("form"):
            if form.get("method", "get").lower() == "post":
                tokens = form.select("input[name=csrf_token]")
                assert len(tokens) == 1, f"{where}: {len(tokens)} tokens in {form.get('action')}"
