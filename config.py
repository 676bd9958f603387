"""Typed settings from the environment or a `.env` file; a wrong one stops the start with a line."""

import ipaddress
import os
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
SECRET_KEY_BYTES = 32
_EXAMPLE_SECRETS = {"dev", "secret", "changeme", "change-me", "test", "development", "0" * 32}
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class UnsafeSettings(Exception):
    """Why the product will not start, one sentence a setting."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is decided outside the database. See the README for each variable."""

    secret_key: str = field(repr=False)
    database_url: URL
    instance: Path
    mail_url: str | None = field(default=None, repr=False)
    mail_from: str = "deskhand@localhost"
    production: bool = False
    base_url: str = "http://127.0.0.1:8000"
    trusted_hosts: tuple[str, ...] = _LOCAL_HOSTS
    trusted_proxies: tuple[Network, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8000
    rate_limits: bool = True
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    bcrypt_cost: int = 12
    worker_inside: bool = True
    web_workers: int = 2
    web_threads: int = 8
    scan_command: tuple[str, ...] = ()
    testing: bool = False

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def mail_folder(self) -> Path:
        return self.instance / "mail"

    @property
    def files_folder(self) -> Path:
        return self.instance / "files"

    @staticmethod
    def from_environment(environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment over `.env`; raises UnsafeSettings naming every wrong value."""
        if environ is None:
            file = {k: v for k, v in dotenv_values(ROOT / ".env").items() if v is not None}
            environ = {**file, **os.environ}
        return _Reader(environ).settings()


class _Reader:
    """Collects every complaint, so that one start names them all."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.wrong: list[str] = []

    def settings(self) -> Settings:
        production = self.choice("DESKHAND_ENV", ("development", "production")) == "production"
        instance = Path(self.get("INSTANCE_PATH") or ROOT / "instance").absolute()
        host = self.get("HOST") or "127.0.0.1"
        port = self.number("PORT", 8000, 65535)
        base_url = self.base_url(host, port, production)
        settings = Settings(
            production=production,
            instance=instance,
            host=host,
            port=port,
            base_url=base_url,
            secret_key=self.secret_key(instance, production),
            secret_key_fallbacks=self.listed("SECRET_KEY_FALLBACKS"),
            database_url=self.database_url(instance),
            mail_url=self.mail_url(),
            mail_from=self.get("MAIL_FROM") or f"deskhand@{urlsplit(base_url).hostname}",
            trusted_hosts=self.trusted_hosts(base_url, host, production),
            trusted_proxies=self.networks("TRUSTED_PROXIES"),
            rate_limits=self.rate_limits(production),
            worker_inside=self.choice("WORKER", ("inside", "outside")) == "inside",
            web_workers=self.number("WEB_WORKERS", 2, 64),
            web_threads=self.number("WEB_THREADS", 8, 256),
            scan_command=self.command("SCAN_COMMAND"),
        )
        if self.wrong:
            raise UnsafeSettings("\n".join(self.wrong))
        return settings

    def get(self, name: str) -> str:
        return self.environ.get(name, "").strip()

    def listed(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.get(name).split(",") if part.strip())

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.get(name) or choices[0]
        if value not in choices:
            self.wrong.append(f"{name} is {value!r}; it can be {' or '.join(choices)}.")
        return value

    def number(self, name: str, default: int, largest: int) -> int:
        value = self.get(name) or str(default)
        if not value.isascii() or not value.isdigit() or not 0 < int(value) <= largest:
            self.wrong.append(f"{name} is {value!r}; it is a number from 1 to {largest}.")
            return default
        return int(value)

    def secret_key(self, instance: Path, production: bool) -> str:
        key = self.get("SECRET_KEY")
        if not key and production:
            self.wrong.append(
                "SECRET_KEY is missing; production needs one of at least 32 characters of chance."
            )
        elif not key:
            return _kept_secret(instance / "secret_key")
        elif len(key.encode()) < SECRET_KEY_BYTES or key.lower() in _EXAMPLE_SECRETS:
            self.wrong.append("SECRET_KEY is too short or an example; use at least 32 characters.")
        elif len(set(key)) < 8:
            self.wrong.append("SECRET_KEY repeats itself; use at least 32 characters of chance.")
        return key

    def database_url(self, instance: Path) -> URL:
        value = self.get("DATABASE_URL") or f"sqlite:///{instance / 'deskhand.db'}"
        # Hosts hand out URLs without a driver; psycopg 3 is the one that is installed.
        for prefix in ("postgres://", "postgresql://"):
            if value.startswith(prefix):
                value = "postgresql+psycopg://" + value.removeprefix(prefix)
        try:
            url = make_url(value)
        except ArgumentError:
            self.wrong.append("DATABASE_URL is not a database address.")
            return make_url("sqlite://")
        if url.drivername not in ("sqlite", "postgresql+psycopg"):
            self.wrong.append(f"DATABASE_URL names {url.drivername}; use SQLite or PostgreSQL.")
        elif url.drivername == "sqlite" and not url.database:
            self.wrong.append("DATABASE_URL names no file; use sqlite:///path/to/file.db.")
        return url

    def base_url(self, host: str, port: int, production: bool) -> str:
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 -- compared, not bound
        value = self.get("BASE_URL").rstrip("/") or f"http://{shown}:{port}"
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            self.wrong.append(f"BASE_URL is {value!r}; it looks like https://help.example.org.")
        elif production and not self.get("BASE_URL"):
            self.wrong.append("BASE_URL is missing; links in mail need the address people use.")
        elif production and parts.scheme != "https" and self.get("ALLOW_HTTP") != "yes":
            self.wrong.append("BASE_URL is not https; set ALLOW_HTTP=yes if that is meant.")
        return value

    def mail_url(self) -> str | None:
        value = self.get("MAIL_URL")
        if not value:
            return None
        try:
            parts = urlsplit(value)
            fine = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
        except ValueError:  # a port that is none
            fine = False
        if not fine:
            self.wrong.append("MAIL_URL is not smtp://user:password@host:port or smtps://….")
        return value

    def trusted_hosts(self, base_url: str, host: str, production: bool) -> tuple[str, ...]:
        given = self.listed("TRUSTED_HOSTS")
        if production and not given:
            self.wrong.append("TRUSTED_HOSTS is missing; name the hosts that people may use.")
        if given:
            return given
        return tuple(dict.fromkeys((*_LOCAL_HOSTS, host, urlsplit(base_url).hostname or host)))

    def networks(self, name: str) -> tuple[Network, ...]:
        networks = []
        for part in self.listed(name):
            try:
                networks.append(ipaddress.ip_network(part))
            except ValueError:
                self.wrong.append(f"{name} has {part!r}, which is not an address or a network.")
        return tuple(networks)

    def command(self, name: str) -> tuple[str, ...]:
        """A program and its arguments, quoted as in a shell; no shell ever runs it."""
        try:
            return tuple(shlex.split(self.get(name)))
        except ValueError:
            self.wrong.append(f"{name} has a quote without its other half.")
            return ()

    def rate_limits(self, production: bool) -> bool:
        on = self.choice("RATE_LIMITS", ("on", "off")) != "off"
        if production and not on:
            self.wrong.append("RATE_LIMITS is off; that is for benchmarks, never for production.")
        return on


def _kept_secret(file: Path) -> str:
    """The key of a laptop's installation, made once and readable by its owner only."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return file.read_text().strip()
