"""Two years of a help desk, ticket by ticket in the order in which they came."""

import datetime as dt
from collections import deque
from collections.abc import Iterator
from itertools import accumulate
from random import Random

from app.demo.company import Company, Person
from app.demo.families import EVERYDAY, OUTAGES
from app.demo.family import Family, Thread
from app.demo.hours import DAY, WallClock, arrivals, busy_days, weekday
from app.demo.story import Act, Story, Verb
from app.demo.telling import Desk, Teller, tell_echo, tell_outage
from app.demo.voice import Slots

YEARS = dt.timedelta(days=730)
_WEIGHTS = list(accumulate(family.weight for family in EVERYDAY))
_TRIES = 6
_REMEMBERED = 400
"""How many old tickets somebody may still come back to."""
_REMEMBERED_FOR = 40
"""Days that these should reach back, however many tickets a day has."""


class Chronicle:
    """Told as it is read; remembers a few old tickets and nothing else, however long it gets."""

    def __init__(self, rng: Random, company: Company, begins: int, ends: int) -> None:
        self.rng = rng
        self.people = company.requesters
        self.desk = Desk(company)
        self.begins, self.ends = begins, ends
        self.outage_days = self._outage_days()
        self.old: deque[tuple[int, int, Teller, Story]] = deque(maxlen=_REMEMBERED)
        self.remembering = 0.0
        self.lately: deque[tuple[str, int]] = deque(maxlen=60)

    def stories(self, count: int, first_id: int) -> Iterator[Story]:
        """So many stories; the first gets ``first_id``, the others those after it."""
        many = count * _REMEMBERED_FOR / YEARS.days
        self.remembering = min(0.05, _REMEMBERED / many)
        days = busy_days(self.rng, self.begins, self.ends, self.outage_days)
        number = first_id
        for start, moments in arrivals(self.rng, days, self.ends, count):
            told = self._day(start // DAY, moments, number)
            for story in told:
                story.acts = [act for act in story.acts if self._has_happened(act)]
                yield story
                number += 1

    def _has_happened(self, act: Act) -> bool:
        # By the wall clock, closing may come an hour too early.
        return act.at + (3600 if act.verb is Verb.CLOSE else 0) <= self.ends

    def _outage_days(self) -> set[int]:
        """About one in five weeks, and one just now."""
        first, last = self.begins // DAY, self.ends // DAY
        days = {day for day in range(first, last) if self.rng.random() < 1 / 35}
        recent = last if self.ends % DAY > 11 * 3600 else last - 1
        while weekday(recent * DAY) > 4:
            recent -= 1
        return {day for day in days if weekday(day * DAY) < 5} | {recent}

    def _day(self, day: int, moments: list[int], number: int) -> Iterator[Story]:
        outage_at = self._outage_at(moments) if day in self.outage_days else None
        main: tuple[Story, int] | None = None
        outage = self.rng.choice(OUTAGES)
        echoes = 3 + len(moments) // 6
        for place, at in enumerate(moments):
            if place == outage_at:
                affected = self.rng.sample(self.people, min(len(self.people), self._hit()) + 1)
                story = tell_outage(self.rng, self.desk, outage, affected[0], at, affected[1:])
                main = story, number + place
                yield story
            elif main and echoes and at - main[0].at < 3 * 3600 and self.rng.random() < 0.7:
                echoes -= 1
                yield tell_echo(self.rng, self.desk, outage, self._person(at), at, *main)
            else:
                yield self._everyday(at, number + place)

    def _outage_at(self, moments: list[int]) -> int | None:
        """The first ticket after nine in the morning."""
        return next((p for p, at in enumerate(moments) if at % DAY > 9 * 3600), None)

    def _hit(self) -> int:
        return self.rng.randint(6, 38)

    def _fresh_thread(self) -> tuple[Family, Thread]:
        """Rather one that has not been told lately."""
        for _ in range(_TRIES):
            family = self.rng.choices(EVERYDAY, cum_weights=_WEIGHTS)[0]
            place = self.rng.randrange(len(family.titles))
            if (family.name, place) not in self.lately:
                break
        self.lately.append((family.name, place))
        return family, family.thread(place)

    def _person(self, at: int) -> Person:
        # Some ask far more often than others.
        return self.people[int(len(self.people) * self.rng.random() ** 1.6)]

    def _everyday(self, at: int, number: int) -> Story:
        rng = self.rng
        if self.old and rng.random() < 0.02 and self.old[0][1] < at:
            old_number, _, teller, story = self.old.popleft()
            return teller.tell(at, follow_up_of=old_number, title=story.title)
        family, thread = self._fresh_thread()
        person = self._person(at)
        teller = Teller(rng, self.desk, family, thread, person, at, Slots(rng, family, person))
        story = teller.tell(at)
        if rng.random() < self.remembering and _may_be_followed_up(story.acts):
            self.old.append((number, story.now, teller, story))
        return story


def _may_be_followed_up(acts: list[Act]) -> bool:
    """What somebody on the help desk has sorted, so that its category is the right one."""
    return any(act.verb is Verb.TAKE for act in acts)


def moments(clock: WallClock, rng: Random, story: Story) -> list[dt.datetime]:
    """When the filing and each act happened, in UTC and never backwards."""
    told = [clock.utc(story.at, rng.randrange(1_000_000))]
    last = story.at
    for act in story.acts:
        moment = clock.utc(act.at, rng.randrange(1_000_000))
        if act.verb is Verb.CLOSE:
            # The worker counts time that passed, people look at the wall.
            moment = told[-1] + dt.timedelta(seconds=act.at - last)
        elif moment <= told[-1]:
            # The night on which clocks go forward takes an hour away.
            moment = told[-1] + dt.timedelta(seconds=1)
        told.append(moment)
        last = act.at
    return told
