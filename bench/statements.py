"""How many statements a request sends to its database, counted in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from bench.plan import Subject
from bench.rounds import Stage

_FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def count(app: Flask, stage: Stage, subject: Subject) -> int:
    """Ask the product itself, without its server, as the visitor of this stage."""
    client = app.test_client(use_cookies=False)
    headers = stage.visitors[subject.who].headers
    if subject.conditional:
        headers = {**headers, "If-None-Match": stage.tags.get(subject.name, "")}
    with _noting() as seen:
        client.open(
            subject.path.format(ticket_id=stage.scene.ticket_id if stage.scene else 0),
            method=subject.method,
            headers=headers,
            json=stage.new_row() if subject.method == "POST" else None,
        )
    return len(seen)


@contextmanager
def _noting() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(_FRAME):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
