"""Forks people who upload files and file tickets, and die by order: ``uploader.py N``.

Each line of input kills all with signal 9 and forks N new ones; the end of the input ends it. Each
line of output is an answer that somebody has seen: ``upload ID`` or ``ticket NUMBER``. The product
is loaded and warm once, so that a new person costs no second; a request goes through all of it but
the socket.
"""

import itertools
import os
import re
import signal
import sys

from werkzeug.test import TestResponse

from app import create_app
from app.extensions import db
from config import Settings
from tests.files import form_data

SIZE = 300_000
COOKIE = os.environ.pop("DESK_COOKIE")


class Sender:
    def __init__(self) -> None:
        self.client = app.test_client()
        self.client.set_cookie("desk", COOKIE)
        page = self.client.get("/tickets/new").text
        self.token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]

    def post(self, path: str, name: str, **fields: str) -> TestResponse:
        content = name.encode() + os.urandom(SIZE)
        form = {"csrf_token": self.token, **fields}
        return self.client.post(path, **form_data(form, (name, content)))

    def go_on(self) -> None:
        for number in itertools.count():
            name = f"{os.getpid()}-{number}.dat"
            if (os.getpid() + number) % 2:
                answer = self.post("/uploads", name)
                if answer.status_code == 201:
                    say("upload", answer.get_json()["id"])
            else:
                text = {
                    "title": name,
                    "description": "With a file.",
                    "category": "1",
                    "anyway": "1",
                }
                answer = self.post("/tickets/new", name, priority="normal", **text)
                if answer.status_code == 303:
                    say("ticket", answer.headers["Location"].rpartition("/")[2])
            # What else there is says to come back: PostgreSQL still has locks of the dead.


def say(what: str, which: str) -> None:
    os.write(1, f"{what} {which}\n".encode())


def fork_sender() -> int:
    pid = os.fork()
    if pid == 0:
        sender.go_on()
    return pid


def end(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


app = create_app(Settings.from_environment())
sender = Sender()
say("upload", sender.post("/uploads", "first.dat").get_json()["id"])
with app.app_context():
    db.engine.dispose()  # no connection may cross into another process
count = int(sys.argv[1])
senders = [fork_sender() for _ in range(count)]
for _ in sys.stdin:
    end(senders)
    senders = [fork_sender() for _ in range(count)]
end(senders)
