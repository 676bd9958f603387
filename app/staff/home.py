"""The help desk's home: what needs me, longest waiting first."""

from typing import Any

from flask import render_template

from app.models import OPEN_STATUSES
from app.policy import Permission
from app.queries.desk import live_escalations
from app.queries.lists import queue
from app.queries.tickets import TicketFilter
from app.queries.views import standing_counts
from app.staff.blueprint import blueprint
from app.web.access import actor, requires

SHOWN = 8
ESCALATIONS_SHOWN = 5


@blueprint.get("")
@requires(Permission.QUEUE_SEE)
def home() -> Any:
    me = actor()
    mine = queue(me, TicketFilter(status=OPEN_STATUSES, assignee=me.id), limit=SHOWN)
    nobodys = queue(me, TicketFilter(status=OPEN_STATUSES, assignee=0), limit=SHOWN)
    return render_template(
        "staff/home.html",
        mine=mine.tickets,
        nobodys=nobodys.tickets,
        escalations=live_escalations(me, limit=ESCALATIONS_SHOWN),
        counts=standing_counts(me),
    )
