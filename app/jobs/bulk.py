"""Goes on with acts on many tickets, a batch at a time, until they are done."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from app.domain import bulk
from app.jobs.transactions import writing


def run_to_the_end(app: Flask, payload: Mapping[str, Any]) -> None:
    """Each batch is committed with how far the run is: cut off, it goes on from there."""
    more = True
    while more:
        with writing(app) as session:
            run = bulk.locked_run(payload["run_id"])
            if run is None or run.finished_at is not None:
                return
            more = bulk.step(run)
            session.commit()
