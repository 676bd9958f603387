"""What is attached to a form: uploads that it names by their ids, and files that come with it.

Whatever comes with a form is stored before anything else happens to the form, and then belongs to
its sender as an upload. So it is still there when the form has to be shown again, with scripts or
without, and the transaction that stores the text has only rows to bind.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_login import current_user
from wtforms import Field

from app.domain import attachments
from app.domain.attachments import FILE_MAX, FILES_MAX, size_label
from app.domain.media_types import IMAGES
from app.models import PUBLIC_ID, Attachment, User
from app.queries.attachments import bindable
from app.web import intake

NAMED_MAX = 60
"""How many uploads a form may name before the rest is not even read."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was uploaded and not sent yet, as a form shows it."""

    id: str
    name: str
    size: str
    icon: str
    url: str


def icon(attachment: Attachment) -> str:
    return "image" if attachment.media_type in IMAGES else "file-text"


def uploads_of(person: User, public_ids: Sequence[str]) -> list[Upload]:
    """Those of these uploads that this person can send."""
    return _shown(bindable(person, public_ids))


def _shown(found: Sequence[Attachment]) -> list[Upload]:
    return [
        Upload(
            id=attachment.public_id,
            name=attachment.name,
            size=size_label(attachment.size),
            icon=icon(attachment),
            url=url_for("ticket.upload", public_id=attachment.public_id),
        )
        for attachment in found
    ]


class AttachmentsField(Field):
    """Its value is the ids of what is attached, good or not: the domain refuses what cannot be."""

    data: list[str]
    files_max = FILES_MAX
    file_max = FILE_MAX
    hint = f"Up to {FILES_MAX} files, {size_label(FILE_MAX)} each."

    def __init__(self, label: str = "Attachments", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self._named: list[str] = []
        self._intake = intake.Intake()
        self._uploads: list[Upload] | None = None

    def process_data(self, value: Any) -> None:
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        # What cannot be an id names nothing; the domain says so as of any other that is not there.
        named = (str(value) for value in valuelist[:NAMED_MAX])
        self._named = [value if re.fullmatch(PUBLIC_ID, value) else "" for value in named]
        self.data = list(self._named)

    @property
    def content(self) -> Any:
        """What makes two posts the same one: the same uploads, and files with the same bytes."""
        return [self._named, [[fresh.name, fresh.sha256] for fresh in self._intake.fresh]]

    @property
    def uploads(self) -> list[Upload]:
        """What of it can be sent, where the form has to be shown again."""
        if self._uploads is None:
            self._uploads = uploads_of(_visitor(), self.data)
        return self._uploads

    @property
    def status(self) -> int:
        """The status of an answer that refuses this form."""
        return 413 if self._intake.is_too_large else 422

    def offer(self, found: Sequence[Attachment]) -> None:
        """Attach these to begin with, as those of a message that was taken back."""
        self.data = [attachment.public_id for attachment in found]
        self._uploads = _shown(found)

    def receive(self, person: User) -> None:
        """Store what came with the form; what cannot be taken makes the form invalid."""
        self._intake = intake.take_in(person, besides=len(self._named))
        self.data = [*self._named, *(fresh.public_id for fresh in self._intake.fresh)]
        self.process_errors = list(self._intake.refusals)

    def forget_fresh(self) -> None:
        """Remove what came with a form that had been sent before; the caller commits."""
        for attachment in bindable(_visitor(), [f.public_id for f in self._intake.fresh]):
            attachments.remove(attachment)


def _visitor() -> User:
    person: User = current_user._get_current_object()
    return person
