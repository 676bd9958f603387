"""What each team and each person has to do."""

from typing import Any

from flask import render_template

from app.policy import Permission
from app.queries.teams import desk
from app.staff.blueprint import blueprint
from app.web.access import actor, requires


@blueprint.get("/teams", endpoint="teams")
@requires(Permission.QUEUE_SEE)
def show() -> Any:
    """Every team that one knows of and every colleague, each number with its list behind it."""
    return render_template("staff/teams.html", desk=desk(actor()))
