"""What a file is, as far as its first bytes tell: one of four kinds of image, or just bytes.

Nothing else is ever shown within a page of ours (R56), so nothing else needs to be recognised.
"""

from app.domain.file_names import ending

BYTES = "application/octet-stream"
HEAD = 16
"""How many of the first bytes are needed."""

_ENDINGS = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
}
IMAGES = frozenset(_ENDINGS)


def media_type(head: bytes, name: str) -> str:
    """The kind of image that both the first bytes and the name's ending say, or BYTES.

    A name without an ending says nothing against it: what is pasted often has none.
    """
    found = _image(head)
    if found is None or ending(name) not in ("", *_ENDINGS[found]):
        return BYTES
    return found


def _image(head: bytes) -> str | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return None
