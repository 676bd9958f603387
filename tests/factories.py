"""People and tickets for tests, made by the same verbs as in life where there is one."""

import io
import itertools
from typing import Any

from sqlalchemy import select

from app.clock import now
from app.domain import attachments, history, problems, reports, teams, tickets
from app.domain.media_types import HEAD, media_type
from app.extensions import bcrypt, db
from app.models import (
    Attachment,
    Category,
    ChangeSet,
    Door,
    HelpdeskStaff,
    ReportKind,
    Role,
    Team,
    Ticket,
    TicketMessage,
    TicketReport,
    User,
)
from app.text import email_key, folded, written
from app.web.intake import file_store
from tests.files import png

_numbers = itertools.count(1)

PASSWORD = "the printer is hungry"
_hashes: dict[str, str] = {}


def hashed(password: str = PASSWORD) -> str:
    if password not in _hashes:
        _hashes[password] = bcrypt.generate_password_hash(password, 4).decode()
    return _hashes[password]


def user(
    name: str = "",
    *,
    role: Role | None = None,
    confirmed: bool = True,
    active: bool = True,
    password: str = PASSWORD,
    **more: Any,
) -> User:
    """Somebody. ``name`` alone gives the username and address too: Ann is ann, ann@example.org."""
    name = name or f"Person {next(_numbers)}"
    username = more.pop("username", name.lower().replace(" ", "."))
    email = more.pop("email", f"{username}@example.org")
    moment = now()
    person = User(
        username=username,
        username_key=folded(username),
        name=name,
        name_key=folded(name),
        email=email,
        email_key=email_key(email),
        email_confirmed_at=moment if confirmed else None,
        password_hash=hashed(password),
        created_at=moment,
        registered_at=moment,
        deactivated_at=None if active else moment,
        **more,
    )
    if role is not None:
        person.staff = HelpdeskStaff(role=role, signature="", since=moment)
    db.session.add(person)
    db.session.commit()
    return person


def ann() -> User:
    """Asks."""
    return user("Ann Asker", username="ann")


def eve() -> User:
    """The stranger."""
    return user("Eve Stranger", username="eve")


def sam() -> User:
    """Staffs."""
    return user("Sam Staffer", username="sam", role=Role.AGENT)


def ada() -> User:
    """Administers."""
    return user("Ada Admin", username="ada", role=Role.ADMIN)


def act(by: User | None, kind: str = "test", **more: Any) -> ChangeSet:
    return history.begin(kind, by=by, via=Door.WEB, **more)


def ticket(requester: User, title: str = "The printer is on fire", **more: Any) -> Ticket:
    """A ticket filed by its requester (or ``by`` somebody else)."""
    by = more.pop("by", requester)
    text = written(more.pop("description", "Smoke comes out of **tray 2**."))
    made = tickets.create_ticket(requester, title, text, act=act(by, "ticket.created"), **more)
    db.session.commit()
    return made


def category(name: str = "") -> Category:
    """The category of this name; a few are there from the start."""
    name = name or f"Category {next(_numbers)}"
    if there := db.session.scalars(select(Category).filter_by(name_key=folded(name))).first():
        return there
    made = Category(name=name, name_key=folded(name), position=next(_numbers))
    db.session.add(made)
    db.session.commit()
    return made


def team(name: str = "", *members: User, private: bool = False) -> Team:
    """A team of these people, who are on the help desk."""
    made = teams.add(name or f"Team {next(_numbers)}", is_private=private)
    for person in members:
        teams.add_member(made, person)
    db.session.commit()
    return made


def upload(by: User, name: str = "panel.png", content: bytes | None = None) -> Attachment:
    """A file that somebody uploaded and has not sent with anything yet."""
    content = png() if content is None else content
    stored = file_store().store(io.BytesIO(content))
    made = attachments.add(by, name, stored, media_type(content[:HEAD], name))
    db.session.commit()
    return made


def attached(
    ticket: Ticket,
    name: str = "panel.png",
    content: bytes | None = None,
    *,
    by: User | None = None,
    message: TicketMessage | None = None,
) -> Attachment:
    """A file of the description, or of a message."""
    by = by or db.session.get_one(User, ticket.user_id)
    made = upload(by, name, content)
    attachments.bind([made.public_id], act=act(by), ticket=ticket, message=message)
    db.session.commit()
    return made


def known_problem(requester: User, by: User, title: str = "VPN drops", **more: Any) -> Ticket:
    """A ticket that ``by`` has published, with this summary for everybody."""
    summary = written(more.pop("summary", "The tunnel **breaks**."))
    made = ticket(requester, title, **more)
    problems.mark(made, summary, act=act(by, "problem.marked"))
    db.session.commit()
    return made


def affected(person: User, made: Ticket) -> TicketReport:
    """This person's report of being affected."""
    report = reports.create_report(
        made, person, act=act(person, "report.filed"), kind=ReportKind.AFFECTED
    )
    db.session.commit()
    return report
