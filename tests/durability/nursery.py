"""Forks workers that die by order: ``nursery.py N``, then a line of input for each order.

``kill`` kills all with signal 9 and forks N new ones, ``stop`` lets all finish and answers with
their exit codes. The product is loaded once, so that a new worker costs no second.
"""

import os
import signal
import sys
import threading

from app import create_app
from app.jobs.worker import Worker
from config import Settings


def fork_worker() -> int:
    pid = os.fork()
    if pid == 0:
        asked_to_stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: asked_to_stop.set())
        Worker(app).run(lambda seconds: asked_to_stop.wait(min(seconds, 0.05)))
        os._exit(0)
    return pid


def end(pids: list[int], number: int) -> list[int]:
    for pid in pids:
        os.kill(pid, number)
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


app = create_app(Settings.from_environment())
count = int(sys.argv[1])
workers = [fork_worker() for _ in range(count)]
for line in sys.stdin:
    if line.strip() == "kill":
        end(workers, signal.SIGKILL)
        workers = [fork_worker() for _ in range(count)]
        print("killed", flush=True)
    else:
        print(end(workers, signal.SIGTERM), flush=True)
        break
