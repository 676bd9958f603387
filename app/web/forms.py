"""Form fields and checks that every edge shares: the shape of what people type.

Limits are the constants of ``app/text.py``, so that form, API and column cannot disagree.
"""

import secrets
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import StopValidation, ValidationError

from app.text import Written, is_blank, refusal, written
from app.web import idempotency

FROM_LIST = {
    "invalid_value_message": "Choose one from the list.",
    "invalid_choice_message": "Choose one from the list.",
}
"""What a field of choices says to everything else."""


def is_number(text: str) -> bool:
    """Whether this can be an id: digits and no more of them than one has."""
    return text.isascii() and text.isdigit() and len(text) <= 10


def names_in(line: str | None) -> tuple[str, ...]:
    """What stands between the commas."""
    return tuple(name.strip() for name in (line or "").split(",") if name.strip())


class PlainText:
    """Refuses what cannot be stored, and what is too long or, unless ``blank``, nothing at all."""

    def __init__(self, most: int, *, missing: str = "", blank: bool = False) -> None:
        self.most = most
        self.missing = missing
        self.blank = blank

    def __call__(self, _form: Any, field: Any) -> None:
        text = field.data or ""
        if sentence := refusal(text):
            raise StopValidation(sentence)
        if not self.blank and is_blank(text):
            raise StopValidation(self.missing)
        if len(text) > self.most:
            raise ValidationError(f"This has {len(text):,} characters; the limit is {self.most:,}.")


class LineField(StringField):
    """One line, exactly as typed."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0] if valuelist else ""


class WrittenField(TextAreaField):
    """A Markdown text. Browsers send line ends as CRLF; what is kept is what was typed, LF.

    The HTML is made as the form is read, before a write transaction opens.
    """

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0].replace("\r\n", "\n") if valuelist else ""
        self._written: Written | None = written(self.data) if refusal(self.data) is None else None

    @property
    def written(self) -> Written:
        """The text and its HTML; only after the field has validated."""
        if self._written is None:
            raise ValueError("this text was refused")
        return self._written


class NonceField(HiddenField):
    """A number that makes sending the same form twice harmless (see ``web/idempotency.py``)."""

    def process_data(self, _value: Any) -> None:
        self.data = secrets.token_urlsafe(18)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist and 0 < len(valuelist[0]) <= 64 and valuelist[0].isprintable():
            self.data = valuelist[0]


class ChosenField(HiddenField):
    """A number that the page put there: a version, the newest message seen. None when unusable."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0] if valuelist else ""
        usable = text.isascii() and text.isdigit() and len(text) <= 9
        self.data = int(text) if usable else None


_NOT_CONTENT = ("csrf_token", "seen", "version")


def submission_key(form: FlaskForm) -> str:
    """What makes two posts of a form the same one: its nonce and all that was typed.

    The nonce alone would swallow what somebody changed after going Back. Some fields have a
    ``content`` that says better than their value whether it is the same.
    """
    return idempotency.fingerprint(
        [
            [field.short_name, getattr(field, "content", field.data)]
            for field in form
            if field.short_name not in _NOT_CONTENT
        ]
    )
