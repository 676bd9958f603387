"""The page of numbers, the lists behind them, and both as CSV."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from flask import render_template, request, url_for

from app.analytics import words
from app.analytics.blueprint import blueprint
from app.analytics.forms import ListForm, PeriodForm, asked, asked_for_list
from app.analytics.links import Links
from app.clock import now
from app.domain.settings import site
from app.policy import Permission
from app.queries.analytics import Figures, figures
from app.queries.drill import Drill, DrillPage, DrillRow, drill, whole_list
from app.queries.events import TRASHINGS, Number
from app.queries.tickets import BadFilter
from app.web.access import actor, requires
from app.web.charts import Amounts, FlowChart, flow_chart
from app.web.csv_export import Cell, csv_file


@blueprint.get("/analytics")
@requires(Permission.ANALYTICS_SEE)
def show() -> Any:
    form = asked()
    if not form.validate():
        return _page(form, None), 400
    return _page(form, figures(actor(), form.period, category=form.category_id))


@blueprint.get("/analytics.csv")
@requires(Permission.ANALYTICS_SEE)
def export() -> Any:
    """What the page shows, in one flat table."""
    form = asked()
    if not form.validate():
        return _page(form, None), 400
    found = figures(actor(), form.period, category=form.category_id)
    name = f"analytics-{form.period.first}-to-{form.period.last}.csv"
    return csv_file(name, ("section", "label", "number", "value"), list(_table(form, found)))


@blueprint.get("/analytics/tickets")
@requires(Permission.ANALYTICS_SEE)
def tickets() -> Any:
    form = asked_for_list()
    if not form.validate():
        return _list(form, None, form.sentences), 400
    try:
        return _list(form, drill(actor(), _wanted(form)))
    except BadFilter as problem:
        return _list(form, None, [str(problem)]), 400


@blueprint.get("/analytics/tickets.csv")
@requires(Permission.ANALYTICS_SEE)
def export_tickets() -> Any:
    form = asked_for_list()
    if not form.validate():
        return _list(form, None, form.sentences), 400
    wanted = _wanted(form, whole=True)
    header = ("ticket", "title", "status", "requester", "category", "assignee", "at", "by")
    name = f"{wanted.number.value.replace('_', '-')}-{form.period.first}-to-{form.period.last}.csv"
    rows = (_list_cells(row) for row in whole_list(actor(), wanted))
    return csv_file(name, header, rows)


# --- the page of numbers -----------------------------------------------------------------------


def _page(form: PeriodForm, found: Figures | None) -> str:
    links = Links(form)
    return render_template(
        "analytics/show.html",
        form=form,
        zones=form.zones,
        found=found,
        links=links,
        numbers=_numbers(found, form) if found else (),
        chart=_chart(form, found, links) if found and not found.is_empty else None,
        period=form.period,
        by_person=site().analytics_by_person,
        words=words,
    )


def _numbers(found: Figures, form: PeriodForm) -> list[str]:
    """Which numbers of the flow are shown.

    The trash only where it took or gave something, and moves in and out only where one category is
    looked at.
    """
    numbers = [Number.CREATED, Number.SOLVED, Number.REOPENED]
    numbers += [number for number in TRASHINGS if getattr(found.flow, number)]
    if form.category_id is not None:
        numbers += [Number.MOVED_IN, Number.MOVED_OUT]
    return [number.value for number in numbers]


def _chart(form: PeriodForm, found: Figures, links: Links) -> FlowChart:
    return flow_chart(
        [
            Amounts(
                label=words.step_label(one.step, form.period),
                first=one.step.first,
                created=one.flow.created,
                solved=one.flow.solved,
                backlog=one.backlog,
                created_url=links.number("created", one.step),
                solved_url=links.number("solved", one.step),
                backlog_url=links.backlog(one.step.last),
            )
            for one in found.steps
        ]
    )


def _table(form: PeriodForm, found: Figures) -> Iterator[Sequence[Cell]]:
    period = form.period
    yield "about", "From", "from", period.first
    yield "about", "To", "to", period.last
    yield "about", "Time zone", "time_zone", period.zone.key
    yield "about", "Category", "category", form.category_name or "All categories"
    yield "now", "Open", "open", found.open_now
    yield "now", "Closed", "closed", found.closed_now
    numbers = _numbers(found, form)
    for number in numbers:
        yield "period", words.HEADINGS[number], number, getattr(found.flow, number)
    yield "period", "Backlog before", "backlog_before", found.backlog_before
    yield "period", "Backlog", "backlog", found.backlog
    yield "period", "Net", "net", found.flow.net
    for one in found.steps:
        for number in numbers:
            value = getattr(one.flow, number)
            yield "week" if period.by_week else "day", one.step.first, number, value
        yield "week" if period.by_week else "day", one.step.first, "backlog", one.backlog
    for category in found.categories:
        yield "category", category.name, "created", category.created
        yield "category", category.name, "solved", category.solved
        yield "category", category.name, "open", category.open_now
    if site().analytics_by_person:
        for person in found.persons:
            yield "person", person.name, "open", person.open_now
            yield "person", person.name, "solved", person.solved


# --- the lists ---------------------------------------------------------------------------------

_STATE = ("number", "from", "to", "at", "tz", "category", "person")
"""What the address of a list may say; anything else in it goes no further."""


def _wanted(form: ListForm, *, whole: bool = False) -> Drill:
    return Drill(
        number=Number(form.number.data),
        starts=form.period.starts,
        ends=form.period.ends,
        category=form.category_id,
        person=form.person_id,
        after=None if whole else request.args.get("after"),
        before=None if whole else request.args.get("before"),
    )


def _list(form: ListForm, page: DrillPage | None, problems: Sequence[str] = ()) -> str:
    def shown_at(moment: dt.datetime) -> str:
        here = moment.astimezone(form.zone)
        return f"{words.short_day(here, year=True)}, {here.hour}:{here:%M}"

    links = Links(form)
    return render_template(
        "analytics/tickets.html",
        form=form,
        page=page,
        problems=problems,
        heading=_heading(form) if page else "Tickets behind a number",
        definition=words.DEFINITIONS.get(form.number.data or "", ""),
        narrowed=_narrowed(form),
        links=links,
        csv_url=_same("analytics.export_tickets"),
        prev_url=_same("analytics.tickets", before=page.before) if page and page.before else "",
        next_url=_same("analytics.tickets", after=page.after) if page and page.after else "",
        shown_at=shown_at,
        is_backlog=form.number.data == Number.BACKLOG,
    )


def _heading(form: ListForm) -> str:
    number, period = str(form.number.data), form.period
    if number != Number.BACKLOG:
        return f"{words.HEADINGS[number]}, {words.days(period.first, period.last)}"
    if period.ends > now():
        return "Backlog now"
    return f"Backlog at the end of {words.long_day(period.last)}"


def _narrowed(form: ListForm) -> str:
    """Which of them, in words: where and with whom they were at that moment."""
    parts = []
    if form.category_id is not None:
        parts.append(f"category {form.category_name} at that moment")
    if form.person_id is not None:
        parts.append(f"assigned to {form.person_name} at that moment")
    return ", ".join(parts)


def _same(endpoint: str, **more: Any) -> str:
    """The address of this list, elsewhere in it or as another format."""
    kept: dict[str, Any] = {name: request.args[name] for name in _STATE if name in request.args}
    return url_for(endpoint, **kept, **more)


def _list_cells(row: DrillRow) -> Sequence[Cell]:
    return (
        row.ticket_id,
        row.title,
        row.status.label,
        row.requester,
        row.category or "",
        row.assignee or "",
        row.at,
        row.by or "",
    )
