"""The people that a page names, each read once however often they are named."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import lazyload
from sqlalchemy.orm.util import identity_key

from app.extensions import db
from app.models import User

_PEOPLE = (
    select(User).where(User.id.in_(bindparam("ids", expanding=True))).options(lazyload(User.staff))
)


def people(ids: Iterable[int | None]) -> dict[int, User]:
    """These users by their ids. Whom the session knows already is not read again."""
    session = db.session()
    found: dict[int, User] = {}
    missing = []
    for id_ in {id_ for id_ in ids if id_ is not None}:
        user = session.identity_map.get(identity_key(User, id_))
        if user is None:
            missing.append(id_)
        else:
            found[id_] = user
    if missing:
        found |= {user.id: user for user in session.scalars(_PEOPLE, {"ids": missing})}
    return found
