"""What may be known already, shown to somebody who is about to file it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request

from app.domain import accounts
from app.models import User
from app.policy import Permission, allows
from app.queries.suggestions import Suggestion, suggestions
from app.text import EMAIL_MAX, TITLE_MAX, refusal
from app.ticket.blueprint import blueprint
from app.web import throttle
from app.web.access import actor, requires

LIMIT_PER_PERSON = "60/minute"


@dataclass(frozen=True, slots=True)
class Similar:
    """What is like a title, for the page: ``person`` is whom it would be filed for, if not the
    reader."""

    found: Sequence[Suggestion] = ()
    person: User | None = None


@blueprint.get("/tickets/suggestions")
@requires(Permission.TICKET_OPEN)
def suggest() -> Any:
    """What is like ``?title=``, as a fragment for the form's script; nothing where nothing is."""
    throttle.hit("suggestions", str(actor().id), limit=LIMIT_PER_PERSON)
    title = request.args.get("title", "")[:TITLE_MAX]
    similar = similar_to(title, named(request.args.get("requester", "")))
    return render_template("ticket/_suggestions_fragment.html", similar=similar)


def similar_to(title: str, person: User | None) -> Similar:
    """What is like it; ``person`` None is somebody of whom nothing is known yet."""
    me = actor()
    if refusal(title):
        return Similar()
    found = suggestions(me, title, person=person)
    return Similar(found, person if person is not None and person.id != me.id else None)


def named(typed: str) -> User | None:
    """Whom staff are filing it for, as soon as that is clear; the reader where nobody is named."""
    me = actor()
    typed = typed.strip()[:EMAIL_MAX]
    if not typed or not allows(me, Permission.TICKET_OPEN_FOR_OTHERS):
        return me
    return None if refusal(typed) else accounts.find(typed)
