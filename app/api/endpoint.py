"""What every address of the API does in the same order, so that its view is only about its act.

401, 405, 415 and 400, 413, 422 for shape, 404, 403; then the view: 403 for what depends on what was
sent, 412, and 409 or 422 for rules. The body is read and its Markdown rendered while no transaction
is open. A cookie is never looked at.
"""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import MethodNotAllowed

from app.api.blueprint import blueprint
from app.api.schemas import Answer
from app.clock import now
from app.domain import credentials, history
from app.domain.credentials import LiveToken
from app.domain.errors import Unprocessable
from app.extensions import db
from app.models import (
    ID_MAX,
    ChangeSet,
    Door,
    Ticket,
    TicketReport,
    TokenScope,
    User,
)
from app.policy import Permission, allows
from app.queries.tickets import find_known
from app.web import idempotency, problem, throttle
from app.web.access import declared, is_unsafe
from app.web.json_body import Refused, Shape, read, shaped

LIMIT_PER_TOKEN = "600/minute"  # noqa: S105 -- a rate, not a secret
KEY_PATTERN = f"[!-~]{{1,{idempotency.KEY_LENGTH_MAX}}}"
NOT_YOURS = "This is not yours to do."
_ENTITY_TAG = re.compile(r'(?:W/)?("?)(\d{1,10})(?::\w+)?\1', re.ASCII)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of the API, as its view declares it and ``openapi.py`` describes it."""

    method: str
    path: str
    name: str
    doc: str
    answer: type[Answer]
    status: int
    body: type[Shape] | None
    query: type[Shape] | None
    names_something: bool
    can_conflict: bool

    @property
    def is_repeatable(self) -> bool:
        """Whether it takes an Idempotency-Key."""
        return self.method == "POST"

    @property
    def is_conditional(self) -> bool:
        """Whether it takes an If-Match."""
        return self.method == "PUT"


ENDPOINTS: list[Endpoint] = []


@dataclass(slots=True)
class Call:
    """One request of somebody who is known, and how it is answered."""

    user: User
    endpoint: Endpoint
    match: frozenset[int] | None = None
    key: str | None = None
    digest: str = field(default="", repr=False)

    def permit(self, permission: Permission, resource: Any = None) -> None:
        """Raise Refused (403) unless the policy allows it."""
        if not allows(self.user, permission, resource):
            raise Refused(403, NOT_YOURS)

    def permit_naming(self, user_id: int, permission: Permission) -> None:
        """Anybody may name themselves; naming others needs the permission."""
        if user_id != self.user.id:
            self.permit(permission)

    def named(self, user_id: int, field: str) -> User:
        """The person this is done for; raises Unprocessable for nobody and for the deactivated."""
        person = db.session.get(User, user_id)
        if person is None or not person.is_active:
            raise Unprocessable("There is nobody active with this id.", field=field)
        return person

    def act(self, kind: str, named: User) -> ChangeSet:
        """The ChangeSet, which keeps the caller beside whom it was done for."""
        return history.begin(kind, by=self.user, via=Door.API, named=named)

    def must_match(self, ticket: Ticket) -> None:
        """Raise Refused (412) when If-Match was sent and the ticket has another version."""
        if self.match is not None and ticket.version not in self.match:
            raise Refused(412, f"The ticket has changed; its version is {ticket.version} now.")

    def replay(self) -> Response | None:
        """The answer that this key had before; None where it is new or none was sent."""
        if self.key is None:
            return None
        earlier = idempotency.replay(self.user, self.endpoint.name, self.key, self.digest)
        return _response(earlier.answer, earlier.status_code) if earlier else None

    def answer(self, content: dict[str, Any]) -> Response:
        """The content as the answer, remembered when a key was sent."""
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        if self.key is not None:
            idempotency.remember(
                self.user, self.endpoint.name, self.key, self.digest, self.endpoint.status, text
            )
        return _response(text, self.endpoint.status)


View = Callable[..., Response]
Load = Callable[[User, Any], Any]


def endpoint(
    method: str,
    path: str,
    permission: Permission,
    *,
    answer: type[Answer],
    body: type[Shape] | None = None,
    query: type[Shape] | None = None,
    load: Load | None = None,
    status: int = 200,
    can_conflict: bool = True,
) -> Callable[[View], View]:
    """Register a view at an address; it gets the call, the body or query, and what was loaded."""

    def decorate(view: View) -> View:
        described = Endpoint(
            method=method,
            path=path,
            name=view.__name__,
            doc=(view.__doc__ or "").strip(),
            answer=answer,
            status=status,
            body=body,
            query=query,
            names_something=load is not None,
            can_conflict=can_conflict and body is not None,
        )
        ENDPOINTS.append(described)
        problem.API_PATHS.add(path)

        def guarded() -> Response:
            return view(*_beats_before(described, permission, load))

        declared(guarded, f"api {permission.value}")
        # OPTIONS too is for those who are signed in, and then not there.
        blueprint.add_url_rule(
            path, view.__name__, guarded, methods=[method], provide_automatic_options=False
        )
        return view

    return decorate


def _beats_before(
    described: Endpoint, permission: Permission, load: Load | None
) -> tuple[Any, ...]:
    """Everything up to the permission; what the view is called with."""
    token = _signed_in()
    if is_unsafe():
        db.session.expunge(token.user)  # who asks stays as read; to ask once more costs a tenth
        db.session.rollback()  # nobody waits for us while we read and render
    sent = _sent(described)
    if is_unsafe():
        db.session().will_write()
        db.session.add(token.user)
    call = Call(token.user, described, sent.match, sent.key, sent.digest)
    shape = sent.shape
    loaded = (load(call.user, shape),) if load else ()
    if is_unsafe() and token.scope is not TokenScope.WRITE:
        raise Refused(403, "This token may only read.")
    for resource in loaded or (None,):
        call.permit(permission, resource.ticket if isinstance(resource, TicketReport) else resource)
    return (call, shape, *loaded)


def the_ticket(user: User, body: Any) -> Ticket:
    """The ticket that the body names, locked; raises Refused (404) where they do not see it."""
    ticket = find_known(user, body.ticket_id, lock=True)
    if ticket is None:
        raise Refused(404, "There is no such ticket.")
    return ticket


def the_report(user: User, body: Any) -> TicketReport:
    """The report that the body names, with its ticket locked; raises Refused (404)."""
    nowhere = Refused(404, "There is no such report.")
    ticket_id = db.session.scalar(
        select(TicketReport.ticket_id).where(TicketReport.id == body.report_id)
    )
    if ticket_id is None or find_known(user, ticket_id, lock=True) is None:
        raise nowhere
    # With its ticket: the session alone does not hold on to the one that was locked above.
    return db.session.get_one(
        TicketReport, body.report_id, options=[joinedload(TicketReport.ticket)]
    )


# --- who asks ----------------------------------------------------------------------------------


@blueprint.before_app_request
def _strangers_learn_no_methods() -> None:
    """401 comes before 405, also for methods that no view answers."""
    if isinstance(request.routing_exception, MethodNotAllowed) and request.path in _guarded():
        _signed_in()


def _guarded() -> set[str]:
    return {endpoint.path for endpoint in ENDPOINTS}


def _signed_in() -> LiveToken:
    """The live token of this request; raises Refused (401)."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if not secret:
        raise _unknown("Send a token: Authorization: Bearer desk_…", "Bearer")
    token = credentials.live_api_token(secret.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        raise _unknown(
            "This token is not known, has expired or was revoked.", 'Bearer error="invalid_token"'
        )
    throttle.hit("api", str(token.id), limit=LIMIT_PER_TOKEN)
    if token.last_used_at is None or now() - token.last_used_at > credentials.SEEN_EVERY:
        with suppress(OperationalError):  # where somebody writes for long, the next call notes it
            credentials.token_used(token.id)
    return token


def _unknown(detail: str, challenge: str) -> Refused:
    return Refused(401, detail, headers={"WWW-Authenticate": challenge})


# --- what was sent -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sent:
    """The request's content and conditions."""

    shape: Shape | None
    match: frozenset[int] | None = None
    key: str | None = None
    digest: str = ""


def _sent(described: Endpoint) -> _Sent:
    if described.body is None:
        return _Sent(shaped(described.query, _query()) if described.query else None)
    content = read()
    match = _if_match() if described.is_conditional else None
    key = _key() if described.is_repeatable else None
    digest = idempotency.fingerprint(content) if key else ""
    return _Sent(shaped(described.body, content), match, key, digest)


def _query() -> dict[str, Any]:
    """The query string, each name once, numbers as numbers."""
    found: dict[str, Any] = {}
    for name, values in request.args.lists():
        if len(values) > 1:
            raise Refused(
                422, "A parameter came twice.", errors={name[:100]: ["Give this only once."]}
            )
        found[name] = _number_or_text(values[0])
    if isinstance(found.get("cursor"), int):
        found["cursor"] = request.args["cursor"]
    return found


def _number_or_text(text: str) -> int | str:
    is_number = re.fullmatch(r"-?[0-9]{1,20}", text) is not None
    return int(text) if is_number else text


def _if_match() -> frozenset[int] | None:
    """The versions that will do, None for any; raises Refused (400) for what is no version.

    Compression adds its name to the tag of an answer, which comes back to us here.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    tags = [_ENTITY_TAG.fullmatch(tag.strip()) for tag in header[:1000].split(",")]
    versions = frozenset(int(tag[2]) for tag in tags if tag)
    if len(versions) == 0 or None in tags or max(versions) > ID_MAX:
        raise Refused(400, 'If-Match must be a version of the ticket, like "7".')
    return versions


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not re.fullmatch(KEY_PATTERN, key):
        raise Refused(
            400,
            f"Idempotency-Key must be 1 to {idempotency.KEY_LENGTH_MAX} visible ASCII characters.",
        )
    return key


# --- the answer --------------------------------------------------------------------------------


@blueprint.app_errorhandler(Refused)
def _refused(refused: Refused) -> Any:
    db.session.rollback()
    return refused.answer()


def _response(text: str, status: int) -> Response:
    response = Response(text, status=status, content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Authorization")
    if version := _version(text):
        response.set_etag(str(version))
    return response


def _version(text: str) -> int | None:
    ticket = json.loads(text).get("ticket")
    return ticket["version"] if ticket else None
