"""Random secrets and the form in which they are stored: never the secret, only its SHA-256."""

import hashlib
import secrets

BYTES = 32


def fresh() -> str:
    """256 bits of chance, safe in an address."""
    return secrets.token_urlsafe(BYTES)


def digest(secret: str) -> str:
    """What is kept of a secret. A plain hash is enough: there is nothing to guess in 256 bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
