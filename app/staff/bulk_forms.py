"""The form of an act on many tickets: which ones, and what is to become of each."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import request, url_for
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, RadioField, SelectChoice, SelectField
from wtforms.validators import ValidationError

from app.domain import bulk, tickets
from app.domain.bulk import Asked
from app.domain.errors import DomainError
from app.models import ID_MAX, Priority, TicketStatus, User
from app.queries import choices
from app.queries.bulk import ids_of
from app.queries.tickets import BadFilter
from app.text import TAG_MAX, TAGS_PER_TICKET_MAX, TEXT_MAX, is_blank
from app.web.forms import LineField, NonceField, PlainText, WrittenField
from app.web.redirects import safe_next
from app.web.view_address import NoSuchView, read_view

IDS_MAX = 11 * bulk.TICKETS_MAX
"""Characters of so many numbers with commas between."""
_FROM_LIST = {
    "invalid_value_message": "Choose one from the list.",
    "invalid_choice_message": "Choose one from the list.",
}
TAGS_LINE_MAX = TAGS_PER_TICKET_MAX * (TAG_MAX + 2)
SETTABLE = tuple(status for status in TicketStatus if status is not TicketStatus.NEW)
_AS_IT_IS = SelectChoice("", "Leave as it is")


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
        found = {int(text) for text in texts if _is_number(text)}
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


class BulkEditForm(SelectionForm):
    status = SelectField(
        "Status",
        choices=[_AS_IT_IS, *(SelectChoice(s.value, s.label) for s in SETTABLE)],
        default="",
        **_FROM_LIST,
    )
    priority = SelectField(
        "Priority",
        choices=[_AS_IT_IS, *(SelectChoice(p.value, p.label) for p in reversed(Priority))],
        default="",
        **_FROM_LIST,
    )
    assignee = SelectField("Assignee", default="", **_FROM_LIST)
    team = SelectField("Team", default="", **_FROM_LIST)
    category = SelectField("Category", default="", **_FROM_LIST)
    add_tags = LineField("Add tags", validators=[PlainText(TAGS_LINE_MAX, blank=True)], default="")
    remove_tags = LineField(
        "Remove tags", validators=[PlainText(TAGS_LINE_MAX, blank=True)], default=""
    )
    note = WrittenField("Internal note", validators=[PlainText(TEXT_MAX, blank=True)], default="")
    trash = RadioField(
        "Trash",
        choices=[
            SelectChoice("", "Leave them where they are"),
            SelectChoice("trash", "Put them in the trash"),
            SelectChoice("restore", "Take them out of the trash"),
        ],
        default="",
        **_FROM_LIST,
    )
    nonce = NonceField()

    def offer(self, me: User) -> None:
        """Fill the choices, which depend on the database and on who asks."""
        self.assignee.choices = _offered("Nobody", choices.active_staff())
        self.team.choices = _offered("None", choices.teams(me))
        self.category.choices = _offered("None", choices.categories())

    def asked(self) -> Asked:
        note = self.note.data or ""
        has_note = not is_blank(note)
        return Asked(
            status=self.status.data or None,
            priority=self.priority.data or None,
            assignee_id=_id(self.assignee.data),
            team_id=_id(self.team.data),
            category_id=_id(self.category.data),
            add_tags=_names(self.add_tags.data),
            remove_tags=_names(self.remove_tags.data),
            note=note if has_note else "",
            note_html=self.note.written.html if has_note else "",
            trash=self.trash.data == "trash",
            restore=self.trash.data == "restore",
        )

    def validate_add_tags(self, field: Any) -> None:
        _refuse_bad_tags(field)

    def validate_remove_tags(self, field: Any) -> None:
        _refuse_bad_tags(field)

    def sentence(self) -> str:
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


def _offered(none: str, rows: Any) -> list[SelectChoice]:
    named = (SelectChoice(str(row.id), row.name) for row in rows)
    return [_AS_IT_IS, SelectChoice("0", none), *named]


def _refuse_bad_tags(field: Any) -> None:
    try:
        for name in _names(field.data):
            tickets.tag_name(name)
    except DomainError as refused:
        raise ValidationError(refused.sentence) from refused


def _names(line: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (line or "").split(",") if name.strip())


def _id(value: str | None) -> int | None:
    return int(value) if value else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10
