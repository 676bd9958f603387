"""Rate limits: R4, R7, R93. On a database of their own, where they are on."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
import time_machine

from app.clock import now
from app.domain import credentials
from app.extensions import db
from app.models import OneTimeToken, OutboxEntry, TokenPurpose
from app.web import throttle
from tests import factories
from tests.browser import Browser
from tests.factories import PASSWORD


@pytest.fixture
def app(own_app: Any) -> Any:
    """Not the shared one: its transaction is rolled back, counters are not."""
    app = own_app(rate_limits=True)
    with app.app_context():
        for name in ("Ann", "Bo"):
            factories.user(name)
    return app


def sign_in(app: Any, name: str, password: str, address: str = "192.0.2.1", **headers: Any) -> Any:
    browser = Browser(app)
    data = {"csrf_token": browser.csrf_token(), "username": name, "password": password}
    return browser.client.post(
        "/login", data=data, environ_base={"REMOTE_ADDR": address}, headers=headers
    )


def test_the_eleventh_try_waits(app: Any) -> None:
    for number in range(10):
        # From ten places and by both names: it is the account that is counted.
        name = ("ann", "ann@example.org")[number % 2]
        assert sign_in(app, name, "wrong", f"192.0.2.{number}").status_code == 401
    begun = time.perf_counter()
    wrong, right = (sign_in(app, "ann", word, "192.0.2.99") for word in ("wrong", PASSWORD))
    assert (time.perf_counter() - begun) / 2 < 0.2
    for response in (wrong, right):
        assert response.status_code == 429
        assert 0 < int(response.headers["Retry-After"]) <= 60
        assert "Try again in 1 minute" in response.get_data(as_text=True)
    assert sign_in(app, "bo", PASSWORD).status_code == 303


def test_each_pause_is_longer_up_to_a_quarter_of_an_hour(app: Any) -> None:
    for _ in range(10):
        sign_in(app, "ann", "wrong")
    pauses = []
    with time_machine.travel(now(), tick=False) as clock:
        for number in range(6):
            place = f"198.51.100.{number}"
            response = sign_in(app, "ann", "wrong", place)
            assert response.status_code == 429
            pauses.append(int(response.headers["Retry-After"]))
            clock.shift(pauses[-1] + 1)
            assert sign_in(app, "ann", "wrong", place).status_code == 401
    rounded = [round(pause / 60) for pause in pauses]
    assert rounded == [1, 2, 4, 8, 15, 15]


def test_a_pause_is_no_lock(app: Any) -> None:
    """After the pause the right password works; by mail there is a way at once."""
    for _ in range(10):
        sign_in(app, "ann", "wrong")
    with time_machine.travel(now(), tick=False) as clock:
        clock.shift(61)
        assert sign_in(app, "ann", PASSWORD).status_code == 303
        for _ in range(10):
            assert sign_in(app, "ann", "wrong", "192.0.2.2").status_code == 401
        assert sign_in(app, "ann", PASSWORD, "192.0.2.2").status_code == 429
    with app.app_context():
        secret = credentials.make_link(TokenPurpose.RESET_PASSWORD, factories_ann())
        db.session.commit()
    browser = Browser(app)
    browser.get(f"/reset-password/{secret}", status=303)
    browser.post("/reset-password", {"password": "a quite different one"})
    assert sign_in(app, "ann", "a quite different one").status_code == 303


def factories_ann() -> Any:
    from app.domain import accounts

    return accounts.find("ann")


def test_one_address_has_thirty_failures(app: Any) -> None:
    places = [f"2001:db8:1:1::{number:x}" for number in range(1, 31)]
    for number, place in enumerate(places):
        assert sign_in(app, f"nobody{number}", "wrong", place).status_code == 401
    # The same /64 is the same household, the next one is not.
    assert sign_in(app, "ann", PASSWORD, "2001:db8:1:1:ffff::1").status_code == 429
    assert sign_in(app, "ann", PASSWORD, "2001:db8:1:2::1").status_code == 303
    assert sign_in(app, "ann", PASSWORD, "192.0.2.1").status_code == 303


def test_right_passwords_are_no_failures(app: Any) -> None:
    for _ in range(35):
        assert sign_in(app, "ann", PASSWORD).status_code == 303


def test_a_header_does_not_make_another_address(app: Any) -> None:
    for number in range(30):
        sign_in(app, f"nobody{number}", "wrong", **{"X-Forwarded-For": f"203.0.113.{number}"})
    response = sign_in(app, "ann", PASSWORD, **{"X-Forwarded-For": "203.0.113.77"})
    assert response.status_code == 429


def test_a_hundred_at_once_are_a_hundred(app: Any) -> None:
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda: codes.append(sign_in(app, "ann", "wrong").status_code))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes.count(401) == 10
    assert codes.count(429) == 10


def test_counts_are_shared_and_survive_a_restart(app: Any, own_app: Any) -> None:
    for _ in range(5):
        sign_in(app, "ann", "wrong")
    other = own_app(rate_limits=True)
    for _ in range(5):
        sign_in(other, "ann", "wrong")
    again = own_app(rate_limits=True)
    assert sign_in(again, "ann", PASSWORD).status_code == 429


def test_links_are_sent_five_times_a_day(app: Any) -> None:
    for number in range(7):
        browser = Browser(app)
        page = browser.post(
            "/forgot-password",
            {"username": "ann"},
            status=200,
            environ_base={"REMOTE_ADDR": f"192.0.2.{number}"},
        )
        assert "Look into your mail" in page.text
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(OutboxEntry)) == 5
        assert db.session.scalar(db.select(db.func.count()).select_from(OneTimeToken)) == 0


def test_asking_for_links_from_one_address(app: Any) -> None:
    for number in range(20):
        Browser(app).post("/forgot-password", {"username": f"nobody{number}"}, status=200)
    page = Browser(app).post("/forgot-password", {"username": "ann"}, status=429)
    assert page.response.headers["Retry-After"]
    assert page.one("#username")["value"] == "ann"


def test_signing_up_from_one_address(app: Any) -> None:
    for number in range(101):
        page = Browser(app).post(
            "/register",
            {
                "name": "N",
                "email": f"n{number}@example.org",
                "username": "",
                "password": "the printer is hungry",
            },
            status=303 if number < 100 else 429,
        )
    assert page.one("#email")["value"] == "n100@example.org"


def test_each_limit_to_the_one(app: Any) -> None:
    with app.test_request_context(), time_machine.travel(now(), tick=False) as clock:
        for _ in range(3):
            throttle.hit("thing", "a", "b", limit="3/minute")
        with pytest.raises(throttle.TooMany) as refused:
            throttle.hit("thing", "a", "b", limit="3/minute")
        assert 0 < refused.value.seconds <= 60
        throttle.hit("thing", "ab", "", limit="3/minute")
        throttle.hit("other", "a", "b", limit="3/minute")
        clock.shift(61)
        throttle.hit("thing", "a", "b", limit="3/minute")


def test_a_damaged_file_of_counters_is_made_anew(own_app: Any, database_url: str) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("only SQLite counts in a file of its own")
    app = own_app(rate_limits=True)
    Path(app.instance_path, "limits.db").write_bytes(b"no database" * 1000)
    assert sign_in(app, "nobody", "wrong").status_code == 401
