"""What the admin pages have in common: where they lead, lists by key, and refusals in place."""

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from flask_wtf import FlaskForm

from app.domain.errors import DomainError
from app.extensions import db
from app.models import ID_MAX
from app.text import refusal

Q_MAX = 200


def asked_words() -> str:
    """What was searched for; what nobody can be called finds nobody, so it is left out."""
    q = request.args.get("q", "").strip()[:Q_MAX]
    return "" if refusal(q) else q


def cursors() -> tuple[int | None, int | None]:
    """Where in a list the reader is: after or before an id. What is none begins the list anew."""
    return _id(request.args.get("after", "")), _id(request.args.get("before", ""))


def page_urls(endpoint: str, page: Any, **state: Any) -> dict[str, str | None]:
    """The addresses of the pages around this one."""
    return {
        "previous_url": url_for(endpoint, before=page.before, **state) if page.before else None,
        "next_url": url_for(endpoint, after=page.after, **state) if page.after else None,
    }


def stored(form: FlaskForm, act: Callable[[], Any], *, field: str) -> bool:
    """Whether the act went through; where a rule refuses, its sentence stands beside a field.

    The act is one domain verb; what it began is rolled back.
    """
    try:
        act()
    except DomainError as refused:
        db.session.rollback()
        control = form[refused.field] if refused.field in form._fields else form[field]
        control.errors = [*control.errors, refused.sentence]
        return False
    return True


def _id(text: str) -> int | None:
    usable = text.isascii() and text.isdigit() and len(text) <= 10
    return int(text) if usable and 0 < int(text) <= ID_MAX else None
