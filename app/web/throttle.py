"""Rate limits, counted in a database that all processes share and that outlives a restart.

SQLite counts in a file of its own, so that counting never waits for the product's write lock.
The table of all limits is docs/limits.md.
"""

import ipaddress
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError
from werkzeug.exceptions import TooManyRequests

from app.clock import now
from app.domain import accounts, secrets
from app.text import folded

View = TypeVar("View", bound=Callable[..., Any])

BODY_MAX = 16 * 1024
_BODY_MAX = "_body_max"
ACCOUNT_FAILURES = "10/5 minutes"
ADDRESS_FAILURES = "30/5 minutes"
ALL_FAILURES = "1000/5 minutes"
PAUSE_FIRST = 60
PAUSE_LONGEST = 15 * 60
PAUSES_REMEMBERED = 60 * 60
"""Seconds: the first pause after too many failures, the longest, and how long they grow."""

_CREATE = (
    "CREATE TABLE IF NOT EXISTS rate_counters"
    " (key varchar(200) PRIMARY KEY, n integer NOT NULL, expires double precision NOT NULL)"
)
_COUNT = text(
    "INSERT INTO rate_counters (key, n, expires) VALUES (:key, :amount, :moment + :expiry)"
    " ON CONFLICT (key) DO UPDATE SET"
    " n = CASE WHEN rate_counters.expires <= :moment THEN 0 ELSE rate_counters.n END + :amount,"
    " expires = CASE WHEN rate_counters.expires <= :moment THEN excluded.expires"
    " ELSE rate_counters.expires END"
    " RETURNING n"
)
_READ = text("SELECT n, expires FROM rate_counters WHERE key = :key AND expires > :moment")
_CLEAR = text("DELETE FROM rate_counters WHERE key = :key")
_TIDY = text("DELETE FROM rate_counters WHERE expires <= :moment")
_TIDY_EVERY = 500


class TooMany(TooManyRequests):
    """Wait and try again: 429 with Retry-After, whatever page it was."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, round(seconds))
        super().__init__(description=_sentence(self.seconds), retry_after=self.seconds)


def _sentence(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"That was too often. Try again in {minutes} minute{'s' if minutes > 1 else ''}."


class Counters(Storage):
    """What the strategies of ``limits`` ask of a store, on one small table."""

    STORAGE_SCHEME = None

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine.execution_options(write=True)
        self.counted = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        return DatabaseError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        values = {"key": key, "amount": amount, "expiry": expiry, "moment": _moment()}
        self.counted += 1
        with self.engine.begin() as connection:
            if self.counted % _TIDY_EVERY == 0:
                connection.execute(_TIDY, {"moment": values["moment"]})
            return int(connection.execute(_COUNT, values).scalar_one())

    def get(self, key: str) -> int:
        return self._row(key)[0]

    def get_expiry(self, key: str) -> float:
        return self._row(key)[1]

    def _row(self, key: str) -> tuple[int, float]:
        with self.engine.begin() as connection:
            row = connection.execute(_READ, {"key": key, "moment": _moment()}).one_or_none()
        return (int(row[0]), float(row[1])) if row else (0, _moment())

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        with self.engine.begin() as connection:
            return connection.execute(text("DELETE FROM rate_counters")).rowcount

    def clear(self, key: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(_CLEAR, {"key": key})


def init_app(app: Flask) -> None:
    """Counters are opened on first use, after the server has forked its workers."""
    app.extensions["throttle"] = None
    app.before_request(_read_no_more_than_declared)


def small_body(view: View) -> View:
    """Declare that what is sent here is short: nobody has us parse a megabyte to sign in (R95)."""
    setattr(view, _BODY_MAX, BODY_MAX)
    return view


def _read_no_more_than_declared() -> None:
    # Before the CSRF check, which is the first to read the form.
    view = current_app.view_functions.get(request.endpoint or "")
    if (most := getattr(view, _BODY_MAX, None)) is not None:
        request.max_content_length = most


def hit(name: str, *keys: str, limit: str) -> None:
    """Count one more for these keys; raises TooMany over ``limit`` ("20/hour")."""
    if not _is_on():
        return
    item, key = parse(limit), _key(name, *keys)
    if not _limiter().hit(item, key):
        raise TooMany(_limiter().get_window_stats(item, key).reset_time - _moment())


def allows(name: str, *keys: str, limit: str) -> bool:
    """Count one more and answer, for places that have a milder way than to refuse."""
    try:
        hit(name, *keys, limit=limit)
    except TooMany:
        return False
    return True


def address() -> str:
    """Whose request this is, as far as a network tells: IPv6 by the /64 that one household has."""
    try:
        peer = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return request.remote_addr or ""
    if isinstance(peer, ipaddress.IPv6Address):
        if peer.ipv4_mapped:
            return str(peer.ipv4_mapped)
        return str(ipaddress.ip_network((peer, 64), strict=False))
    return str(peer)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a password. It counts as a failure from the start, so that a hundred at the same
    moment are a hundred; ``succeeded`` takes that back."""

    account: str
    address: str

    def succeeded(self) -> None:
        if not _is_on():
            return
        clear_failures(self.account)
        for item, key in _shared(self.address):
            _counters().incr(item.key_for(key), item.get_expiry(), -1)


def try_password(identifier: str) -> Attempt:
    """Ask before any password is compared (R4); raises TooMany.

    Ten failures in five minutes pause the account, longer each time, for everybody and whatever
    the password. It never locks: the way by mail stays open and ends the pause.
    """
    attempt = Attempt(account_of(identifier), address())
    if not _is_on():
        return attempt
    pause = _key("pause", attempt.account)
    if _counters().get(pause):
        raise TooMany(_counters().get_expiry(pause) - _moment())
    for item, key in _shared(attempt.address):
        if not _limiter().hit(item, key):
            raise TooMany(_limiter().get_window_stats(item, key).reset_time - _moment())
    _count_for_account(attempt.account, pause)
    return attempt


def clear_failures(account: str) -> None:
    """The person has proved who they are: their next slip is the first again."""
    if not _is_on():
        return
    item = parse(ACCOUNT_FAILURES)
    _counters().clear(item.key_for(_key("failures", account)))
    _counters().clear(_key("pauses", account))
    _counters().clear(_key("pause", account))


def _count_for_account(account: str, pause: str) -> None:
    item = parse(ACCOUNT_FAILURES)
    pauses = _key("pauses", account)
    # Read first: a pause that begins while this try is counted is not an earlier one.
    earlier = _counters().get(pauses)
    failures = _counters().incr(item.key_for(_key("failures", account)), item.get_expiry())
    if failures < item.amount and not earlier:
        return
    seconds = min(PAUSE_FIRST * 2 ** min(earlier, 10), PAUSE_LONGEST)
    # Of many at the same moment one begins the pause and is the last to try.
    if _counters().incr(pause, seconds) > 1:
        raise TooMany(_counters().get_expiry(pause) - _moment())
    _counters().incr(pauses, PAUSES_REMEMBERED)


def _shared(peer: str) -> list[tuple[RateLimitItem, str]]:
    return [
        (parse(ADDRESS_FAILURES), _key("failures-of-address", peer)),
        (parse(ALL_FAILURES), _key("failures-of-all")),
    ]


def account_of(identifier: str) -> str:
    """One counter for an account, by whichever name it is tried; else one for the name."""
    user = accounts.find(identifier)
    return str(user.id) if user is not None else folded(identifier)


def _key(name: str, *keys: str) -> str:
    # Digested: addresses and names need not lie about, and any length fits the column.
    return f"{name}/{secrets.digest(chr(0).join(keys))[:32]}"


def _moment() -> float:
    return now().timestamp()


def _is_on() -> bool:
    return bool(current_app.config["SETTINGS"].rate_limits)


def _limiter() -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(_counters())


def _counters() -> Counters:
    if current_app.extensions["throttle"] is None:
        settings = current_app.config["SETTINGS"]
        if settings.database_url.drivername == "sqlite":
            engine = _own_file(settings.instance / "limits.db")
        else:
            engine = create_engine(settings.database_url, pool_size=2)
        current_app.extensions["throttle"] = Counters(engine)
    counters: Counters = current_app.extensions["throttle"]
    return counters


def _own_file(file: Path) -> Engine:
    """The counters' own SQLite file. A power cut may spoil it; then counting starts anew."""
    engine = create_engine(URL.create("sqlite", database=str(file)))
    event.listen(engine, "connect", _never_wait_for_the_disk)
    try:
        _create(engine)
    except DatabaseError as damaged:
        if "locked" in str(damaged):
            raise
        engine.dispose()
        for part in file.parent.glob(f"{file.name}*"):
            part.unlink(missing_ok=True)
        _create(engine)
    return engine


def _create(engine: Engine) -> None:
    with engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql(_CREATE)


def _never_wait_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
