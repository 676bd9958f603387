"""Processes that change the same ticket at once: ``change_ticket.py ID``; exits 0 if all did."""

import os
import sys

from app import create_app
from app.domain import history
from app.domain.tickets import Changes, update_ticket
from app.extensions import db
from app.models import Door, User
from app.queries.tickets import find_visible
from config import Settings

PROCESSES = 8
TITLES = 10
TAGS = 2


def change(ticket_id: int, name: str, number: int) -> None:
    with app.app_context():
        db.session().will_write()
        sam = db.session.query(User).filter_by(username="sam").one()
        ticket = find_visible(sam, ticket_id, lock=True)
        act = history.begin("ticket.updated", by=sam, via=Door.API)
        if number < TAGS:
            tags = (*(tag.name for tag in ticket.tags), f"{name}-{number}")
            update_ticket(ticket, Changes(tags=tags), act=act)
        else:
            update_ticket(ticket, Changes(title=f"{name} {number}"), act=act)
        db.session.commit()


def fork_changer(start: int, name: str) -> int:
    """A process that waits until ``start`` is closed, then changes the ticket again and again."""
    pid = os.fork()
    if pid:
        return pid
    os.close(go)
    os.read(start, 1)
    for number in range(TITLES + TAGS):
        change(int(sys.argv[1]), name, number)
    os._exit(0)


if __name__ == "__main__":
    app = create_app(Settings.from_environment())
    start, go = os.pipe()
    changers = [fork_changer(start, f"p{number}") for number in range(PROCESSES)]
    os.close(go)
    codes = [os.waitpid(pid, 0)[1] for pid in changers]
    sys.exit(any(codes))
