"""A real Chromium in front of the real server, on a database of its own."""

import email
import email.policy
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import make_url

from config import ROOT
from tests import postgres
from tests.conftest import worker_name

AXE = Path(__file__).parents[1] / "axe" / "axe.min.js"
SETTLE = "() => document.getAnimations().every((a) => a.playState !== 'running')"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A long way is gone with scripts on one database and without on the other.

    What a browser does with a page has nothing to do with the database, and each takes a minute.
    """
    if config.getoption("--engine"):
        return
    once = []
    for item in items:
        given = item.callspec.params if hasattr(item, "callspec") else {}
        if "scripts" not in given or given["scripts"] == (given["database_url"] == "sqlite"):
            once.append(item)
    items[:] = once


class Site:
    """The product as ``make run`` starts it."""

    def __init__(self, folder: Path, database_url: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.mail = folder / "mail"
        self.log = folder / "serve.log"
        self.environment = {
            **os.environ,
            "INSTANCE_PATH": str(folder),
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "RATE_LIMITS": "off",
            "DESKHAND_ENV": "development",
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        for _ in range(300):
            try:
                with urlopen(f"{self.base}/healthz", timeout=2) as answer:  # noqa: S310 -- ours
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def first_admin_link(self) -> str:
        return re.search(r"https?://\S+/first-admin/\S+", self.log.read_text())[0]

    def link_for(self, address: str, path: str) -> str:
        """The newest link of this kind in a mail to somebody, as soon as it is there."""
        for _ in range(200):
            for file in sorted(self.mail.glob("*.eml"), reverse=True):
                message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                if address in str(message["To"]):
                    text = message.get_body(("plain",)).get_content()
                    if found := re.search(rf"https?://\S+{path}\S+", text):
                        return found[0]
            time.sleep(0.1)
        raise AssertionError(f"no mail to {address} with {path}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=40)


@pytest.fixture(scope="module")
def site(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("journey")
    if database_url.startswith("sqlite"):
        url = f"sqlite:///{folder / 'journey.db'}"
    else:
        server = make_url(database_url).set(database="postgres")
        url = postgres.create_database(
            server.render_as_string(hide_password=False), f"deskhand_journey_{worker_name()}"
        )
    site = Site(folder, url)
    try:
        site.wait()
        yield site
    finally:
        site.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("there is no Chromium (apt-get install chromium brings it)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


class Person:
    """Somebody at a browser of their own; what goes wrong in it fails the test."""

    def __init__(self, chromium: Browser, site: Site, *, scripts: bool) -> None:
        self.site = site
        self.scripts = scripts
        self.complaints: list[str] = []
        self.context: BrowserContext = chromium.new_context(
            base_url=site.base, java_script_enabled=scripts, viewport={"width": 1440, "height": 900}
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def _heard(self, message: Any) -> None:
        # A refused form answers 4xx, which Chromium reports as if it were an accident.
        if (
            message.type == "error"
            and "the server responded with a status of 4" not in message.text
        ):
            self.complaints.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.site.base, "data:")):
            self.complaints.append(f"asked {request.url}")

    def go(self, path: str) -> None:
        self.page.goto(path)

    def press(self, name: str, *, role: str = "button", nth: int = 0) -> None:
        self.page.get_by_role(role, name=name, exact=True).nth(nth).click()
        self.page.wait_for_load_state()

    def send_ticket(self) -> None:
        """Press, and once more where something like it is shown first."""
        self.press("Send ticket")
        if self.page.get_by_role("button", name="Send anyway").count():
            self.press("Send anyway")

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).first.fill(text)

    def sees(self, text: str) -> None:
        assert text in self.page.locator("body").inner_text(), (
            f"{text!r} is not on {self.page.url}:\n{self.page.locator('body').inner_text()[:3000]}"
        )

    def sign_in(self, who: str, password: str) -> None:
        self.go("/login")
        self.page.locator("[name=username]").fill(who)
        self.page.locator("[name=password]").fill(password)
        self.press("Sign in")

    def nothing_went_wrong(self) -> None:
        assert self.complaints == []


@pytest.fixture
def person(chromium: Browser, site: Site) -> Iterator[Any]:
    """Makes people, with or without scripts."""
    people: list[Person] = []

    def make(*, scripts: bool = True) -> Person:
        people.append(Person(chromium, site, scripts=scripts))
        return people[-1]

    yield make
    for somebody in people:
        somebody.context.close()
        somebody.nothing_went_wrong()
