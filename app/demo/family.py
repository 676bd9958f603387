"""One kind of trouble, in all the words that people find for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Texts = Sequence[str]


@dataclass(frozen=True, slots=True)
class Family:
    """Texts hold ``{slots}``, drawn once per ticket, so that a title and its thread agree.

    ``threads`` has one entry for each title: which openings, fixes, asks and holds go with it, by
    place, as in ``"01/2/0/"``. ``asks`` pairs a question of the help desk with the answers it may
    get. ``holds`` pairs a reason to wait with what is said when the waiting is over. ``minutes`` is
    the working time that a fix typically takes once somebody has begun. ``urgency`` weighs low,
    normal and high. ``is_fault``: something is broken, and may be restarted, mend itself, or annoy;
    the others are wishes and questions.
    """

    name: str
    category: str
    tags: Texts
    titles: Texts
    threads: Texts
    openings: Texts
    fixes: Texts
    notes: Texts
    asks: Sequence[tuple[str, Texts]] = ()
    holds: Sequence[tuple[str, str]] = ()
    details: Texts = ()
    slots: Mapping[str, Texts] = field(default_factory=dict)
    weight: float = 1.0
    minutes: int = 90
    urgency: tuple[float, float, float] = (2, 6, 2)
    is_fault: bool = True

    def thread(self, place: int) -> "Thread":
        """What goes with the title at this place."""
        openings, fixes, asks, holds = self.threads[place].split("/")
        return Thread(
            title=self.titles[place],
            openings=[self.openings[int(digit)] for digit in openings],
            fixes=[self.fixes[int(digit)] for digit in fixes],
            asks=[self.asks[int(digit)] for digit in asks],
            holds=[self.holds[int(digit)] for digit in holds],
        )


@dataclass(frozen=True, slots=True)
class Thread:
    """One title and the texts that belong to it."""

    title: str
    openings: Texts
    fixes: Texts
    asks: Sequence[tuple[str, Texts]]
    holds: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Outage:
    """Trouble that many have at once: one ticket is the known one, the others point to it.

    ``summaries`` and ``updates`` are for everybody to read; ``over`` is the last of them.
    """

    name: str
    category: str
    tags: Texts
    titles: Texts
    openings: Texts
    summaries: Texts
    updates: Texts
    over: str
    fixes: Texts
    notes: Texts
    echo_titles: Texts
    echo_openings: Texts
    comments: Texts
    slots: Mapping[str, Texts] = field(default_factory=dict)
    minutes: int = 180
