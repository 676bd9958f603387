"""All keys: a page of its own, and with scripts what "?" opens over any other."""

from typing import Any

from flask import render_template

from app.help.blueprint import blueprint
from app.policy import Permission
from app.web.access import requires


@blueprint.get("/shortcuts", endpoint="shortcuts")
@requires(Permission.QUEUE_SEE)
def show() -> Any:
    return render_template("help/shortcuts.html")
