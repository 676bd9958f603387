"""Who works at the demo's company: requesters with moods, staff with habits, and their teams."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from app.demo import words
from app.demo.hours import DAY
from app.models import Role


@dataclass(frozen=True, slots=True)
class Team:
    """``categories`` are what comes to it."""

    name: str
    categories: frozenset[str]
    is_private: bool = False


TEAMS = (
    Team("Applications", frozenset({"Software", "Accounts and access"})),
    Team("Workplace", frozenset({"Hardware", "Printing", "Phones and meetings", "Something else"})),
    Team("Network", frozenset({"Network"})),
    Team("HR", frozenset({words.PAY}), is_private=True),
)

CATEGORIES = sorted(category for team in TEAMS for category in team.categories)


@dataclass(frozen=True, slots=True)
class Person:
    """A requester. ``mood`` is how they write; ``brief`` ones leave out all but the matter.

    ``sorrow`` is the trouble that they have time and again, as a number to choose a family by.
    """

    id: int
    name: str
    username: str
    department: str
    mood: str
    brief: bool
    sorrow: float
    since: int

    @property
    def first(self) -> str:
        return self.name.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody on the help desk. ``pace`` multiplies how long they take; ``knows`` is what they
    are asked for first."""

    id: int
    name: str
    username: str
    role: Role
    pace: float
    greeting: str
    signs: bool
    brief: bool
    knows: frozenset[str]
    since: int

    @property
    def first(self) -> str:
        return self.name.partition(" ")[0]

    def is_in(self, team: Team) -> bool:
        return not team.categories.isdisjoint(self.knows)


class Company:
    def __init__(self, requesters: Sequence[Person], helpers: Sequence[Helper]) -> None:
        self.requesters = requesters
        self.helpers = helpers
        self._by_department: dict[str, list[Person]] = {}
        for person in requesters:
            self._by_department.setdefault(person.department, []).append(person)

    def neighbour(self, rng: Random, person: Person) -> Person | None:
        """Somebody else of the same department."""
        chosen = rng.choice(self._by_department[person.department])
        return None if chosen is person else chosen


_SKILLS = (
    ("Accounts and access", "Something else"),
    ("Network", "Phones and meetings"),
    ("Software", "Accounts and access"),
    ("Hardware", "Printing"),
    ("Printing", "Phones and meetings", "Something else"),
    ("Software",),
    ("Hardware", "Network"),
)
_PAY_CLERKS = (7, 8)
"""Who of each nine on the desk knows about pay and leave, and nothing else."""
_PACES = (0.5, 0.8, 1.0, 1.3, 2.1, 0.7, 1.1, 1.6)


def found(
    rng: Random, tickets: int, begins: int, ends: int, *, first_id: int, taken: set[str]
) -> Company:
    """Hire as many as so many tickets need. ``taken`` usernames are left to their owners."""
    names = _names(rng, taken)
    staff = min(max(9, 8 + tickets // 15_000), 60)
    asking = min(max(60, tickets // 9), 12_000)
    helpers = [
        _helper(rng, place, first_id + place, next(names), begins, ends) for place in range(staff)
    ]
    first_requester = first_id + staff
    requesters = [
        _person(rng, first_requester + place, next(names), begins) for place in range(asking)
    ]
    return Company(requesters, helpers)


def _names(rng: Random, taken: set[str]) -> Iterator[tuple[str, str]]:
    """Names with a username each; namesakes get a number."""
    while True:
        name = f"{rng.choice(words.FIRST_NAMES)} {rng.choice(words.SURNAMES)}"
        plain = name.lower().replace(" ", ".")
        username, number = plain, 2
        while username in taken:
            username, number = f"{plain}{number}", number + 1
        taken.add(username)
        yield name, username


def _helper(
    rng: Random, place: int, id_: int, name: tuple[str, str], begins: int, ends: int
) -> Helper:
    # The second half of the desk was hired as the company grew.
    late = place >= 5 and place % 2 == 0
    return Helper(
        id=id_,
        name=name[0],
        username=name[1],
        role=Role.ADMIN if place in (0, 5) else Role.AGENT,
        pace=_PACES[place % len(_PACES)] * rng.uniform(0.9, 1.1),
        greeting=rng.choice(words.STAFF_GREETINGS),
        signs=rng.random() < 0.6,
        brief=place % 4 == 1,
        knows=frozenset({words.PAY} if place % 9 in _PAY_CLERKS else _SKILLS[place % len(_SKILLS)]),
        since=begins + (rng.randrange(60, 400) * DAY if late and ends - begins > 420 * DAY else 0),
    )


def _person(rng: Random, id_: int, name: tuple[str, str], begins: int) -> Person:
    return Person(
        id=id_,
        name=name[0],
        username=name[1],
        department=rng.choice(words.DEPARTMENTS),
        mood=rng.choices(tuple(words.REQUESTER_MOODS), words.MOOD_WEIGHTS)[0],
        brief=rng.random() < 0.25,
        sorrow=rng.random(),
        since=begins - rng.randrange(1, 900) * DAY,
    )
