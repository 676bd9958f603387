"""The benchmark runs from end to end, on few tickets and with few requests."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]


def bench(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "bench", "--folder", folder, *arguments],
        cwd=ROOT,
        env={**os.environ, "WEB_WORKERS": "1", "WEB_THREADS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_measures_and_says_what_was_missed(tmp_path):
    few = ("--tickets", "80", "200", "--warm-ups", "1", "--rounds", "2", "--requests", "2")
    result = bench(tmp_path, "--engine", "sqlite", *few)
    assert result.returncode == 0, result.stderr
    assert "sqlite, 200 tickets (small: 80)" in result.stdout
    assert "Missed: " in result.stdout or "Every target was met." in result.stdout
    measured = json.loads((tmp_path / "results.json").read_text())
    (on_sqlite,) = measured["engines"]
    requests = {request["name"]: request for request in on_sqlite["requests"]}
    assert {"queue", "filtered", "ticket", "home", "mine", "analytics", "create"} <= set(requests)
    for request in requests.values():
        assert len(request["large"]["cpu_ms_of_rounds"]) == 2
        assert request["large"]["cpu_ms"] > 0
        assert request["bare"]["cpu_ms"] > 0
        assert request["statements"] > 0
    assert on_sqlite["memory_mb"]["product"] > 10
    assert not list(tmp_path.glob("run-*")), "copies are left behind"
