"""What the reader of the numbers may choose: the address holds all of it."""

import datetime as dt
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField

from app.clock import now
from app.domain.settings import site
from app.extensions import db
from app.models import ID_MAX, User
from app.queries.analytics import category_names
from app.queries.events import Number
from app.queries.periods import Period

LONGEST = dt.timedelta(days=3 * 366)
EARLIEST = dt.date(1970, 1, 2)
CONTINENTS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe"),
    *("Indian", "Pacific"),
)
PRESETS = {"7": "7 days", "30": "30 days", "91": "Quarter", "365": "Year"}
DEFAULT_DAYS = 30


class PeriodForm(FlaskForm):
    """Days from and to, in a zone, perhaps of one category; what is not given has a default."""

    class Meta:
        csrf = False  # it only reads

    earliest = EARLIEST

    first = StringField("From", name="from")
    last = StringField("To", name="to")
    tz = StringField("Time zone")
    category = SelectField("Category", validate_choice=False)

    def __init__(self, args: MultiDict[str, str]) -> None:
        self.days = args.get("days", "")
        self.names = category_names()
        super().__init__(formdata=MultiDict(args))
        self.category.choices = [
            ("", "All categories"),
            *((str(id_), name) for id_, name in self.names.items()),
            ("0", "No category"),
        ]
        self.zone = _zone(site().time_zone) or ZoneInfo("UTC")
        self.period = Period(EARLIEST, EARLIEST, self.zone)
        self.tz.data = (self.tz.data or "").strip() or site().time_zone
        self.category.data = (self.category.data or "").strip()

    def validate(self, extra_validators: Any = None) -> bool:
        """Read everything; what cannot be gets a sentence beside its field."""
        valid = super().validate(extra_validators)
        zone = _zone(self.tz.data)
        if zone is None:
            _refuse(self.tz, "There is no such time zone. Write one like Europe/Berlin.")
        else:
            self.zone = zone
        if self.category.data and self.category_id not in (0, *self.names):
            _refuse(self.category, "There is no such category.")
        return self._read_period() and valid and not self.errors

    @property
    def today(self) -> dt.date:
        return now().astimezone(self.zone).date()

    @property
    def zones(self) -> list[str]:
        """The zones to suggest: those that are named after places."""
        return ["UTC", *sorted(name for name in _zones() if name.split("/")[0] in CONTINENTS)]

    @property
    def category_id(self) -> int | None:
        return _id(self.category.data) if self.category.data else None

    @property
    def category_name(self) -> str:
        """The chosen category, nothing where none is."""
        if self.category_id is None:
            return ""
        return self.names.get(self.category_id, "No category")

    @property
    def preset(self) -> str:
        """Which quick period this is, if it is one."""
        ends_today = self.period.last == self.today
        return str(self.period.length) if ends_today else ""

    def _read_period(self) -> bool:
        last = _day(self.last, default=self.today)
        days = int(self.days) if self.days in PRESETS else DEFAULT_DAYS
        default = last - dt.timedelta(days=days - 1) if last and last > EARLIEST else None
        first = _day(self.first, default=default)
        if first is None or last is None:
            return False
        if first < self.earliest:
            _refuse(self.first, "Choose a day from 1970 on.")
        elif last > self.today:
            _refuse(self.last, "This day has not come yet; choose today or earlier.")
        elif first > last:
            _refuse(self.first, "The first day lies after the last one; swap them.")
        elif last - first > LONGEST:
            _refuse(self.first, "That is too long a period; choose at most three years.")
        else:
            self.period = Period(first, last, self.zone)
            self.first.data, self.last.data = first.isoformat(), last.isoformat()
            return True
        return False


class ListForm(PeriodForm):
    """Which number's tickets: the same days and filters, and whose."""

    earliest = EARLIEST - dt.timedelta(days=1)  # the backlog before the first period
    number = StringField("Number")
    person = StringField("Person")

    def __init__(self, args: MultiDict[str, str]) -> None:
        # The backlog is of one day's end: ``at`` stands for both ends of the period.
        if args.get("number") == Number.BACKLOG and args.get("at"):
            args = MultiDict([*args.items(multi=True), ("from", args["at"]), ("to", args["at"])])
        super().__init__(args)
        self.person_name = ""

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.number.data not in list(Number):
            _refuse(self.number, "There is no such number.")
        elif self.number.data.startswith("moved") and self.category_id is None:
            _refuse(self.category, "Choose the category that tickets were moved into or out of.")
        if self.person.data:
            self._read_person()
        return valid and not self.errors

    @property
    def sentences(self) -> list[str]:
        """What is wrong with the address."""
        return [str(error) for errors in self.errors.values() for error in errors]

    @property
    def person_id(self) -> int | None:
        return _id(self.person.data) if self.person.data else None

    def _read_person(self) -> None:
        if not site().analytics_by_person:
            _refuse(self.person, "Numbers by person are switched off here.")
        elif self.person_id == 0:
            self.person_name = "Nobody"
        else:
            found = db.session.get(User, self.person_id) if self.person_id else None
            if found is None:
                _refuse(self.person, "There is no such person.")
            else:
                self.person_name = found.name


def asked() -> PeriodForm:
    return PeriodForm(request.args)


def asked_for_list() -> ListForm:
    return ListForm(request.args)


def _refuse(field: Any, sentence: str) -> None:
    field.errors = [*field.errors, sentence]


@cache
def _zones() -> frozenset[str]:
    """The names of all zones; to collect them opens hundreds of files."""
    return frozenset(available_timezones())


def _zone(name: str | None) -> ZoneInfo | None:
    return ZoneInfo(name) if name in _zones() else None


def _id(text: str | None) -> int | None:
    """A number that can be an id or 0; -1 for what cannot."""
    if text and text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= ID_MAX:
        return int(text)
    return -1


def _day(field: Any, *, default: dt.date | None) -> dt.date | None:
    """The day that is written there; None, with a sentence, for what is none."""
    text = (field.data or "").strip()
    if not text and default is not None:
        return default
    try:
        # Only as browsers write it: fromisoformat knows weeks and more.
        return dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        _refuse(field, "This is no day. Write it like 2026-03-31.")
        return None
