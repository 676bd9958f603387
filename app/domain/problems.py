"""Known problems: what everybody may read about a ticket that hits many, and the news of it.

A mark comes with a public summary. What is published is all that people learn who do not see the
ticket itself: never its messages, its requester or its files.
"""

from app.clock import now
from app.domain import history
from app.domain.errors import Conflict, Stale, Unprocessable
from app.domain.outbox import announce_act
from app.extensions import db
from app.models import ChangeSet, ProblemUpdate, Ticket
from app.text import Written, is_blank


def mark(
    ticket: Ticket, summary: Written, *, act: ChangeSet, seen_version: int | None = None
) -> bool:
    """From now on everybody may know of it by title, status and this summary; False if so already.

    Whoever is affected is told. Raises Unprocessable for an empty summary, and Stale as
    ``edit_summary`` does.
    """
    _refuse_blank(summary, "Write what everybody may read about it.", field="summary")
    _refuse_stale(ticket, summary, seen_version)
    written = history.set_public_summary(ticket, summary, act)
    marked = history.set_known_problem(ticket, True, act)
    if marked:
        announce_act("problem.published", act, ticket_id=ticket.id)
    return marked or written


def edit_summary(
    ticket: Ticket,
    summary: Written,
    *,
    act: ChangeSet,
    tell: bool = False,
    seen_version: int | None = None,
) -> bool:
    """Say it in other words; False when they are the same. ``tell`` whoever is affected.

    Raises Conflict for what is no known problem, Unprocessable for an empty summary, and Stale
    where somebody has written another one since ``seen_version``.
    """
    _refuse_unmarked(ticket)
    _refuse_blank(summary, "Write what everybody may read about it.", field="summary")
    if _was_left(ticket, summary, seen_version):
        return False
    _refuse_stale(ticket, summary, seen_version)
    if not history.set_public_summary(ticket, summary, act):
        return False
    if tell:
        announce_act("problem.edited", act, ticket_id=ticket.id)
    return True


def publish_update(ticket: Ticket, body: Written, *, act: ChangeSet) -> ProblemUpdate:
    """Tell everybody affected what is new.

    Raises Conflict for what is no known problem, and Unprocessable for an empty update.
    """
    history.refuse_trashed(ticket)
    _refuse_unmarked(ticket)
    _refuse_blank(body, "Write what is new.", field="body")
    if act.by is None:
        raise ValueError("only people write")
    update = ProblemUpdate(
        ticket_id=ticket.id,
        author_id=act.by.id,
        author=act.by,
        change_set=act,
        body=body.text,
        body_html=body.html,
        created_at=now(),
    )
    db.session.add(update)
    history.touch(ticket, update.created_at)
    db.session.flush()
    announce_act("problem.updated", act, ticket_id=ticket.id, update_id=update.id)
    return update


def unmark(ticket: Ticket, *, act: ChangeSet) -> bool:
    """Nobody is shown it any more who does not see the ticket; False if it was not marked.

    Summary and updates stay with the ticket, for the day on which it is marked again.
    """
    return history.set_known_problem(ticket, False, act)


def _refuse_unmarked(ticket: Ticket) -> None:
    if not ticket.is_known_problem:
        raise Conflict(f"#{ticket.id} is not marked as a known problem.")


def _refuse_blank(text: Written, sentence: str, *, field: str) -> None:
    if is_blank(text.text):
        raise Unprocessable(sentence, field=field)


def _was_left(ticket: Ticket, summary: Written, seen_version: int | None) -> bool:
    """Whether this is what stood there when the form was made: then it changes nothing."""
    if seen_version is None:
        return False
    was = history.changes_since(ticket, seen_version)
    return bool(was.get("public_summary", ticket.public_summary) == summary.text)


def _refuse_stale(ticket: Ticket, summary: Written, seen_version: int | None) -> None:
    if seen_version is None or ticket.public_summary == summary.text:
        return
    if "public_summary" in history.changes_since(ticket, seen_version):
        raise Stale("Somebody changed the summary while you did.", field="summary")
