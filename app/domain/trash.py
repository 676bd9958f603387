"""The trash, for what is nobody's ticket. Nothing there counts, and all of it can come back."""

from app.domain import history, tickets
from app.models import ChangeSet, Ticket


def put_in_trash(ticket: Ticket, *, act: ChangeSet) -> bool:
    """From now on only the help desk sees it, and nothing else happens to it; False if in there."""
    return history.set_trashed(ticket, True, act)


def restore(ticket: Ticket, *, act: ChangeSet) -> bool:
    """Back to where it was, with the status that it had; False if it was not in the trash.

    Whoever had it and has left meanwhile, or would not see it any more, has it no longer.
    """
    restored = history.set_trashed(ticket, False, act)
    if restored and ticket.is_open:
        tickets.release_from_who_cannot_have_it(ticket, act=act)
    return restored
