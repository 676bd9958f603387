"""When people work, write and answer. Moments are seconds on the company's wall clock."""

import datetime as dt
import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

DAY = 86_400
OPENS, MINUTES = 8 * 3600 + 1800, 540
"""The desk works from 8:30 for nine hours, Monday to Friday."""

_BY_HOUR = (1, 1, 1, 1, 1, 3, 12, 45, 110, 130, 115, 90, 55, 90, 105, 85, 60, 30, 12, 8, 6, 5, 3, 2)
_WEEKEND_BY_HOUR = (1, 1, 1, 1, 1, 1, 2, 4, 7, 10, 11, 10, 9, 8, 8, 8, 7, 7, 6, 6, 6, 5, 3, 2)
_BY_WEEKDAY = (1.38, 1.12, 1.0, 0.95, 0.78, 0.06, 0.05)
_BY_MONTH = (1.1, 1.05, 1.05, 1.0, 1.0, 0.95, 0.74, 0.68, 1.15, 1.1, 1.05, 0.8)
_GROWTH = 0.9
"""How much busier the last day is than the first."""


def weekday(moment: int) -> int:
    """Monday is 0; the clock began on a Thursday."""
    return (moment // DAY + 3) % 7


def later(moment: int, minutes: float) -> int:
    """So many minutes of working time after a moment, on the minute."""
    days, rest = divmod(worked(moment) + math.ceil(minutes), MINUTES)
    week, place = divmod(days, 5)
    return (week * 7 + place - 3) * DAY + OPENS + rest * 60


def worked(moment: int) -> int:
    """How many minutes of working time there have been until a moment."""
    day, second = divmod(moment, DAY)
    week, place = divmod(day + 3, 7)
    if place >= 5:
        return (week + 1) * 5 * MINUTES
    return (week * 5 + place) * MINUTES + min(max((second - OPENS) // 60, 0), MINUTES)


class WallClock:
    """The company's clock, and what it is in UTC."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.offset = lru_cache(maxsize=1024)(self._offset)

    def _offset(self, day: int) -> dt.timedelta:
        noon = dt.datetime.fromtimestamp(day * DAY + DAY // 2, dt.UTC).replace(tzinfo=None)
        return noon.replace(tzinfo=self.zone).utcoffset() or dt.timedelta(0)

    def local(self, moment: dt.datetime) -> int:
        """Seconds on the wall clock."""
        naive = moment.astimezone(self.zone).replace(tzinfo=dt.UTC)
        return int(naive.timestamp())

    def utc(self, second: int, microsecond: int) -> dt.datetime:
        there = _EPOCH + dt.timedelta(seconds=second, microseconds=microsecond)
        return there - self.offset(second // DAY)


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Curve:
    """How the tickets of a day spread over its hours."""

    def __init__(self, by_hour: tuple[int, ...]) -> None:
        self.sums = [0, *accumulate(by_hour)]

    def until(self, second: int) -> float:
        """What part of the day's tickets has come by then."""
        hour, rest = divmod(second, 3600)
        begun = self.sums[hour] + (self.sums[hour + 1] - self.sums[hour]) * rest / 3600
        return begun / self.sums[-1]

    def draw(self, rng: Random, part: float) -> int:
        wanted = rng.random() * part * self.sums[-1]
        hour = max(bisect_left(self.sums, wanted) - 1, 0)
        step = self.sums[hour + 1] - self.sums[hour]
        return min(int((hour + (wanted - self.sums[hour]) / step) * 3600), DAY - 1)


_WORKDAY, _WEEKEND = Curve(_BY_HOUR), Curve(_WEEKEND_BY_HOUR)


def _curve(moment: int) -> Curve:
    return _WORKDAY if weekday(moment) < 5 else _WEEKEND


def busy_days(rng: Random, begins: int, ends: int, rush: set[int]) -> list[tuple[int, float]]:
    """Each day's start with its share of all tickets; a day of ``rush`` has more."""
    first, last = begins // DAY, ends // DAY
    days = []
    for day in range(first, last + 1):
        month = dt.datetime.fromtimestamp(day * DAY, dt.UTC).month
        share = _BY_WEEKDAY[weekday(day * DAY)] * _BY_MONTH[month - 1]
        share *= 1 + _GROWTH * (day - first) / max(last - first, 1)
        share *= rng.uniform(0.85, 1.15) * (1.7 if day in rush else 1)
        if day == last:
            share *= _curve(ends).until(ends % DAY)
        days.append((day * DAY, share))
    return days


def arrivals(
    rng: Random,
    days: list[tuple[int, float]],
    ends: int,
    count: int,
    planned: Mapping[int, int],
) -> Iterator[tuple[int, list[int]]]:
    """Day by day, when its tickets come; ``count`` in all.

    Where a moment is ``planned`` for a day (by its number), one of them comes at that moment.
    """
    whole = sum(share for _, share in days)
    so_far, handed_out = 0.0, 0
    for start, share in days:
        so_far += share
        due = round(count * so_far / whole) if start != days[-1][0] else count
        moment = planned.get(start // DAY)
        due = min(max(due, handed_out + (moment is not None)), count)
        today, handed_out = due - handed_out, due
        curve = _curve(start)
        part = curve.until(ends - start) if ends - start < DAY else 1.0
        moments = [min(start + curve.draw(rng, part), ends) for _ in range(today)]
        if moments and moment is not None:
            moments[0] = moment
        yield start, sorted(moments)
