"""The ticket page: one address for everybody, showing each what they may see."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from wtforms import SelectChoice

from app.extensions import db
from app.models import (
    ID_MAX,
    SETTABLE_STATUSES,
    ReportKind,
    Ticket,
    TicketMessage,
    TicketReport,
    TicketStatus,
    User,
)
from app.policy import Permission, allows, hidden_teams
from app.queries import choices
from app.queries.attachments import attachments_of_message_taken_back
from app.queries.related import continued, follow_ups, others_of
from app.queries.timeline import Timeline, timeline
from app.ticket.blueprint import blueprint
from app.ticket.forms import MessageForm, ParticipantForm, PropertiesForm, ReportForm
from app.ticket.known import known_problem_page
from app.ticket.steps import steps, taken_at
from app.ticket.story import story
from app.ticket.way_back import way_back
from app.web.access import actor, on_ticket


@blueprint.get("/tickets/<id:ticket_id>")
@on_ticket(Permission.TICKET_SEE_SUMMARY)
def show(ticket: Ticket) -> Any:
    """The page; ``?again=`` is a message of one's own that was just taken back, to be changed."""
    return ticket_page(ticket, message=_written_again(ticket, request.args.get("again", type=int)))


def _written_again(ticket: Ticket, message_id: int | None) -> MessageForm | None:
    if message_id is None or not 0 < message_id <= ID_MAX:
        return None
    message = db.session.get(TicketMessage, message_id)
    mine = message is not None and message.author_id == actor().id
    if message is None or not mine or message.ticket_id != ticket.id or not message.undone_by_id:
        return None
    form = MessageForm(formdata=None, data={"kind": message.kind.value, "body": message.body})
    form.attachments.offer(attachments_of_message_taken_back(message, actor()))
    return form


def ticket_page(
    ticket: Ticket,
    *,
    message: MessageForm | None = None,
    properties: PropertiesForm | None = None,
    report: ReportForm | None = None,
    participant: ParticipantForm | None = None,
    candidates: Sequence[User] = (),
    arrived_after: int | None = None,
    clash: dict[str, str] | None = None,
    status: int = 200,
) -> Any:
    """The page as this person sees it, perhaps with a form that could not be stored.

    ``arrived_after`` is the newest message that a reply's writer had seen; ``clash`` names, for
    each property that somebody else changed meanwhile, the value that it has now; ``candidates``
    are the people that a name could mean.
    """
    me = actor()
    if not allows(me, Permission.TICKET_SEE, ticket):
        return known_problem_page(ticket, report=report, status=status)
    staff = allows(me, Permission.TICKET_SEE_INTERNAL, ticket)
    told = timeline(ticket, internal=staff, hidden=hidden_teams(me))
    if message is None:
        message = MessageForm(formdata=None)
    message.seen.data = told.last_message_id
    message.version.data = ticket.version
    page: dict[str, Any] = {
        "ticket": ticket,
        "story": story(told, ticket, me, internal=staff),
        "message": message,
        "report_form": report or ReportForm(formdata=None),
        "participant_form": participant or ParticipantForm(formdata=None),
        "candidates": candidates,
        "hearers": _hearers(ticket, me),
        "arrived_after": arrived_after,
        "follow_up_of": continued(me, ticket.follow_up_of_id),
        "follow_ups": follow_ups(me, ticket) if told.was_closed else (),
        "affected": 1 + len(_affected_reports(told, ticket)),
    }
    if staff:
        page |= _for_staff(ticket, me, told, properties, clash or {})
        return render_template("ticket/show_staff.html", **page), status
    mine = [r for r in told.reports if r.reporter_user_id == me.id]
    page |= {
        "steps": steps(ticket, taken_at(told), is_mine=ticket.user_id == me.id),
        "my_reports": mine,
        "asked_for_another_look": any(
            r.kind is ReportKind.ESCALATION and r.status.is_live for r in mine
        ),
    }
    return render_template("ticket/show_requester.html", **page), status


def offer_properties(form: PropertiesForm, ticket: Ticket) -> None:
    """Fill the choices of the properties panel, the ticket's own values always among them.

    ``new`` stays valid: a panel that was opened on a new ticket sends it back unchanged.
    """
    desk = choices.of_desk(
        actor(), besides_category=ticket.category_id, besides_team=ticket.team_id
    )
    staff = list(desk.staff)
    if ticket.assignee is not None and ticket.assignee_id not in {choice.id for choice in staff}:
        staff.append(choices.Choice(ticket.assignee.id, ticket.assignee.name))
    form.offer(staff, desk.teams, desk.categories)
    if not form.team.raw_data:  # a page from before there were teams does not send one
        form.team.data = ticket.team_id or 0


def _for_staff(
    ticket: Ticket,
    me: User,
    told: Timeline,
    properties: PropertiesForm | None,
    clash: dict[str, str],
) -> dict[str, Any]:
    if properties is None:
        properties = PropertiesForm(
            formdata=None,
            data={
                "status": ticket.status.value,
                "priority": ticket.priority.value,
                "assignee": ticket.assignee_id or 0,
                "team": ticket.team_id or 0,
                "category": ticket.category_id or 0,
                "tags": ", ".join(tag.name for tag in ticket.tags),
            },
        )
        offer_properties(properties, ticket)
    properties.version.data = ticket.version
    if ticket.status is not TicketStatus.NEW:
        properties.status.choices = [
            SelectChoice(status.value, status.label) for status in SETTABLE_STATUSES
        ]
    earlier, total = others_of(me, ticket.user_id, besides=ticket.id)
    return {
        "way_back": way_back(me, ticket),
        "properties": properties,
        "clash": clash,
        "reports": told.reports,
        "affected_reports": _affected_reports(told, ticket),
        "earlier": earlier,
        "earlier_total": total,
    }


def _hearers(ticket: Ticket, me: User) -> list[User]:
    """Who on the requester's side gets a reply of this person by mail."""
    people = {person.id: person for person in (ticket.requester, *ticket.participants)}
    return [person for person in people.values() if person.id != me.id and person.is_active]


def _affected_reports(told: Timeline, ticket: Ticket) -> list[TicketReport]:
    """The live reports of being affected; that of the requester, who is so anyhow, aside."""
    return [
        report
        for report in told.reports
        if report.kind is ReportKind.AFFECTED and report.status.is_live
        if report.reporter_user_id != ticket.user_id
    ]
