"""An act on many tickets: choose the changes, see what they would do, do it, read what became."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from app.domain import bulk, undo
from app.domain.bulk import Asked, Effect
from app.domain.errors import DomainError
from app.extensions import db
from app.models import BulkRun, Outcome, User
from app.policy import Permission, allows
from app.queries.bulk import bulk_run, outcome_counts, outcomes
from app.queries.tickets import BadFilter
from app.staff.blueprint import blueprint
from app.staff.bulk_forms import BulkEditForm
from app.web import idempotency
from app.web.access import actor, begin_act, requires
from app.web.forms import submission_key
from app.web.undoing import tell

EFFECTS_SHOWN = 100
BATCH = 500
NOTHING_SELECTED = "Select at least one ticket first."


@blueprint.post("/bulk/edit")
@requires(Permission.QUEUE_SEE, form=BulkEditForm, writes=False)
def bulk_edit(form: BulkEditForm) -> Any:
    """What is to become of the selected tickets."""
    ids = _selection(form)
    if isinstance(ids, str):
        flash(ids, "error")
        return redirect(form.back_url(), 303)
    form.offer(actor())
    return _form_page(form, ids)


def preview_all(asked: Asked) -> Any:
    """A button of the queue pressed for all tickets of a view, which are perhaps thousands."""
    db.session().will_read()
    form = BulkEditForm()
    form.offer(actor())
    form.show(asked, actor())
    return _preview(form)


@blueprint.post("/bulk/preview")
@requires(Permission.QUEUE_SEE, form=BulkEditForm, writes=False)
def bulk_preview(form: BulkEditForm) -> Any:
    """What each ticket would become, before anything does."""
    form.offer(actor())
    return _preview(form)


def _preview(form: BulkEditForm) -> Any:
    me, ids = actor(), _selection(form)
    if isinstance(ids, str):
        flash(ids, "error")
        return redirect(form.back_url(), 303)
    if not form.validate() or _asks_nothing(form):
        return _form_page(form, ids, 422)
    try:
        wanted = bulk.meant(form.asked())
    except DomainError as refused:
        _beside(form, refused)
        return _form_page(form, ids, 422)
    return _preview_page(form, ids, _foresee(ids, wanted, me))


@blueprint.post("/bulk")
@requires(Permission.QUEUE_SEE, form=BulkEditForm)
def bulk_run_it(form: BulkEditForm) -> Any:
    """Do it: at once, or by the worker where there are many."""
    me = actor()
    ids = _selection(form)
    if isinstance(ids, str):
        flash(ids, "error")
        return redirect(form.back_url(), 303)
    form.offer(me)
    if not form.validate() or _asks_nothing(form):
        return _form_page(form, ids, 422)
    key = submission_key(form)
    if earlier := idempotency.replay(me, "staff.bulk", key, ""):
        return redirect(earlier.answer, 303)
    run = bulk.start(ids, form.asked(), act=begin_act(bulk.EDIT))
    there = url_for("staff.bulk_result", run_id=run.id, back=form.back_url())
    idempotency.remember(me, "staff.bulk", key, "", 303, there)
    if len(run.ticket_ids) <= bulk.AT_ONCE:
        while bulk.step(run):
            pass
    finished = run.finished_at is not None
    db.session.commit()
    if finished:
        tell(_said(outcome_counts(run)), run.change_set)
    return redirect(there, 303)


@blueprint.get("/bulk/<id:run_id>")
@requires(Permission.QUEUE_SEE)
def bulk_result(run_id: int) -> Any:
    """What became of each ticket, and how far the worker is."""
    me = actor()
    run = _run(run_id, me)
    asked = request.args.get("outcome", "")
    outcome = Outcome(asked) if asked in list(Outcome) else None
    after = request.args.get("after", 0, type=int)
    counts, back = outcome_counts(run), _back(request.args.get("back"))
    rows, more = outcomes(run, me, outcome=outcome, after=min(max(after, 0), 2**31 - 1))
    return render_template(
        "staff/bulk_result.html",
        run=run,
        is_undo="undo" in run.changes,
        can_undo=bool(counts.get(Outcome.CHANGED)) and not undo.is_taken_back(run.change_set),
        counts=counts,
        tab_items=_tabs(run, counts, outcome, back),
        outcome=outcome,
        rows=rows,
        more=more,
        back=back,
    )


_TABS = (
    (None, "All"),
    (Outcome.CHANGED, "Changed"),
    (Outcome.UNCHANGED, "Were so already"),
    (Outcome.REFUSED, "Left as they were"),
)


def _tabs(
    run: BulkRun, counts: dict[Outcome, int], current: Outcome | None, back: str
) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": url_for("staff.bulk_result", run_id=run.id, outcome=outcome, back=back),
            "count": sum(counts.values()) if outcome is None else counts.get(outcome, 0),
            "current": outcome is current,
        }
        for outcome, label in _TABS
    ]


def _run(run_id: int, me: User) -> BulkRun:
    """Whoever acted reads what became of it, and admins do (404 for everybody else)."""
    run = bulk_run(run_id) or abort(404)
    if not allows(me, Permission.ACT_UNDO, run.change_set):
        abort(404)
    return run


def _back(address: str | None) -> str:
    form = BulkEditForm(formdata=None, data={"back": address})
    return form.back_url()


def _selection(form: BulkEditForm) -> list[int] | str:
    """The numbers, or the sentence on why there are none."""
    try:
        return form.ticket_ids(actor()) or NOTHING_SELECTED
    except BadFilter as bad:
        return str(bad)


def _asks_nothing(form: BulkEditForm) -> bool:
    if form.asked().is_nothing:
        form.status.errors = ["Choose at least one change."]
        return True
    return False


def _beside(form: BulkEditForm, refused: DomainError) -> None:
    field = getattr(form, refused.field or "status", form.status)
    field.errors = [refused.sentence]


def _foresee(ids: list[int], wanted: bulk.Meant, me: User) -> list[Effect]:
    found = []
    for at in range(0, len(ids), BATCH):
        found += [bulk.effect(t, wanted, me) for t in bulk.selected(ids[at : at + BATCH], me)]
    return found


def _form_page(form: BulkEditForm, ids: list[int], status: int = 200) -> Any:
    form.ids.data, form.all.data = ",".join(map(str, ids)), ""
    page = render_template(
        "staff/bulk_edit.html", form=form, n=len(ids), back=form.back_url(), refused=status != 200
    )
    return page, status


def _preview_page(form: BulkEditForm, ids: list[int], effects: list[Effect]) -> Any:
    form.ids.data, form.all.data = ",".join(map(str, ids)), ""
    change = [e for e in effects if e.sentences]
    refused = [e for e in effects if e.refusal]
    stay = [e for e in effects if not e.sentences and not e.refusal]
    return render_template(
        "staff/bulk_preview.html",
        form=form,
        n=len(ids),
        change=change,
        refused=refused,
        stay=stay,
        shown=EFFECTS_SHOWN,
        gone=len(ids) - len(effects),
        told=len({e.ticket.id for e in change if e.solves}),
        back=form.back_url(),
    )


def _said(counts: dict[Outcome, int]) -> str:
    changed = counts.get(Outcome.CHANGED, 0)
    left = sum(counts.values()) - changed
    said = f"{changed} ticket{'' if changed == 1 else 's'} changed"
    return f"{said}, {left} left as they were" if left else said
