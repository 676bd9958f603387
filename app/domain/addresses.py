"""What may be an e-mail address, a username, a name; and the one form in which they compare."""

import re
import unicodedata

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from app.models import USERNAME_MAX
from app.text import NAME_MAX, email_key, is_blank, refusal

RESERVED_MAILBOXES = frozenset(
    {"abuse", "admin", "administrator", "hostmaster", "mailer-daemon", "no-reply", "noreply"}
    | {"postmaster", "root", "security", "ssladmin", "webmaster"}
)
"""Mailboxes that a host has for itself; some prove the ownership of a domain to strangers (R14)."""

# Help desks live in networks of their own, too; ``invalid`` and the like stay refused.
for _domain in ("local", "localhost", "test"):
    if _domain in SPECIAL_USE_DOMAIN_NAMES:
        SPECIAL_USE_DOMAIN_NAMES.remove(_domain)

_USERNAME = re.compile(r"[^\W_][\w.-]*")


def email_problem(address: str, *, mail_from: str = "") -> str | None:
    """Why nobody can have this address here, as a sentence; None when they can.

    ``mail_from`` is our own mailbox, which can never be a person's (R14).
    """
    if normal_address(address) is None:
        return "This isn’t an e-mail address. It looks like name@example.org."
    key = address_key(address)
    if key.rpartition("@")[0].partition("+")[0] in RESERVED_MAILBOXES:
        return "This address belongs to a mail server, not to a person."
    if mail_from and key == address_key(mail_from):
        return "This is the help desk’s own address."
    return None


def username_problem(username: str) -> str | None:
    """Why nobody can be called this, as a sentence; None when they can."""
    if len(username) > USERNAME_MAX:
        return f"A username has at most {USERNAME_MAX} characters."
    if unicodedata.normalize("NFKC", username) != username or not _USERNAME.fullmatch(username):
        return "A username is letters and digits, with dots, hyphens or underscores between them."
    return None


def name_problem(name: str) -> str | None:
    """Why nobody can have this name, as a sentence; None when they can."""
    if sentence := refusal(name):
        return sentence
    if is_blank(name):
        return "Enter a name."
    if "\n" in name or "\t" in name:
        return "A name is one line without tabs."
    if len(name) > NAME_MAX:
        return f"A name has at most {NAME_MAX} characters."
    return None


def normal_address(address: str) -> str | None:
    """The address as it is written to; None for what is no address."""
    if refusal(address):
        return None
    try:
        valid = validate_email(
            address.strip(" "), check_deliverability=False, globally_deliverable=False, strict=True
        )
    except (EmailNotValidError, UnicodeError):
        return None
    # A host without a dot is a slip of the pen, except on one's own machine.
    if "." not in valid.domain and valid.domain != "localhost":
        return None
    return valid.normalized


def address_key(address: str) -> str:
    """The form in which addresses are compared, of whatever was typed."""
    return email_key(normal_address(address) or address)
