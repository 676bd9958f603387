"""A period and its days, as a zone has them."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

DAYS_SHOWN = 93
"""A longer period is shown by weeks: a quarter of bars is what one can still read and click."""


def start_of_day(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """When the day begins there, as UTC.

    Where a clock change skips midnight, that is the moment of the change; where it repeats
    midnight, the first of the two.
    """
    return dt.datetime.combine(day, dt.time.min, zone).astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the chart: a day, or the days of a week that lie in the period."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Period:
    """From the start of the day ``first`` to the end of the day ``last``, as ``zone`` has days."""

    first: dt.date
    last: dt.date
    zone: ZoneInfo

    @property
    def starts(self) -> dt.datetime:
        return start_of_day(self.first, self.zone)

    @property
    def ends(self) -> dt.datetime:
        return start_of_day(self.last + dt.timedelta(days=1), self.zone)

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def by_week(self) -> bool:
        return self.length > DAYS_SHOWN

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        steps, first = [], self.first
        while first <= self.last:
            days_to_sunday = 6 - first.weekday() if self.by_week else 0
            last = min(first + dt.timedelta(days=days_to_sunday), self.last)
            steps.append(Step(first, last))
            first = last + dt.timedelta(days=1)
        return tuple(steps)
