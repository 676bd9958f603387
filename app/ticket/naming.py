"""Whom people mean by what they typed: an address, a username or, on the help desk, a name."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from app.domain import accounts, addresses
from app.models import User
from app.policy import Permission, allows
from app.queries import choices
from app.text import folded
from app.web import throttle

LIMIT_PER_PERSON = "60/hour"
"""How many people a requester names. Each answer tells whether there is an account."""
UNCLEAR_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Meant:
    """Who it is; where that is not clear, a sentence and perhaps the people it could be."""

    person: User | None = None
    sentence: str = ""
    candidates: Sequence[User] = ()


def whom(typed: str, me: User) -> Meant:
    """The person that somebody means.

    Staff may mean an address without an account, which gets one, and a name that fits one person.
    """
    typed = typed.strip()
    staff = allows(me, Permission.PEOPLE_FIND)
    if not staff and not throttle.allows("naming", str(me.id), limit=LIMIT_PER_PERSON):
        return Meant(sentence="These were many names in a short time. Try again in an hour.")
    found = accounts.find(typed)
    if found is not None:
        return Meant(found)
    if not staff:
        return Meant(
            sentence=f"Nobody here has the address or username “{typed}”."
            " The help desk can copy in people who have no account yet."
        )
    return _by_address(typed, me) if "@" in typed else _by_name(typed)


def _by_address(address: str, me: User) -> Meant:
    mail_from = current_app.config["SETTINGS"].mail_from
    if problem := addresses.email_problem(address, mail_from=mail_from):
        return Meant(sentence=problem)
    return Meant(accounts.requester_for(address, "", by=me))


def _by_name(name: str) -> Meant:
    people = choices.people_like(name)
    exactly = [person for person in people if person.name_key == folded(name)]
    if len(exactly) == 1:
        return Meant(exactly[0])
    if not people:
        return Meant(sentence=f"Nobody here is called “{name}”. Give their e-mail address.")
    return Meant(sentence=f"Which “{name}” do you mean?", candidates=people)


def several(typed: str, me: User) -> tuple[list[User], list[str]]:
    """The people of a line with commas between them, and a sentence for each who is not clear."""
    people: list[User] = []
    unclear: list[str] = []
    for part in dict.fromkeys(part.strip() for part in typed.replace(";", ",").split(",")):
        if not part or len(unclear) == UNCLEAR_SHOWN:
            continue
        meant = whom(part, me)
        if meant.person is not None:
            people.append(meant.person)
        elif meant.candidates:
            among = "; ".join(described(person) for person in meant.candidates)
            unclear.append(f"{meant.sentence} There are: {among}.")
        else:
            unclear.append(meant.sentence)
    return people, unclear


def described(person: User) -> str:
    """A person as one tells them from others of the same name."""
    return f"{person.name}, {person.email or person.username}"
