"""The form around the queue's rows."""

from typing import Any

from flask import request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import ValidationError

from app.models import ID_MAX, Priority, TicketStatus
from app.web.redirects import safe_next

SELECTED_MAX = 200


class BulkForm(FlaskForm):
    """``do`` is what the pressed button says: ``take``, ``assign:3``, ``status:solved``, …

    A menu without scripts sends ``do=assign`` and the person in ``person``.
    """

    do = StringField()
    back = StringField()

    @property
    def verb(self) -> str:
        return str(self.do.data or "").partition(":")[0]

    @property
    def value(self) -> str:
        return str(self.do.data or "").partition(":")[2]

    @property
    def person_id(self) -> int:
        return int(self.value)

    @property
    def ids(self) -> list[int]:
        """The selected tickets' numbers; what is no number is not there."""
        found = {int(text) for text in request.form.getlist("id") if _is_number(text)}
        return sorted(number for number in found if 0 < number <= ID_MAX)[:SELECTED_MAX]

    def validate_do(self, _field: Any) -> None:
        allowed = {
            "take": lambda value: not value,
            "restore": lambda value: not value,
            "assign": _is_number,
            "status": lambda value: value in {s.value for s in TicketStatus},
            "priority": lambda value: value in {p.value for p in Priority},
        }
        if self.verb not in allowed or not allowed[self.verb](self.value):
            raise ValidationError("Choose what to do with the selected tickets.")
        if not self.ids and not request.form.get("all"):
            raise ValidationError("Select at least one ticket first.")

    def sentence(self) -> str:
        return " ".join(str(error) for errors in self.errors.values() for error in errors)

    def back_url(self) -> str:
        """The queue as it was, and nothing else."""
        target = safe_next(self.back.data) or ""
        queue = url_for("staff.queue")
        return target if target == queue or target.startswith(queue + "?") else queue


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10
