"""Cares for files that nobody cares for: not sent, named by nothing, or never scanned."""

import datetime as dt

from app.clock import now
from app.domain import attachments
from app.extensions import db
from app.jobs.file_check import strays
from app.queries.attachments import never_scanned
from app.web.intake import are_scanned, file_store

BATCH = 200
STRAY_KEPT = dt.timedelta(days=1)
"""Younger than that, a file may be about to get its row."""


def remove_unsent() -> bool:
    """Remove a batch of what was uploaded and not sent for a day; whether there may be more."""
    removed = attachments.remove_unsent(limit=BATCH)
    db.session.commit()
    return removed == BATCH


def remove_strays() -> bool:
    """Remove the files that no row names, and what broken-off writes have left."""
    store, before = file_store(), now() - STRAY_KEPT
    store.forget_unfinished(before)
    for file in strays(store, before):
        db.session.rollback()  # nobody waits for our disk
        store.delete(file.key)
    return False


def have_scanned() -> bool:
    """Ask for a scan of a batch of files from before there was a scanner."""
    found = never_scanned(BATCH) if are_scanned() else []
    for attachment in found:
        attachments.announce_scan(attachment)
    db.session.commit()
    return len(found) == BATCH
