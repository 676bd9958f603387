"""What somebody may not need to file again: known problems like it, and their own open tickets.

Both sets are small and are read up to a bound; the matching happens here and not in SQL, so that
both databases give the same answers. No other ticket is ever looked at.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, func, select

from app.extensions import db
from app.models import (
    LIVE_REPORT_STATUSES,
    OPEN_STATUSES,
    ReportKind,
    Ticket,
    TicketReport,
    TicketStatus,
    User,
)
from app.queries.problems import known_to
from app.queries.tickets import visible_to

READ_MAX = 100
"""How many of each set are looked at, the newest; more are open nowhere."""
SUMMARY_READ = 2_000
SHOWN_MAX = 5
WORDS_MAX = 30


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something like what is being typed; ``is_own`` is a ticket of whom it is filed for.

    ``since`` is when it became a known problem, or when it was filed. ``is_reported`` is whether
    the person is counted among those whom the problem affects.
    """

    id: int
    title: str
    status: TicketStatus
    since: dt.datetime
    is_own: bool
    is_reported: bool = False


def suggestions(asker: User, title: str, *, person: User | None) -> Sequence[Suggestion]:
    """What is like this title, the best first: known problems, and the open tickets of ``person``.

    ``person`` is whom the ticket is for, None while that is not clear; only what the asker may
    know of is named. Three queries at the most.
    """
    words = telling_words(title)
    if not words:
        return []
    known = known_to(asker).order_by(Ticket.known_problem_since.desc(), Ticket.id.desc())
    if person is None:
        found = _like(words, known, is_own=False)
    else:
        found = _like(words, known.where(Ticket.user_id != person.id), is_own=False)
        own = visible_to(asker).where(Ticket.user_id == person.id)
        # Not by number: PostgreSQL might walk down all tickets for this person's.
        own = own.order_by(Ticket.created_at.desc(), Ticket.id.desc())
        found += _like(words, own, is_own=True)
    # The better match first; among equals what is known already, then the newer.
    found.sort(key=lambda pair: (-pair[0], pair[1].is_own, -pair[1].id))
    return _with_reports([suggestion for _, suggestion in found[:SHOWN_MAX]], person)


def _like(
    words: "Words", tickets: Select[tuple[Ticket]], *, is_own: bool
) -> list[tuple[int, Suggestion]]:
    rows = db.session.execute(
        tickets.where(Ticket.status.in_(OPEN_STATUSES))
        .with_only_columns(
            *(Ticket.id, Ticket.title, Ticket.status),
            func.coalesce(Ticket.known_problem_since, Ticket.created_at).label("since"),
            func.substr(Ticket.public_summary, 1, SUMMARY_READ).label("summary"),
        )
        .limit(READ_MAX)
    )
    return [
        (points, Suggestion(row.id, row.title, row.status, row.since, is_own))
        for row in rows
        if (points := likeness(words, row.title, row.summary))
    ]


def _with_reports(found: Sequence[Suggestion], person: User | None) -> Sequence[Suggestion]:
    ids = [suggestion.id for suggestion in found if not suggestion.is_own]
    if not ids or person is None:
        return found
    reported = set(
        db.session.scalars(
            select(TicketReport.ticket_id).where(
                TicketReport.ticket_id.in_(ids),
                TicketReport.reporter_user_id == person.id,
                TicketReport.kind == ReportKind.AFFECTED,
                TicketReport.status.in_(LIVE_REPORT_STATUSES),
            )
        )
    )
    return [replace(found_one, is_reported=found_one.id in reported) for found_one in found]


# --- which texts are alike ---------------------------------------------------------------------

Words = tuple[tuple[str, ...], ...]
"""Each word with the ways to write it: "wi-fi" is wifi, wi and fi."""

IN_TITLE, IN_TITLE_BEGINS = 8, 6
IN_SUMMARY, IN_SUMMARY_BEGINS = 4, 3
"""What a word counts for, by where it stands and whether all of it does."""
BEGINNING_MIN = 3
STEM_MIN = 4
FEW_WORDS = 3

_TOKEN = re.compile(r"\w+(?:-\w+)*")
_APOSTROPHES = str.maketrans("", "", "'’ʼ")
_SMALL_WORDS = """
a about after again all also always am an and any anymore are as at be because been before being
but by can cannot cant come comes could did didnt do does doesnt dont else every for from get gets
getting give gives go goes going got had has have havent having he hello help her here hi his how
i if in into is isnt issue it its ive im just keep keeps like make me my need needs never new no
nobody not nothing now of off on once one only or other our out over please problem problems say
says she should since so some somebody something still suddenly than that the their them then
there they this ticket time to today tomorrow too trouble try trying unable up us use using very
want was way we were what when where which while who why will with wont work working works would
yesterday yet you your
"""
_SAY_NOTHING = frozenset(_SMALL_WORDS.split())


def telling_words(text: str) -> Words:
    """The words that say what it is about, without case and accents, each once."""
    found = dict.fromkeys(
        forms
        for token in _TOKEN.findall(_bare(text))
        if (forms := _forms(token)) and forms[0] not in _SAY_NOTHING
    )
    return tuple(found)[:WORDS_MAX]


def likeness(words: Words, title: str, summary: str) -> int:
    """How well a ticket answers to these words; 0 when they are about something else.

    It has to have a third of them, and at least two of many; or they hold half of its own title.
    """
    in_title, in_summary = telling_words(title), telling_words(summary)
    points = [
        max(
            _points(word, in_title, IN_TITLE, IN_TITLE_BEGINS),
            _points(word, in_summary, IN_SUMMARY, IN_SUMMARY_BEGINS),
        )
        for word in words
    ]
    total, matched = sum(points), sum(map(bool, points))
    is_much = total * 3 >= len(words) * IN_SUMMARY
    if is_much and matched >= (1 if len(words) <= FEW_WORDS else 2):
        return total
    held = sum(bool(_points(word, words, IN_TITLE, IN_TITLE_BEGINS)) for word in in_title)
    return total if held and held * 2 >= len(in_title) else 0


def _points(word: tuple[str, ...], there: Words, whole: int, begins: int) -> int:
    others = {form for forms in there for form in forms}
    if any(form in others for form in word):
        return whole
    return begins if any(_share_a_beginning(a, b) for a in word for b in others) else 0


def _share_a_beginning(typed: str, written: str) -> bool:
    """Of what is being typed, the beginning is enough; "scanner" answers to "scan" too."""
    if len(typed) >= BEGINNING_MIN and written.startswith(typed):
        return True
    return len(written) >= STEM_MIN and typed.startswith(written)


def _bare(text: str) -> str:
    """Without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_APOSTROPHES))
    return "".join(char for char in apart if not unicodedata.combining(char))


def _forms(token: str) -> tuple[str, ...]:
    parts = token.split("-")
    if len(parts) == 1:
        return (token,) if len(token) > 1 else ()
    return ("".join(parts), *(part for part in parts if len(part) > 1))
