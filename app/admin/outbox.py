"""What the product has to tell people, and how the telling goes."""

import re
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from app.admin.blueprint import blueprint
from app.admin.pages import cursors, page_urls
from app.domain.outbox import try_again
from app.extensions import db
from app.models import OutboxEntry, OutboxState
from app.policy import Permission
from app.queries import outbox as asked
from app.web.access import actor, requires
from app.web.templating import number

TABS = {
    "waiting": ("Waiting", OutboxState.WAITING),
    "failed": ("Failed", OutboxState.FAILED),
    "sent": ("Sent", OutboxState.DONE),
    "withdrawn": ("Withdrawn", OutboxState.WITHDRAWN),
}
TOPICS = {
    "ticket.received": "Ticket received",
    "ticket.replied": "Reply from the help desk",
    "ticket.answered": "Answer from the requester",
    "ticket.assigned": "Ticket assigned",
    "ticket.solved": "Ticket solved",
    "ticket.copied_in": "Copied into a ticket",
    "participant.added": "Copied into a ticket",
    "report.filed": "Report on a ticket",
    "report.resolved": "Reported problem solved",
    "problem.published": "Known problem published",
    "problem.edited": "Known problem described anew",
    "problem.updated": "Update on a known problem",
    "bulk.run": "Change of many tickets",
    "attachment.scan": "File to be checked",
    "attachment.thumbnail": "Small picture of a file",
    "file.delete": "File to be deleted",
    "account.invited": "Invitation",
    "account.confirm_email": "Link to confirm an address",
    "account.change_email": "Link to confirm a new address",
    "account.email_changed": "Address was changed",
    "account.exists": "Somebody tried to register again",
    "account.reset": "Link for a new password",
    "account.password_changed": "Password was changed",
}
# Long random words are how one-time links look; a mail server may quote one when it refuses.
_SECRET = re.compile(r"[A-Za-z0-9_\-]{32,}")


@blueprint.get("/admin/outbox", endpoint="outbox")
@requires(Permission.OUTBOX_MANAGE)
def list_outbox() -> Any:
    tab = request.args.get("tab", "")
    tab = tab if tab in TABS else "waiting"
    after, before = cursors()
    page = asked.entries(TABS[tab][1], after=after, before=before)
    counts = asked.outbox_counts()
    tickets = asked.tickets_of(actor(), page.entries)
    return render_template(
        "admin/outbox.html",
        tab=tab,
        tabs=[
            {
                "label": label,
                "url": url_for("admin.outbox", tab=slug),
                "count": shown_count(counts[state]),
                "current": slug == tab,
            }
            for slug, (label, state) in TABS.items()
        ],
        entries=[_shown(entry, tickets.get(entry.id)) for entry in page.entries],
        **page_urls("admin.outbox", page, tab=tab),
    )


@blueprint.post("/admin/outbox/<id:entry_id>/retry")
@requires(Permission.OUTBOX_MANAGE)
def retry(entry_id: int) -> Any:
    entry = asked.entry(entry_id, lock=True)
    if entry is None:
        abort(404)
    if entry.state is not OutboxState.FAILED:
        flash("This is not among the failed ones any more. Nothing was changed.", "warning")
        return _back()
    try_again(entry)
    db.session.commit()
    flash("It will be tried again now.")
    return _back()


@blueprint.post("/admin/outbox/retry")
@requires(Permission.OUTBOX_MANAGE)
def retry_all() -> Any:
    failed = asked.failed_entries()
    for entry in failed:
        try_again(entry)
    db.session.commit()
    flash("All of them will be tried again now." if failed else "Nothing has failed.")
    return _back()


def shown_count(n: int) -> str:
    """Exact as far as it was counted."""
    return f"{number(asked.COUNTED_MAX)}+" if n > asked.COUNTED_MAX else number(n)


def _shown(entry: OutboxEntry, ticket_id: int | None) -> dict[str, Any]:
    """An entry in words. The payload itself is not for eyes."""
    return {
        "id": entry.id,
        "topic": topic_in_words(entry),
        "to": entry.recipient.name if entry.recipient else entry.address or "",
        "to_id": entry.recipient_id,
        "ticket_id": ticket_id,
        "at": entry.finished_at or entry.due_at,
        "attempts": entry.attempts,
        "last_error": _SECRET.sub("…", entry.last_error or ""),
        "being_sent": entry.lease_until is not None,
    }


def topic_in_words(entry: OutboxEntry) -> str:
    """What an entry is about; one that nobody has put into words yet reads as it is called.

    A mail about a ticket has one topic for all, and says by its template what it tells.
    """
    topic = entry.topic
    if topic == "mail":
        template = str(entry.payload.get("template", "mail"))
        topic = template.replace("_", ".", 1) if "report" in template else f"ticket.{template}"
    return TOPICS.get(topic) or topic.replace(".", " ").replace("_", " ").capitalize()


def _back() -> Any:
    return redirect(url_for("admin.outbox", tab="failed"), 303)
