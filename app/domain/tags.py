"""Tags: the one form of their names, and their rows, made by being used."""

from collections.abc import Iterable

from sqlalchemy import select

from app.domain.errors import Unprocessable
from app.extensions import db, insert_or
from app.models import Tag, Ticket
from app.text import TAG_MAX, TAGS_PER_TICKET_MAX, folded, is_blank, refusal


def tag_name(name: str) -> str:
    """The one form of a tag; raises Unprocessable for what cannot be one."""
    if sentence := refusal(name):
        raise Unprocessable(sentence, field="tags")
    name = folded(name)
    if is_blank(name):
        raise Unprocessable("A tag needs at least one visible character.", field="tags")
    if len(name) > TAG_MAX:
        raise Unprocessable(f"A tag has at most {TAG_MAX} characters.", field="tags")
    if "," in name:
        raise Unprocessable("A tag has no comma in it.", field="tags")
    return name


def named(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, made where they are new; one row per name, also under a race.

    Raises Unprocessable for a name that cannot be one, and for more than a ticket can have.
    """
    wanted = sorted({tag_name(name) for name in names})
    if len(wanted) > TAGS_PER_TICKET_MAX:
        raise Unprocessable(f"A ticket has at most {TAGS_PER_TICKET_MAX} tags.", field="tags")
    found = {tag.name: tag for tag in db.session.scalars(select(Tag).where(Tag.name.in_(wanted)))}
    return [found.get(name) or _new(name) for name in wanted]


def after(ticket: Ticket, *, add: Iterable[str], remove: Iterable[str]) -> set[str]:
    """The names of a ticket’s tags once these are added and those removed."""
    kept = {tag.name for tag in ticket.tags} | {tag_name(name) for name in add}
    return kept - {tag_name(name) for name in remove}


def _new(name: str) -> Tag:
    db.session.execute(insert_or(Tag).values(name=name).on_conflict_do_nothing())
    return db.session.scalars(select(Tag).where(Tag.name == name)).one()
