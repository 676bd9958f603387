"""What the worker sends in a test: real files, read back as mails."""

import datetime as dt
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import time_machine
from flask import Flask

from app.clock import now
from app.extensions import db
from app.jobs.delivery import Delivery
from app.mail.transport import FileTransport

AFTER_RECALL = dt.timedelta(minutes=1)


class Mailbox:
    """``collect()`` lets the recall time pass, delivers what is due, and returns the new mails."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app = app
        self.folder = folder
        self.seen: set[Path] = set()

    def collect(self) -> list[EmailMessage]:
        db.session.commit()
        delivery = Delivery(self.app, FileTransport(self.folder), "test")
        with time_machine.travel(now() + AFTER_RECALL):
            while delivery.next():
                pass
        db.session.expire_all()
        new = sorted(set(self.folder.glob("*.eml")) - self.seen)
        self.seen |= set(new)
        return [message_from_bytes(file.read_bytes(), policy=default) for file in new]


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_body(("plain",)).get_content())


def html_of(mail: EmailMessage) -> str:
    return str(mail.get_body(("html",)).get_content())


def all_of(mail: EmailMessage) -> str:
    """Headers and both parts, decoded: whatever a reader or a machine could find in it."""
    headers = "\n".join(f"{name}: {value}" for name, value in mail.items())
    return "\n".join((headers, text_of(mail), html_of(mail)))
