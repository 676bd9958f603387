"""Makes up what happens to a ticket, from its filing to its end."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from app.demo import voice, words
from app.demo.company import CATEGORIES, Person
from app.demo.desk import Desk, team_of
from app.demo.family import Family, Texts, Thread
from app.demo.folder import Folder
from app.demo.hours import DAY
from app.demo.pen import Pen
from app.demo.story import Story, Verb
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


class Teller(Pen):
    """Tells one ticket of somebody's own trouble."""

    def __init__(
        self,
        rng: Random,
        desk: Desk,
        family: Family,
        thread: Thread,
        person: Person,
        at: int,
    ) -> None:
        super().__init__(rng, person, Slots(rng, family, person))
        self.desk = desk
        self.family = family
        self.thread = thread
        self.team = team_of(family.category)
        self.say = words.OF_FAULTS if family.is_fault else words.OF_WISHES
        self.helper = desk.helper(rng, family.category, at)
        self.neighbour = self._neighbour()

    def _neighbour(self) -> Person | None:
        """Who is copied in, if anybody: then all texts speak of them."""
        if self.team.is_private or self.rng.random() > 0.09:
            return None
        neighbour = self.desk.company.neighbour(self.rng, self.person)
        if neighbour is not None:
            self.slots["neighbour"] = self.slots["colleague"] = neighbour.first
        return neighbour

    def tell(self, at: int, folder: Folder, *, follows: tuple[int, Story] | None = None) -> Story:
        """``follows`` is the number and the story of an older ticket that this one goes on from."""
        self.folder = folder
        self.story = self._followed_up(at, *follows) if follows else self._filed(at)
        chance = self.rng.random()
        if chance < 0.03:
            self._solved_by_themselves()
        else:
            if chance < 0.07:
                self._add_to_the_description()
            if self.neighbour and self.rng.random() < 0.6:
                self._copy_in(self.person.id)
            self._wait_for_somebody()
            self._triage()
            self._work()
            self._afterwards()
        self._close()
        return self.story

    # --- the beginning -------------------------------------------------------------------------

    def _filed(self, at: int) -> Story:
        rng, family = self.rng, self.family
        by_phone = rng.random() < 0.08
        title = voice.title(rng, self.person, self.thread.title, self.slots)
        details = rng.choice(family.details) if family.details else ""
        files = self.folder.with_description(rng, family, title, at)
        matter = rng.choice(self.thread.openings)
        if files:
            matter += f" {rng.choice(words.WITH_A_FILE[files[0].kind])}"
        return Story(
            at=at,
            requester=self.person.id,
            opened_by=self.helper.id if by_phone else self.person.id,
            title=title,
            description=voice.asked(rng, self.person, matter, details, self.slots, family, at),
            priority=rng.choices(URGENCIES, family.urgency)[0],
            category=self._chosen_category(),
            team=self.team.name if by_phone and rng.random() < 0.5 else None,
            files=files,
        )

    def _followed_up(self, at: int, number: int, older: Story) -> Story:
        text = self.rng.choice(words.LATER)
        return Story(
            at=at,
            requester=self.person.id,
            opened_by=self.person.id,
            title=older.title,
            description=voice.asked(self.rng, self.person, text, "", self.slots, self.family, at),
            priority=Priority.NORMAL,
            category=self.family.category,
            team=older.team_in_the_end,
            follow_up_of=number,
        )

    def _chosen_category(self) -> str | None:
        """What the requester takes it for: often nothing, sometimes the wrong thing."""
        chance = self.rng.random()
        if chance < 0.68:
            return self.family.category
        return "Something else" if chance < 0.78 else None

    def _add_to_the_description(self) -> None:
        more = self.rng.choice(self.say.postscripts).format_map(self.slots)
        text = f"{self.story.description}\n\n{more}"
        self.add(self.after(self.rng.uniform(1, 8)), Verb.EDIT, self.person.id, text=text)

    def _copy_in(self, by: int) -> None:
        if self.neighbour is not None:
            self.add(self.after(self.rng.uniform(1, 6)), Verb.COPY_IN, by, to=self.neighbour.id)

    def _solved_by_themselves(self) -> None:
        at = self.after(self.rng.uniform(10, 90))
        text = self.said(self.say.never_mind)
        self.add(at, Verb.REPLY, self.person.id, text=text, status=TicketStatus.SOLVED)

    def _wait_for_somebody(self) -> None:
        """Nobody looks for a while; some ask after it, some press for another look."""
        rng = self.rng
        usual = _WAIT_BY_PRIORITY[self.story.priority] * self.helper.pace
        self.delay = rng.lognormvariate(0, 0.8) * usual
        if rng.random() < 0.1:
            self.delay += rng.uniform(1, 9) * 540
        if self.team.is_private:
            self.delay *= 0.3  # they look at their own first thing, before others read it
        if self.story.opened_by != self.person.id:
            self.delay = 3
        if self.delay > 700 and rng.random() < 0.5:
            self.reply(self.delay * 0.6, self.say.any_news)
            self.delay *= 0.4

    def _triage(self) -> None:
        rng, lead = self.rng, self.desk.lead
        chance = rng.random()
        at = self.after(self.delay)
        if chance < 0.14 and lead is not self.helper:
            self._dealt_out(at)
        elif chance < 0.26 and lead is not self.helper:
            self._given_to_the_team(at)
        elif chance < 0.86:
            self.add(at, Verb.TAKE, self.helper.id)
            self._sort(self.after(rng.uniform(0, 4)))
        else:
            self._sort(at, to=self.helper.id)
        if rng.random() < 0.3:
            self.answer(rng.uniform(2, 25) * self.helper.pace, words.FIRST_ANSWERS)

    def _dealt_out(self, at: int) -> None:
        """The lead gives it to somebody, once in a while to the wrong one at first."""
        rng, lead = self.rng, self.desk.lead
        if self.team.is_private:
            self.sort(at, lead, team=self.team.name, to=self.helper.id)
            self.story.team_in_the_end = self.team.name
            self._sort(self.after(rng.uniform(1, 30)))
            return
        other = self.desk.colleague(rng, self.helper, self.family.category, at)
        if other is not None and rng.random() < 0.06:
            self.add(at, Verb.ASSIGN, lead.id, to=other.id)
            self.take_back(lead.id)
            at = self.story.now + rng.randrange(6, 40)
        self.add(at, Verb.ASSIGN, lead.id, to=self.helper.id)
        self._sort(self.after(rng.uniform(1, 30)))

    def _given_to_the_team(self, at: int) -> None:
        """The lead says whose it is, and somebody of them takes it; not always the right team."""
        rng, lead = self.rng, self.desk.lead
        astray = None
        if not self.team.is_private and rng.random() < 0.25:
            astray = self.desk.wrong_team(rng, self.family.category, at)
        if astray is not None:
            wrong, noticed_by = astray
            self.sort(at, lead, team=wrong.name)
            self.slots["team"] = self.team.name
            self.note(rng.uniform(10, 120), words.OTHER_TEAM, by=noticed_by)
            at = self.story.now + rng.randrange(8, 60)
            self.sort(at, noticed_by, team=self.team.name)
        else:
            self.sort(at, lead, team=self.team.name)
        self.story.team_in_the_end = self.team.name
        self.add(self.after(rng.uniform(5, 200)), Verb.TAKE, self.helper.id)
        self._sort(self.after(rng.uniform(0, 4)))

    def _sort(self, at: int, to: int | None = None) -> None:
        """Category, team, tags and priority as they should be; nothing where all is right."""
        rng, family, story = self.rng, self.family, self.story
        team = None
        if story.team_in_the_end != self.team.name and (self.team.is_private or rng.random() < 0.8):
            team = story.team_in_the_end = self.team.name
        tags = None
        if rng.random() < 0.62:
            tags = tuple(rng.sample(family.tags, rng.randint(1, min(2, len(family.tags)))))
        category = family.category if story.category != family.category else None
        if category and rng.random() < 0.02:
            self._slipped_in_the_list(at)
            at = story.now + rng.randrange(5, 30)
        self.sort(
            *(at, self.helper),
            category=category,
            team=team,
            tags=tags,
            priority=self._better_priority(),
            to=to,
        )

    def _slipped_in_the_list(self, at: int) -> None:
        """The category beside the right one, taken back at once."""
        right = (self.family.category, self.story.category)
        others = [name for name in CATEGORIES if name not in right]
        self.sort(at, self.helper, category=self.rng.choice(others))
        self.take_back(self.helper.id)

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
            self.note(rng.uniform(5, 60), self.family.notes)
        if self.neighbour is not None:
            self._read_along()
        if self.family.is_fault and (
            files := self.folder.asked_for(rng, self, self.family.category)
        ):
            self.answer(self._effort(0.25), words.SHOW_ME, TicketStatus.PENDING)
            self.reply(rng.lognormvariate(0, 1.2) * 120, words.SHOWN, files)
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
        if rng.random() < 0.006:
            self._closed_the_wrong_one()
        self._fix(self.thread.fixes)

    def _read_along(self) -> None:
        """Somebody was copied in by the requester already, or is now by the help desk."""
        rng, neighbour = self.rng, self.neighbour
        if neighbour is None:
            return
        if not any(act.verb is Verb.COPY_IN for act in self.story.acts):
            self.answer(rng.uniform(5, 60), words.COPIED_IN)
            self._copy_in(self.helper.id)
        if rng.random() < 0.4:
            self.slots["person"] = self.person.first
            at = self.after(rng.lognormvariate(0, 1) * 90)
            text = voice.said(rng, neighbour, rng.choice(words.NEIGHBOURS_SAY), self.slots)
            self.add(at, Verb.REPLY, neighbour.id, text=text)
        if rng.random() < 0.12:
            self.add(self.after(rng.uniform(5, 500)), Verb.LEAVE, neighbour.id)

    def _some(self, choices: Sequence[T], likely: float) -> list[T]:
        """One of them, perhaps."""
        return [self.rng.choice(choices)] if choices and self.rng.random() < likely else []

    def _asked(self, ask: str, answers: Texts) -> bool:
        """Ask and wait; False where no answer ever comes."""
        rng = self.rng
        self.answer(self._effort(0.25), (ask,), TicketStatus.PENDING)
        if rng.random() < 0.12:
            self.answer(rng.uniform(3, 5) * 540, words.REMINDERS)
            if rng.random() < 0.7:
                self.answer(rng.uniform(4, 9) * 540, words.NO_ANSWER, TicketStatus.SOLVED)
                return False
        self.reply(rng.lognormvariate(0, 1.4) * 280, answers)
        return True

    def _hand_over(self) -> None:
        category = self.family.category
        other = self.desk.colleague(self.rng, self.helper, category, self.story.now)
        if other is None:
            return
        self.note(20, words.HANDOVERS)
        self.add(self.after(1), Verb.ASSIGN, self.helper.id, to=other.id)
        self.helper = other

    def _pressed(self) -> None:
        """The requester asks for another look, and gets one."""
        rng = self.rng
        at = self.after(rng.uniform(1, 3) * 540)
        text = rng.choice(self.say.escalations).format_map(self.slots)
        self.add(*(at, Verb.REPORT, self.person.id), text=text, kind=ReportKind.ESCALATION)
        if rng.random() < 0.15:
            moves = [ReportStatus.DISMISSED]
        else:
            moves = [ReportStatus.ACKNOWLEDGED, ReportStatus.RESOLVED]
        self.add(
            *(self.after(rng.uniform(10, 120)), Verb.MOVE_REPORT, self.helper.id), moved=moves[0]
        )
        self.answer(rng.uniform(1, 30), words.STILL_ON_IT)
        if len(moves) == 2:
            self.add(
                *(self.after(rng.uniform(60, 500)), Verb.MOVE_REPORT, self.helper.id),
                moved=moves[1],
            )

    def _held(self, reason: str, over: str, days: float = 0) -> None:
        rng = self.rng
        self.answer(self._effort(0.4), (reason,), TicketStatus.ON_HOLD)
        days = days or rng.choice((2, 3, 4, 5, 6, 8, 10, 12, 15, 25, 45, 70))
        self.note(days * 540, (over,))
        at = self.after(rng.uniform(2, 30))
        self.add(at, Verb.STATUS, self.helper.id, status=TicketStatus.OPEN)

    def _closed_the_wrong_one(self) -> None:
        """Solved, or thrown away, with the neighbouring ticket in mind."""
        at = self.after(self.rng.uniform(5, 200))
        if self.rng.random() < 0.3:
            self.add(at, Verb.TRASH, self.helper.id)
        else:
            self.add(at, Verb.STATUS, self.helper.id, status=TicketStatus.SOLVED)
        self.take_back(self.helper.id)

    def _fix(self, fixes: Texts) -> None:
        rng = self.rng
        fix = rng.choice(fixes)
        self.last_fix = fix
        self.fixed = True
        if self.family.is_fault and rng.random() < 0.2:
            self.answer(
                self._effort(1), (f"{fix}\n\n{rng.choice(words.TRY_IT)}",), TicketStatus.PENDING
            )
            if rng.random() < 0.6:
                at = self.after(rng.uniform(20, 900))
                thanks = self.said(self.say.thanks)
                self.add(at, Verb.REPLY, self.person.id, text=thanks, status=TicketStatus.SOLVED)
            else:
                self.answer(rng.uniform(3, 6) * 540, words.NO_ANSWER, TicketStatus.SOLVED)
        elif rng.random() < 0.12:
            self.answer(self._effort(1), (fix,))
            at = self.after(rng.uniform(30, 600))
            self.add(at, Verb.STATUS, self.person.id, status=TicketStatus.SOLVED)
        else:
            files = self.folder.with_answer(rng, self, self.family)
            text = f"{fix} {rng.choice(words.SEE_FILE[files[0].kind])}" if files else fix
            self.answer(self._effort(1), (text,), TicketStatus.SOLVED, files)

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
        self.reply(rng.uniform(0.5, 6) * 540, self.say.back_again)
        if rng.random() < 0.25:
            self.add(
                *(self.after(15), Verb.SORT, self.helper.id),
                priority=Priority.URGENT if rng.random() < 0.3 else None,
                status=TicketStatus.ON_HOLD,
            )
        others = tuple(f for f in self.thread.fixes if f != self.last_fix)
        text = f"{rng.choice(self.say.second_look)} {rng.choice(others or self.thread.fixes)}"
        self.answer(self._effort(1.2), (text,), TicketStatus.SOLVED)

    def _thanked(self) -> None:
        """A thank-you opens the ticket again, and somebody has to put it back."""
        self.reply(self.rng.uniform(5, 300), self.say.thanks)
        at = self.after(self.rng.uniform(5, 120))
        self.add(at, Verb.STATUS, self.helper.id, status=TicketStatus.SOLVED)

    def _close(self) -> None:
        at = self.story.now + REOPEN_WINDOW + self.rng.randrange(1, 300)
        self.add(at, Verb.CLOSE, None)

    def _effort(self, part: float) -> float:
        return self.rng.lognormvariate(0, 1.0) * self.family.minutes * 1.5 * self.helper.pace * part
