"""People: how an account comes to be, is proven, changes its rights and is switched off.

Nothing here knows a request. Hashing a password takes a third of a second on purpose, so it happens
before a transaction opens; the verbs take the finished hash.
"""

import logging
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.clock import now
from app.domain import credentials, tickets
from app.domain.errors import Conflict, Unprocessable
from app.domain.outbox import announce
from app.domain.settings import site
from app.extensions import bcrypt, db
from app.models import (
    OPEN_STATUSES,
    USERNAME_MAX,
    ChangeSet,
    HelpdeskStaff,
    OneTimeToken,
    Role,
    Ticket,
    TokenPurpose,
    User,
)
from app.text import NAME_MAX, email_key, folded, is_blank, refusal

log = logging.getLogger("deskhand")

PASSWORD_MAX = 256
PASSWORD_MIN = 8
"""What no setting goes below (R1)."""
PRODUCT = "deskhand"
RESERVED_MAILBOXES = frozenset(
    {"abuse", "admin", "administrator", "hostmaster", "mailer-daemon", "no-reply", "noreply"}
    | {"postmaster", "root", "security", "ssladmin", "webmaster"}
)
"""Mailboxes that a host has for itself; some prove the ownership of a domain to strangers (R14)."""

# Help desks live in networks of their own, too; ``invalid`` and the like stay refused.
for _domain in ("local", "localhost", "test"):
    if _domain in SPECIAL_USE_DOMAIN_NAMES:
        SPECIAL_USE_DOMAIN_NAMES.remove(_domain)

_COMMON_PASSWORDS = Path(__file__).with_name("common_passwords.txt")
_WORD_MIN = 3
_LEFT_MIN = 6
_USERNAME = re.compile(r"[^\W_][\w.-]*")


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
        if _matches(kept, password) and kept is not None:
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
        .where(User.claimed_email_key == _address_key(identifier))
        .order_by(User.id.desc())
        .limit(1)
    ).one_or_none()
    holding = found if found and found.claimed_email_key is None else None
    return [user for user in (holding, claiming) if user is not None]


def _usable_hash(user: User) -> str | None:
    return user.password_hash if user.is_active else None


def _matches(kept: str | None, password: str) -> bool:
    if kept is None or len(password) > PASSWORD_MAX:
        hash_password(password[:PASSWORD_MAX] or "-")  # the same work, for nothing
        return False
    return bool(bcrypt.check_password_hash(kept, _password_bytes(password)))


def _renew_hash(user_id: int, kept: str, password: str) -> None:
    """Hash anew when the cost was changed since; in a transaction of its own."""
    if _cost(kept) == bcrypt._log_rounds:
        return
    fresh = hash_password(password)
    with db.session().aside() as connection:
        connection.execute(
            update(User)
            .where(User.id == user_id, User.password_hash == kept)
            .values(password_hash=fresh)
        )


def _cost(kept: str) -> int:
    return int(kept.split("$")[2])


def _holder(address: str) -> User | None:
    return db.session.scalars(
        select(User).where(User.email_key == _address_key(address))
    ).one_or_none()


# --- what may be a password, an address, a username -----------------------------------------------


def hash_password(password: str) -> str:
    """bcrypt over SHA-256, so that every character counts (R2). Takes long; see the module."""
    return str(bcrypt.generate_password_hash(_password_bytes(password)).decode())


def _password_bytes(password: str) -> bytes:
    # The same letters from another keyboard are the same password (NIST SP 800-63B).
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def password_problem(password: str, *, staff: bool, name: str = "", email: str = "") -> str | None:
    """Why this cannot be a new password, as a sentence; None when it can."""
    least = least_password(staff=staff)
    if len(password) < least:
        return f"Use at least {least} characters. A few words in a row are easy to remember."
    if len(password) > PASSWORD_MAX:
        return f"Use at most {PASSWORD_MAX} characters."
    if folded(password) in _common_passwords():
        return "This password is on the lists that everybody tries first. Choose another."
    if _is_made_of(password, [name, email, PRODUCT, site().name, site().organisation]):
        return "This is too close to your name, your address or ours. Choose another."
    return None


def least_password(*, staff: bool) -> int:
    """How many characters a new password needs, as the admins decided."""
    chosen = site().staff_password_length if staff else site().requester_password_length
    return max(PASSWORD_MIN, chosen)


@cache
def _common_passwords() -> frozenset[str]:
    lines = _COMMON_PASSWORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _is_made_of(password: str, names: list[str]) -> bool:
    """Whether little is left of a password without the words that a stranger would guess."""
    left = folded(password)
    words = {word for name in names for word in re.split(r"[\W_]+", folded(name))}
    words |= {re.sub(r"[\W_]+", "", folded(name)) for name in names}
    words -= {word for word in words if len(word) < _WORD_MIN}
    was = left
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return left != was and len(re.sub(r"[\W_]+", "", left)) < _LEFT_MIN


def email_problem(address: str, *, mail_from: str = "") -> str | None:
    """Why nobody can have this address here, as a sentence; None when they can.

    ``mail_from`` is our own mailbox, which can never be a person's (R14).
    """
    if _normal_address(address) is None:
        return "This isn’t an e-mail address. It looks like name@example.org."
    key = _address_key(address)
    if key.rpartition("@")[0].partition("+")[0] in RESERVED_MAILBOXES:
        return "This address belongs to a mail server, not to a person."
    if mail_from and key == _address_key(mail_from):
        return "This is the help desk’s own address."
    return None


def _normal_address(address: str) -> str | None:
    if refusal(address):
        return None
    try:
        valid = validate_email(
            address.strip(" "), check_deliverability=False, globally_deliverable=False, strict=True
        )
    except (EmailNotValidError, UnicodeError):
        return None
    # A host without a dot is a slip of the pen, except on one's own machine.
    if "." not in valid.domain and valid.domain != "localhost":
        return None
    return valid.normalized


def _address_key(address: str) -> str:
    return email_key(_normal_address(address) or address)


def username_problem(username: str) -> str | None:
    """Why nobody can be called this, as a sentence; None when they can."""
    if len(username) > USERNAME_MAX:
        return f"A username has at most {USERNAME_MAX} characters."
    if unicodedata.normalize("NFKC", username) != username or not _USERNAME.fullmatch(username):
        return "A username is letters and digits, with dots, hyphens or underscores between them."
    return None


def name_problem(name: str) -> str | None:
    """Why nobody can have this name, as a sentence; None when they can."""
    if sentence := refusal(name):
        return sentence
    if is_blank(name):
        return "Enter a name."
    if "\n" in name or "\t" in name:
        return "A name is one line without tabs."
    if len(name) > NAME_MAX:
        return f"A name has at most {NAME_MAX} characters."
    return None


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
    if sentence := email_problem(email):
        raise Unprocessable(sentence, field="email")
    user = _new_user(username, name, email, password_hash)
    if _holder(email) is not None:
        raise Conflict("Somebody has this e-mail address already.", field="email")
    address = _normal_address(email)
    user.email, user.email_key = address, _address_key(email)
    user.email_confirmed_at = user.created_at if confirmed else None
    user.registered_at = user.created_at if password_hash else None
    if role is not None:
        user.staff = HelpdeskStaff(role=role, signature="", since=user.created_at)
    _add(user, username is None, email)
    _note("created", user, by)
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
    user.claimed_email_key = _address_key(email)
    _ask_for_proof(user)
    return user


def _taken_over(username: str | None, name: str, email: str) -> User | None:
    """The requester that staff made by filing for this address, now with its person behind it."""
    user = db.session.scalars(
        select(User)
        .where(User.email_key == _address_key(email))
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
    if sentence := username_problem(username):
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
    address = _normal_address(email)
    if address is None:
        raise Unprocessable(email_problem(email) or "", field="email")
    user = _new_user(username, name, email, None)
    if _holder(email) is None:
        user.email, user.email_key = address, _address_key(email)
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
    if username is not None and (sentence := username_problem(username)):
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
    if sentence := name_problem(name):
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
    if username_problem(start):
        start = "person"
    yield start
    for number in count(2):
        yield f"{start}{number}"


# --- proving an address, changing it --------------------------------------------------------------


def confirm_email(token: OneTimeToken) -> User:
    """The link that was sent to the address has come back. Raises Conflict for a used one."""
    user = _spend(token, TokenPurpose.CONFIRM_EMAIL)
    if token.email is not None and _address_key(token.email) != user.email_key:
        raise Conflict("This link is for an address that your account no longer has.")
    _proven(user)
    return user


def ask_change_email(user: User, address: str) -> None:
    """Ask for proof at the new address; the old one stays until then (R8)."""
    if sentence := email_problem(address):
        raise Unprocessable(sentence, field="email")
    _refuse_leaving_unproven(user)
    user.pending_email = _normal_address(address)
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
    if address is None or _address_key(address) != _address_key(user.pending_email or ""):
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
            user.email, user.email_key = _normal_address(address), _address_key(address)
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
    _note("invited", user, by)


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


def has_admin() -> bool:
    """Whether anybody active administers this installation."""
    return _count_admins() > 0


def first_admin_link() -> str:
    """The secret of the link that makes the first admin; an older one ends. Raises Conflict."""
    if has_admin():
        raise Conflict("There is an admin already.")
    return credentials.make_link(TokenPurpose.FIRST_ADMIN, None)


def make_first_admin(
    token: OneTimeToken, *, username: str | None, name: str, email: str, password_hash: str
) -> User:
    """Whoever holds the link from the terminal becomes the first admin. Raises as create_user."""
    if has_admin():
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


# --- rights ------------------------------------------------------------------------------------


def set_role(
    user: User,
    role: Role | None,
    *,
    by: User | None,
    hand_over_to: User | None = None,
    act: ChangeSet | None = None,
) -> None:
    """Give a place on the help desk, another one, or none.

    More rights end the person's sessions: they sign in anew (R15). Whoever leaves the help desk
    hands over their open tickets in ``act``. Raises Conflict for one's own role, for the last
    active admin, for who signed up with an address that is not proven, and for open tickets
    without an act to hand them over in.
    """
    _lock_admins(user)
    before = user.staff.role if user.staff else None
    if before is role:
        return
    _refuse_own(user, by, "You can’t change your own role. Ask another admin.")
    if before is Role.ADMIN:
        _refuse_last_admin(user)
    if before is None and user.password_hash is not None and not user.is_confirmed:
        raise Conflict(
            f"{user.name} has not confirmed their e-mail address yet; anybody could have typed it.",
            field="role",
        )
    if role is None:
        _leave_the_desk(user, hand_over_to, act)
        user.staff = None
    elif user.staff is None:
        user.staff = HelpdeskStaff(role=role, signature="", since=now())
    else:
        user.staff.role = role
    if before is None or role is Role.ADMIN:
        credentials.end_sessions(user)
    _note(f"made {user.role}", user, by)


def deactivate(user: User, *, by: User | None, hand_over_to: User | None, act: ChangeSet) -> None:
    """Switch an account off: nothing that it ever held opens anything from now on (R13).

    Raises Conflict for oneself and for the last active admin.
    """
    _lock_admins(user)
    if not user.is_active:
        return
    _refuse_own(user, by, "You can’t switch off your own account. Ask another admin.")
    if user.is_admin:
        _refuse_last_admin(user)
    _hand_over(user, hand_over_to, act)
    user.deactivated_at = now()
    credentials.end_sessions(user)
    credentials.revoke_api_tokens(user)
    credentials.withdraw_links(user)
    _note("deactivated", user, by)


def reactivate(user: User, *, by: User | None) -> None:
    """Let somebody in again, with their old password; what was ended stays ended."""
    user.deactivated_at = None
    _note("reactivated", user, by)


def _lock_admins(user: User) -> None:
    """Let nobody else change who administers until this transaction is over.

    All admins' rows in the order of their ids, so that two who demote each other wait for one
    another instead of both succeeding; then read again what may have changed while waiting.
    """
    db.session.flush()
    db.session.scalars(
        select(HelpdeskStaff)
        .where(HelpdeskStaff.role == Role.ADMIN)
        .order_by(HelpdeskStaff.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    db.session.refresh(user)


def _refuse_own(user: User, by: User | None, sentence: str) -> None:
    if by is not None and by.id == user.id:
        raise Conflict(sentence, field="role")


def _refuse_last_admin(user: User) -> None:
    if user.is_active and _count_admins() <= 1:
        raise Conflict(
            f"{user.name} is the last active admin. Make somebody else an admin first.",
            field="role",
        )


def _count_admins() -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(HelpdeskStaff)
            .join(User, User.id == HelpdeskStaff.user_id)
            .where(HelpdeskStaff.role == Role.ADMIN, User.deactivated_at.is_(None))
        )
        or 0
    )


def _leave_the_desk(user: User, hand_over_to: User | None, act: ChangeSet | None) -> None:
    if act is not None:
        _hand_over(user, hand_over_to, act)
        return
    held = select(Ticket.id).where(Ticket.assignee_id == user.id, Ticket.status.in_(OPEN_STATUSES))
    if db.session.scalars(held.limit(1)).first() is not None:
        raise Conflict(f"Hand over the open tickets of {user.name} first.", field="role")


def _hand_over(user: User, to: User | None, act: ChangeSet) -> None:
    if to is not None and to.id == user.id:
        raise Conflict("Choose somebody else to take over the tickets.", field="hand_over_to")
    held = db.session.scalars(
        select(Ticket)
        .where(Ticket.assignee_id == user.id, Ticket.status.in_(OPEN_STATUSES))
        .order_by(Ticket.id)
        .with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    ).all()
    for ticket in held:
        tickets.assign_ticket_to_staff(ticket, to, act=act)


def _note(what: str, user: User, by: User | None) -> None:
    log.info("account %s %s by %s", user.id, what, by.id if by else "the product itself")
