"""The triage queue: its whole state is in the address."""

from dataclasses import replace
from typing import Any

from flask import abort, render_template, request

from app.policy import Permission
from app.queries import choices
from app.queries.lists import queue
from app.queries.pulse import newest_number
from app.queries.tickets import BadFilter
from app.queries.views import ALL_OPEN, total, view_of
from app.staff.addresses import address_with, chips, sort_menu, sorts, typed
from app.staff.blueprint import blueprint
from app.staff.forms import BulkForm
from app.staff.groups import group_menu, groups_of
from app.staff.preview import asked_preview
from app.web.access import actor, requires
from app.web.view_address import NoSuchView, read_view, whole


@blueprint.get("/queue", endpoint="queue")
@requires(Permission.QUEUE_SEE)
def show() -> Any:
    me = actor()
    problem = None
    try:
        view = read_view(request.args, me)
        page = queue(me, view.filter)
    except NoSuchView:
        abort(404)
    except BadFilter as bad:
        problem, view = str(bad), whole(view_of(request.args) or ALL_OPEN, me)
        # Its next page would be one of this same address, which cannot be used.
        page = replace(queue(me, view.filter), after=None, before=None)
    return render_template(
        "staff/queue.html",
        view=view,
        page=page,
        groups=groups_of(page, me, view.filter),
        total=total(me, view.filter, view.standing),
        problem=problem,
        chips=chips(None if problem else view.filter),
        typed=typed(request.args.get("q", "")),
        sorts=sorts(view.filter),
        sort_menu=sort_menu(view.filter),
        group_menu=group_menu(view.filter),
        previous_url=address_with(before=page.before, after=None) if page.before else None,
        next_url=address_with(after=page.after, before=None) if page.after else None,
        preview=asked_preview(me, page.tickets),
        newest=newest_number(me),
        desk=choices.of_desk(me),
        args=request.args,
        bulk=BulkForm(formdata=None),
        back=request.full_path.rstrip("?"),
        closed_url=address_with(preview=None),
    ), 400 if problem else 200
