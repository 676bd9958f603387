"""Writes the acts of one ticket down, one after the other: when, by whom, in which words."""

from random import Random

from app.demo import voice
from app.demo.company import Helper, Person
from app.demo.family import Texts
from app.demo.hours import later
from app.demo.papers import Paper
from app.demo.story import Act, Story, Verb
from app.demo.voice import Slots
from app.models import TicketStatus


class Pen:
    """Each method goes on from where the story stands. ``helper`` has the ticket, or will."""

    story: Story
    helper: Helper

    def __init__(self, rng: Random, person: Person, slots: Slots) -> None:
        self.rng = rng
        self.person = person
        self.slots = slots

    def after(self, minutes: float) -> int:
        """A moment of working time after the last act, never the same twice."""
        at = later(self.story.now, minutes) + self.rng.randrange(60)
        return at if at > self.story.now else self.story.now + self.rng.randrange(5, 50)

    def add(self, at: int, verb: Verb, by: int | None, **what: object) -> None:
        self.story.acts.append(Act(at, verb, by, **what))  # type: ignore[arg-type]

    def take_back(self, by: int) -> None:
        """The last act was a slip, noticed at once: within the time that recalls a message too."""
        self.add(self.story.now + self.rng.randrange(4, 25), Verb.UNDO, by)

    def answer(
        self,
        minutes: float,
        texts: Texts,
        then: TicketStatus | None = None,
        files: tuple[Paper, ...] = (),
    ) -> None:
        at, rng = self.after(minutes), self.rng
        text = voice.answered(rng, self.helper, self.person, rng.choice(texts), self.slots)
        if rng.random() < 0.012:
            self._sent_too_early(at, text)
            at = self.story.now + rng.randrange(25, 90)
        self.add(at, Verb.REPLY, self.helper.id, text=text, status=then, files=files)

    def _sent_too_early(self, at: int, text: str) -> None:
        """Half a sentence, and taken back."""
        half = text[: len(text) // 2].rpartition(" ")[0] or text
        self.add(at, Verb.REPLY, self.helper.id, text=half)
        self.take_back(self.helper.id)

    def reply(self, minutes: float, texts: Texts, files: tuple[Paper, ...] = ()) -> None:
        at = self.after(minutes)
        self.add(at, Verb.REPLY, self.person.id, text=self.said(texts), files=files)

    def said(self, texts: Texts) -> str:
        return voice.said(self.rng, self.person, self.rng.choice(texts), self.slots)

    def note(self, minutes: float, texts: Texts, by: Helper | None = None) -> None:
        text = self.rng.choice(texts).format_map(self.slots)
        self.add(self.after(minutes), Verb.NOTE, (by or self.helper).id, text=text)

    def sort(self, at: int, by: Helper, **what: object) -> None:
        """Set properties, if there are any to set."""
        given = {name: value for name, value in what.items() if value is not None}
        if given:
            self.add(at, Verb.SORT, by.id, **given)
