"""The forms of the admin pages."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from flask import current_app
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.domain.addresses import email_problem
from app.domain.passwords import PASSWORD_MIN
from app.models import REQUESTER, Role, Team, User
from app.text import EMAIL_MAX, NAME_MAX, TITLE_MAX
from app.web.forms import ChosenField, LineField, PlainText

ROLES = (
    SelectChoice(REQUESTER, "Requester"),
    SelectChoice(Role.AGENT.value, "Agent"),
    SelectChoice(Role.ADMIN.value, "Admin"),
)
PASSWORD_LENGTH_MAX = 64
_ZONES = sorted(available_timezones() - {"localtime", "posixrules"})


def role_of(value: str) -> Role | None:
    """The role that a form names; None is a requester."""
    return None if value == REQUESTER else Role(value)


class TrimmedField(LineField):
    """One line without the spaces around it, which no address has."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0].strip() if valuelist else ""


class NumberField(IntegerField):
    """A whole number within bounds, refused with one sentence that names them."""

    def __init__(self, label: str, *, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist or [""])
        except ValueError as wrong:
            raise ValueError(self._sentence()) from wrong

    def post_validate(self, _form: Any, _stopped: bool) -> None:
        if not self.errors and not (self.data is not None and self.least <= self.data <= self.most):
            raise ValidationError(self._sentence())

    def _sentence(self) -> str:
        return f"{self.label.text} is a whole number from {self.least} to {self.most}."


def _address(_form: Any, field: Any) -> None:
    mail_from = current_app.config["SETTINGS"].mail_from
    if sentence := email_problem(field.data, mail_from=mail_from):
        raise ValidationError(sentence)


class InviteForm(FlaskForm):
    name = LineField("Name", validators=[PlainText(NAME_MAX, missing="Say who it is.")])
    email = TrimmedField(
        "E-mail",
        validators=[
            PlainText(EMAIL_MAX, missing="Say where the invitation goes."),
            _address,
        ],
    )
    role = RadioField(
        "Role", choices=ROLES, default=REQUESTER, invalid_choice_message="Choose a role."
    )


class RoleForm(FlaskForm):
    role = SelectField("Role", choices=ROLES, invalid_choice_message="Choose a role.")


class HandOverForm(FlaskForm):
    """``hand_over_to`` is a person's id, or 0 for nobody."""

    hand_over_to = RadioField(
        "Who takes over?",
        coerce=int,
        default=0,
        validate_choice=False,
        invalid_value_message="Choose somebody who is on the help desk.",
    )

    def offer(self, people: Sequence[User]) -> None:
        self.hand_over_to.choices = [
            SelectChoice(0, "Leave them unassigned"),
            *(SelectChoice(person.id, person.name) for person in people),
        ]


class CategoryForm(FlaskForm):
    name = LineField("Name", validators=[PlainText(NAME_MAX, missing="A category needs a name.")])


class TeamForm(FlaskForm):
    name = LineField("Name", validators=[PlainText(NAME_MAX, missing="A team needs a name.")])
    is_private = BooleanField("Private: only its members and admins see its tickets")


class MemberForm(FlaskForm):
    """``person`` is somebody's id, put there by the list of whom one can add."""

    person = ChosenField()


class TeamsForm(FlaskForm):
    """All the teams that somebody shall be in."""

    teams = SelectMultipleField(
        "Teams",
        coerce=int,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        invalid_value_message="Choose from the list.",
        invalid_choice_message="Choose from the list.",
    )

    def offer(self, teams: Sequence[Team]) -> None:
        self.teams.choices = [SelectChoice(team.id, team.name) for team in teams]


class MoveForm(FlaskForm):
    direction = HiddenField()


class SettingsForm(FlaskForm):
    """Every field of ``app.domain.settings.Site``, by its name."""

    name = LineField(
        "Name of the help desk",
        validators=[PlainText(NAME_MAX, missing="The help desk needs a name.")],
    )
    organisation = LineField(
        "Organisation", validators=[PlainText(NAME_MAX, blank=True)], default=""
    )
    contact = LineField("Contact", validators=[PlainText(TITLE_MAX, blank=True)], default="")
    time_zone = SelectField(
        "Time zone",
        choices=[SelectChoice(zone, zone) for zone in _ZONES],
        invalid_choice_message="Choose a time zone from the list.",
    )
    reopen_days = NumberField("Days to reopen", least=1, most=365)
    recall_seconds = NumberField("Recall time in seconds", least=0, most=600)
    self_registration = BooleanField("People can register by themselves")
    requester_password_length = NumberField(
        "Shortest password for requesters",
        least=PASSWORD_MIN,
        most=PASSWORD_LENGTH_MAX,
    )
    staff_password_length = NumberField(
        "Shortest password for staff", least=PASSWORD_MIN, most=PASSWORD_LENGTH_MAX
    )
    analytics_by_person = BooleanField("Show analytics by person")
    refuse_programs = BooleanField("Refuse programs that requesters attach")
