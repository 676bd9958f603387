"""Many press the same Undo in the same moment: it happens once, and the others hear who did it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.domain import bulk, tickets, undo
from app.domain.errors import Conflict
from app.extensions import db
from app.models import ChangeSet, Door, Priority, Ticket, User
from app.queries.wholeness import CHECKS
from tests import factories as make

pytestmark = pytest.mark.slow

PEOPLE = 8


def test_one_undo_of_many_that_are_asked_for_at_once(own_app):
    with own_app.app_context():
        sam, ada = make.sam(), make.ada()
        ticket = make.ticket(make.ann())
        act = make.act(sam)
        tickets.update_ticket(ticket, tickets.Changes(priority=Priority.HIGH), act=act)
        db.session.commit()
        ids = (act.id, [sam.id, ada.id], ticket.id)
    said = at_once(own_app, lambda n: take_back(ids[0], ids[1][n % 2]))
    assert sum(word == "done" for word in said) == 1
    assert all(word.endswith("has taken this back already.") for word in said if word != "done")
    with own_app.app_context():
        assert db.session.get_one(Ticket, ids[2]).priority is Priority.NORMAL
        undos = select(func.count()).select_from(ChangeSet).where(ChangeSet.undoes_id == ids[0])
        assert db.session.scalar(undos) == 1
        assert [problem for check in CHECKS for problem in check.problems()] == []


def test_bulk_acts_on_the_same_tickets_do_not_deadlock(own_app):
    with own_app.app_context():
        ann, sam, ada = make.ann(), make.sam(), make.ada()
        made = [make.ticket(ann).id for _ in range(20)]
        people = [sam.id, ada.id]
    said = at_once(own_app, lambda n: change_all(made, people[n % 2], list(Priority)[n % 4].value))
    assert said == ["done"] * PEOPLE
    with own_app.app_context():
        assert [problem for check in CHECKS for problem in check.problems()] == []


def at_once(app, does):
    """What each of eight threads answers that all begin in the same moment."""
    start = Barrier(PEOPLE)

    def one(number):
        with app.app_context():
            start.wait()
            db.session().will_write()
            try:
                return does(number)
            except Conflict as refused:
                db.session.rollback()
                return refused.sentence

    with ThreadPoolExecutor(PEOPLE) as pool:
        return list(pool.map(one, range(PEOPLE)))


def take_back(act_id, user_id):
    by = db.session.get_one(User, user_id)
    undo.undo(db.session.get_one(ChangeSet, act_id), by=by, via=Door.WEB)
    db.session.commit()
    return "done"


def change_all(ticket_ids, user_id, priority):
    by = db.session.get_one(User, user_id)
    run = bulk.start(ticket_ids, bulk.Asked(priority=priority), act=make.act(by, bulk.EDIT))
    while bulk.step(run, limit=5):
        db.session.commit()
    db.session.commit()
    return "done"
