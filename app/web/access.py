"""Who asks, and whether they may: every view declares it, or the product does not start.

A guarded view runs in five steps. Who asks is read; the form is read and rendered, and the files
that came with it are stored, while no transaction is open; for an unsafe method the session then
turns to writing; the ticket is loaded (locked, when it will be changed) if its visitor sees it; and
the policy is asked.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, abort, request
from flask_login import current_user
from flask_wtf import FlaskForm

from app.domain import history
from app.extensions import db
from app.models import ChangeSet, Door, Ticket, User
from app.policy import Permission, allows
from app.queries.tickets import find_known
from app.web.receiving import takes_files

View = TypeVar("View", bound=Callable[..., Any])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DECLARED = "_access"


class NotSignedIn(Exception):
    """The way in is the sign-in page; what was typed is kept (see ``web/errors.py``)."""


class UndeclaredView(RuntimeError):
    """A view without a declared permission. Nothing is public by forgetting."""


def actor() -> User:
    """Whoever is signed in; raises NotSignedIn for nobody."""
    user = viewer()
    if user is None:
        raise NotSignedIn
    return user


def viewer() -> User | None:
    """Whoever is signed in, or None."""
    user = current_user._get_current_object()  # asked once: each question of the proxy is a search
    return user if user.is_authenticated else None


def begin_act(kind: str, *, named: User | None = None) -> ChangeSet:
    """The ChangeSet of what the visitor is doing in the browser."""
    return history.begin(kind, by=actor(), via=Door.WEB, named=named)


def is_unsafe() -> bool:
    return request.method not in SAFE_METHODS


def public(view: View) -> View:
    """Anybody may, signed in or not. The view itself turns the session to writing."""
    return _declare(view, "public")


def declared(view: View, access: str) -> View:
    """For edges with a guard of their own (the API): note that this view has one."""
    return _declare(view, access)


def requires(
    permission: Permission,
    *,
    form: type[FlaskForm] | None = None,
    files: int = 0,
    prepare: Callable[..., Any] | None = None,
    writes: bool = True,
) -> Callable[[View], View]:
    """Only who holds the permission; the others do not learn more than 403.

    With ``files``, so many may come with the form, which has a field ``attachments``. A form that
    only shows something does not write (``writes``), and so nobody waits for it.
    ``prepare`` does what is slow, from the address alone and before the session turns to writing;
    the view gets its answer as ``prepared``.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**path: Any) -> Any:
            user = actor()
            if not allows(user, permission):
                abort(403)
            more: dict[str, Any] = {}
            if form is not None:
                more["form"] = form()
            if files:
                more["form"].attachments.receive(user)
            if prepare is not None:
                more["prepared"] = prepare(**path)
            if writes:
                _turn_to_writing()
            return view(**path, **more)

        return _declare(takes_files(guarded, files), permission.value)

    return decorate


def on_ticket(
    permission: Permission, *, form: type[FlaskForm] | None = None, files: int = 0
) -> Callable[[View], View]:
    """Load the ticket that the address names: 404 where the visitor may not know of it, then 403.

    The view gets ``ticket`` in place of ``ticket_id``, locked when the method is unsafe. ``files``
    is as in ``requires``.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(ticket_id: int, **path: Any) -> Any:
            user = actor()
            if form is not None:
                path["form"] = form()
            if files and request.files:
                # Nothing of a stranger's is stored, not even for the time being.
                _permitted_ticket(user, ticket_id, permission, lock=False)
            if files:
                path["form"].attachments.receive(user)
            _turn_to_writing()
            ticket = _permitted_ticket(user, ticket_id, permission, lock=is_unsafe())
            return view(ticket=ticket, **path)

        return _declare(takes_files(guarded, files), permission.value)

    return decorate


def _permitted_ticket(user: User, ticket_id: int, permission: Permission, *, lock: bool) -> Ticket:
    """The ticket, if this person may know of it; else it does not exist (404)."""
    ticket = find_known(user, ticket_id, lock=lock)
    if ticket is None:
        abort(404)
    if not allows(user, permission, ticket):
        abort(403)
    return ticket


def permit(permission: Permission, resource: Any = None) -> None:
    """Ask once more inside a view, where the permission depends on what was sent."""
    if not allows(actor(), permission, resource):
        abort(403)


def refuse_undeclared_views(app: Flask) -> None:
    """Raise UndeclaredView naming every view that nobody guards; called as the app is made."""
    missing = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], _DECLARED)
    )
    if missing:
        raise UndeclaredView(f"no access declared for {', '.join(missing)}")


def access_of(view: Callable[..., Any]) -> str:
    """What a view declared: ``public`` or the name of a permission."""
    return str(getattr(view, _DECLARED))


def _turn_to_writing() -> None:
    if is_unsafe():
        db.session().will_write()


def _declare(view: Any, access: str) -> Any:
    setattr(view, _DECLARED, access)
    return view
