"""Which tickets have files with them: the newest, as many as is said, whatever their number."""

import datetime as dt
from random import Random

from app.demo import words
from app.demo.family import Family
from app.demo.papers import Kind, Paper
from app.demo.pen import Pen

FILES_MAX = 240
"""A million tickets do not write a million files."""
NEWEST = 1200
"""How many tickets the files are spread over."""

_BY_CATEGORY = {
    "Software": (Kind.SCREEN, Kind.SCREEN, Kind.SCREEN, Kind.LOG),
    "Accounts and access": (Kind.SCREEN,),
    "Network": (Kind.LOG, Kind.SCREEN),
    "Printing": (Kind.PAGE,),
    "Phones and meetings": (Kind.SCREEN,),
    words.PAY: (Kind.TABLE,),
}
_IN_ANSWERS = {"data request": Kind.TABLE, "how to": Kind.SCREEN, "spreadsheet": Kind.SCREEN}
_NAMES = {
    Kind.SCREEN: ("Screenshot {day} {clock}.png", "message.png", "error.png", "Picture {n}.png"),
    Kind.PAGE: ("IMG_{n}.png", "print.png", "scan{n}.png"),
    Kind.LOG: ("log.txt", "client-{day}.log", "trace_{n}.txt"),
    Kind.TABLE: ("list.csv", "hours-{month}.csv", "export_{n}.csv"),
}


class Folder:
    """Hands out files while ``is_open``, until ``left`` of them are gone."""

    def __init__(self) -> None:
        self.left = FILES_MAX
        self.is_open = False

    def with_description(
        self, rng: Random, family: Family, title: str, at: int
    ) -> tuple[Paper, ...]:
        kinds = _BY_CATEGORY.get(family.category, ())
        if not kinds or not self._likely(rng, 0.14):
            return ()
        kind = rng.choice(kinds)
        several = 2 if kind.is_image and rng.random() < 0.15 else 1
        return self._take(*(_paper(rng, kind, title, at + place) for place in range(several)))

    def asked_for(self, rng: Random, pen: Pen, category: str) -> tuple[Paper, ...]:
        """What the requester sends when the help desk wants to see it."""
        kinds = [kind for kind in _BY_CATEGORY.get(category, ()) if kind.is_image]
        if not kinds or not self._likely(rng, 0.08):
            return ()
        return self._take(_paper(rng, kinds[0], pen.story.title, pen.story.now))

    def with_answer(self, rng: Random, pen: Pen, family: Family) -> tuple[Paper, ...]:
        kind = _IN_ANSWERS.get(family.name)
        if kind is None or not self._likely(rng, 0.5):
            return ()
        return self._take(_paper(rng, kind, pen.story.title, pen.story.now))

    def _likely(self, rng: Random, chance: float) -> bool:
        return self.is_open and self.left > 0 and rng.random() < chance

    def _take(self, *papers: Paper) -> tuple[Paper, ...]:
        given = papers[: self.left]
        self.left -= len(given)
        return given


def _paper(rng: Random, kind: Kind, about: str, at: int) -> Paper:
    moment = dt.datetime.fromtimestamp(at, dt.UTC)
    name = rng.choice(_NAMES[kind]).format(
        day=f"{moment:%Y-%m-%d}",
        clock=f"{moment:%H.%M.%S}",
        month=f"{moment:%B}".lower(),
        n=rng.randrange(1000, 9999),
    )
    return Paper(kind, name, about, at, rng.getrandbits(32))
