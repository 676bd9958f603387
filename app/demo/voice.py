"""How people put things: greetings, closings, and the slots of a ticket filled in."""

from random import Random

from app.demo import words
from app.demo.company import Helper, Person
from app.demo.family import Family, Outage
from app.demo.hours import DAY


class Slots(dict[str, str]):
    """What the ``{slots}`` of one ticket say, each drawn when it is first named."""

    def __init__(self, rng: Random, family: Family | Outage | None, person: Person) -> None:
        super().__init__(home=person.department)
        self.rng = rng
        self.own = family.slots if family else {}

    def __missing__(self, name: str) -> str:
        choices = self.own.get(name) or words.SLOTS.get(name) or words.FIRST_NAMES
        self[name] = drawn = self.rng.choice(choices)
        return drawn


def asked(
    rng: Random,
    person: Person,
    matter: str,
    details: str,
    slots: Slots,
    family: Family | Outage,
    at: int,
) -> str:
    """A description as this person would write it, at that time of day."""
    is_fault = isinstance(family, Outage) or family.is_fault
    mood = person.mood if is_fault or person.mood not in words.FOR_FAULTS else words.CALM
    greetings, closings = words.REQUESTER_MOODS[mood]
    matter = matter.format_map(slots)
    if person.brief:
        return matter
    if details and rng.random() < 0.55:
        matter += " " + details.format_map(slots)
    greeting = _by_the_clock(rng.choice(greetings), at)
    blocks = [greeting, matter, rng.choice(closings).format_map(slots)]
    if rng.random() < 0.5:
        blocks.append(f"{person.first}, {person.department}")
    return "\n\n".join(block for block in blocks if block)


def _by_the_clock(greeting: str, at: int) -> str:
    hour = at % DAY // 3600
    if hour < 12 or "morning" not in greeting:
        return greeting
    return greeting.replace("morning", "afternoon" if hour < 18 else "evening")


def title(rng: Random, person: Person, text: str, slots: Slots) -> str:
    filled = text.format_map(slots)
    return filled.lower() if person.brief and rng.random() < 0.3 else capital(filled)


def capital(text: str) -> str:
    return text[0].upper() + text[1:]


def said(rng: Random, person: Person, text: str, slots: Slots) -> str:
    """A reply of the requester."""
    text = text.format_map(slots)
    if person.brief or rng.random() < 0.5:
        return text
    return f"{text}\n\n{person.first}"


def answered(rng: Random, helper: Helper, person: Person, text: str, slots: dict[str, str]) -> str:
    """A reply of the help desk."""
    text = text.format_map(slots)
    blocks = [] if helper.brief else [helper.greeting.format(first=person.first)]
    blocks.append(text)
    if helper.signs:
        blocks.append(helper.first)
    return "\n\n".join(blocks)
