"""The buttons under the selected tickets of the queue: one change each, done at once."""

from typing import Any

from flask import flash, redirect, url_for

from app.domain import bulk
from app.extensions import db
from app.models import BulkRun, Outcome
from app.policy import Permission
from app.queries.bulk import outcome_counts, outcomes
from app.staff.blueprint import blueprint
from app.staff.bulk import NOTHING_SELECTED, preview_all
from app.staff.forms import BulkForm
from app.web.access import actor, begin_act, requires
from app.web.undoing import tell

REFUSALS_SHOWN = 10


@blueprint.post("/queue")
@requires(Permission.QUEUE_SEE, form=BulkForm)
def act_on_selected(form: BulkForm) -> Any:
    """Take, assign, move or solve the selected tickets; each by the rules, all in one act.

    A ticket that refuses is left as it was and named with its reason. What one may not see is not
    there. With all tickets of the view selected, what would become of them is shown first.
    """
    back = form.back_url()
    if not form.validate():
        flash(" ".join(form.do.errors), "error")
        return redirect(back, 303)
    if form.all.data:
        return preview_all(form.asked())
    ids = form.ticket_ids(actor())
    if not ids:
        flash(NOTHING_SELECTED, "error")
        return redirect(back, 303)
    run = bulk.start(ids, form.asked(), act=begin_act(bulk.KIND + form.verb))
    if len(run.ticket_ids) > bulk.AT_ONCE:
        db.session.commit()
        return redirect(url_for("staff.bulk_result", run_id=run.id, back=back), 303)
    while bulk.step(run):
        pass
    counts, refused = outcome_counts(run), _refusals(run)
    changed = counts.get(Outcome.CHANGED, 0)
    act = run.change_set
    db.session.commit()
    if changed:
        tell(f"{changed} ticket{'s' if changed > 1 else ''} changed", act)
    elif not refused:
        flash("Nothing to change there")
    if refused:
        asked = len(ids)
        left = f"{counts[Outcome.REFUSED]} of {asked} left as they were. " if asked > 1 else ""
        flash(left + " ".join(refused), "error")
    return redirect(back, 303)


def _refusals(run: BulkRun) -> list[str]:
    rows, _ = outcomes(run, actor(), outcome=Outcome.REFUSED)
    return [f"#{row.ticket_id}: {row.sentence}" for row in rows[:REFUSALS_SHOWN]]
