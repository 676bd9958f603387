"""The same thing sent twice happens once: for API calls with a key and for forms with a nonce.

The key is claimed in the transaction that does the work, so it is kept exactly when the work is.
On PostgreSQL a second request with the key waits at the unique index until the first has committed
and then sees its answer; on SQLite writers queue up anyhow.

    if earlier := idempotency.replay(user, "create_ticket", key, digest):
        return the answer of ``earlier``
    … do the work …
    idempotency.remember(user, "create_ticket", key, digest, 201, text)
    db.session.commit()
"""

import datetime as dt
import hashlib
import json

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import OperationalError

from app.clock import now
from app.domain.errors import Conflict, Unprocessable
from app.extensions import db, insert_or
from app.models import Submission, User

KEPT_FOR = dt.timedelta(hours=24)
KEY_LENGTH_MAX = 128
_IN_PROGRESS = 0


class UsedForAnother(Unprocessable):
    """The key came before with another content; ``submission`` is what became of that."""

    def __init__(self, submission: Submission) -> None:
        super().__init__("This key was used before for something else.")
        self.submission = submission


def is_key(key: str) -> bool:
    """Whether this can be a key: 1 to 128 printable characters."""
    return 0 < len(key) <= KEY_LENGTH_MAX and key.isprintable()


def fingerprint(content: object) -> str:
    """The digest of what was sent, as JSON, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def replay(user: User, route: str, key: str, digest: str) -> Submission | None:
    """What became of this the first time; None when this is the first, which holds the key now.

    ``digest`` may be empty where the key alone decides: a form sent again after Back is the same
    form. Ask inside the writing transaction, after it has locked what it works on. Raises
    UsedForAnother for the key with another content, and Conflict while the first is still at work
    after some seconds.
    """
    if not is_key(key):
        raise Unprocessable(f"A key has 1 to {KEY_LENGTH_MAX} printable characters.")
    if _claim(user, route, key, digest):
        return None
    earlier = db.session.scalars(select(Submission).where(*_this(user, route, key))).one()
    if earlier.digest != digest:
        raise UsedForAnother(earlier)
    if earlier.status_code == _IN_PROGRESS:
        raise _still_at_work()
    return earlier


def remember(user: User, route: str, key: str, digest: str, status_code: int, answer: str) -> None:
    """Keep the answer (a location, or a JSON text) with the key that ``replay`` claimed."""
    db.session.execute(
        update(Submission)
        .where(*_this(user, route, key), Submission.digest == digest)
        .values(status_code=status_code, answer=answer)
        .execution_options(synchronize_session=False)
    )


def _claim(user: User, route: str, key: str, digest: str) -> bool:
    """Whether the key is ours now."""
    moment = now()
    db.session.execute(
        delete(Submission)
        .where(*_this(user, route, key), Submission.created_at < moment - KEPT_FOR)
        .execution_options(synchronize_session=False)
    )
    row = {"user_id": user.id, "route": route, "key": key, "digest": digest, "created_at": moment}
    claim = insert_or(Submission).values(**row, status_code=_IN_PROGRESS, answer="")
    try:
        claimed = db.session.execute(claim.on_conflict_do_nothing().returning(Submission.id))
    except OperationalError as waited_in_vain:  # lock_timeout: the first one takes very long
        raise _still_at_work() from waited_in_vain
    return claimed.first() is not None


def _this(user: User, route: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return Submission.user_id == user.id, Submission.route == route, Submission.key == key


def _still_at_work() -> Conflict:
    return Conflict("The same is being done just now. Ask again in a moment.")
