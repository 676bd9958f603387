"""Filing a ticket, for oneself or (staff) for somebody else, and the preview of a text."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import joinedload
from wtforms import SelectChoice

from app.domain import accounts, addresses, attachments, history, participants, tickets, undo
from app.domain.attachments import FILES_MAX
from app.domain.errors import DomainError
from app.extensions import db
from app.models import ID_MAX, Category, ChangeSet, Priority, Team, Ticket, User
from app.policy import Permission, allows, may_file_with_priority
from app.queries import choices
from app.queries.attachments import attachments_of_ticket_taken_back
from app.ticket.blueprint import blueprint
from app.ticket.forms import NewTicketForm, PreviewForm
from app.ticket.naming import described, several
from app.ticket.suggesting import Similar, named, similar_to
from app.web import idempotency
from app.web.access import actor, begin_act, permit, requires
from app.web.forms import submission_key
from app.web.undoing import tell


@blueprint.get("/tickets/new")
@requires(Permission.TICKET_OPEN, form=NewTicketForm)
def new(form: NewTicketForm) -> Any:
    """The empty form; ``?title=`` and ``?for=`` come from the pages that lead here.

    ``?again=`` is a ticket of one's own that was just taken back.
    """
    _offer(form)
    if (taken_back := _taken_back(request.args.get("again", type=int), actor())) is not None:
        _fill_again(form, taken_back)
        return _page(form)
    form.title.data = request.args.get("title", "")[:200]
    form.requester.data = request.args.get("for", "")[:254]
    similar = similar_to(form.title.data, named(form.requester.data))
    return _page(form, similar=similar)


@blueprint.post("/tickets/new")
@requires(Permission.TICKET_OPEN, form=NewTicketForm, files=FILES_MAX)
def create(form: NewTicketForm) -> Any:
    """File the ticket once, however often the form is sent; show it again when it cannot be."""
    me = actor()
    _offer(form)
    if "preview" in request.args:
        return _page(form, preview=form.description.written if form.validate() else None)
    if not form.validate():
        return _page(form, status=form.attachments.status)
    key = submission_key(form)
    if earlier := idempotency.replay(me, "ticket.new", key, ""):
        form.attachments.forget_fresh()
        db.session.commit()
        return redirect(earlier.answer, 303)
    priority = Priority(form.priority.data)
    if not may_file_with_priority(me, priority):
        permit(Permission.TICKET_SET_PROPERTIES)
    requester = _requester(form, me)
    if requester is None:
        return _page(form, status=422)
    copied_in, form.participants.errors = several(form.participants.data or "", me)
    if form.participants.errors:
        db.session.rollback()  # nobody gets an account before the ticket is filed
        return _page(form, status=422)
    if not form.anyway.data and (similar := similar_to(form.title.data, requester)).found:
        return _ask_first(form, similar)
    act = begin_act("ticket.created")
    try:
        ticket = _filed(form, requester, copied_in, act)
    except DomainError as refused:
        db.session.rollback()
        form[_CONTROLS.get(refused.field or "", "requester")].errors = [refused.sentence]
        return _page(form, status=422)
    there = url_for("ticket.show", ticket_id=ticket.id)
    idempotency.remember(me, "ticket.new", key, "", 303, there)
    db.session.commit()
    tell(f"Ticket #{ticket.id} is on its way to the help desk", act)
    return redirect(there, 303)


def _filed(
    form: NewTicketForm, requester: User, copied_in: Sequence[User], act: ChangeSet
) -> Ticket:
    """The ticket with all that the form says of it, in one act."""
    ticket = tickets.create_ticket(
        requester,
        form.title.data,
        form.description.written,
        act=act,
        priority=Priority(form.priority.data),
        category=db.session.get(Category, form.category.data) if form.category.data else None,
        team=db.session.get(Team, form.team.data) if form.team and form.team.data else None,
    )
    for person in copied_in:
        participants.add(ticket, person, act=act)
    if form.assignee and form.assignee.data:
        assignee = db.session.get_one(User, form.assignee.data)
        tickets.assign_ticket_to_staff(ticket, assignee, act=act)
    attachments.bind(form.attachments.data, act=act, ticket=ticket)
    return ticket


_CONTROLS = {
    "person": "participants",
    "staff_id": "assignee",
    "team": "team",
    attachments.FIELD: "attachments",
}
"""The control beside which the domain's refusals of a field stand."""


@blueprint.post("/tickets/preview")
@requires(Permission.TICKET_OPEN, form=PreviewForm)
def preview(form: PreviewForm) -> Any:
    """How a Markdown text will look, as a fragment for the editor's script."""
    if not form.validate():
        return Markup("<p>{}</p>").format(" ".join(form.text.errors)), 422
    return form.text.written.html


def _taken_back(ticket_id: int | None, me: User) -> Ticket | None:
    if ticket_id is None or not 0 < ticket_id <= ID_MAX:
        return None
    ticket = db.session.get(Ticket, ticket_id, options=[joinedload(Ticket.requester)])
    if ticket is None or not ticket.is_trashed or ticket.opened_by_id != me.id:
        return None
    if me.is_staff and not allows(me, Permission.TICKET_SEE, ticket):
        return None
    opening = history.opening_of(ticket)
    return ticket if undo.is_taken_back(opening) else None


def _fill_again(form: NewTicketForm, ticket: Ticket) -> None:
    form.title.data, form.description.data = ticket.title, ticket.description
    form.category.data, form.priority.data = ticket.category_id or 0, ticket.priority.value
    if allows(actor(), Permission.TICKET_SEE, ticket):  # who was copied in may be staff's to know
        form.participants.data = ", ".join(p.email or p.username for p in ticket.participants)
    if form.team:
        form.team.data, form.assignee.data = ticket.team_id or 0, ticket.assignee_id or 0
    if ticket.user_id != ticket.opened_by_id:
        form.requester.data = ticket.requester.email or ticket.requester.username
    form.attachments.offer(attachments_of_ticket_taken_back(ticket, actor()))


def _offer(form: NewTicketForm) -> None:
    staff = allows(actor(), Permission.TICKET_OPEN_FOR_OTHERS)
    form.offer([(c.id, c.name) for c in choices.categories()], staff=staff)
    if staff:
        desk = choices.of_desk(actor())
        form.offer_hands(desk.teams, desk.staff)


def _ask_first(form: NewTicketForm, similar: Similar) -> Any:
    """Show what is like it above the form as it was filled; the next press sends it."""
    db.session.rollback()  # whoever has no account yet gets one when the ticket is filed
    if similar.person is not None and similar.person not in db.session:
        similar = Similar(similar.found)
    form.anyway.data = 1
    return _page(form, similar=similar, is_asked=True)


def _page(
    form: NewTicketForm,
    *,
    preview: Any = None,
    similar: Similar | None = None,
    is_asked: bool = False,
    status: int = 200,
) -> Any:
    """The form; ``is_asked`` is whether to send it although there is something like it."""
    page = {
        "form": form,
        "preview": preview,
        "similar": similar or Similar(),
        "is_asked": is_asked,
    }
    return render_template("ticket/new.html", **page), status


def _requester(form: NewTicketForm, me: User) -> User | None:
    """Whom the ticket is for; None with an explanation in the form when it is not clear yet."""
    typed = (form.requester.data or "").strip()
    if not allows(me, Permission.TICKET_OPEN_FOR_OTHERS) or not typed:
        return me
    if form.requester_id.data:
        chosen = db.session.get(User, form.requester_id.data)
        if chosen is not None and chosen in choices.people_like(typed):
            return chosen
    found = accounts.find(typed)
    if found is not None:
        return found
    if "@" in typed:
        return _without_account(form, typed, me)
    people = choices.people_like(typed)
    form.requester_id.choices = [SelectChoice(p.id, described(p)) for p in people]
    form.requester.errors = [
        "Choose who it is below."
        if people
        else "Nobody here is called that. Give their e-mail address to file it for them."
    ]
    return None


def _without_account(form: NewTicketForm, address: str, me: User) -> User | None:
    mail_from = current_app.config["SETTINGS"].mail_from
    if problem := addresses.email_problem(address, mail_from=mail_from):
        form.requester.errors = [problem]
        return None
    name = (form.requester_name.data or "").strip()
    if not name:
        form.requester_name.errors = ["Nobody with this address has an account. Give their name."]
        return None
    return accounts.requester_for(address, name, by=me)
