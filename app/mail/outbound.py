"""Renders a mail at the moment of sending, from what is true then.

Only a ticket's public side is ever read here: no note can reach a mail, whatever a template says.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import current_app
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.clock import now, zone
from app.domain import credentials
from app.domain.attachments import size_label
from app.domain.settings import site
from app.extensions import db
from app.mail.audience import MAIL
from app.models import (
    Attachment,
    MessageKind,
    OutboxEntry,
    ProblemUpdate,
    Ticket,
    TicketMessage,
    TicketReport,
    TicketStatus,
    TokenPurpose,
    User,
)
from app.policy import Permission, allows
from app.queries.attachments import of_description, of_reply
from app.text import one_line
from config import Settings

LINE_MAX = 990
"""What a line of a mail may hold unencoded; the standard's limit is 998 with its end."""

_UNFOLDED = SMTP.clone(max_line_length=LINE_MAX)
"""For plain subjects: the folder would begin some of them on a second line, with a space."""

_LOCAL_LINK = re.compile(r'(<a href=")([/#])')


class Withdrawn(Exception):
    """The mail is not to be sent any more; the message says why."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished mail and its envelope."""

    mail: EmailMessage
    sender: str
    recipient: str


@dataclass(frozen=True, slots=True)
class _Link:
    """Which door a mail's one-time link opens."""

    purpose: TokenPurpose
    endpoint: str


_LINKS = {
    "account.confirm_email": _Link(TokenPurpose.CONFIRM_EMAIL, "auth.confirm_email"),
    "account.change_email": _Link(TokenPurpose.CHANGE_EMAIL, "auth.change_email"),
    "account.reset": _Link(TokenPurpose.RESET_PASSWORD, "auth.reset_password"),
    "account.invited": _Link(TokenPurpose.INVITE, "auth.invite"),
}


def needs_link(entry: OutboxEntry) -> bool:
    return entry.topic in _LINKS


def make_link(entry: OutboxEntry) -> str:
    """A fresh secret, made at each try so that none is ever stored; the caller commits.

    Raises Withdrawn when the mail has become pointless.
    """
    reader, address = _addressee(entry)
    _refuse_pointless(entry, reader)
    return credentials.make_link(_LINKS[entry.topic].purpose, reader, email=address)


def compose(entry: OutboxEntry, *, secret: str | None = None) -> Letter:
    """The mail of this entry. Raises Withdrawn when nobody is to get it."""
    reader, address = _addressee(entry)
    _refuse_pointless(entry, reader)
    if entry.topic == MAIL:
        page = _ticket_page(entry, reader)
    else:
        page = _account_page(entry, reader, secret)
    return _letter(entry, page, reader, address)


def _addressee(entry: OutboxEntry) -> tuple[User, str]:
    reader = db.session.get(User, entry.recipient_id) if entry.recipient_id else None
    if reader is None or not reader.is_active:
        raise Withdrawn("The account is switched off.")
    address = entry.address or reader.email
    if not address:
        raise Withdrawn("The account has no address.")
    return reader, address


def _refuse_pointless(entry: OutboxEntry, reader: User) -> None:
    if entry.topic == "account.confirm_email" and reader.is_confirmed:
        raise Withdrawn("The address is confirmed already.")
    if entry.topic == "account.change_email" and reader.pending_email != entry.address:
        raise Withdrawn("The change of address was withdrawn.")
    if entry.topic == "account.invited" and reader.password_hash is not None:
        raise Withdrawn("The invitation was accepted already.")


# --- what a mail says --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Page:
    """A template with what it is filled with, and the ticket whose thread it belongs to."""

    template: str
    context: dict[str, Any]
    ticket_id: int | None = None
    named: bool = True


def _ticket_page(entry: OutboxEntry, reader: User) -> _Page:
    template, ids = str(entry.payload["template"]), entry.payload
    ticket = _ticket(ids["ticket_id"])
    if ticket.is_trashed:
        raise Withdrawn("The ticket is in the trash.")
    is_requester = reader.id == ticket.user_id
    if not reader.is_confirmed and (is_requester or reader in ticket.participants):
        # Whoever holds this address may not know us: nothing that somebody else chose (R74).
        return _Page("news", {"ticket": ticket.id, "url": _ticket_url(ticket)}, ticket.id, False)
    sees = allows(reader, Permission.TICKET_SEE, ticket)
    knows = allows(reader, Permission.TICKET_SEE_SUMMARY, ticket)
    works_on_it = allows(reader, Permission.TICKET_SEE_INTERNAL, ticket)
    if not (knows if template in _ON_PROBLEMS else sees) and template != "report_resolved":
        raise Withdrawn("They may not see the ticket.")
    is_awaited = sees and not works_on_it
    context = {
        "number": ticket.id,
        "title": one_line(ticket.title) if knows else None,
        "is_requester": is_requester,
        "status": ticket.status.requester_label if is_awaited else ticket.status.label,
        "url": _ticket_url(ticket) if knows else None,
        **_PAGES[template](ticket, ids),
    }
    return _Page(template, context, ticket.id, named=reader.is_confirmed)


def _files(found: Sequence[Attachment], ticket: Ticket) -> list[dict[str, str]]:
    """What was attached, by name and link: a file is only given to who may see the ticket then."""
    return [
        {
            "name": attachment.name,
            "size": size_label(attachment.size),
            "url": _url("ticket.attachment", ticket_id=ticket.id, public_id=attachment.public_id),
        }
        for attachment in found
        if attachment.infection is None
    ]


def _received_page(ticket: Ticket, _ids: dict[str, Any]) -> dict[str, Any]:
    by_staff = ticket.opened_by_id != ticket.user_id
    return {
        "opened_by": ticket.opened_by.name if by_staff else None,
        "files": _files(of_description(ticket), ticket),
        "said": ticket.description,
        "said_html": _html(ticket.description_html, ticket),
    }


def _message_page(ticket: Ticket, ids: dict[str, Any]) -> dict[str, Any]:
    message = db.session.scalars(
        select(TicketMessage)
        .where(
            TicketMessage.id == ids["message_id"],
            TicketMessage.ticket_id == ticket.id,
            TicketMessage.kind == MessageKind.REPLY,
            TicketMessage.undone_by_id.is_(None),
        )
        .options(joinedload(TicketMessage.author).lazyload(User.staff))
    ).one_or_none()
    if message is None:
        raise Withdrawn("The message was taken back.")
    return {
        "author": message.author.name,
        "at": message.created_at,
        "solved": ticket.status is TicketStatus.SOLVED,
        "files": _files(of_reply(message), ticket),
        "said": message.body,
        "said_html": _html(message.body_html, ticket),
    }


def _solved_page(ticket: Ticket, _ids: dict[str, Any]) -> dict[str, Any]:
    if ticket.is_open:
        raise Withdrawn("The ticket is open again.")
    window = site().reopen_window if ticket.status is TicketStatus.SOLVED else None
    until = ticket.solved_at + window if ticket.solved_at and window is not None else None
    return {"until": until}


def _assigned_page(ticket: Ticket, _ids: dict[str, Any]) -> dict[str, Any]:
    return {
        "requester": ticket.requester.name,
        "files": _files(of_description(ticket), ticket),
        "said": ticket.description,
        "said_html": _html(ticket.description_html, ticket),
    }


def _copied_in_page(_ticket: Ticket, ids: dict[str, Any]) -> dict[str, Any]:
    by = db.session.get(User, ids["by_id"]) if ids["by_id"] else None
    return {"by": by.name if by else site().name}


def _report_page(ticket: Ticket, ids: dict[str, Any]) -> dict[str, Any]:
    report = db.session.scalars(
        select(TicketReport)
        .where(TicketReport.id == ids["report_id"], TicketReport.ticket_id == ticket.id)
        .options(joinedload(TicketReport.reporter).lazyload(User.staff))
    ).one()
    return {
        "reporter": report.reporter.name,
        "kind": report.kind.value,
        "comment": report.comment,
    }


def _resolved_page(ticket: Ticket, _ids: dict[str, Any]) -> dict[str, Any]:
    """Who was affected may see no more of it than the summary, if there is one for everybody."""
    if not ticket.is_known_problem:
        return {"summary": None}
    return {
        "summary": ticket.public_summary,
        "summary_html": _html(ticket.public_summary_html, ticket),
    }


def _problem_page(ticket: Ticket, _ids: dict[str, Any]) -> dict[str, Any]:
    if not ticket.is_known_problem:
        raise Withdrawn("It is not a known problem any more.")
    return {
        "said": ticket.public_summary,
        "said_html": _html(ticket.public_summary_html, ticket),
    }


def _problem_updated_page(ticket: Ticket, ids: dict[str, Any]) -> dict[str, Any]:
    update = db.session.get_one(ProblemUpdate, ids["update_id"])
    if update.ticket_id != ticket.id or update.undone_by_id is not None:
        raise Withdrawn("The update was taken back.")
    return _problem_page(ticket, ids) | {
        "said": update.body,
        "said_html": _html(update.body_html, ticket),
    }


_ON_PROBLEMS = {"problem", "problem_updated"}
"""What is sent to people who may know no more of a ticket than its summary."""

_PAGES: dict[str, Callable[[Ticket, dict[str, Any]], dict[str, Any]]] = {
    "received": _received_page,
    "replied": _message_page,
    "answered": _message_page,
    "solved": _solved_page,
    "assigned": _assigned_page,
    "copied_in": _copied_in_page,
    "report_filed": _report_page,
    "report_resolved": _resolved_page,
    "problem": _problem_page,
    "problem_updated": _problem_updated_page,
}


def _account_page(entry: OutboxEntry, reader: User, secret: str | None) -> _Page:
    context: dict[str, Any] = {
        "sign_in_url": _url("auth.login"),
        "forgot_url": _url("auth.forgot_password"),
        "username": reader.username if reader.is_confirmed else None,
        "at": entry.created_at,
    }
    if entry.topic in _LINKS:
        link = _LINKS[entry.topic]
        context |= {
            "url": _url(link.endpoint, token=secret),
            "until": now() + credentials.LINK_LIFETIMES[link.purpose],
        }
    return _Page(entry.topic.removeprefix("account."), context, named=False)


def _ticket(ticket_id: int) -> Ticket:
    return db.session.scalars(
        select(Ticket)
        .where(Ticket.id == ticket_id)
        .options(
            joinedload(Ticket.requester).lazyload(User.staff),
            joinedload(Ticket.opened_by).lazyload(User.staff),
        )
    ).one()


# --- addresses ---------------------------------------------------------------------------------


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _url(endpoint: str, **values: Any) -> str:
    """An address that people can open; never from a request, always from the settings (R49)."""
    path = current_app.url_map.bind("mail").build(endpoint, values)
    return _settings().base_url + path


def _ticket_url(ticket: Ticket) -> str:
    return _url("ticket.show", ticket_id=ticket.id)


def _html(html: str, ticket: Ticket) -> Markup:
    """Rendered Markdown, its links within the site made whole for a reader elsewhere."""
    start = {"/": _settings().base_url + "/", "#": _ticket_url(ticket) + "#"}
    return Markup(_LOCAL_LINK.sub(lambda link: link[1] + start[link[2]], html))  # noqa: S704 -- nh3 has cleaned it


# --- the letter --------------------------------------------------------------------------------


def _letter(entry: OutboxEntry, page: _Page, reader: User, address: str) -> Letter:
    subject, text, html = _rendered(page, reader)
    sender = _settings().mail_from
    mail = EmailMessage(policy=_UNFOLDED if subject.isascii() else SMTP)
    mail["From"] = _mailbox(sender, site().name)
    mail["To"] = _mailbox(address, reader.name if page.named else "")
    mail["Subject"] = _no_encoded_word(subject)
    mail["Date"] = format_datetime(now())
    mail["Message-ID"] = entry.message_id
    if page.ticket_id is not None:
        root = f"<deskhand.ticket.{page.ticket_id}@{urlsplit(_settings().base_url).hostname}>"
        mail["In-Reply-To"] = root
        mail["References"] = root
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(text, cte=_encoding(text))
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return Letter(mail, sender=sender, recipient=_ascii_domain(address))


def _rendered(page: _Page, reader: User) -> tuple[str, str, str]:
    """Subject, text and HTML; the text template begins with a line for the subject."""
    here = zone(reader.time_zone or site().time_zone)
    context = {
        **page.context,
        "site": site(),
        "greeting": reader.first_name if page.named else None,
        "moment": lambda moment: _moment(moment, here),
    }
    environment = current_app.jinja_env
    lines = environment.get_template(f"email/{page.template}/mail.txt").render(context)
    head, _, text = lines.partition("\n\n")
    subject = one_line(head.removeprefix("Subject:"))
    html = environment.get_template(f"email/{page.template}/mail.html").render(
        context, subject=subject
    )
    return subject, text.strip() + "\n", html


def _moment(moment: dt.datetime, there: ZoneInfo) -> str:
    here = moment.astimezone(there)
    return f"{here.day} {here:%B %Y}, {here:%H:%M} ({there.key.replace('_', ' ')})"


def _mailbox(address: str, name: str) -> Address:
    try:
        shown = _no_encoded_word(one_line(name))
        return Address(display_name=shown, addr_spec=_ascii_domain(address))
    except (ValueError, IndexError) as error:
        raise Withdrawn("This is not an address that a mail can be sent to.") from error


def _no_encoded_word(line: str) -> str:
    """Typed text that looks like an encoded word (RFC 2047) would be decoded on its way into the
    header, and a line break in it would begin another header (CVE-2024-6923)."""
    return line.replace("=?", "= ?")


def _ascii_domain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def _encoding(text: str) -> str:
    """As written wherever a mail may hold it so, because people read these files too."""
    if any(len(line.encode()) > LINE_MAX for line in text.split("\n")):
        return "quoted-printable"
    return "7bit" if text.isascii() else "8bit"
