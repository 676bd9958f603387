"""How the numbers and their days read."""

import datetime as dt
from collections.abc import Sequence

from app.queries.analytics import Figures
from app.queries.events import Number
from app.queries.periods import Period, Step

DEFINITIONS = {
    "open": "New, open, waiting and on hold, at this moment.",
    "closed": "Solved and closed, at this moment.",
    Number.CREATED.value: "Tickets filed in the period.",
    Number.SOLVED.value: (
        "Moves from an open status to solved or closed; solved twice counts twice."
    ),
    Number.REOPENED.value: "Moves from solved or closed back to an open status.",
    Number.REMOVED.value: "Open tickets that were put in the trash.",
    Number.RESTORED.value: "Open tickets that came back from the trash.",
    Number.MOVED_IN.value: "Open tickets that were given this category.",
    Number.MOVED_OUT.value: "Open tickets that were given another category.",
    Number.BACKLOG.value: "Tickets in an open status at that time.",
}

HEADINGS = {
    Number.CREATED.value: "Created",
    Number.SOLVED.value: "Solved",
    Number.REOPENED.value: "Reopened",
    Number.REMOVED.value: "Removed",
    Number.RESTORED.value: "Restored",
    Number.MOVED_IN.value: "Moved in",
    Number.MOVED_OUT.value: "Moved out",
    Number.BACKLOG.value: "Backlog",
}


def short_day(day: dt.date, *, year: bool = False) -> str:
    return f"{day.day} {day:%b %Y}" if year else f"{day.day} {day:%b}"


def long_day(day: dt.date, *, year: bool = True) -> str:
    return f"{day.day} {day:%B %Y}" if year else f"{day.day} {day:%B}"


def days(first: dt.date, last: dt.date) -> str:
    """ "12 March 2026", "1 to 20 November 2026" or "11 February to 12 March 2026"."""
    if first == last:
        return long_day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {long_day(last)}"
    return f"{long_day(first, year=first.year != last.year)} to {long_day(last)}"


def step_label(step: Step, period: Period) -> str:
    """A day as "11 Feb", a week as "9 Feb to 15 Feb"; with the year where there are two."""
    year = period.first.year != period.last.year
    if step.first == step.last:
        return short_day(step.first, year=year)
    return f"{short_day(step.first)} to {short_day(step.last, year=year)}"


def finding(found: Figures, numbers: Sequence[str]) -> str:
    """What the chart shows, for those who do not see it."""
    told = [f"{HEADINGS[number]} {getattr(found.flow, number)}" for number in numbers]
    flow = ", ".join([told[0], *(words.lower() for words in told[1:])])
    before, after = found.backlog_before, found.backlog
    course = "stayed at" if before == after else "rose from" if after > before else "fell from"
    level = f"{before}" if before == after else f"{before} to {after}"
    return f"{flow}. The backlog {course} {level}."


def net(found: Figures) -> str:
    """By how much the backlog changed."""
    change = found.backlog - found.backlog_before
    if change == 0:
        return "as many as"
    return f"{abs(change)} {'more' if change > 0 else 'fewer'} than"
