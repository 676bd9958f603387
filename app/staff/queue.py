"""The triage queue: its whole state is in the address; acts on it go through one form."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.datastructures import MultiDict

from app.domain import tickets
from app.domain.errors import DomainError
from app.extensions import db
from app.models import ID_MAX, ChangeSet, Priority, Ticket, TicketStatus, User
from app.policy import Permission, allows
from app.queries import choices
from app.queries.tickets import BadFilter, TicketFilter, count, queue, visible_to
from app.queries.views import ALL_OPEN, StandingView, view_of
from app.staff.blueprint import blueprint
from app.staff.forms import BulkForm
from app.text import TAG_MAX, refusal
from app.web.access import actor, begin_act, requires
from app.web.templating import zone

COLUMNS = {
    "status": "status",
    "id": "number",
    "title": "title",
    "requester": "requester",
    "priority": "priority",
    "assignee": "assignee",
    "created_at": "created",
    "waiting": "waiting",
}
"""The table's columns, and what each is sorted by."""

SORT_LABELS = {
    "waiting": "Longest waiting",
    "priority": "Priority",
    "updated": "Last change",
    "created": "Opened",
    "number": "Number",
    "status": "Status",
    "title": "Title",
    "requester": "Requester",
    "assignee": "Assignee",
    "category": "Category",
}


@blueprint.get("/queue", endpoint="queue")
@requires(Permission.QUEUE_SEE)
def show() -> Any:
    me = actor()
    view = view_of(request.args)
    if view is None and "view" in request.args:
        abort(404)
    problem = None
    try:
        wanted = read_filter(request.args, me, view, zone())
        page = queue(me, wanted)
    except BadFilter as bad:
        view = view or ALL_OPEN
        problem, wanted = str(bad), view.filter(me)
        # Its next page would be one of this same address, which cannot be used.
        page = replace(queue(me, wanted), after=None, before=None)
    return render_template(
        "staff/queue.html",
        view=view,
        page=page,
        total=count(me, wanted),
        problem=problem,
        chips=_chips(None if problem else wanted),
        typed=_typed(request.args.get("q", "")),
        sorts=_sorts(wanted),
        sort_links=[
            {"label": label, "url": _with(sort=sort, desc=None), "current": sort == wanted.sort}
            for sort, label in SORT_LABELS.items()
        ],
        previous_url=_with(before=page.before, after=None) if page.before else None,
        next_url=_with(after=page.after, before=None) if page.after else None,
        staff=choices.active_staff(),
        categories=choices.categories(),
        args=request.args,
        bulk=BulkForm(formdata=None),
        back=request.full_path.rstrip("?"),
    ), 400 if problem else 200


# --- the filter in the address -----------------------------------------------------------------


def read_filter(
    args: MultiDict[str, str], me: User, view: StandingView | None, here: ZoneInfo
) -> TicketFilter:
    """The filter of an address. Raises BadFilter with a sentence for what cannot be."""
    wanted = view.filter(me) if view else TicketFilter()
    sort = args.get("sort")
    return replace(
        wanted,
        status=_words(args, "status", TicketStatus) or wanted.status,
        priority=_words(args, "priority", Priority),
        category=_id(args, "category"),
        assignee=_assignee(args, me) if args.get("assignee") else wanted.assignee,
        requester=_id(args, "requester"),
        tag=_line(args, "tag", TAG_MAX) or None,
        q=_line(args, "q", 200),
        created_from=_day(args, "created_from", here),
        created_to=_day(args, "created_to", here, after=True),
        sort=sort or wanted.sort,
        descending=args.get("desc") == "1" if sort or "desc" in args else wanted.descending,
        after=args.get("after"),
        before=args.get("before"),
    )


def _words(args: MultiDict[str, str], name: str, enum: Any) -> tuple[Any, ...]:
    found = []
    for value in args.getlist(name):
        for word in value.split(","):
            if not word:
                continue
            if word not in list(enum):
                raise BadFilter(f"There is no {name} “{word[:40]}”.")
            found.append(enum(word))
    return tuple(dict.fromkeys(found))


def _id(args: MultiDict[str, str], name: str) -> int | None:
    value = args.get(name, "")
    if value in ("", "any"):
        return None
    if value == "none":
        return 0
    if not (value.isascii() and value.isdigit()) or len(value) > 10 or int(value) > ID_MAX:
        raise BadFilter(f"“{value[:40]}” is no {name}.")
    return int(value)


def _assignee(args: MultiDict[str, str], me: User) -> int | None:
    return me.id if args.get("assignee") == "me" else _id(args, "assignee")


def _line(args: MultiDict[str, str], name: str, most: int) -> str:
    value = args.get(name, "").strip()
    if len(value) > most:
        raise BadFilter(f"That is too long to look for; the limit is {most} characters.")
    if sentence := refusal(value):
        raise BadFilter(sentence)
    return value


def _day(
    args: MultiDict[str, str], name: str, here: ZoneInfo, *, after: bool = False
) -> dt.datetime | None:
    """Midnight of a day as people count it; with ``after`` the one that ends it."""
    value = args.get(name, "")
    if not value:
        return None
    try:
        day = dt.date.fromisoformat(value)
        if after:
            day += dt.timedelta(days=1)
        return dt.datetime.combine(day, dt.time(), here).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise BadFilter(f"“{value[:40]}” is no day; write it like 2026-03-31.") from None


# --- addresses ---------------------------------------------------------------------------------


def _with(**changes: Any) -> str:
    """This page's address with some of its arguments changed; None takes one away."""
    args: dict[str, Any] = request.args.to_dict(flat=False)
    if "after" not in changes and "before" not in changes:
        args.pop("after", None)
        args.pop("before", None)
    args |= changes
    return url_for("staff.queue", **{k: v for k, v in args.items() if v is not None})


def _sorts(wanted: TicketFilter) -> dict[str, dict[str, str | None]]:
    """For each column, the address that sorts by it (or turns it round), and how it is sorted."""
    sorts = {}
    for column, sort in COLUMNS.items():
        current = sort == wanted.sort
        turned = "1" if current and not wanted.descending else None
        order = ("descending" if wanted.descending else "ascending") if current else None
        sorts[column] = {"url": _with(sort=sort, desc=turned), "order": order}
    return sorts


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition of the filter, and the address without it."""

    name: str
    value: str
    without: str


def _typed(text: str) -> str:
    """What was looked for, to stand in the box again, also where it could not be used."""
    return "" if refusal(text) else text


def _chips(wanted: TicketFilter | None) -> list[Chip]:
    """What the address asks for; in its own words where no filter could be made of it (None)."""
    chips = []
    for name in ("status", "priority", "category", "assignee", "requester", "tag", "q"):
        if not request.args.get(name):
            continue
        said = _typed(", ".join(request.args.getlist(name)))[:40]
        value = said if wanted is None else _chip_value(name, wanted)
        chips.append(Chip(name, value, _with(**{name: None})))
    for name, word in (("created_from", "opened from"), ("created_to", "opened until")):
        if request.args.get(name):
            chips.append(Chip(word, request.args[name], _with(**{name: None})))
    return chips


def _chip_value(name: str, wanted: TicketFilter) -> str:
    if name in ("status", "priority"):
        return ", ".join(word.label for word in getattr(wanted, name))
    if name in ("tag", "q"):
        return str(getattr(wanted, name) or "")
    number = getattr(wanted, name)
    if number in (0, None):
        return "none"
    if name == "category":
        found = next((c.name for c in choices.categories(besides=number) if c.id == number), None)
    else:
        person = db.session.get(User, number)
        found = person.name if person else None
    return found or f"#{number}"


# --- acting on the list ------------------------------------------------------------------------


@blueprint.post("/queue")
@requires(Permission.QUEUE_SEE, form=BulkForm)
def act_on_selected(form: BulkForm) -> Any:
    """Take, assign, move or solve the selected tickets; each by the rules, all in one act.

    A ticket that refuses is left as it was and named with its reason. What one may not see is not
    there.
    """
    back = form.back_url()
    if not form.validate():
        flash(form.sentence(), "error")
        return redirect(back, 303)
    me = actor()
    chosen = db.session.scalars(
        visible_to(me)
        .where(Ticket.id.in_(form.ids))
        .order_by(Ticket.id)  # locked in one order, so that two colleagues cannot deadlock
        .options(joinedload(Ticket.assignee), selectinload(Ticket.tags))
        .with_for_update(of=Ticket)
    ).all()
    act = begin_act("queue." + form.verb)
    done, refused = 0, []
    for ticket in chosen:
        try:
            with db.session.begin_nested():
                done += _apply(form, ticket, me, act)
        except DomainError as error:
            refused.append(f"#{ticket.id}: {error.sentence}")
    db.session.commit()
    _tell(done, len(form.ids), refused)
    return redirect(back, 303)


def _apply(form: BulkForm, ticket: Ticket, me: User, act: ChangeSet) -> bool:
    """One act on one ticket; whether it changed."""
    if form.verb in ("take", "assign") and not allows(me, Permission.TICKET_ASSIGN, ticket):
        raise DomainError("This isn’t yours to assign.")
    if form.verb == "take":
        return tickets.take(ticket, act=act)
    if form.verb == "assign":
        person = db.session.get(User, form.person_id) if form.person_id else None
        return tickets.assign_ticket_to_staff(ticket, person, act=act)
    if not allows(me, Permission.TICKET_SET_PROPERTIES, ticket):
        raise DomainError("This isn’t yours to change.")
    if form.verb == "priority":
        changes = tickets.Changes(priority=Priority(form.value))
        return tickets.update_ticket(ticket, changes, act=act)
    return tickets.change_status(ticket, TicketStatus(form.value), act=act) is not None


def _tell(done: int, asked: int, refused: list[str]) -> None:
    if done:
        flash(f"{done} ticket{'s' if done > 1 else ''} changed")
    elif not refused:
        flash("Nothing to change there")
    if refused:
        left = f"{len(refused)} of {asked} left as they were. " if asked > 1 else ""
        flash(left + " ".join(refused[:10]), "error")
