"""The forms around an account. Passwords are taken exactly as typed."""

from typing import Any
from zoneinfo import available_timezones

from flask import current_app
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, StopValidation, ValidationError

from app.domain import addresses, passwords
from app.domain.credentials import API_TOKEN_DAYS, API_TOKEN_DAYS_MAX
from app.models import Density, TokenScope
from app.text import EMAIL_MAX, NAME_MAX
from app.web.forms import LineField, PlainText

THEMES = {"": "Like my device", "light": "Light", "dark": "Dark"}
_ON_OR_OFF = [SelectChoice("on", "On"), SelectChoice("off", "Off")]
HOME_ZONE = ""
"""The choice of a time zone that means: whatever the installation has."""


class AddressField(EmailField):
    """An e-mail address without the spaces that a phone's keyboard adds."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0].strip(" ") if valuelist else ""

    def pre_validate(self, _form: Any) -> None:
        mail_from = current_app.config["SETTINGS"].mail_from
        if sentence := addresses.email_problem(self.data or "", mail_from=mail_from):
            raise StopValidation(sentence)


class NameField(LineField):
    def pre_validate(self, _form: Any) -> None:
        if sentence := addresses.name_problem(self.data or ""):
            raise StopValidation(sentence)


class UsernameField(LineField):
    """May be left empty: then the address gives one."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0].strip(" ") if valuelist else ""

    def pre_validate(self, _form: Any) -> None:
        if self.data and (sentence := addresses.username_problem(self.data)):
            raise StopValidation(sentence)


class WholeNumberField(IntegerField):
    """A number that somebody may have typed; four hundred digits are none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class SignInForm(FlaskForm):
    username = LineField(
        "E-mail or username",
        validators=[PlainText(EMAIL_MAX, missing="Enter your e-mail address or username.")],
    )
    password = PasswordField("Password", validators=[InputRequired("Enter your password.")])
    remember = BooleanField("Keep me signed in on this device")


class RegisterForm(FlaskForm):
    name = NameField("Your name")
    email = AddressField("E-mail")
    username = UsernameField("Username")
    password = PasswordField("Password")

    def validate_password(self, field: Any) -> None:
        check_new_password(field, staff=False, name=self.name.data, email=self.email.data)


class FirstAdminForm(FlaskForm):
    name = NameField("Your name")
    email = AddressField("E-mail")
    username = UsernameField("Username")
    password = PasswordField("Password")

    def validate_password(self, field: Any) -> None:
        check_new_password(field, staff=True, name=self.name.data, email=self.email.data)


class InviteForm(FlaskForm):
    """The password is checked by the view, which knows whose it will be."""

    name = NameField("Your name")
    password = PasswordField("Password")


class NewPasswordForm(FlaskForm):
    """The password is checked by the view, which knows whose it will be."""

    password = PasswordField("New password")


class ForgotPasswordForm(FlaskForm):
    username = LineField(
        "E-mail or username",
        validators=[PlainText(EMAIL_MAX, missing="Enter your e-mail address or username.")],
    )


class ConfirmForm(FlaskForm):
    """The button behind a link in a mail; the password where the browser is not signed in."""

    password = PasswordField("Password")


def check_new_password(field: Any, *, staff: bool, name: str | None, email: str | None) -> None:
    """Raises ValidationError with the sentence for what cannot be a password."""
    sentence = passwords.password_problem(
        field.data or "", staff=staff, name=name or "", email=email or ""
    )
    if sentence:
        raise ValidationError(sentence)


# --- the account page --------------------------------------------------------------------------


class _PartOfThePage(FlaskForm):
    """One of several forms on a page: its controls get ids of their own."""

    part = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.id = f"{self.part}-{field.short_name.replace('_', '-')}"
            field.label.field_id = field.id


class ProfileForm(_PartOfThePage):
    part = "profile"
    name = NameField("Name")


class PreferencesForm(_PartOfThePage):
    part = "preferences"
    time_zone = SelectField("Time zone", choices=lambda: _zones())
    theme = SelectField("Colours", choices=[SelectChoice(*theme) for theme in THEMES.items()])


class DeskForm(_PartOfThePage):
    """How one works with the queue; only what was sent is changed.

    ``back`` is the page on which a switch of one of them stood.
    """

    part = "desk"
    density = SelectField(
        "Rows of the queue",
        choices=[SelectChoice(density.value, density.value.capitalize()) for density in Density],
    )
    preview = SelectField("Preview beside the queue", choices=_ON_OR_OFF)
    shortcuts = SelectField("Single-key shortcuts", choices=_ON_OR_OFF)
    back = LineField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in (self.density, self.preview, self.shortcuts):
            field.validate_choice = bool(field.raw_data)


class ChangeEmailForm(_PartOfThePage):
    part = "email"
    email = AddressField("New e-mail address")
    current_password = PasswordField("Current password")


class ChangePasswordForm(_PartOfThePage):
    part = "password"
    current_password = PasswordField(
        "Current password", validators=[InputRequired("Enter your current password.")]
    )
    new_password = PasswordField("New password")


class TokenForm(_PartOfThePage):
    part = "token"
    name = LineField(
        "What is it for?",
        validators=[PlainText(NAME_MAX, missing="Give the token a name, so that you know it.")],
    )
    scope = RadioField(
        "It may",
        choices=[
            SelectChoice(TokenScope.READ.value, "Read"),
            SelectChoice(TokenScope.WRITE.value, "Read and write"),
        ],
        default=TokenScope.READ.value,
        validators=[InputRequired("Choose what the token may do.")],
    )
    days = WholeNumberField(
        "Days it works",
        default=API_TOKEN_DAYS,
        validators=[
            NumberRange(
                1, API_TOKEN_DAYS_MAX, f"Enter a number of days from 1 to {API_TOKEN_DAYS_MAX}."
            ),
        ],
    )
    current_password = PasswordField("Current password")


def _zones() -> list[SelectChoice]:
    named = sorted(zone for zone in available_timezones() if "/" in zone and zone[:4] != "Etc/")
    zones = [SelectChoice(zone, zone.replace("_", " ")) for zone in named]
    return [SelectChoice(HOME_ZONE, "Like the help desk"), SelectChoice("UTC", "UTC"), *zones]
