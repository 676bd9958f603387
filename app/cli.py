"""The commands."""

import datetime as dt
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import click
from flask import Flask, current_app
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.clock import now
from app.demo import loading
from app.domain import accounts, addresses, credentials, passwords
from app.domain.errors import DomainError, Unprocessable
from app.extensions import db
from app.jobs import file_check
from app.jobs.worker import Worker
from app.models import REQUESTER, Role, TokenPurpose
from app.queries import wholeness
from app.web.intake import file_store
from config import Settings

WRONG_INPUT = 2
NOT_WHOLE = 1
DEMO_TICKETS = 3000
FIRST_YEAR = 1980
DEMO_PASSWORD = "a harbour full of boats"  # noqa: S105 -- printed for everybody to use
NO_DATABASE = 1


def init_app(app: Flask) -> None:
    """Add the commands to ``flask``."""
    for command in (serve, user, demo, worker, verify):
        app.cli.add_command(command)


@click.command()
def serve() -> None:
    """Set up what is missing, then serve with the worker inside."""
    from app import server  # gunicorn, which no other command needs

    try:
        server.serve(_app())
    except server.CannotStart as reason:
        _stop(f"Deskhand does not start: {reason}", 1)


@click.group()
def user() -> None:
    """People."""


def _says_what_is_wrong(command: Callable[..., None]) -> Callable[..., None]:
    @wraps(command)
    def saying(**options: Any) -> None:
        try:
            command(**options)
        except DomainError as error:
            db.session.rollback()
            _stop(error.sentence, WRONG_INPUT)
        except (OperationalError, ProgrammingError) as error:
            db.session.rollback()
            reason = str(error.orig).strip().splitlines()[0]
            _stop(
                f"The database cannot be used: {reason}."
                " Where it is new or old, “flask db upgrade” brings it up to date.",
                NO_DATABASE,
            )

    return saying


@user.command()
@click.option("--username", required=True)
@click.option("--email", required=True)
@click.option("--name", help="Shown to people; the username unless given.")
@click.option(
    "--role", required=True, type=click.Choice([REQUESTER, *(place.value for place in Role)])
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@_says_what_is_wrong
def create(username: str, email: str, name: str | None, role: str, password_stdin: bool) -> None:
    """Make an account. Without a password, print the link by which its owner sets one."""
    place = None if role == REQUESTER else Role(role)
    name = name if name is not None else username
    if sentence := addresses.email_problem(email, mail_from=_settings().mail_from):
        raise Unprocessable(sentence, field="email")
    password = _password(name, email, staff=place is not None) if password_stdin else None
    password_hash = passwords.hash_password(password) if password else None
    db.session().will_write()
    made = accounts.create_user(
        username=username,
        name=name,
        email=email,
        role=place,
        password_hash=password_hash,
        confirmed=password_hash is not None,
        by=None,
    )
    link = None if password_hash else credentials.make_link(TokenPurpose.INVITE, made, email=email)
    db.session.commit()
    click.echo(f"{made.username} is here now, as {made.role}.")
    if link:
        click.echo(f"This link sets the password, once, for three days:\n{_invite_url(link)}")


def _password(name: str, email: str, *, staff: bool) -> str:
    try:
        password = sys.stdin.buffer.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError:
        _stop("The password is not UTF-8 text.", WRONG_INPUT)
    if sentence := passwords.password_problem(password, staff=staff, name=name, email=email):
        db.session.rollback()
        _stop(sentence, WRONG_INPUT)
    db.session.rollback()
    return password


def _invite_url(secret: str) -> str:
    return _settings().base_url + current_app.url_map.bind("cli").build(
        "auth.invite", {"token": secret}
    )


@click.group()
def demo() -> None:
    """A help desk to try, with made-up people."""


@demo.command()
@click.option("--tickets", required=True, type=click.IntRange(1, 10_000_000))
@click.option("--seed", default=1, show_default=True, help="Another seed, other stories.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="When the two years end, in UTC; now unless given.",
)
@_says_what_is_wrong
def load(tickets: int, seed: int, until: dt.datetime | None) -> None:
    """Fill a database that has no tickets with a believable help desk."""
    end = until.replace(tzinfo=dt.UTC) if until else now()
    if end > now():
        _stop("The two years of the demo cannot end in the future.", WRONG_INPUT)
    if end.year < FIRST_YEAR:
        _stop(
            "The two years of the demo cannot reach back before 1970: end them in 1980 or later.",
            WRONG_INPUT,
        )
    _load_demo(tickets, seed, end)


@demo.command()
@_says_what_is_wrong
def prepare() -> None:
    """Bring the database up to date, fill it when it is empty, and say who can sign in."""
    from app import server  # gunicorn, as above

    try:
        server.migrate_database()
    except server.CannotStart as reason:
        _stop(f"The demo does not start: {reason}", 1)
    if loading.is_empty():
        _load_demo(DEMO_TICKETS, 1, now())
    else:
        _say_who_can_sign_in(loading.sign_ins())


def _load_demo(tickets: int, seed: int, until: dt.datetime) -> None:
    settings: Settings = current_app.config["SETTINGS"]
    # What everybody knows is no password where it matters.
    password_hash = None if settings.production else passwords.hash_password(DEMO_PASSWORD)
    db.session.rollback()
    with click.progressbar(length=tickets, label="Tickets", file=sys.stderr) as bar:
        loading.load(
            tickets,
            seed=seed,
            until=until,
            password_hash=password_hash,
            store=file_store(),
            progress=bar.update,
        )
    if password_hash:
        _say_who_can_sign_in(loading.sign_ins())
    else:
        click.echo("In production nobody of the demo has a password: invite them.")


def _say_who_can_sign_in(people: list[loading.SignIn]) -> None:
    click.echo(f"These can sign in, all with the password “{DEMO_PASSWORD}”:")
    for person in people:
        click.echo(f"  {person.role:<10} {person.username:<24} {person.name:<24} {person.because}")


@click.command()
def worker() -> None:
    """Deliver the outbox and do timed work, until told to stop."""
    asked_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_stop.set())
    click.echo("The worker runs. Ctrl-C stops it.")
    Worker(_app()).run(asked_to_stop.wait)


@click.command()
@_says_what_is_wrong
def verify() -> None:
    """Check that the data is whole; name what is not and exit with 1."""
    problems = 0
    store = file_store()
    files = wholeness.Check("attachments are there, unchanged", partial(file_check.problems, store))
    for check in (*wholeness.CHECKS, files):
        found = 0
        for problem in check.problems():
            found += 1
            click.echo(f"{check.name}: {problem}")
        if not found:
            click.echo(f"ok: {check.name}")
        problems += found
    for stray in file_check.strays(store):
        click.echo(f"note: the file {stray.key} belongs to nothing; it goes when it is a day old")
    if problems:
        _stop(f"{problems} problem{'s' if problems > 1 else ''} found.", NOT_WHOLE)
    click.echo("The data is whole.")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def _stop(sentence: str, code: int) -> Any:
    click.echo(sentence, err=True)
    sys.exit(code)
