"""The form of an act on many tickets: what is to become of each."""

from typing import Any

from wtforms import RadioField, SelectChoice, SelectField
from wtforms.validators import ValidationError

from app.domain import tags
from app.domain.bulk import Asked
from app.domain.errors import DomainError
from app.models import SETTABLE_STATUSES, Priority, User
from app.queries import choices
from app.staff.forms import SelectionForm
from app.text import TAGS_LINE_MAX, TEXT_MAX, is_blank
from app.web.forms import (
    FROM_LIST,
    LineField,
    NonceField,
    PlainText,
    WrittenField,
    names_in,
)

_AS_IT_IS = SelectChoice("", "Leave as it is")


class BulkEditForm(SelectionForm):
    status = SelectField(
        "Status",
        choices=[_AS_IT_IS, *(SelectChoice(s.value, s.label) for s in SETTABLE_STATUSES)],
        default="",
        **FROM_LIST,
    )
    priority = SelectField(
        "Priority",
        choices=[_AS_IT_IS, *(SelectChoice(p.value, p.label) for p in reversed(Priority))],
        default="",
        **FROM_LIST,
    )
    assignee = SelectField("Assignee", default="", **FROM_LIST)
    team = SelectField("Team", default="", **FROM_LIST)
    category = SelectField("Category", default="", **FROM_LIST)
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
        **FROM_LIST,
    )
    nonce = NonceField()

    def offer(self, me: User) -> None:
        """Fill the choices, which depend on the database and on who asks."""
        desk = choices.of_desk(me)
        self.assignee.choices = _offered("Nobody", desk.staff)
        self.team.choices = _offered("None", desk.teams)
        self.category.choices = _offered("None", desk.categories)

    def show(self, asked: Asked, me: User) -> None:
        """Fill in what a button of the queue asks for."""
        self.status.data, self.priority.data = asked.status or "", asked.priority or ""
        if asked.take:
            self.assignee.data = str(me.id)
        elif asked.assignee_id is not None:
            self.assignee.data = str(asked.assignee_id)
        self.trash.data = "restore" if asked.restore else ""

    def asked(self) -> Asked:
        note = self.note.data or ""
        has_note = not is_blank(note)
        return Asked(
            status=self.status.data or None,
            priority=self.priority.data or None,
            assignee_id=_id(self.assignee.data),
            team_id=_id(self.team.data),
            category_id=_id(self.category.data),
            add_tags=names_in(self.add_tags.data),
            remove_tags=names_in(self.remove_tags.data),
            note=note if has_note else "",
            note_html=self.note.written.html if has_note else "",
            trash=self.trash.data == "trash",
            restore=self.trash.data == "restore",
        )

    def validate_add_tags(self, field: Any) -> None:
        _refuse_bad_tags(field)

    def validate_remove_tags(self, field: Any) -> None:
        _refuse_bad_tags(field)


def _offered(none: str, rows: Any) -> list[SelectChoice]:
    named = (SelectChoice(str(row.id), row.name) for row in rows)
    return [_AS_IT_IS, SelectChoice("0", none), *named]


def _refuse_bad_tags(field: Any) -> None:
    try:
        for name in names_in(field.data):
            tags.tag_name(name)
    except DomainError as refused:
        raise ValidationError(refused.sentence) from refused


def _id(value: str | None) -> int | None:
    return int(value) if value else None
