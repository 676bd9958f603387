"""What has changed since a page was made: every open page asks, every few seconds, all day."""

from collections.abc import Callable
from functools import wraps

from flask import jsonify, request, session
from werkzeug.wrappers import Response

from app.domain import credentials, secrets
from app.models import User
from app.policy import Permission
from app.queries import pulse
from app.queries.tickets import BadFilter
from app.queries.views import standing_counts
from app.staff.blueprint import blueprint
from app.web import sessions
from app.web.access import actor, requires
from app.web.view_address import NoSuchView, number_in, read_view


def _tagged(view: Callable[[], Response]) -> Callable[[], Response]:
    """Answer 304, without asking anything else, whoever has the tag of how things stand.

    A tag is of a person and their role; who is not on the help desk is given none. A script asks,
    which cannot sign in: without a session 401.
    """

    @wraps(view)
    def answering() -> Response:
        look = _look()
        if look is None:
            return Response(status=401)
        if look.mark in request.if_none_match and look.role is not None:
            response = Response(status=304)
        else:
            response = view()
        response.set_etag(look.mark)
        return response

    return answering


def _look() -> pulse.Look | None:
    secret = session.get("_user_id")
    look = pulse.look(secrets.digest(secret)) if isinstance(secret, str) else None
    if look is None or look.deactivated_at is not None:
        return None
    ended = credentials.is_over(began=look.began_at, seen=look.seen_at, staff=look.role is not None)
    return None if ended else look


@blueprint.get("/pulse", endpoint="pulse")
@sessions.unnoticed
@_tagged
@requires(Permission.QUEUE_SEE)
def show() -> Response:
    """The counts of the standing views; with ``seen``, how many tickets came into the list since.

    The address holds the list's query, and in ``seen`` the newest number when it was made.
    """
    me = actor()
    return jsonify(counts=dict(standing_counts(me)), arrived=_arrived(me))


def _arrived(me: User) -> int:
    seen = number_in(request.args, "seen")
    if seen is None:
        return 0
    try:
        view = read_view(request.args, me)
    except (NoSuchView, BadFilter):
        return 0
    return pulse.arrived(me, view.filter, after=seen)
