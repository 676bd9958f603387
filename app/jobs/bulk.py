"""Goes on with acts on many tickets, some batches at a time, between everything else."""

import time
from collections.abc import Mapping
from typing import Any

from flask import Flask

from app.domain import bulk
from app.domain.outbox import announce
from app.jobs.transactions import writing

TURN_SECONDS = 5.0
"""How long a run keeps the worker from the mail; well within the lease of its entry."""


def go_on(app: Flask, payload: Mapping[str, Any]) -> None:
    """Each batch is committed with how far the run is: cut off, it goes on from there.

    What is not done within its turn waits for the next one, as an entry of its own.
    """
    ends = time.monotonic() + TURN_SECONDS
    more = True
    while more and time.monotonic() < ends:
        with writing(app) as session:
            run = bulk.locked_run(payload["run_id"])
            if run is None or run.finished_at is not None:
                return
            more = bulk.step(run)
            session.commit()
    if more:
        with writing(app) as session:
            announce(bulk.RUN, run_id=payload["run_id"])
            session.commit()
