"""The real server, and the product's commands, in processes of their own."""

import contextlib
import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]


def flask(
    *arguments: str, environment: dict[str, str], stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Served:
    """``flask serve`` in a process group of its own, with what it printed until it was ready."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.url = f"http://127.0.0.1:{environment['PORT']}"
        self.visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.printed = ""
        for line in self.process.stdout:
            self.printed += line
            if "Deskhand runs on" in line:
                break

    def get(self, path: str) -> tuple[int, str]:
        with self.visitor.open(self.url + path, timeout=10) as answer:
            return answer.status, answer.read().decode()

    def post(self, path: str, body: dict[str, object], token: str = "") -> tuple[int, dict]:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(  # noqa: S310 -- our own server
            self.url + path, data=json.dumps(body).encode(), headers=headers
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 -- our own
            return answer.status, json.loads(answer.read())

    def megabytes(self) -> float:
        """The memory of all its processes together, shared pages counted once (PSS)."""
        total = 0
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.getpgid(int(folder.name)) == self.process.pid:
                    rollup = (folder / "smaps_rollup").read_text()
                    total += int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[1])
        return total / 1024

    def end(self, number: int) -> int:
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        code = self.process.wait(timeout=40)
        self.process.stdout.close()
        return code
