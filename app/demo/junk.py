"""What is nobody's ticket and goes to the trash, with the odd mistake."""

from random import Random

from app.demo import voice, words
from app.demo.company import Helper, Person
from app.demo.desk import Desk
from app.demo.hours import later
from app.demo.story import Act, Story, Verb
from app.demo.telling import REOPEN_WINDOW
from app.demo.voice import Slots
from app.models import Priority, TicketStatus

CATEGORY = "Something else"


def tell_junk(rng: Random, desk: Desk, person: Person, at: int, lately: Story | None) -> Story:
    """Filed by mistake, by habit, or twice in a row."""
    if lately is not None and rng.random() < 0.35:
        story = _again(at, lately)
    else:
        story = _nonsense(rng, person, at)
    helper = desk.helper(rng, CATEGORY, at)
    when = later(at, rng.lognormvariate(0, 1) * 40) + rng.randrange(1, 60)
    story.acts.append(Act(when, Verb.TRASH, helper.id))
    if rng.random() < 0.12:
        _meant_after_all(rng, helper, person, story)
    return story


def _again(at: int, lately: Story) -> Story:
    """Pressed once more, a moment later."""
    return Story(
        at=at,
        requester=lately.requester,
        opened_by=lately.requester,
        title=lately.title,
        description=lately.description,
        priority=lately.priority,
        category=lately.category,
    )


def _nonsense(rng: Random, person: Person, at: int) -> Story:
    title, text = rng.choice(words.JUNK)
    slots = Slots(rng, None, person)
    return Story(
        at=at,
        requester=person.id,
        opened_by=person.id,
        title=title.format_map(slots),
        description=voice.said(rng, person, text, slots),
        priority=Priority.NORMAL,
        category=None,
    )


def _meant_after_all(rng: Random, helper: Helper, person: Person, story: Story) -> None:
    """Somebody asks where it went, so it comes back, is looked at and answered."""
    back = later(story.now, rng.uniform(30, 900)) + rng.randrange(1, 60)
    answered = later(back + 90, rng.uniform(5, 90)) + rng.randrange(100, 160)
    text = voice.answered(rng, helper, person, rng.choice(words.BACK_FROM_TRASH), {})
    story.acts += [
        Act(back, Verb.RESTORE, helper.id),
        Act(back + rng.randrange(20, 90), Verb.TAKE, helper.id),
        Act(answered, Verb.REPLY, helper.id, text=text, status=TicketStatus.SOLVED),
        Act(answered + REOPEN_WINDOW + rng.randrange(1, 300), Verb.CLOSE, None),
    ]
