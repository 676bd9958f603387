"""The way in, and a requester's own list."""

from typing import Any

from flask import redirect, render_template, request, url_for

from app.policy import Permission, allows
from app.queries.problems import open_problems
from app.queries.tickets import BadFilter, TicketFilter
from app.queries.views import MY_TABS, my_counts, my_tickets
from app.text import refusal
from app.ticket.blueprint import blueprint
from app.web.access import actor, public, requires, viewer


@blueprint.get("/")
@public
def welcome() -> Any:
    """Everybody's home: the help desk's, one's own tickets, or the choice to sign in."""
    person = viewer()
    if person is None:
        return render_template("ticket/welcome.html")
    return redirect(url_for("staff.home" if person.is_staff else "ticket.mine"), 303)


PROBLEMS_SHOWN = 3


@blueprint.get("/tickets")
@requires(Permission.TICKET_OPEN)
def mine() -> Any:
    """One's own tickets by tab, and those one is copied into, with search in them."""
    me = actor()
    tab = next((t for t in MY_TABS if t.slug == request.args.get("tab")), MY_TABS[0])
    q = request.args.get("q", "")[:200]
    q = "" if refusal(q) else q
    try:
        page = my_tickets(
            me,
            tab,
            TicketFilter(
                q=q,
                sort="updated",
                descending=True,
                after=request.args.get("after"),
                before=request.args.get("before"),
            ),
        )
    except BadFilter:
        return redirect(url_for("ticket.mine", tab=tab.slug, q=q or None), 303)
    counts = my_counts(me, q)
    may_know = allows(me, Permission.PROBLEMS_SEE)
    tabs = [
        {
            "label": t.label,
            "url": url_for("ticket.mine", tab=t.slug, q=q or None),
            "count": counts[t.slug],
            "current": t is tab,
        }
        for t in MY_TABS
        if t is tab or not t.copied or counts[t.slug]
    ]

    def turn(**cursor: Any) -> str:
        return url_for("ticket.mine", tab=tab.slug, q=q or None, **cursor)

    return render_template(
        "ticket/mine.html",
        tab=tab,
        tabs=tabs,
        q=q,
        page=page,
        total=counts[tab.slug],
        waiting=counts["waiting"],
        problems=open_problems(me, limit=PROBLEMS_SHOWN) if may_know else [],
        has_any=any(my_counts(me).values()) if q else any(counts.values()),
        previous_url=turn(before=page.before) if page.before else None,
        next_url=turn(after=page.after) if page.after else None,
    )
