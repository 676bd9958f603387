"""The forms on and around a ticket."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import AnyOf, InputRequired, Optional, ValidationError

from app.models import (
    REQUESTER_PRIORITIES,
    SETTABLE_STATUSES,
    MessageKind,
    Priority,
    ReportKind,
    ReportStatus,
    TicketStatus,
)
from app.queries.choices import Choice
from app.text import EMAIL_MAX, NAME_MAX, TAGS_LINE_MAX, TEXT_MAX, TITLE_MAX
from app.web.forms import (
    FROM_LIST,
    ChosenField,
    LineField,
    NonceField,
    PlainText,
    WrittenField,
    names_in,
)
from app.web.uploads import AttachmentsField

PEOPLE_LINE_MAX = 6_000


def _or_none(nothing: str, offered: Iterable[Choice]) -> list[SelectChoice]:
    return [SelectChoice(0, nothing), *(SelectChoice(id_, name) for id_, name in offered)]


class NewTicketForm(FlaskForm):
    title = LineField(
        "What’s the problem?",
        validators=[PlainText(TITLE_MAX, missing="Say in a sentence what the problem is.")],
    )
    description = WrittenField(
        "Tell us more",
        validators=[PlainText(TEXT_MAX, missing="Tell us what you expected and what happened.")],
    )
    category = SelectField("Category", coerce=int, default=0, **FROM_LIST)
    priority = RadioField(
        "How much does it hold you up?", default=Priority.NORMAL.value, **FROM_LIST
    )
    participants = LineField(
        "Copy in", validators=[PlainText(PEOPLE_LINE_MAX, blank=True)], default=""
    )
    attachments = AttachmentsField()
    nonce = NonceField()
    # That what is like it has been shown, and it is to be filed nevertheless.
    anyway = ChosenField()

    # On behalf of somebody else; only staff see these.
    requester = LineField(
        "Who is it for?", validators=[PlainText(EMAIL_MAX, blank=True)], default=""
    )
    requester_name = LineField(
        "Their name", validators=[PlainText(NAME_MAX, blank=True)], default=""
    )
    requester_id = RadioField("Which of these people?", coerce=int, validate_choice=False)
    team = SelectField("Team", coerce=int, default=0, **FROM_LIST)
    assignee = SelectField("Assignee", coerce=int, default=0, **FROM_LIST)

    def offer(self, categories: list[tuple[int, str]], *, staff: bool) -> None:
        """Fill the choices, which depend on the database and on who files."""
        self.category.choices = [
            SelectChoice(value, label) for value, label in [(0, "Choose one"), *categories]
        ]
        self.priority.choices = (
            [SelectChoice(priority.value, priority.label) for priority in reversed(Priority)]
            if staff
            else [
                SelectChoice(priority.value, priority.urgency) for priority in REQUESTER_PRIORITIES
            ]
        )
        self.requester_id.choices = []
        if staff:
            self.priority.label.text = "Priority"
        else:
            del self.team, self.assignee

    def offer_hands(self, teams: Sequence[Choice], people: Sequence[Choice]) -> None:
        """Into whose hands staff can give the ticket as they file it."""
        self.team.choices = _or_none("None", teams)
        self.assignee.choices = _or_none("Nobody", people)

    def validate_category(self, field: Any) -> None:
        if field.data == 0 and len(field.choices) > 1:
            raise ValidationError("Choose a category.")


class MessageForm(FlaskForm):
    kind = StringField(
        validators=[AnyOf([kind.value for kind in MessageKind], message="Choose reply or note.")],
        default=MessageKind.REPLY.value,
    )
    body = WrittenField(
        "Write a reply", validators=[PlainText(TEXT_MAX, missing="Write something first.")]
    )
    then = StringField(
        validators=[
            Optional(),
            AnyOf([status.value for status in SETTABLE_STATUSES], message="This is no status."),
        ]
    )
    attachments = AttachmentsField()
    seen = ChosenField(default=0)
    version = ChosenField()
    nonce = NonceField()


class StatusForm(FlaskForm):
    status = StringField(
        validators=[
            InputRequired("Choose a status."),
            AnyOf([status.value for status in TicketStatus], message="This is no status."),
        ]
    )
    version = ChosenField()


class AssigneeForm(FlaskForm):
    assignee = StringField(validators=[InputRequired("Choose a person.")])


class PropertiesForm(FlaskForm):
    status = SelectField(
        "Status", choices=[SelectChoice(s.value, s.label) for s in TicketStatus], **FROM_LIST
    )
    priority = SelectField(
        "Priority",
        choices=[SelectChoice(p.value, p.label) for p in reversed(Priority)],
        **FROM_LIST,
    )
    assignee = SelectField("Assignee", coerce=int, **FROM_LIST)
    team = SelectField("Team", coerce=int, **FROM_LIST)
    category = SelectField("Category", coerce=int, **FROM_LIST)
    tags = LineField("Tags", validators=[PlainText(TAGS_LINE_MAX, blank=True)])
    version = ChosenField()

    def offer(
        self, people: Sequence[Choice], teams: Sequence[Choice], categories: Sequence[Choice]
    ) -> None:
        self.assignee.choices = _or_none("Nobody", people)
        self.team.choices = _or_none("None", teams)
        self.category.choices = _or_none("None", categories)

    @property
    def tag_names(self) -> tuple[str, ...]:
        return names_in(self.tags.data)


class ParticipantForm(FlaskForm):
    """``chosen`` is the id of one of those that what was typed could mean."""

    person = LineField(
        "Copy somebody in", validators=[PlainText(EMAIL_MAX, missing="Say whom to copy in.")]
    )
    chosen = ChosenField()


class TextForm(FlaskForm):
    title = LineField("Title", validators=[PlainText(TITLE_MAX, missing="A ticket needs a title.")])
    description = WrittenField(
        "Description", validators=[PlainText(TEXT_MAX, missing="A ticket needs a description.")]
    )
    version = ChosenField()


class ProblemForm(FlaskForm):
    summary = WrittenField(
        "What everybody reads",
        validators=[PlainText(TEXT_MAX, missing="Write what everybody may read about it.")],
    )
    tell = BooleanField("Send it to everybody affected")
    version = ChosenField()


class ProblemUpdateForm(FlaskForm):
    body = WrittenField(
        "What is new?", validators=[PlainText(TEXT_MAX, missing="Write what is new.")]
    )
    nonce = NonceField()


class ReportForm(FlaskForm):
    kind = StringField(
        validators=[
            AnyOf([kind.value for kind in ReportKind], message="This is no kind of report.")
        ]
    )
    comment = WrittenField("What should we look at?", validators=[PlainText(TEXT_MAX, blank=True)])
    reporter = ChosenField()
    nonce = NonceField()


class ReportStatusForm(FlaskForm):
    status = StringField(
        validators=[
            AnyOf([s.value for s in ReportStatus], message="This is no status of a report.")
        ]
    )


class UploadForm(FlaskForm):
    """One file on its way into a form that is still being filled in."""

    attachments = AttachmentsField()

    def validate_attachments(self, field: Any) -> None:
        if not field.data and not field.errors:
            raise ValidationError("Choose a file.")


class PreviewForm(FlaskForm):
    text = WrittenField(validators=[PlainText(TEXT_MAX, blank=True)])
