"""Two years of a help desk, ticket by ticket in the order in which they came."""

import datetime as dt
from bisect import bisect
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from app.demo.company import Company, Person
from app.demo.desk import Desk
from app.demo.families import EVERYDAY, OUTAGES
from app.demo.family import Family, Outage, Thread
from app.demo.folder import NEWEST, Folder
from app.demo.hours import DAY, WallClock, arrivals, busy_days, weekday, worked
from app.demo.junk import tell_junk
from app.demo.outage import tell_echo, tell_outage
from app.demo.story import Act, Story, Verb
from app.demo.telling import Teller

YEARS = dt.timedelta(days=730)
_WEIGHTS = list(accumulate(family.weight for family in EVERYDAY))
_TRIES = 6
_REMEMBERED = 400
"""How many old tickets somebody may still come back to."""
_REMEMBERED_FOR = 40
"""Days that these should reach back, however many tickets a day has."""
_MORNING, _NOON, _AFTERNOON = 8 * 3600 + 2100, 12 * 3600, 15 * 3600 + 1800
_LONG_ENOUGH = 80 * 60
"""How long the outage of the present has been going on at least, in seconds."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """An outage that is to come: from when, and for how many working minutes."""

    outage: Outage
    at: int
    minutes: float
    hit: int


@dataclass(slots=True)
class Day:
    """What has happened on it so far, for those who file after it."""

    trouble: Trouble | None
    main: tuple[Story, int] | None = None
    echoes: int = 0
    lately: Story | None = None


class Chronicle:
    """Told as it is read; remembers a few old tickets and nothing else, however long it gets."""

    def __init__(self, rng: Random, company: Company, begins: int, ends: int) -> None:
        self.rng = rng
        self.people = company.requesters
        self.desk = Desk(company)
        self.folder = Folder()
        self.begins, self.ends = begins, ends
        self.troubles = self._troubles()
        self.old: deque[tuple[int, int, Teller, Story]] = deque(maxlen=_REMEMBERED)
        self.remembering = 0.0
        self.lately: deque[tuple[str, int]] = deque(maxlen=60)

    def stories(self, count: int, first_id: int) -> Iterator[Story]:
        """So many stories; the first gets ``first_id``, the others those after it."""
        many = count * _REMEMBERED_FOR / YEARS.days
        self.remembering = min(0.05, _REMEMBERED / many)
        planned = {day: trouble.at for day, trouble in self.troubles.items()}
        days = busy_days(self.rng, self.begins, self.ends, set(planned))
        number = first_id
        for start, moments in arrivals(self.rng, days, self.ends, count, planned):
            day = Day(self.troubles.get(start // DAY), echoes=3 + len(moments) // 6)
            for at in moments:
                self.folder.is_open = number >= first_id + count - NEWEST
                story = self._next(day, at, number)
                story.acts = [act for act in story.acts if self._has_happened(act)]
                yield story
                number += 1

    def _has_happened(self, act: Act) -> bool:
        # By the wall clock, closing may come an hour too early.
        return act.at + (3600 if act.verb is Verb.CLOSE else 0) <= self.ends

    # --- outages -------------------------------------------------------------------------------

    def _troubles(self) -> dict[int, Trouble]:
        """By day: about one in five weeks, one on the last working day, and one right now."""
        rng, last = self.rng, self.ends // DAY
        days = [day for day in range(self.begins // DAY, last) if rng.random() < 1 / 35]
        now = self._outage_of_the_present()
        before = now.at // DAY - 1
        while _is_weekend(before):
            before -= 1
        days = [day for day in sorted({*days, before}) if not _is_weekend(day)]
        return {trouble.at // DAY: trouble for trouble in [*map(self._outage_of, days), now]}

    def _outage_of(self, day: int) -> Trouble:
        """Begun in the morning, over in the afternoon."""
        rng = self.rng
        outage = rng.choice(OUTAGES)
        at = day * DAY + rng.randrange(_MORNING, _NOON)
        return Trouble(outage, at, outage.minutes * rng.uniform(0.6, 1.4), rng.randint(6, 38))

    def _outage_of_the_present(self) -> Trouble:
        """Today, if people have been at work for long enough; else on the last working day."""
        rng, (day, second) = self.rng, divmod(self.ends, DAY)
        begins = min(second - _LONG_ENOUGH - rng.randrange(2400), _AFTERNOON)
        if _is_weekend(day) or begins < _MORNING:
            day, begins = day - 1, _AFTERNOON - rng.randrange(6000)
        while _is_weekend(day):
            day -= 1
        at = day * DAY + begins
        so_far = worked(self.ends) - worked(at)
        return Trouble(rng.choice(OUTAGES), at, so_far * 1.4, rng.randint(30, 44))

    # --- a ticket ------------------------------------------------------------------------------

    def _next(self, day: Day, at: int, number: int) -> Story:
        rng, trouble = self.rng, day.trouble
        if trouble and not day.main and at == trouble.at:
            story = self._outage(trouble)
            day.main = story, number
            return story
        if day.main and trouble and day.echoes and self._echoes(at, trouble):
            day.echoes -= 1
            return tell_echo(rng, self.desk, trouble.outage, self._person(), at, *day.main)
        if rng.random() < 0.007:
            return tell_junk(rng, self.desk, self._person(), at, day.lately)
        day.lately = self._everyday(at, number)
        return day.lately

    def _outage(self, trouble: Trouble) -> Story:
        hit = self.rng.sample(self.people, min(len(self.people), trouble.hit + 1))
        return tell_outage(
            *(self.rng, self.desk, trouble.outage, hit[0]),
            *(trouble.at, hit[1:], trouble.minutes),
        )

    def _echoes(self, at: int, trouble: Trouble) -> bool:
        """Rather before everybody can read that it is known than after."""
        likely = 0.7 if at - trouble.at < 1800 else 0.25
        return at - trouble.at < 3 * 3600 and self.rng.random() < likely

    def _fresh_thread(self, person: Person) -> tuple[Family, Thread]:
        """Rather one that has not been told lately; some people have one sorrow all the time."""
        rng = self.rng
        for _ in range(_TRIES):
            drawn = person.sorrow if rng.random() < 0.15 else rng.random()
            family = EVERYDAY[bisect(_WEIGHTS, drawn * _WEIGHTS[-1])]
            place = rng.randrange(len(family.titles))
            if (family.name, place) not in self.lately:
                break
        self.lately.append((family.name, place))
        return family, family.thread(place)

    def _person(self) -> Person:
        # Some ask far more often than others.
        return self.people[int(len(self.people) * self.rng.random() ** 1.6)]

    def _everyday(self, at: int, number: int) -> Story:
        rng = self.rng
        if self.old and rng.random() < 0.02 and self.old[0][1] < at:
            old_number, _, teller, story = self.old.popleft()
            return teller.tell(at, self.folder, follows=(old_number, story))
        person = self._person()
        family, thread = self._fresh_thread(person)
        teller = Teller(rng, self.desk, family, thread, person, at)
        story = teller.tell(at, self.folder)
        if family.is_fault and rng.random() < self.remembering and _may_be_followed_up(story.acts):
            self.old.append((number, story.now, teller, story))
        return story


def _is_weekend(day: int) -> bool:
    return weekday(day * DAY) > 4


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
