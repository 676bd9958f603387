"""How a finished mail leaves: over SMTP, or into readable files where no server is named.

Each way raises Refused when there is no sense in trying again, and NotNow when there is.
"""

import contextlib
import datetime as dt
import os
import re
import secrets
import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from app.clock import now
from app.text import one_line

TIMEOUT_SECONDS = 30.0
REASON_MAX = 500
_READABLE = SMTP.clone(linesep="\n", utf8=True, max_line_length=990)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Refused(Exception):
    """The mail will never be taken; the message is the server's word."""


class NotNow(Exception):
    """The mail was not taken this time."""


class Transport(Protocol):
    def send(self, mail: EmailMessage, *, sender: str, recipient: str) -> None:
        """Hand the mail over; returns once it is somebody else's duty to keep it."""


def transport_for(mail_url: str | None, folder: Path) -> Transport:
    """What the settings ask for."""
    return SmtpTransport(mail_url) if mail_url else FileTransport(folder)


class FileTransport:
    """Each mail a file that its owner can open; being written counts as sent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, mail: EmailMessage, *, sender: str, recipient: str) -> None:
        content = mail.as_bytes(policy=_READABLE)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(_file_name(recipient, now()), content)
        except OSError as error:
            raise NotNow(f"The mail folder cannot be written: {error.strerror}.") from error

    def _write(self, name: str, content: bytes) -> None:
        """All or nothing, also when the power goes: a name appears once its content is safe."""
        unfinished = self.folder / f".{name}.tmp"
        with open(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self.folder / name)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _file_name(recipient: str, moment: dt.datetime) -> str:
    slug = re.sub(r"[^a-z0-9.]+", "-", recipient.lower().replace("@", "-at-")).strip("-.")[:60]
    return f"{moment:%Y-%m-%dT%H%M%S.%f}-{slug}-{secrets.token_hex(3)}.eml"


class SmtpTransport:
    """One connection per mail, encrypted wherever the server can.

    ``smtps://`` speaks TLS from the start; ``smtp://`` changes to it when the server offers that,
    and ``smtp://…?tls=required`` sends nothing otherwise. Certificates are always verified, and a
    password leaves this machine over TLS only.
    """

    def __init__(self, url: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self.server = urlsplit(url)
        self.timeout = timeout

    def send(self, mail: EmailMessage, *, sender: str, recipient: str) -> None:
        try:
            with self._connection() as smtp:
                self._hand_over(smtp, mail, sender, recipient)
        except smtplib.SMTPResponseException as error:
            # Being turned away before the mail was named says nothing about the mail.
            raise NotNow(_words(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotNow(_cut(f"{type(error).__name__}: {error}")) from error

    @contextlib.contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        smtp = self._connect()
        try:
            self._prepare(smtp)
            yield smtp
            # The mail was accepted; a server that does not say goodbye changes nothing.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.quit()
        finally:
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        host = self.server.hostname or ""
        if self.server.scheme == "smtps":
            return smtplib.SMTP_SSL(
                host,
                self.server.port or 465,
                timeout=self.timeout,
                context=ssl.create_default_context(),
            )
        port = self.server.port or (587 if self.server.username else 25)
        return smtplib.SMTP(host, port, timeout=self.timeout)

    def _prepare(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self.server.scheme == "smtp":
            if smtp.has_extn("starttls"):
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
            elif _must_be_encrypted(self.server):
                raise NotNow("The mail server offers no encryption (STARTTLS), which is required.")
        if self.server.username:
            smtp.login(unquote(self.server.username), unquote(self.server.password or ""))

    def _hand_over(
        self, smtp: smtplib.SMTP, mail: EmailMessage, sender: str, recipient: str
    ) -> None:
        options = []
        if smtp.has_extn("8bitmime"):
            options.append("BODY=8BITMIME")
        else:
            _encode_for_seven_bits(mail)
        try:
            smtp.send_message(mail, sender, [recipient], mail_options=options)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _verdict(code, words) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise _verdict(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused("The mail server takes no addresses beyond ASCII.") from error


def _must_be_encrypted(server: SplitResult) -> bool:
    if parse_qs(server.query).get("tls") == ["required"]:
        return True
    return server.username is not None and server.hostname not in _LOOPBACK


def _encode_for_seven_bits(mail: EmailMessage) -> None:
    for part in mail.walk():
        if part.get("Content-Transfer-Encoding") == "8bit":
            part.set_content(
                part.get_content(), subtype=part.get_content_subtype(), cte="quoted-printable"
            )


def _verdict(code: int, words: bytes | str) -> Refused | NotNow:
    return (Refused if 500 <= code < 600 else NotNow)(_words(code, words))


def _words(code: int, words: bytes | str) -> str:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return _cut(f"The mail server said: {code} {said}")


def _cut(reason: str) -> str:
    return one_line(reason)[:REASON_MAX]
