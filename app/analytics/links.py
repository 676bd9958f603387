"""The addresses behind the numbers: each leads to a list of exactly those tickets."""

import datetime as dt
from typing import Any

from flask import url_for

from app.analytics.forms import PRESETS, PeriodForm
from app.domain.settings import site
from app.models import CLOSED_STATUSES, OPEN_STATUSES
from app.queries.events import Number
from app.queries.periods import Step


class Links:
    """Built for the days and filters that a form was asked for; they carry all of them on."""

    def __init__(self, form: PeriodForm) -> None:
        self.form = form
        self.kept: dict[str, Any] = {}
        if form.zone.key != site().time_zone:
            self.kept["tz"] = form.zone.key
        if form.category_id is not None:
            self.kept["category"] = str(form.category_id)

    @property
    def presets(self) -> list[tuple[str, str, bool]]:
        return [
            (label, url_for("analytics.show", days=days, **self.kept), days == self.form.preset)
            for days, label in PRESETS.items()
        ]

    @property
    def page(self) -> str:
        return url_for("analytics.show", **self._days(), **self.kept)

    @property
    def csv(self) -> str:
        return url_for("analytics.export", **self._days(), **self.kept)

    def number(
        self,
        number: str,
        step: Step | None = None,
        *,
        category: int | None = None,
        person: int | None = None,
    ) -> str:
        """The list of a number, of the whole period or one step of it."""
        where = {**self.kept, **self._days(step)}
        if category is not None:
            where["category"] = str(category)
        if person is not None:
            where["person"] = str(person)
        return url_for("analytics.tickets", number=number, **where)

    def backlog(self, day: dt.date) -> str:
        """The tickets that were open when this day ended."""
        at = day.isoformat()
        return url_for("analytics.tickets", number=Number.BACKLOG.value, at=at, **self.kept)

    @property
    def backlog_before(self) -> str:
        return self.backlog(self.form.period.first - dt.timedelta(days=1))

    @property
    def backlog_after(self) -> str:
        return self.backlog(self.form.period.last)

    def open_now(self, *, category: int | None = None, person: int | None = None) -> str:
        """The queue with what is open at present."""
        statuses = [status.value for status in OPEN_STATUSES]
        if category is None:
            category = self.form.category_id if person is not None else None
        return url_for("staff.queue", status=statuses, category=category, assignee=person)

    @property
    def closed_now(self) -> str:
        return url_for("staff.queue", status=[status.value for status in CLOSED_STATUSES])

    def _days(self, step: Step | None = None) -> dict[str, Any]:
        days = step or self.form.period
        return {"from": days.first.isoformat(), "to": days.last.isoformat()}
