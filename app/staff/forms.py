"""The forms around the queue's rows: which tickets are meant, and the buttons below them."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import request, url_for
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, StringField
from wtforms.validators import ValidationError

from app.domain import bulk
from app.domain.bulk import Asked
from app.models import ID_MAX, Priority, TicketStatus, User
from app.queries.bulk import ids_of
from app.queries.tickets import BadFilter
from app.web.forms import is_number
from app.web.redirects import safe_next
from app.web.view_address import NoSuchView, read_view

IDS_MAX = 11 * bulk.TICKETS_MAX
"""Characters of so many numbers with commas between."""


class SelectionForm(FlaskForm):
    """The selected tickets: rows (``id``), what was fixed before (``ids``), or all of a view."""

    back = HiddenField()
    ids = HiddenField()
    all = HiddenField()

    def ticket_ids(self, me: User) -> list[int]:
        """Their numbers, each once; what is no number is not there. Raises BadFilter."""
        if self.all.data:
            return list(self._all_of_the_view(me))
        texts = [*request.form.getlist("id"), *str(self.ids.data or "")[:IDS_MAX].split(",")]
        found = {int(text) for text in texts if is_number(text)}
        return sorted(number for number in found if 0 < number <= ID_MAX)[: bulk.TICKETS_MAX]

    def _all_of_the_view(self, me: User) -> Any:
        try:
            query = parse_qsl(urlsplit(self.back_url()).query, max_num_fields=100)
            wanted = replace(read_view(MultiDict(query), me).filter, after=None, before=None)
        except NoSuchView:
            raise BadFilter("There is no such view.") from None
        except BadFilter:
            raise
        except ValueError as too_many:
            raise BadFilter("This view’s address is too long to be one of ours.") from too_many
        found = ids_of(me, wanted, limit=bulk.TICKETS_MAX + 1)
        if len(found) > bulk.TICKETS_MAX:
            raise BadFilter(
                f"That is more than {bulk.TICKETS_MAX:,} tickets, the most that can be changed"
                " at once. Narrow the filter."
            )
        return found

    def back_url(self) -> str:
        """The queue as it was, and nothing else."""
        target = safe_next(self.back.data) or ""
        queue = url_for("staff.queue")
        return target if target == queue or target.startswith(queue + "?") else queue


class BulkForm(SelectionForm):
    """``do`` is what the pressed button says: ``take``, ``assign:3``, ``status:solved``, …"""

    do = StringField()

    @property
    def verb(self) -> str:
        return str(self.do.data or "").partition(":")[0]

    @property
    def value(self) -> str:
        return str(self.do.data or "").partition(":")[2]

    def validate_do(self, _field: Any) -> None:
        allowed = {
            "take": lambda value: not value,
            "restore": lambda value: not value,
            "assign": is_number,
            "status": lambda value: value in {s.value for s in TicketStatus},
            "priority": lambda value: value in {p.value for p in Priority},
        }
        if self.verb not in allowed or not allowed[self.verb](self.value):
            raise ValidationError("Choose what to do with the selected tickets.")

    def asked(self) -> Asked:
        """What the button asks for; only after the form has validated."""
        match self.verb:
            case "assign":
                return Asked(assignee_id=int(self.value))
            case "status":
                return Asked(status=self.value)
            case "priority":
                return Asked(priority=self.value)
            case "restore":
                return Asked(restore=True)
        return Asked(take=True)
