"""Where a page may send its visitor: only to a path of ours (R48)."""

from urllib.parse import urlsplit


def safe_next(target: str | None) -> str | None:
    """``target`` if it is a path on this site, else None.

    Browsers read ``\\`` as ``/`` and drop control characters, so anything with either is refused;
    what is left must begin with exactly one slash, before and after parsing.
    """
    if not target or len(target) > 2000 or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(char) <= 32 or 127 <= ord(char) < 160 for char in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or parts.path.startswith("//"):
        return None
    return target
