"""Makes up what happens to a ticket, from its filing to its end."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from app.demo import voice, words
from app.demo.company import Company, Helper, Person
from app.demo.family import Family, Outage, Texts, Thread
from app.demo.hours import DAY, later
from app.demo.story import Act, Story, Verb
from app.demo.voice import Slots
from app.models import Priority, ReportKind, ReportStatus, TicketStatus

T = TypeVar("T")

REOPEN_WINDOW = 14 * DAY
URGENCIES = (Priority.LOW, Priority.NORMAL, Priority.HIGH)
_WAIT_BY_PRIORITY = {
    Priority.LOW: 260,
    Priority.NORMAL: 100,
    Priority.HIGH: 25,
    Priority.URGENT: 8,
}
"""Working minutes until a helper of middling pace first looks."""


class Desk:
    """Who is there to help at a moment, and with what."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.lead = company.helpers[0]
        self._by_skill: dict[str, list[Helper]] = {}

    def helper(self, rng: Random, category: str, at: int) -> Helper:
        knowing = self._by_skill.get(category)
        if knowing is None:
            everybody = self.company.helpers
            knowing = [h for h in everybody if category in h.knows] or list(everybody)
            self._by_skill[category] = knowing
        pool = knowing if rng.random() < 0.75 else self.company.helpers
        chosen = rng.choice(pool)
        return chosen if chosen.since <= at else self.lead

    def colleague(self, rng: Random, helper: Helper, at: int) -> Helper | None:
        chosen = rng.choice(self.company.helpers)
        return chosen if chosen is not helper and chosen.since <= at else None


class Teller:
    """Tells one ticket. Each method goes on from where the story stands."""

    def __init__(
        self,
        rng: Random,
        desk: Desk,
        family: Family,
        thread: Thread,
        person: Person,
        at: int,
        slots: Slots,
    ) -> None:
        self.rng = rng
        self.desk = desk
        self.family = family
        self.person = person
        self.slots = slots
        self.thread = thread
        self.helper = desk.helper(rng, family.category, at)

    def tell(self, at: int, *, follow_up_of: int | None = None, title: str | None = None) -> Story:
        self.story = self._filed(at, follow_up_of, title)
        chance = self.rng.random()
        if chance < 0.03:
            self._solved_by_themselves()
        else:
            if chance < 0.07:
                self._add_to_the_description()
            self._wait_for_somebody()
            self._triage()
            self._work()
            self._afterwards()
        self._close()
        return self.story

    # --- the beginning -------------------------------------------------------------------------

    def _filed(self, at: int, follow_up_of: int | None, title: str | None) -> Story:
        rng, family = self.rng, self.family
        text = rng.choice(words.LATER if follow_up_of else self.thread.openings)
        details = rng.choice(family.details) if family.details and not follow_up_of else ""
        by_phone = follow_up_of is None and rng.random() < 0.08
        urgency = rng.choices(URGENCIES, family.urgency)[0]
        return Story(
            at=at,
            requester=self.person.id,
            opened_by=self.helper.id if by_phone else self.person.id,
            title=title or voice.title(rng, self.person, self.thread.title, self.slots),
            description=voice.asked(rng, self.person, text, details, self.slots),
            priority=Priority.NORMAL if follow_up_of else urgency,
            category=family.category if follow_up_of else self._chosen_category(),
            follow_up_of=follow_up_of,
        )

    def _chosen_category(self) -> str | None:
        """What the requester takes it for: often nothing, sometimes the wrong thing."""
        chance = self.rng.random()
        if chance < 0.68:
            return self.family.category
        return "Something else" if chance < 0.78 else None

    def _add_to_the_description(self) -> None:
        more = self.rng.choice(words.POSTSCRIPTS).format_map(self.slots)
        text = f"{self.story.description}\n\n{more}"
        self._add(self._after(self.rng.uniform(1, 8)), Verb.EDIT, self.person.id, text=text)

    def _solved_by_themselves(self) -> None:
        at = self._after(self.rng.uniform(10, 90))
        text = self._said(words.NEVER_MIND)
        self._add(at, Verb.REPLY, self.person.id, text=text, status=TicketStatus.SOLVED)

    def _wait_for_somebody(self) -> None:
        """Nobody looks for a while; some ask after it, some press for another look."""
        rng = self.rng
        usual = _WAIT_BY_PRIORITY[self.story.priority] * self.helper.pace
        self.delay = rng.lognormvariate(0, 0.8) * usual
        if rng.random() < 0.1:
            self.delay += rng.uniform(1, 9) * 540
        if self.story.opened_by != self.person.id:
            self.delay = 3
        if self.delay > 700 and rng.random() < 0.5:
            self._reply(self.delay * 0.6, words.ANY_NEWS)
            self.delay *= 0.4

    def _triage(self) -> None:
        rng = self.rng
        chance = rng.random()
        at = self._after(self.delay)
        if chance < 0.22 and self.desk.lead is not self.helper:
            self._add(at, Verb.ASSIGN, self.desk.lead.id, to=self.helper.id)
            self._sort(self._after(rng.uniform(1, 30)))
        elif chance < 0.85:
            self._add(at, Verb.TAKE, self.helper.id)
            self._sort(self._after(rng.uniform(0, 4)))
        else:
            self._sort(at, to=self.helper.id)
        if rng.random() < 0.3:
            self._answer(rng.uniform(2, 25) * self.helper.pace, words.FIRST_ANSWERS)

    def _sort(self, at: int, to: int | None = None) -> None:
        """Category, tags and priority as they should be; nothing is done where all is right."""
        rng, family, story = self.rng, self.family, self.story
        category = family.category if story.category != family.category else None
        tags = None
        if rng.random() < 0.62:
            tags = tuple(rng.sample(family.tags, rng.randint(1, min(2, len(family.tags)))))
        priority = self._better_priority()
        if category or tags or priority or to:
            self._add(
                *(at, Verb.SORT, self.helper.id),
                category=category,
                tags=tags,
                priority=priority,
                to=to,
            )

    def _better_priority(self) -> Priority | None:
        chance, given = self.rng.random(), self.story.priority
        if given is Priority.HIGH:
            return Priority.URGENT if chance < 0.12 else Priority.NORMAL if chance < 0.3 else None
        return Priority.LOW if given is Priority.NORMAL and chance < 0.05 else None

    # --- the work ------------------------------------------------------------------------------

    def _work(self) -> None:
        rng = self.rng
        self.fixed = False
        if rng.random() < 0.22:
            self._note(rng.uniform(5, 60))
        for ask, answers in self._some(self.thread.asks, 0.55):
            if not self._asked(ask, answers):
                return
        if rng.random() < 0.07:
            self._hand_over()
        if rng.random() < 0.09:
            self._pressed()
        for reason, over in self._some(self.thread.holds, 0.5):
            self._held(reason, over)
        if self.story.priority is not Priority.HIGH and rng.random() < 0.03:
            self._held(rng.choice(words.PARKED), rng.choice(words.PICKED_UP), rng.uniform(20, 110))
        self._fix(self.thread.fixes)

    def _some(self, choices: Sequence[T], likely: float) -> list[T]:
        """One of them, perhaps."""
        return [self.rng.choice(choices)] if choices and self.rng.random() < likely else []

    def _asked(self, ask: str, answers: Texts) -> bool:
        """Ask and wait; False where no answer ever comes."""
        rng = self.rng
        self._answer(self._effort(0.25), (ask,), TicketStatus.PENDING)
        if rng.random() < 0.12:
            self._answer(rng.uniform(3, 5) * 540, words.REMINDERS)
            if rng.random() < 0.7:
                self._answer(rng.uniform(4, 9) * 540, words.NO_ANSWER, TicketStatus.SOLVED)
                return False
        self._reply(rng.lognormvariate(0, 1.4) * 280, answers)
        return True

    def _hand_over(self) -> None:
        other = self.desk.colleague(self.rng, self.helper, self.story.now)
        if other is None:
            return
        self._note(20, words.HANDOVERS)
        self._add(self._after(1), Verb.ASSIGN, self.helper.id, to=other.id)
        self.helper = other

    def _pressed(self) -> None:
        """The requester asks for another look, and gets one."""
        rng = self.rng
        at = self._after(rng.uniform(1, 3) * 540)
        text = rng.choice(words.ESCALATIONS).format_map(self.slots)
        self._add(*(at, Verb.REPORT, self.person.id), text=text, kind=ReportKind.ESCALATION)
        if rng.random() < 0.15:
            moves = [ReportStatus.DISMISSED]
        else:
            moves = [ReportStatus.ACKNOWLEDGED, ReportStatus.RESOLVED]
        self._add(
            *(self._after(rng.uniform(10, 120)), Verb.MOVE_REPORT, self.helper.id), moved=moves[0]
        )
        self._answer(rng.uniform(1, 30), words.STILL_ON_IT)
        if len(moves) == 2:
            self._add(
                *(self._after(rng.uniform(60, 500)), Verb.MOVE_REPORT, self.helper.id),
                moved=moves[1],
            )

    def _held(self, reason: str, over: str, days: float = 0) -> None:
        rng = self.rng
        self._answer(self._effort(0.4), (reason,), TicketStatus.ON_HOLD)
        days = days or rng.choice((2, 3, 4, 5, 6, 8, 10, 12, 15, 25, 45, 70))
        self._note(days * 540, (over,))
        at = self._after(rng.uniform(2, 30))
        self._add(at, Verb.STATUS, self.helper.id, status=TicketStatus.OPEN)

    def _fix(self, fixes: Texts) -> None:
        rng = self.rng
        fix = rng.choice(fixes)
        self.last_fix = fix
        self.fixed = True
        if rng.random() < 0.2:
            self._answer(
                self._effort(1), (f"{fix}\n\n{rng.choice(words.TRY_IT)}",), TicketStatus.PENDING
            )
            if rng.random() < 0.6:
                at = self._after(rng.uniform(20, 900))
                thanks = self._said(words.THANKS)
                self._add(at, Verb.REPLY, self.person.id, text=thanks, status=TicketStatus.SOLVED)
            else:
                self._answer(rng.uniform(3, 6) * 540, words.NO_ANSWER, TicketStatus.SOLVED)
        elif rng.random() < 0.12:
            self._answer(self._effort(1), (fix,))
            at = self._after(rng.uniform(30, 600))
            self._add(at, Verb.STATUS, self.person.id, status=TicketStatus.SOLVED)
        else:
            self._answer(self._effort(1), (fix,), TicketStatus.SOLVED)

    # --- what comes after ----------------------------------------------------------------------

    def _afterwards(self) -> None:
        if not self.fixed:
            return
        chance = self.rng.random()
        if chance < 0.07:
            self._back_again()
        elif chance < 0.14:
            self._thanked()

    def _back_again(self) -> None:
        """It was not solved after all."""
        rng = self.rng
        self._reply(rng.uniform(0.5, 6) * 540, words.BACK_AGAIN)
        if rng.random() < 0.25:
            self._add(
                *(self._after(15), Verb.SORT, self.helper.id),
                priority=Priority.URGENT if rng.random() < 0.3 else None,
                status=TicketStatus.ON_HOLD,
            )
        others = tuple(f for f in self.thread.fixes if f != self.last_fix)
        text = f"{rng.choice(words.SECOND_LOOK)} {rng.choice(others or self.thread.fixes)}"
        self._answer(self._effort(1.2), (text,), TicketStatus.SOLVED)

    def _thanked(self) -> None:
        """A thank-you opens the ticket again, and somebody has to put it back."""
        self._reply(self.rng.uniform(5, 300), words.THANKS)
        at = self._after(self.rng.uniform(5, 120))
        self._add(at, Verb.STATUS, self.helper.id, status=TicketStatus.SOLVED)

    def _close(self) -> None:
        at = self.story.now + REOPEN_WINDOW + self.rng.randrange(1, 300)
        self._add(at, Verb.CLOSE, None)

    # --- saying it -----------------------------------------------------------------------------

    def _after(self, minutes: float) -> int:
        """A moment of working time after the last act, never the same twice."""
        at = later(self.story.now, minutes) + self.rng.randrange(60)
        return at if at > self.story.now else self.story.now + self.rng.randrange(5, 50)

    def _effort(self, part: float) -> float:
        return self.rng.lognormvariate(0, 1.0) * self.family.minutes * 1.5 * self.helper.pace * part

    def _add(self, at: int, verb: Verb, by: int | None, **what: object) -> None:
        self.story.acts.append(Act(at, verb, by, **what))  # type: ignore[arg-type]

    def _answer(self, minutes: float, texts: Texts, then: TicketStatus | None = None) -> None:
        at = self._after(minutes)
        text = voice.answered(
            self.rng, self.helper, self.person, self.rng.choice(texts), self.slots
        )
        self._add(at, Verb.REPLY, self.helper.id, text=text, status=then)

    def _reply(self, minutes: float, texts: Texts) -> None:
        self._add(self._after(minutes), Verb.REPLY, self.person.id, text=self._said(texts))

    def _said(self, texts: Texts) -> str:
        return voice.said(self.rng, self.person, self.rng.choice(texts), self.slots)

    def _note(self, minutes: float, texts: Texts | None = None) -> None:
        text = self.rng.choice(texts or self.family.notes).format_map(self.slots)
        self._add(self._after(minutes), Verb.NOTE, self.helper.id, text=text)


def tell_outage(
    rng: Random, desk: Desk, outage: Outage, person: Person, at: int, affected: list[Person]
) -> Story:
    """The one ticket that everybody points to."""
    slots = Slots(rng, outage, person)
    slots["clock"] = f"{at % DAY // 3600}:{at % 3600 // 600}0"
    helper = desk.helper(rng, outage.category, at)
    story = Story(
        at=at,
        requester=person.id,
        opened_by=person.id,
        title=voice.title(rng, person, rng.choice(outage.titles), slots),
        description=voice.asked(rng, person, rng.choice(outage.openings), "", slots),
        priority=Priority.HIGH,
        category=outage.category,
    )
    taken = later(at, rng.uniform(4, 15))
    ends = later(taken, outage.minutes * rng.uniform(0.6, 1.6))
    acts = [
        Act(taken, Verb.TAKE, helper.id),
        Act(*(taken + 40, Verb.SORT, helper.id), priority=Priority.URGENT, tags=tuple(outage.tags)),
    ]
    for place, update in enumerate(outage.updates):
        when = taken + 120 + (ends - taken) * place // (len(outage.updates) + 1)
        text = voice.answered(rng, helper, person, update, slots)
        acts.append(Act(when, Verb.REPLY, helper.id, text=text))
    note = rng.choice(outage.notes).format_map(slots)
    acts.append(Act(taken + 300, Verb.NOTE, helper.id, text=note))
    for reporter in affected:
        when = at + int((ends - at) * rng.betavariate(1.2, 4)) + 30
        comment = rng.choice(outage.comments).format_map(slots) if rng.random() < 0.5 else ""
        acts.append(Act(when, Verb.REPORT, reporter.id, text=comment))
    fix = voice.answered(rng, helper, person, outage.fixes[0], slots)
    acts.append(Act(ends, Verb.REPLY, helper.id, text=fix, status=TicketStatus.SOLVED))
    story.acts = sorted((act for act in acts if act.at <= ends), key=lambda act: act.at)
    story.acts.append(Act(ends + REOPEN_WINDOW + rng.randrange(1, 300), Verb.CLOSE, None))
    return story


def tell_echo(
    rng: Random, desk: Desk, outage: Outage, person: Person, at: int, main: Story, main_id: int
) -> Story:
    """Somebody who has not seen that it is known."""
    slots = Slots(rng, outage, person)
    slots["main"] = f"#{main_id}"
    slots["clock"] = f"{main.at % DAY // 3600}:{main.at % 3600 // 600}0"
    helper = desk.helper(rng, outage.category, at)
    story = Story(
        at=at,
        requester=person.id,
        opened_by=person.id,
        title=voice.title(rng, person, rng.choice(outage.echo_titles), slots),
        description=voice.asked(rng, person, rng.choice(outage.echo_openings), "", slots),
        priority=rng.choice((Priority.NORMAL, Priority.HIGH, Priority.HIGH)),
        category=outage.category if rng.random() < 0.7 else None,
    )
    answered = later(at, rng.uniform(10, 150)) + rng.randrange(1, 60)
    answered = max(answered, at + 60)
    text = voice.answered(rng, helper, person, rng.choice(words.PART_OF_OUTAGE), slots)
    story.acts = [
        Act(answered, Verb.SORT, helper.id, tags=("outage",), to=helper.id),
        Act(answered + 60, Verb.REPLY, helper.id, text=text, status=TicketStatus.SOLVED),
        Act(answered + REOPEN_WINDOW + rng.randrange(70, 300), Verb.CLOSE, None),
    ]
    return story
