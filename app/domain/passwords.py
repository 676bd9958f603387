"""Passwords: which ones may be chosen, and how they are kept and compared.

Hashing takes a third of a second on purpose, so it happens while no transaction is open.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

from app.domain.settings import site
from app.extensions import bcrypt
from app.text import folded

PASSWORD_MAX = 256
PASSWORD_MIN = 8
"""What no setting goes below (R1)."""
PRODUCT = "deskhand"

_COMMON_PASSWORDS = Path(__file__).with_name("common_passwords.txt")
_WORD_MIN = 3
_LEFT_MIN = 6


def hash_password(password: str) -> str:
    """bcrypt over SHA-256, so that every character counts (R2). Takes long; see the module."""
    return str(bcrypt.generate_password_hash(_password_bytes(password)).decode())


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one that was kept; takes as long for none (R6)."""
    if kept is None or len(password) > PASSWORD_MAX:
        hash_password(password[:PASSWORD_MAX] or "-")  # the same work, for nothing
        return False
    return bool(bcrypt.check_password_hash(kept, _password_bytes(password)))


def is_outdated(kept: str) -> bool:
    """Whether it was hashed at another cost than is used now."""
    return bool(int(kept.split("$")[2]) != bcrypt._log_rounds)


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


def _password_bytes(password: str) -> bytes:
    # The same letters from another keyboard are the same password (NIST SP 800-63B).
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


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
