"""The triage queue: its whole state is in the address."""

from dataclasses import replace
from typing import Any

from flask import abort, render_template, request

from app.policy import Permission
from app.queries import choices
from app.queries.lists import queue
from app.queries.tickets import BadFilter
from app.queries.views import ALL_OPEN, total, view_of
from app.staff.addresses import address_with, chips, sort_menu, sorts, typed
from app.staff.blueprint import blueprint
from app.staff.forms import BulkForm
from app.web.access import actor, requires
from app.web.moments import zone
from app.web.view_address import read_filter


@blueprint.get("/queue", endpoint="queue")
@requires(Permission.QUEUE_SEE)
def show() -> Any:
    me = actor()
    view = view_of(request.args)
    if view is None and "view" in request.args:
        abort(404)
    problem = None
    try:
        wanted = read_filter(request.args, me, view, zone())
        page = queue(me, wanted)
    except BadFilter as bad:
        view = view or ALL_OPEN
        problem, wanted = str(bad), view.filter(me)
        # Its next page would be one of this same address, which cannot be used.
        page = replace(queue(me, wanted), after=None, before=None)
    return render_template(
        "staff/queue.html",
        view=view,
        page=page,
        total=total(me, wanted, view),
        problem=problem,
        chips=chips(None if problem else wanted),
        typed=typed(request.args.get("q", "")),
        sorts=sorts(wanted),
        sort_links=sort_menu(wanted),
        previous_url=address_with(before=page.before, after=None) if page.before else None,
        next_url=address_with(after=page.after, before=None) if page.after else None,
        staff=choices.active_staff(),
        categories=choices.categories(),
        teams=choices.teams(me),
        args=request.args,
        bulk=BulkForm(formdata=None),
        back=request.full_path.rstrip("?"),
    ), 400 if problem else 200
