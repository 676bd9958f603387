"""Giving back a form that arrived while its sender was signed out."""

from typing import Any

from flask import redirect, session

from app.auth.blueprint import blueprint
from app.auth.way import home_of
from app.extensions import db
from app.policy import Permission
from app.web import held as kept
from app.web.access import actor, requires


@blueprint.get("/held")
@requires(Permission.SIGNED_IN)
def held() -> Any:
    secret = session.get("held", "")
    form = kept.give_back(secret, actor())
    if form is None:
        session.pop("held", None)
        return redirect(home_of(actor()), 303)
    return kept.page(
        form,
        title="Your form is still here",
        text="You had been signed out when you sent it. Here is what you typed: look it over"
        " and send it now.",
        status=200,
        secret=secret,
    )


@blueprint.post("/held/discard")
@requires(Permission.SIGNED_IN)
def discard_held() -> Any:
    if (secret := session.pop("held", None)) is not None:
        kept.forget(secret)
    db.session.commit()
    return redirect(home_of(actor()), 303)
