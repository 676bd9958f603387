"""Files and kill -9: no row without its file, nothing lost that was answered; and flat memory."""

import contextlib
import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app.domain import credentials
from app.extensions import db
from app.jobs import file_check
from app.models import Role
from app.web.intake import file_store
from tests import factories as make
from tests.durability.served import Served, flask
from tests.mail.test_transport import free_port

pytestmark = pytest.mark.slow

UPLOADER = Path(__file__).with_name("uploader.py")
KILLS = 20
SENDERS = 3
MB = 1024 * 1024


def cookie_of_staff(app: Flask) -> str:
    """A cookie with which somebody is signed in who may upload as much as they like."""
    with app.app_context():
        sam = make.user("Sam Staffer", role=Role.AGENT)
        secret = credentials.open_session(sam, ip="127.0.0.1", user_agent="test")
        db.session.commit()
    with app.test_client() as client:
        with client.session_transaction() as session:
            session["_user_id"] = secret
        return str(client.get_cookie("desk").value)


@pytest.mark.timeout(400)
def test_killed_uploads_leave_no_row_without_its_file(own_app, environment):
    """Twenty times everybody dies in the middle of something."""
    environment["DESK_COOKIE"] = cookie_of_staff(own_app)
    uploader = subprocess.Popen(
        [sys.executable, str(UPLOADER), str(SENDERS)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    chance = random.Random(11)
    answered = []
    for kill in range(KILLS):
        # Somebody is through with something; the others are anywhere.
        awaited = ("upload", "ticket")[kill % 2]
        while not (line := uploader.stdout.readline()).startswith(awaited):
            assert line, "nobody is there any more"
            answered.append(line)
        answered.append(line)
        time.sleep(chance.random() / 4)
        uploader.stdin.write("kill\n")
        uploader.stdin.flush()
    answered += uploader.communicate(timeout=30)[0].splitlines()

    uploads = {line.split()[1] for line in answered if line.startswith("upload")}
    tickets = {int(line.split()[1]) for line in answered if line.startswith("ticket")}
    assert len(uploads) + len(tickets) >= KILLS
    assert tickets
    with own_app.app_context():
        rows = db.session.execute(text("SELECT public_id, ticket_id FROM attachments")).all()
        assert uploads <= {row.public_id for row in rows}
        there = set(db.session.scalars(text("SELECT id FROM tickets")))
        assert tickets <= there
        assert there == {row.ticket_id for row in rows} - {None}, "each has the file it came with"
        assert list(file_check.problems(file_store())) == []
    verified = flask("verify", environment=environment)
    assert verified.returncode == 0, verified.stdout
    assert "The data is whole." in verified.stdout


# --- the real server -----------------------------------------------------------------------------


@pytest.fixture
def served(environment, own_app) -> Iterator[Served]:
    environment["PORT"] = str(free_port())
    served = Served(environment)
    yield served
    served.end(signal.SIGKILL)


@pytest.fixture
def post(served, own_app, own_url) -> Callable[..., tuple[int, str]]:
    """Files a ticket whose files are given piece by piece; status and page of the answer."""
    if not own_url.startswith("sqlite"):
        pytest.skip("how a body is read has nothing to do with the database: SQLite is enough")
    cookie = f"desk={cookie_of_staff(own_app)}"
    port = int(served.url.rpartition(":")[2])
    asked = http.client.HTTPConnection("127.0.0.1", port)
    asked.request("GET", "/tickets/new", headers={"Cookie": cookie})
    answer = asked.getresponse()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.read().decode())
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    asked.close()
    fields = {"csrf_token": token[1], "title": "Large", "description": "Kept, every word."}
    fields |= {"category": "1", "priority": "normal", "anyway": "1"}
    head = "".join(f"{part(name)}\r\n\r\n{value}\r\n" for name, value in fields.items()).encode()

    def posting(pieces: Iterable[bytes], length: int) -> tuple[int, str]:
        with socket.create_connection(("127.0.0.1", port), timeout=100) as sock:
            lines = ["POST /tickets/new HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}"]
            lines += ["Content-Type: multipart/form-data; boundary=B"]
            lines += [f"Content-Length: {len(head) + length}"]
            sock.sendall("\r\n".join([*lines, "", ""]).encode() + head)
            for piece in pieces:
                sock.sendall(piece)
            answer = http.client.HTTPResponse(sock)
            answer.begin()
            return answer.status, answer.read().decode()

    return posting


def part(name: str) -> str:
    return f'--B\r\nContent-Disposition: form-data; name="{name}"'


def file_part(name: str) -> bytes:
    return f'{part("files")}; filename="{name}"\r\n\r\n'.encode()


def most_memory(served: Served) -> float:
    """The most that any of the server's processes has ever held, in MB."""
    most = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.getpgid(int(folder.name)) == served.process.pid:
                status = (folder / "status").read_text()
                most = max(most, int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]))
    return most / 1024


def test_ten_gigabytes_are_refused_at_once(served, post):
    """Before more than the first bytes of them were sent, and with what was typed."""
    begun = time.monotonic()
    status, page = post([file_part("disk.img"), b"the first bytes"], 10 * 1024 * MB)
    assert time.monotonic() - begun < 5
    assert status == 413
    assert "That is 10.0 GB at once" in page
    assert "Kept, every word." in page
    assert served.get("/healthz")[0] == 200


def test_memory_stays_flat_while_ten_large_files_come_in_one_form(served, post, own_app):
    small = [file_part("small.dat"), b"x\r\n--B--\r\n"]
    assert post(small, sum(map(len, small)))[0] == 303
    before = most_memory(served)
    content = b"\n" * (25 * MB - 4) + b"last"
    pieces = [piece for n in range(10) for piece in (file_part(f"{n}.dat"), content, b"\r\n")]
    pieces.append(b"--B--\r\n")
    assert post(pieces, sum(map(len, pieces)))[0] == 303
    assert most_memory(served) - before < 50
    with own_app.app_context():
        sizes = db.session.scalars(text("SELECT size FROM attachments WHERE size > 9")).all()
        assert sizes == [25 * MB] * 10


def test_memory_stays_flat_while_too_large_a_file_is_thrown_away(served, post, own_app):
    before = most_memory(served)
    pieces = [file_part("movie.mov"), *[b"\r" * MB] * 200, b"\r\n--B--\r\n"]
    status, page = post(pieces, sum(map(len, pieces)))
    assert status == 413
    assert "movie.mov is 200 MB; the limit is 25 MB." in page
    assert most_memory(served) - before < 50
