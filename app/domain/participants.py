"""People who were copied in: they see the ticket, reply, are told, and can leave."""

from app.domain import history
from app.domain.errors import Conflict, Unprocessable
from app.domain.outbox import announce_act
from app.models import ChangeSet, Ticket, User

PARTICIPANTS_MAX = 50

LEFT = "participant.left"
"""The kind of the act by which somebody leaves; they alone may come back by undoing it."""


def add(ticket: Ticket, person: User, *, act: ChangeSet) -> bool:
    """Copy somebody in, who is told; False when they are in already.

    Raises Unprocessable for the requester, who needs no copy, and for an account that is switched
    off; Conflict for too many.
    """
    if not person.is_active:
        raise Unprocessable(f"The account of {person.name} is switched off.", field="person")
    if person.id == ticket.user_id:
        raise Unprocessable(f"{person.name} is the requester already.", field="person")
    if person in ticket.participants:
        return False
    if len(ticket.participants) >= PARTICIPANTS_MAX:
        raise Conflict(f"A ticket has at most {PARTICIPANTS_MAX} participants.", field="person")
    history.set_participants(ticket, [*ticket.participants, person], act)
    if person.id != act.by_id:
        announce_act("participant.added", act, ticket_id=ticket.id, user_id=person.id)
    return True


def remove(ticket: Ticket, person: User, *, act: ChangeSet) -> bool:
    """Take somebody out, or let them leave; False when they were not in."""
    others = [other for other in ticket.participants if other.id != person.id]
    return history.set_participants(ticket, others, act)
