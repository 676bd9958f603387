"""The real server in its own processes: it starts, is killed, and loses nothing acknowledged."""

import http.client
import os
import re
import signal
import threading
import time
import urllib.error
import urllib.request

import pytest
from sqlalchemy import create_engine, text

from tests.durability.served import flask
from tests.mail.test_transport import free_port

pytestmark = pytest.mark.slow

PASSWORD = "the printer is hungry"
THREADS = 6
KILLED_AFTER = 40


def test_an_empty_folder_becomes_a_help_desk(serve, environment):
    served = serve()
    assert f"Deskhand runs on {served.url}" in served.printed
    link = re.search(rf"^{served.url}(/first-admin/\S+)$", served.printed, re.MULTILINE)[1]
    assert served.get("/healthz") == (200, '{"status": "ok"}')
    assert served.get(link)[0] == 200
    assert served.get("/readyz")[0] == 200
    assert 0 < served.megabytes() < 200

    taken = flask("serve", environment=environment)
    assert taken.returncode == 1
    assert taken.stderr.strip() == (
        f"Deskhand does not start: Port {environment['PORT']} is in use: stop what uses it,"
        f" or choose another with PORT={int(environment['PORT']) + 1}."
    )
    assert served.end(signal.SIGTERM) == 0


def test_a_killed_server_keeps_every_acknowledged_ticket(serve, environment, own_url):
    served = serve()
    made = flask(
        *("user", "create", "--username", "ann", "--email", "ann@example.org"),
        *("--role", "requester", "--password-stdin"),
        environment=environment,
        stdin=f"{PASSWORD}\n",
    )
    assert made.returncode == 0, made.stderr
    _, login = served.post("/login", {"username": "ann", "password": PASSWORD})
    acknowledged: list[int] = []

    def file_tickets() -> None:
        while True:
            body = {"user_id": login["user_id"], "title": "A ticket", "description": "It broke."}
            try:
                status, answer = served.post("/create_ticket", body, login["token"])
            except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError):
                return
            assert status == 201
            acknowledged.append(answer["ticket_id"])

    threads = [threading.Thread(target=file_tickets) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 30
    while len(acknowledged) < KILLED_AFTER and time.monotonic() < deadline:
        time.sleep(0.005)
    served.end(signal.SIGKILL)
    for thread in threads:
        thread.join()

    assert len(acknowledged) >= KILLED_AFTER
    engine = create_engine(own_url)
    with engine.connect() as connection:
        kept = set(connection.execute(text("SELECT id FROM tickets")).scalars())
        announced = connection.execute(
            text("SELECT count(*) FROM outbox_entries WHERE topic = 'ticket.received'")
        ).scalar()
    engine.dispose()
    assert set(acknowledged) <= kept
    assert announced == len(kept)
    verified = flask("verify", environment=environment)
    assert verified.returncode == 0, verified.stdout
    assert "The data is whole." in verified.stdout


def test_a_schema_from_the_future_is_refused(own_app, own_url, environment):
    engine = create_engine(own_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    refused = flask("serve", environment={**environment, "PORT": str(free_port())})
    assert refused.returncode == 1
    assert "made by a newer Deskhand (schema 9999" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"INSTANCE_PATH": "/dev/null/x"}, "cannot be used"),
        ({"PORT": "99999"}, "PORT is '99999'"),
        ({"MAIL_URL": "smtp://host:port"}, "MAIL_URL is not"),
        ({"DATABASE_URL": "sqlite:////nowhere/at/all.db"}, "database cannot be opened"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/x"}, "database cannot be opened"),
        ({"HOST": "192.0.2.1"}, "Cannot serve on 192.0.2.1"),
    ],
)
def test_what_stands_in_the_way_is_one_line(tmp_path, change, words):
    refused = flask(
        "serve",
        environment={
            "PATH": os.environ["PATH"],
            "INSTANCE_PATH": str(tmp_path),
            "PORT": str(free_port()),
            **change,
        },
    )
    assert refused.returncode != 0
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.strip().splitlines()) <= 2
