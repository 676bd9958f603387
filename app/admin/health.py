"""Whether all is well, with the settings that the database really has (R122)."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template

from app.admin.blueprint import blueprint
from app.admin.outbox import shown_count
from app.models import OutboxState
from app.policy import Permission
from app.queries.database import database_settings, engine_name
from app.queries.outbox import oldest_due, outbox_counts
from app.web.access import requires
from app.web.health import checks

CHECKED = {
    "database": "Database accepts changes",
    "migrations": "Migrations",
    "disk": "Disk",
    "queue": "Outbox",
}


@blueprint.get("/admin/health", endpoint="health")
@requires(Permission.HEALTH_SEE)
def show_health() -> Any:
    results = checks()
    counts = outbox_counts()
    return render_template(
        "admin/health.html",
        checks=[
            {"name": CHECKED.get(c.name, c.name.capitalize()), "ok": c.ok, "detail": c.detail}
            for c in results
        ],
        engine=engine_name(),
        settings=database_settings(),
        waiting=shown_count(counts[OutboxState.WAITING]),
        failed=shown_count(counts[OutboxState.FAILED]),
        oldest=oldest_due(),
        mail_server=_mail_server(),
    )


def _mail_server() -> str | None:
    """The host that takes our mail, without the password that its address holds."""
    url = current_app.config["SETTINGS"].mail_url
    return urlsplit(url).hostname if url else None
