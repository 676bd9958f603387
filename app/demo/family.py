"""One kind of trouble, in all the words that people find for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Texts = Sequence[str]


@dataclass(frozen=True, slots=True)
class Family:
    """Texts hold ``{slots}``, drawn once per ticket, so that a title and its thread agree.

    ``asks`` pairs a question of the help desk with the answers it may get. ``holds`` pairs a
    reason to wait with what is said when the waiting is over. ``minutes`` is the working time that
    a fix typically takes once somebody has begun. ``urgency`` weighs low, normal and high.
    """

    name: str
    category: str
    tags: Texts
    titles: Texts
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


@dataclass(frozen=True, slots=True)
class Outage:
    """Trouble that many have at once: one ticket is the known one, the others point to it."""

    name: str
    category: str
    tags: Texts
    titles: Texts
    openings: Texts
    updates: Texts
    fixes: Texts
    notes: Texts
    echo_titles: Texts
    echo_openings: Texts
    comments: Texts
    slots: Mapping[str, Texts] = field(default_factory=dict)
    minutes: int = 180
