"""Names that only one thing of a kind may have."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from app.domain.errors import Conflict
from app.extensions import db


@contextmanager
def unique(kind: str, name: str) -> Iterator[None]:
    """What gives a team or a category its name. Raises Conflict where another has it.

    The database knows which names are taken, also under a race.
    """
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as taken:
        raise Conflict(f"There is a {kind} “{name}” already.", field="name") from taken
