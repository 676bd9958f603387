"""One entry at a time: what a refusal, a stall and a breakdown leave behind."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import select, text

from app.clock import now
from app.domain import outbox
from app.domain.outbox import announce
from app.jobs.delivery import Delivery
from app.mail.transport import NotNow, Refused
from app.models import OutboxEntry, OutboxState
from tests import factories as make


class Post:
    """A way out that does what the test says, and keeps what it took."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.taken = error, []

    def send(self, mail, *, sender, recipient):
        if self.error:
            raise self.error
        self.taken.append((mail, recipient))


@pytest.fixture
def entry(session):
    ann = make.ann()
    made = announce("account.password_changed", recipient=ann, user_id=ann.id)
    session.commit()
    return made


def tell(app, session, post):
    told = Delivery(app, post, "me").next()
    session.expire_all()
    return told


def test_a_refusal_is_final_and_keeps_the_servers_words(app, session, entry):
    assert tell(app, session, Post(Refused("550 no such user")))
    assert (entry.state, entry.last_error) == (OutboxState.FAILED, "550 no such user")
    assert not tell(app, session, Post())


def test_tries_come_after_1_5_15_60_minutes_and_4_12_24_hours(app, session, entry):
    start = now()
    waits = []
    with time_machine.travel(start, tick=False) as clock:
        while entry.state is OutboxState.WAITING:
            clock.move_to(entry.due_at)
            before = now()
            assert tell(app, session, Post(NotNow("421 later")))
            waits.append((entry.due_at - before) / dt.timedelta(minutes=1))
            assert not tell(app, session, Post()), "not before its time"
        assert now() - start >= outbox.GIVE_UP_AFTER
    assert waits[:7] == [1, 5, 15, 60, 240, 720, 1440]
    assert entry.last_error == "421 later"


def test_an_entry_that_breaks_does_not_stop_the_others(app, session, entry):
    entry.payload, entry.topic = {}, "mail"
    ann = make.user("Bea")
    good = announce("account.password_changed", recipient=ann, user_id=ann.id)
    session.commit()
    post = Post()
    assert tell(app, session, post)
    assert tell(app, session, post)
    assert (entry.state, good.state) == (OutboxState.WAITING, OutboxState.DONE)
    assert entry.last_error == "Something broke on our side (KeyError)."
    assert len(post.taken) == 1


def test_an_unknown_topic_is_kept_for_admins(app, session, entry):
    entry.topic = "nobody.knows"
    session.commit()
    assert tell(app, session, Post())
    assert entry.state is OutboxState.WAITING
    assert "TemplateNotFound" in entry.last_error


def test_a_held_entry_is_left_alone_until_its_lease_ends(app, session, entry):
    outbox.claim("a worker that died")
    session.commit()
    assert not tell(app, session, Post())
    with time_machine.travel(now() + outbox.LEASE + dt.timedelta(seconds=1)):
        assert tell(app, session, Post())
    assert (entry.state, entry.attempts) == (OutboxState.DONE, 2)


def test_a_message_id_is_the_same_at_each_try(app, session, entry):
    failing, working = Post(), Post()
    tell(app, session, failing)
    session.commit()
    outbox.try_again(entry)
    session.commit()
    tell(app, session, working)
    assert failing.taken[0][0]["Message-ID"] == working.taken[0][0]["Message-ID"]


def test_waiting_for_work_writes_nothing(app, session, count_queries):
    session.execute(select(OutboxEntry.id))
    session.commit()
    count_queries.clear()
    assert not Delivery(app, Post(), "me").next()
    assert [statement.split()[0] for statement in count_queries] == ["SELECT"]


def test_no_more_is_claimed_than_asked_for(session):
    ann = make.user("Bea")
    for _ in range(40):
        announce("account.password_changed", recipient=ann, user_id=ann.id)
    session.commit()
    if session.get_bind().dialect.name == "postgresql":
        # The plan that a busy database may choose, in which a bare subselect runs once per row.
        for way in ("hashjoin", "mergejoin", "hashagg", "material", "memoize", "sort"):
            session.execute(text(f"SET LOCAL enable_{way} = off"))
    for asked in (1, 1, 1, 7, 30):
        claimed = outbox.claim("me", limit=asked)
        session.commit()
        assert len(claimed) == asked
    assert outbox.claim("me") == []
