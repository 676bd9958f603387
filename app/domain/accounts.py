"""People: how an account comes to be, is proven, found again, and invited.

The verbs take finished hashes (``passwords.py``); who may do what is ``rights.py``'s to change.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.clock import now
from app.domain import addresses, credentials, passwords, rights
from app.domain.addresses import address_key, normal_address
from app.domain.errors import Conflict, Unprocessable
from app.domain.outbox import announce
from app.domain.settings import site
from app.extensions import db
from app.models import (
    USERNAME_MAX,
    HelpdeskStaff,
    OneTimeToken,
    Role,
    Ticket,
    TokenPurpose,
    User,
)
from app.text import folded, refusal

# --- who is it ---------------------------------------------------------------------------------


def find(identifier: str) -> User | None:
    """The account of this username or proven or held address, active or not."""
    if refusal(identifier):
        return None
    if "@" in identifier:
        return _holder(identifier)
    return db.session.scalars(
        select(User).where(User.username_key == folded(identifier))
    ).one_or_none()


def verify(identifier: str, password: str) -> User | None:
    """Whose username or address and password these are; None for every other pair.

    Ends the transaction before it compares, and takes as long for somebody unknown, switched off
    or without a password as for a wrong password (R6). An unproven address signs in too, whoever
    holds it, so that signing up for somebody else's address teaches nothing about them.
    """
    candidates = [(user.id, _usable_hash(user)) for user in _candidates(identifier)]
    hashes = [kept for _, kept in candidates]
    hashes += [None] * (_lookups(identifier) - len(hashes))
    ids = [user_id for user_id, _ in candidates]
    db.session.rollback()
    for place, kept in enumerate(hashes):
        if passwords.matches(kept, password) and kept is not None:
            _renew_hash(ids[place], kept, password)
            user = db.session.get(User, ids[place])
            return user if user is not None and user.is_active else None
    return None


def _lookups(identifier: str) -> int:
    """How many accounts an identifier is compared with: always as many, found or not."""
    return 2 if "@" in identifier else 1


def _candidates(identifier: str) -> list[User]:
    found = find(identifier)
    if "@" not in identifier or refusal(identifier):
        return [found] if found else []
    claiming = db.session.scalars(
        select(User)
        .where(User.claimed_email_key == address_key(identifier))
        .order_by(User.id.desc())
        .limit(1)
    ).one_or_none()
    holding = found if found and found.claimed_email_key is None else None
    return [user for user in (holding, claiming) if user is not None]


def _usable_hash(user: User) -> str | None:
    return user.password_hash if user.is_active else None


def _renew_hash(user_id: int, kept: str, password: str) -> None:
    """Hash anew when the cost was changed since; in a transaction of its own."""
    if not passwords.is_outdated(kept):
        return
    fresh = passwords.hash_password(password)
    with db.session().aside() as connection:
        connection.execute(
            update(User)
            .where(User.id == user_id, User.password_hash == kept)
            .values(password_hash=fresh)
        )


def _holder(address: str) -> User | None:
    return db.session.scalars(
        select(User).where(User.email_key == address_key(address))
    ).one_or_none()


# --- new people --------------------------------------------------------------------------------


def create_user(
    *,
    username: str | None,
    name: str,
    email: str,
    role: Role | None,
    password_hash: str | None = None,
    confirmed: bool = False,
    by: User | None,
) -> User:
    """Add a person; without a username they get one from their address.

    Raises Unprocessable for what cannot be, and Conflict when username or address is taken.
    """
    if sentence := addresses.email_problem(email):
        raise Unprocessable(sentence, field="email")
    user = _new_user(username, name, email, password_hash)
    if _holder(email) is not None:
        raise Conflict("Somebody has this e-mail address already.", field="email")
    address = normal_address(email)
    user.email, user.email_key = address, address_key(email)
    user.email_confirmed_at = user.created_at if confirmed else None
    user.registered_at = user.created_at if password_hash else None
    if role is not None:
        user.staff = HelpdeskStaff(role=role, signature="", since=user.created_at)
    _add(user, username is None, email)
    rights.noted("created", user, by)
    return user


def requester_for(email: str, name: str, *, by: User) -> User:
    """Whose address this is, made without a password where nobody has it yet.

    Raises Unprocessable for an address or a name that cannot be.
    """
    known = _holder(email)
    if known is not None:
        return known
    name = name if name.strip() else email.partition("@")[0]
    try:
        return create_user(username=None, name=name, email=email, role=None, by=by)
    except Conflict:
        known = _holder(email)  # a colleague was faster
        if known is None:
            raise
        return known


def register(*, username: str | None, name: str, email: str, password_hash: str) -> User:
    """Somebody signs up; they own the address only once they follow the link sent to it.

    The answer is the same whoever has the address already (R6): a new account, which then does
    not hold it. What staff filed for an address without an account is taken over, but stays
    invisible until the address is proven. Raises Conflict for a taken username, Unprocessable for
    what cannot be.
    """
    if not site().self_registration:
        raise Conflict("Accounts are made by the help desk here. Ask them for one.")
    user = _taken_over(username, name, email) or _registered(username, name, email)
    user.password_hash = password_hash
    user.registered_at = now()
    user.email_confirmed_at = None
    user.claimed_email_key = address_key(email)
    _ask_for_proof(user)
    return user


def _taken_over(username: str | None, name: str, email: str) -> User | None:
    """The requester that staff made by filing for this address, now with its person behind it."""
    user = db.session.scalars(
        select(User)
        .where(User.email_key == address_key(email))
        .with_for_update(of=User)
        .execution_options(populate_existing=True)
    ).one_or_none()
    # Never somebody with rights: an invited colleague's place is not for who types their address.
    if user is None or user.password_hash or user.is_staff or not user.is_active:
        return None
    if username is not None:
        _rename(user, username)
    user.name, user.name_key = _fit_name(name)
    credentials.withdraw_links(user)
    return user


def _rename(user: User, username: str) -> None:
    if sentence := addresses.username_problem(username):
        raise Unprocessable(sentence, field="username")
    taken = db.session.scalar(
        select(User.id).where(User.username_key == folded(username), User.id != user.id)
    )
    if taken is not None:
        raise _username_taken(username)
    try:
        with db.session.begin_nested():
            user.username, user.username_key = username, folded(username)
            db.session.flush()
    except IntegrityError:
        raise _username_taken(username) from None


def _registered(username: str | None, name: str, email: str) -> User:
    address = normal_address(email)
    if address is None:
        raise Unprocessable(addresses.email_problem(email) or "", field="email")
    user = _new_user(username, name, email, None)
    if _holder(email) is None:
        user.email, user.email_key = address, address_key(email)
    user.pending_email = address
    try:
        _add(user, username is None, email)
    except Conflict as taken:
        if taken.field != "email":
            raise
        user = _new_user(username, name, email, None)  # somebody else was faster with the address
        user.pending_email = address
        _add(user, username is None, email)
    return user


def _ask_for_proof(user: User) -> None:
    """Send the link to whoever holds the address; the page says the same in each case."""
    if user.email is not None:
        user.pending_email = None
        announce("account.confirm_email", recipient=user, user_id=user.id)
        return
    holder = _holder(user.pending_email or "")
    if holder is not None:
        announce("account.exists", recipient=holder, user_id=holder.id)


def ask_for_proof_again(user: User) -> None:
    """Send the confirming link once more, or to an address that has become free meanwhile."""
    if user.is_confirmed:
        return
    if user.email is None and user.pending_email and _holder(user.pending_email) is None:
        _give_address(user, user.pending_email)
    _ask_for_proof(user)


def _new_user(username: str | None, name: str, email: str, password_hash: str | None) -> User:
    if username is not None and (sentence := addresses.username_problem(username)):
        raise Unprocessable(sentence, field="username")
    shown, key = _fit_name(name)
    username = username if username is not None else next(_usernames(email))
    return User(
        username=username,
        username_key=folded(username),
        name=shown,
        name_key=key,
        password_hash=password_hash,
        created_at=now(),
    )


def _fit_name(name: str) -> tuple[str, str]:
    if sentence := addresses.name_problem(name):
        raise Unprocessable(sentence, field="name")
    return name, folded(name)


def _add(user: User, username_is_derived: bool, email: str) -> None:
    """Insert, and say what was taken; a derived username is varied until it is free."""
    for username in _usernames(email) if username_is_derived else [user.username]:
        if _username_exists(username):
            if username_is_derived:
                continue
            raise _username_taken(username)
        user.username, user.username_key = username, folded(username)
        try:
            with db.session.begin_nested():
                db.session.add(user)
                db.session.flush()
            return
        except IntegrityError:
            # Somebody took the address or the name between the look and the insert.
            if not _username_exists(username):
                raise Conflict("Somebody has this e-mail address already.", field="email") from None
            if not username_is_derived:
                raise _username_taken(username) from None


def _username_exists(username: str) -> bool:
    with db.session.no_autoflush:
        found = db.session.scalar(select(User.id).where(User.username_key == folded(username)))
    return found is not None


def _username_taken(username: str) -> Conflict:
    return Conflict(f"The username {username} is taken. Choose another.", field="username")


def _usernames(email: str) -> Iterator[str]:
    """Usernames for this address, the nicest first: ann, ann2, ann3 …"""
    local = unicodedata.normalize("NFKC", email.strip().partition("@")[0].partition("+")[0])
    start = re.sub(r"[^\w.-]+", ".", local).strip("._-").lower()[: USERNAME_MAX - 8]
    start = unicodedata.normalize("NFKC", start)
    if addresses.username_problem(start):
        start = "person"
    yield start
    for number in count(2):
        yield f"{start}{number}"


# --- proving an address, changing it --------------------------------------------------------------


def confirm_email(token: OneTimeToken) -> User:
    """The link that was sent to the address has come back. Raises Conflict for a used one."""
    user = _spend(token, TokenPurpose.CONFIRM_EMAIL)
    if token.email is not None and address_key(token.email) != user.email_key:
        raise Conflict("This link is for an address that your account no longer has.")
    _proven(user)
    return user


def ask_change_email(user: User, address: str) -> None:
    """Ask for proof at the new address; the old one stays until then (R8)."""
    if sentence := addresses.email_problem(address):
        raise Unprocessable(sentence, field="email")
    _refuse_leaving_unproven(user)
    user.pending_email = normal_address(address)
    credentials.withdraw_links(user, TokenPurpose.CHANGE_EMAIL)
    holder = _holder(address)
    if holder is None or holder.id == user.id:
        announce(
            "account.change_email", recipient=user, address=user.pending_email, user_id=user.id
        )
    else:
        announce("account.exists", recipient=holder, user_id=holder.id)


def change_email(token: OneTimeToken) -> User:
    """Move the account to the address that the link was sent to, and tell the old one.

    Raises Conflict for a used link, or when somebody else has the address meanwhile.
    """
    user = _spend(token, TokenPurpose.CHANGE_EMAIL)
    address = token.email or user.pending_email
    if address is None or address_key(address) != address_key(user.pending_email or ""):
        raise Conflict("This link is for a change that was withdrawn.")
    _refuse_leaving_unproven(user)
    before = user.email
    _give_address(user, address)
    _proven(user)
    credentials.withdraw_links(user)
    if before is not None:
        announce("account.email_changed", recipient=user, address=before, user_id=user.id)
    return user


def _refuse_leaving_unproven(user: User) -> None:
    """Proof of another address opens nothing that was filed for the one that was never proven."""
    if user.is_confirmed:
        return
    from_others = select(Ticket.id).where(
        Ticket.user_id == user.id, Ticket.opened_by_id.is_distinct_from(user.id)
    )
    if db.session.scalar(from_others.limit(1)) is not None:
        raise Conflict(
            "Confirm the address you have first, or sign up with the other one.", field="email"
        )


def _give_address(user: User, address: str) -> None:
    try:
        with db.session.begin_nested():
            user.email, user.email_key = (
                normal_address(address),
                address_key(address),
            )
            db.session.flush()
    except IntegrityError:
        raise Conflict("Another account has this address.", field="email") from None


def _proven(user: User) -> None:
    user.email_confirmed_at = now()
    user.pending_email = user.claimed_email_key = None
    user.registered_at = user.registered_at or now()
    credentials.withdraw_links(user, TokenPurpose.CONFIRM_EMAIL)


def _spend(token: OneTimeToken, purpose: TokenPurpose) -> User:
    if token.purpose is not purpose or token.user is None or not credentials.use_link(token):
        raise Conflict("This link has been used already. Ask for a new one.")
    return token.user


# --- passwords ---------------------------------------------------------------------------------


def ask_reset(identifier: str) -> User | None:
    """Send a link for a new password to the address of this account, where there is one."""
    user = find(identifier)
    if user is None or not user.is_active or user.email is None:
        return None
    announce("account.reset", recipient=user, user_id=user.id)
    return user


def reset_password(token: OneTimeToken, password_hash: str) -> User:
    """Set a password by the link from a mail, which proves the address as well (R7)."""
    user = _spend(token, TokenPurpose.RESET_PASSWORD)
    _proven(user)
    credentials.revoke_api_tokens(user)
    change_password(user, password_hash)
    return user


def change_password(user: User, password_hash: str, *, but: str | None = None) -> None:
    """Set a password, sign out all browsers but the one with the secret ``but``, and tell."""
    user.password_hash = password_hash
    credentials.end_sessions(user, but=but)
    credentials.withdraw_links(user, TokenPurpose.RESET_PASSWORD, TokenPurpose.INVITE)
    if user.email is not None:
        announce("account.password_changed", recipient=user, user_id=user.id)


def rename(user: User, name: str) -> None:
    """Raises Unprocessable for what cannot be a name."""
    user.name, user.name_key = _fit_name(name)


# --- invitations and the first admin --------------------------------------------------------------


def invite(user: User, *, by: User | None) -> None:
    """Send a link for a first password. Raises Conflict where that would be in vain."""
    if not user.is_active:
        raise Conflict("This account is switched off.")
    if user.password_hash is not None:
        raise Conflict("They have a password already. They can ask for a new one themselves.")
    if user.email is None:
        raise Conflict("There is no address to send an invitation to.")
    announce("account.invited", recipient=user, user_id=user.id)
    rights.noted("invited", user, by)


def accept_invite(token: OneTimeToken, *, name: str, password_hash: str) -> User:
    """The invited person sets name and password; the link proves their address."""
    user = _spend(token, TokenPurpose.INVITE)
    if user.password_hash is not None:
        raise Conflict("This account has a password already. Sign in with it.")
    rename(user, name)
    user.password_hash = password_hash
    _proven(user)
    credentials.withdraw_links(user)
    return user


def first_admin_link() -> str:
    """The secret of the link that makes the first admin; an older one ends. Raises Conflict."""
    if rights.has_admin():
        raise Conflict("There is an admin already.")
    return credentials.make_link(TokenPurpose.FIRST_ADMIN, None)


def make_first_admin(
    token: OneTimeToken, *, username: str | None, name: str, email: str, password_hash: str
) -> User:
    """Whoever holds the link from the terminal becomes the first admin. Raises as create_user."""
    if rights.has_admin():
        raise Conflict("There is an admin already. Ask them for an account.")
    user = create_user(
        username=username,
        name=name,
        email=email,
        role=Role.ADMIN,
        password_hash=password_hash,
        confirmed=True,
        by=None,
    )
    if token.purpose is not TokenPurpose.FIRST_ADMIN or not credentials.use_link(token):
        raise Conflict("This link has been used already.")
    return user
