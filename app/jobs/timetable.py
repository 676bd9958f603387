"""What is done by the clock. Of several workers, the one that gets a task's lease does it."""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.clock import now
from app.jobs.close_solved import close_some
from app.jobs.stray_files import have_scanned, remove_strays, remove_unsent
from app.jobs.sweep import sweep
from app.jobs.transactions import reading, writing
from app.models import TaskLease

log = logging.getLogger("deskhand.worker")

LEASE = dt.timedelta(minutes=10)
TRY_AGAIN = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Task:
    """``run`` does and commits one batch, and says whether there may be more."""

    name: str
    every: dt.timedelta
    run: Callable[[], bool]


TASKS = (
    Task("close solved tickets", dt.timedelta(minutes=5), close_some),
    Task("sweep what has expired", dt.timedelta(days=1), sweep),
    Task("remove uploads that nobody sent", dt.timedelta(hours=1), remove_unsent),
    Task("remove files that nothing names", dt.timedelta(days=1), remove_strays),
    Task("have files scanned that were not", dt.timedelta(hours=1), have_scanned),
)


@dataclass(frozen=True, slots=True)
class Timetable:
    app: Flask
    worker: str
    tasks: tuple[Task, ...] = TASKS

    def prepare(self) -> None:
        """Give every task its row; a new one is due at once."""
        with writing(self.app) as session:
            dialect = session.get_bind().dialect.name
            insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
            rows = [{"name": task.name, "due_at": now()} for task in self.tasks]
            session.execute(insert(TaskLease).values(rows).on_conflict_do_nothing())
            session.commit()

    def run_due(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Do what is due and not being done; how many tasks that were. A missed one runs once."""
        done = 0
        for task in self._due():
            if not stopping() and self._take(task):
                self._run(task, stopping)
                done += 1
        return done

    def _due(self) -> list[Task]:
        with reading(self.app) as session:
            due = set(session.scalars(select(TaskLease.name).where(TaskLease.due_at <= now())))
        return [task for task in self.tasks if task.name in due]

    def _take(self, task: Task) -> bool:
        moment = now()
        with writing(self.app) as session:
            taken = session.execute(
                update(TaskLease)
                .where(
                    TaskLease.name == task.name,
                    TaskLease.due_at <= moment,
                    or_(TaskLease.lease_until.is_(None), TaskLease.lease_until < moment),
                )
                .values(lease_until=moment + LEASE, lease_by=self.worker)
            )
            session.commit()
        return bool(taken.rowcount)

    def _run(self, task: Task, stopping: Callable[[], bool]) -> None:
        try:
            finished = self._run_batches(task, stopping)
        except Exception as error:
            # One task that breaks does not keep the mail from going out.
            log.exception("task broke", extra={"topic": task.name})
            self._give_back(task, now() + TRY_AGAIN, error=type(error).__name__)
            return
        self._give_back(task, now() + task.every if finished else now(), error=None)

    def _run_batches(self, task: Task, stopping: Callable[[], bool]) -> bool:
        """Whether everything was done; a worker that is asked to stop leaves the rest."""
        more = True
        while more and not stopping():
            with writing(self.app):
                more = task.run()
        return not more

    def _give_back(self, task: Task, due_at: dt.datetime, *, error: str | None) -> None:
        with writing(self.app) as session:
            session.execute(
                update(TaskLease)
                .where(TaskLease.name == task.name, TaskLease.lease_by == self.worker)
                .values(due_at=due_at, lease_until=None, lease_by=None, last_error=error)
            )
            session.commit()
