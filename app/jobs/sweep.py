"""Deletes what has expired and serves nobody any more: sessions, links, held forms, answers."""

import datetime as dt

from sqlalchemy import ColumnElement, delete, or_, select

from app.clock import now
from app.domain import credentials
from app.extensions import db
from app.models import HeldForm, HelpdeskStaff, OneTimeToken, Submission, UserSession

KEPT = dt.timedelta(hours=24)
"""How long a typed form and the answer to a repeated request are kept."""


def sweep() -> bool:
    """Delete all of it, in one go; there is never more to do."""
    moment = now()
    db.session.execute(delete(UserSession).where(_session_is_over(moment)))
    db.session.execute(
        delete(OneTimeToken).where(
            or_(OneTimeToken.expires_at <= moment, OneTimeToken.used_at <= moment - KEPT)
        )
    )
    db.session.execute(delete(HeldForm).where(HeldForm.created_at <= moment - KEPT))
    db.session.execute(delete(Submission).where(Submission.created_at <= moment - KEPT))
    db.session.commit()
    return False


def _session_is_over(moment: dt.datetime) -> ColumnElement[bool]:
    staff = UserSession.user_id.in_(select(HelpdeskStaff.user_id))
    return or_(
        *(
            (staff if is_staff else ~staff)
            & or_(
                UserSession.last_seen_at <= moment - credentials.IDLE[is_staff],
                UserSession.created_at <= moment - credentials.ABSOLUTE[is_staff],
            )
            for is_staff in (True, False)
        )
    )
