"""Workers that compete, and workers that are killed: every mail goes out, hardly one twice."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select, update

from app.clock import now
from app.domain.outbox import announce
from app.extensions import db
from app.models import OutboxEntry, OutboxState
from tests import factories as make
from tests.mail.test_transport import free_port

pytestmark = pytest.mark.slow

NURSERY = Path(__file__).with_name("nursery.py")


class Counting:
    """Keeps how often each Message-ID was taken."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    async def handle_DATA(self, _server, _session, envelope):
        self.taken[message_from_bytes(envelope.content)["Message-ID"]] += 1
        return "250 OK"


@pytest.fixture
def sink(environment) -> Iterator[Counting]:
    handler = Counting()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    environment["MAIL_URL"] = f"smtp://127.0.0.1:{controller.port}"
    yield handler
    controller.stop()


@pytest.fixture
def nursery(environment) -> Iterator[Callable[[int], subprocess.Popen[str]]]:
    started = []

    def start(count: int) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(NURSERY), str(count)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def order(process: subprocess.Popen[str], word: str) -> str:
    process.stdin.write(f"{word}\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def announce_mails(count: int) -> set[str]:
    ann = make.ann()
    mails = [
        announce("account.password_changed", recipient=ann, user_id=ann.id) for _ in range(count)
    ]
    db.session.commit()
    return {mail.message_id for mail in mails}


def wait_until(fact: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def waiting() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(OutboxEntry.state == OutboxState.WAITING))


def end_leases() -> None:
    """As if ten minutes had passed for what the dead held."""
    db.session.rollback()
    with db.session().aside() as connection:
        connection.execute(
            update(OutboxEntry)
            .where(OutboxEntry.lease_until.is_not(None))
            .values(lease_until=now())
        )


def test_two_workers_take_each_entry_once(own_app, sink, nursery):
    with own_app.app_context():
        ids = announce_mails(200)
        workers = nursery(2)
        wait_until(lambda: len(sink.taken) == 200)
        wait_until(lambda: waiting() == 0)
        assert order(workers, "stop") == "[0, 0]"
        assert sink.taken == Counter(ids)
        held = select(func.count()).where(OutboxEntry.lease_by.is_not(None))
        assert db.session.scalar(held) == 0


def test_killed_workers_lose_no_mail_and_double_at_most_one_each(own_app, sink, nursery):
    kills = 10
    with own_app.app_context():
        ids = announce_mails(60)
        workers = nursery(1)
        for kill in range(1, kills + 1):
            wait_until(lambda kill=kill: sink.taken.total() >= kill * 5)
            assert order(workers, "kill") == "killed"
            end_leases()
        wait_until(lambda: waiting() == 0)
        assert order(workers, "stop") == "[0]"
    assert set(sink.taken) == ids
    assert sink.taken.total() - len(ids) <= kills
