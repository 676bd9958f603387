"""Processor time and memory of servers, as the kernel counts them."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")


class Meter:
    """A process and all below it: a server's arbiter, a database's postmaster."""

    def __init__(self, root: int) -> None:
        self.root = root

    def cpu_ms(self) -> float:
        """Milliseconds of user and system time that all of them have used so far."""
        return 1000 * (sum(_clock(pid) for pid in self.processes()) + _of_the_dead(self.root))

    def pss_mb(self) -> float | None:
        """Memory, shared pages divided among those who share them; None where it is not shown."""
        try:
            return sum(_pss_kb(pid) for pid in self.processes()) / 1024
        except PermissionError:
            return None

    def processes(self) -> list[int]:
        below = _children()
        found = [self.root]
        for pid in found:  # grows as it goes
            found += below.get(pid, ())
        return found


def parent_of(pid: int) -> int:
    return int(_stat(pid)[1])


def _children() -> dict[int, list[int]]:
    below: dict[int, list[int]] = {}
    for pid in _pids():
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            below.setdefault(parent_of(pid), []).append(pid)
    return below


def _pids() -> Iterable[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may itself hold spaces: state, parent, …"""
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _clock(pid: int) -> float:
    # /proc tells a process's time in ticks of 10 ms, as much as a few requests cost. This clock is
    # the same sum, of all its threads, in nanoseconds: what clock_getcpuclockid(3) answers.
    with suppress(OSError):
        return time.clock_gettime(~pid << 3 | 2)
    return 0.0


def _of_the_dead(root: int) -> float:
    """What those of its children used that have ended."""
    user, system = _stat(root)[13:15]
    return (int(user) + int(system)) / _TICK


def _pss_kb(pid: int) -> int:
    for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
