"""The shapes of the API, which validate what comes in and describe what goes out.

``/openapi.json`` is made of these very classes. The limits are the constants of the columns.
"""

import datetime as dt
import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.models import ID_MAX, Priority, ReportKind, ReportStatus, TicketStatus
from app.text import NAME_MAX, TEXT_MAX, TITLE_MAX, written
from app.web.json_body import Shape, not_blank, storable

LIMIT_MAX = 100
LIMIT = 50
CURSOR_MAX = 40
# NUL and other control characters but tab and newline, as a pattern that every tool can read.
_NO_CONTROLS = {"pattern": r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$"}


def _moment(text: str) -> dt.datetime:
    """RFC 3339 with an offset, in UTC."""
    if not _RFC_3339.fullmatch(text):
        raise PydanticCustomError(
            "moment", "This must be a moment with its offset, like 2026-03-14T09:30:00Z."
        )
    try:
        return dt.datetime.fromisoformat(text.upper()).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("moment", "There is no such moment.") from None


_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)

Id = Annotated[int, Field(strict=True, ge=1, le=ID_MAX)]
Text = Annotated[
    str,
    Field(strict=True, min_length=1, max_length=TEXT_MAX, json_schema_extra=_NO_CONTROLS),
    AfterValidator(storable),
    AfterValidator(not_blank),
]
Title = Annotated[
    str,
    Field(strict=True, min_length=1, max_length=TITLE_MAX, json_schema_extra=_NO_CONTROLS),
    AfterValidator(storable),
    AfterValidator(not_blank),
]
CategoryName = Annotated[
    str,
    Field(strict=True, min_length=1, max_length=NAME_MAX, json_schema_extra=_NO_CONTROLS),
    AfterValidator(storable),
]
Comment = Annotated[
    str,
    Field(strict=True, max_length=TEXT_MAX, json_schema_extra=_NO_CONTROLS),
    AfterValidator(storable),
]

# These come in as text and are something else once they are read.
if TYPE_CHECKING:
    from app.text import Written as Markdown

    Moment = dt.datetime
else:
    # Rendered as it is read, when no transaction is open.
    Markdown = Annotated[Text, AfterValidator(written)]
    Moment = Annotated[
        str,
        Field(strict=True, json_schema_extra={"format": "date-time"}),
        AfterValidator(_moment),
    ]


def left_out(**about: Any) -> Any:
    """A field that may be missing but is never null; ``model_fields_set`` says whether it came."""
    return Field(default=None, **about)


# --- what comes in -----------------------------------------------------------------------------


class CreateTicket(Shape):
    user_id: Id = Field(
        description="Whom the ticket is for. Requesters may only name themselves.", examples=[7]
    )
    title: Title = Field(examples=["The printer is on fire"])
    description: Markdown = Field(
        description="What happened, as Markdown.", examples=["Smoke comes out of **tray 2**."]
    )
    priority: Priority = left_out(
        description="`normal` unless given. Only staff may say `urgent`.", examples=["high"]
    )
    category: CategoryName | None = left_out(
        description="The name of a category, or null.", examples=["Hardware"]
    )


class UpdateTicket(Shape):
    ticket_id: Id = Field(examples=[4831])
    new_description: Markdown = left_out(examples=["Smoke comes out of **tray 3**."])
    description: Markdown = left_out(
        description="The same as `new_description`; give one of them.",
    )
    title: Title = left_out(examples=["The printer smokes"])
    priority: Priority = left_out(description="For staff only.", examples=["urgent"])
    category: CategoryName | None = left_out(
        description="The name of a category, or null for none. For staff only."
    )
    status: TicketStatus = left_out(description="For staff only; see `change_status`.")

    @model_validator(mode="after")
    def _one_description_and_something_to_do(self) -> "UpdateTicket":
        given = self.model_fields_set
        if {"description", "new_description"} <= given:
            raise PydanticCustomError(
                "both", "Give either `description` or `new_description`, not both."
            )
        if given == {"ticket_id"}:
            raise PydanticCustomError("nothing", "There is nothing to change.")
        return self

    def gives(self, field: str) -> bool:
        return field in self.model_fields_set


class ChangeStatus(Shape):
    ticket_id: Id = Field(examples=[4831])
    status_change: TicketStatus = Field(description="The new status.", examples=["solved"])
    user_id: Id = Field(
        description="Who changes it. Requesters may only name themselves.", examples=[7]
    )
    change_at: Moment = left_out(
        description="When it happened, if not just now; not in the future, and not before the"
        " last recorded change.",
    )


class CreateReport(Shape):
    ticket_id: Id = Field(examples=[4831])
    reporter_user_id: Id = Field(
        description="Who reports. Requesters may only name themselves.", examples=[7]
    )
    kind: ReportKind = left_out(
        description="`escalation` from the ticket’s own requester and `affected` from anybody"
        " else, unless given.",
        examples=["escalation"],
    )
    comment: Comment = left_out(examples=["It is burning again."])


class UpdateStatusChange(Shape):
    report_id: Id = Field(examples=[12])
    new_status_change: ReportStatus = Field(
        description="The report’s new status.", examples=["acknowledged"]
    )
    user_id: Id = Field(description="Who changes it.", examples=[3])
    change_at: Moment = left_out(
        description="When it happened, if not just now; not in the future, and not before the"
        " report’s last recorded change.",
    )


class AssignTicketToStaff(Shape):
    ticket_id: Id = Field(examples=[4831])
    staff_id: Id | None = Field(
        description="The user id of somebody on the help desk, or null for nobody.", examples=[3]
    )


class NoQuery(Shape):
    pass


class PageQuery(Shape):
    limit: Annotated[int, Field(strict=True, ge=1, le=LIMIT_MAX)] = Field(
        default=LIMIT, description="How many tickets at most.", examples=[20]
    )
    cursor: Annotated[str, Field(min_length=1, max_length=CURSOR_MAX)] = left_out(
        description="`next_cursor` of the page before."
    )


class UserTicketsQuery(PageQuery):
    user_id: Id = Field(
        description="Whose tickets. Requesters may only name themselves.", examples=[7]
    )


# --- what goes out -----------------------------------------------------------------------------


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Ticket(Answer):
    """A ticket. `version` grows with every act that changes its fields or status."""

    id: Id = Field(examples=[4831])
    user_id: Id = Field(description="Its requester.", examples=[7])
    title: str = Field(examples=["The printer is on fire"])
    description: str = Field(examples=["Smoke comes out of **tray 2**."])
    status: TicketStatus = Field(examples=["open"])
    priority: Priority = Field(examples=["high"])
    category: str | None = Field(examples=["Hardware"])
    tags: list[str] = Field(examples=[["printer"]])
    team: str | None = Field(
        description="The team that has it, by name; requesters are not told and read null.",
        examples=["First line"],
    )
    assignee_id: Id | None = Field(description="The user id of who works on it.", examples=[3])
    follow_up_of_id: Id | None = Field(
        description="The closed ticket that this one follows.", examples=[None]
    )
    version: int = Field(ge=1, examples=[2])
    created_at: dt.datetime = Field(examples=["2026-03-14T09:26:53.589793Z"])
    updated_at: dt.datetime = Field(examples=["2026-03-14T09:30:00Z"])
    waiting_since: dt.datetime | None = Field(
        description="Since when the requester waits for the help desk.",
        examples=["2026-03-14T09:26:53.589793Z"],
    )
    solved_at: dt.datetime | None = Field(examples=[None])


class StatusChange(Answer):
    """One row of the history of a ticket or, with `report_id`, of a report."""

    id: Id = Field(examples=[9120])
    ticket_id: Id = Field(examples=[4831])
    report_id: Id | None = Field(examples=[None])
    from_status: str | None = Field(examples=["open"])
    status_change: str = Field(description="The new status.", examples=["solved"])
    change_by_user_id: Id | None = Field(examples=[7])
    change_at: dt.datetime = Field(examples=["2026-03-14T09:30:00Z"])


class Report(Answer):
    """One person's report on a ticket."""

    id: Id = Field(examples=[12])
    ticket_id: Id = Field(examples=[4831])
    reporter_user_id: Id = Field(examples=[7])
    reported_at: dt.datetime = Field(examples=["2026-03-14T09:30:00Z"])
    kind: ReportKind = Field(examples=["escalation"])
    status: ReportStatus = Field(examples=["open"])
    comment: str = Field(examples=["It is burning again."])


class TicketCreated(Answer):
    ticket_id: Id = Field(examples=[4831])
    ticket: Ticket


class TicketAnswer(Answer):
    ticket: Ticket


class TicketPage(Answer):
    tickets: list[Ticket]
    next_cursor: str | None = Field(
        description="For the next page; null at the end.", examples=["YmVsb3c6NDgzMQ"]
    )


class StatusChanged(Answer):
    ticket: Ticket
    status_change: StatusChange | None = Field(
        description="Null when the ticket had the status already."
    )


class ReportCreated(Answer):
    report_id: Id = Field(examples=[12])
    report: Report


class ReportStatusChanged(Answer):
    report: Report
    status_change: StatusChange | None = Field(
        description="Null when the report had the status already."
    )


class Count(Answer):
    count: int = Field(ge=0, examples=[42])


class Problem(Answer):
    """What went wrong (RFC 9457). `errors` has sentences for each field concerned."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["Some fields cannot be used as they are."])
    request_id: str = Field(examples=["3f2b8c1d9e04"])
    errors: dict[str, list[str]] = left_out(examples=[{"title": ["This must not be empty."]}])
