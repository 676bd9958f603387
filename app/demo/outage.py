"""What many have at once: the ticket that everybody follows, and those that come beside it."""

from collections.abc import Sequence
from random import Random

from app.demo import voice, words
from app.demo.company import Person
from app.demo.desk import Desk, team_of
from app.demo.family import Outage
from app.demo.hours import DAY, later, weekday
from app.demo.story import Act, Story, Verb
from app.demo.telling import REOPEN_WINDOW
from app.demo.voice import Slots
from app.models import Priority, TicketStatus


def tell_outage(
    rng: Random,
    desk: Desk,
    outage: Outage,
    person: Person,
    at: int,
    affected: Sequence[Person],
    minutes: float,
) -> Story:
    """The one ticket that everybody points to; it takes so many working minutes to mend."""
    slots = Slots(rng, outage, person)
    slots["clock"] = _clock(at)
    helper = desk.helper(rng, outage.category, at)
    taken = later(at, rng.uniform(2, 9)) + rng.randrange(1, 60)
    marked = taken + rng.randrange(150, 600)
    ends = later(marked, minutes) + rng.randrange(1, 60)

    def said(text: str) -> str:
        return voice.answered(rng, helper, person, text, slots)

    summary = rng.choice(outage.summaries).format_map(slots)
    slots["until"] = _about(ends, at)
    estimate = f"{summary} {rng.choice(words.HOW_LONG).format_map(slots)}"
    acts = [
        Act(taken, Verb.TAKE, helper.id),
        Act(
            *(taken + 40, Verb.SORT, helper.id),
            priority=Priority.URGENT,
            tags=tuple(outage.tags),
            team=team_of(outage.category).name,
        ),
        Act(*(marked, Verb.MARK, helper.id), text=rng.choice(outage.summaries).format_map(slots)),
        Act(marked + 70, Verb.REPLY, helper.id, text=said(rng.choice(words.KNOWN_NOW))),
        Act(*(marked + 300, Verb.NOTE, helper.id), text=rng.choice(outage.notes).format_map(slots)),
    ]
    for place, news in enumerate(outage.updates, start=1):
        when = later(marked, minutes * place / (len(outage.updates) + 1)) + rng.randrange(60)
        acts.append(Act(when, Verb.NEWS, helper.id, text=news.format_map(slots)))
    reports = _reports(rng, outage, slots, affected, marked, minutes)
    acts += [act for act in reports if act.at < ends]
    if rng.random() < 0.4:
        when = later(marked, minutes * 0.2) + rng.randrange(60)
        acts.append(Act(when, Verb.SUMMARY, helper.id, text=estimate))
    acts.append(Act(ends, Verb.NEWS, helper.id, text=outage.over.format_map(slots)))
    acts.append(
        Act(
            *(ends + 30, Verb.REPLY, helper.id),
            text=said(rng.choice(outage.fixes)),
            status=TicketStatus.SOLVED,
        )
    )
    acts.sort(key=lambda act: act.at)
    _number_the_reports(acts)
    acts.append(Act(acts[-1].at + REOPEN_WINDOW + rng.randrange(1, 300), Verb.CLOSE, None))
    return Story(
        at=at,
        requester=person.id,
        opened_by=person.id,
        title=voice.capital(rng.choice(outage.titles).format_map(slots)),
        description=voice.asked(rng, person, rng.choice(outage.openings), "", slots, outage, at),
        priority=Priority.HIGH,
        category=outage.category,
        acts=acts,
    )


def _reports(
    rng: Random,
    outage: Outage,
    slots: Slots,
    affected: Sequence[Person],
    marked: int,
    minutes: float,
) -> list[Act]:
    """Most say so soon after it can be read, and a few notice later that it is not them."""
    acts = []
    for reporter in affected:
        when = later(marked, minutes * rng.betavariate(1.1, 4)) + rng.randrange(1, 60)
        comment = rng.choice(outage.comments).format_map(slots) if rng.random() < 0.5 else ""
        acts.append(Act(when, Verb.REPORT, reporter.id, text=comment))
        if rng.random() < 0.03:
            acts.append(Act(when + rng.randrange(60, 900), Verb.WITHDRAW, reporter.id))
    return acts


def _number_the_reports(acts: list[Act]) -> None:
    """Whoever withdraws means their own report, by its place among all of the ticket."""
    places: dict[int | None, int] = {}
    for act in acts:
        if act.verb is Verb.REPORT:
            places[act.by] = len(places)
        elif act.verb is Verb.WITHDRAW:
            act.report = places[act.by]


def tell_echo(
    rng: Random, desk: Desk, outage: Outage, person: Person, at: int, main: Story, main_id: int
) -> Story:
    """Somebody who has not seen that it is known."""
    slots = Slots(rng, outage, person)
    slots["main"] = f"#{main_id}"
    slots["clock"] = _clock(main.at)
    helper = desk.helper(rng, outage.category, at)
    answered = max(later(at, rng.uniform(10, 150)) + rng.randrange(1, 60), at + 60)
    text = voice.answered(rng, helper, person, rng.choice(words.PART_OF_OUTAGE), slots)
    return Story(
        at=at,
        requester=person.id,
        opened_by=person.id,
        title=voice.title(rng, person, rng.choice(outage.echo_titles), slots),
        description=voice.asked(
            rng, person, rng.choice(outage.echo_openings), "", slots, outage, at
        ),
        priority=rng.choice((Priority.NORMAL, Priority.HIGH, Priority.HIGH)),
        category=outage.category if rng.random() < 0.7 else None,
        acts=[
            Act(
                *(answered, Verb.SORT, helper.id),
                tags=("outage",),
                team=team_of(outage.category).name,
                to=helper.id,
            ),
            Act(answered + 60, Verb.REPLY, helper.id, text=text, status=TicketStatus.SOLVED),
            Act(answered + REOPEN_WINDOW + rng.randrange(70, 300), Verb.CLOSE, None),
        ],
    )


def _clock(at: int) -> str:
    """To the ten minutes, as people say it."""
    return f"{at % DAY // 3600}:{at % 3600 // 600}0"


def _about(moment: int, since: int) -> str:
    """A half hour of the same day, or a later day."""
    moment += 1800 - moment % 1800
    if moment // DAY == since // DAY:
        return f"{moment % DAY // 3600}:{moment % 3600 // 60:02}"
    return _WEEKDAYS[weekday(moment)]


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
