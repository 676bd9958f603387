"""How a file of somebody's leaves: as bytes to keep, and four kinds of image to look at (R56)."""

from typing import BinaryIO
from urllib.parse import quote

from flask import Response, request
from werkzeug.wsgi import wrap_file

from app.domain.media_types import BYTES, IMAGES

SANDBOX = "default-src 'none'; sandbox"


def file_response(file: BinaryIO, *, name: str, media_type: str, size: int) -> Response:
    """The file under its (cleaned) name. Whatever is in it, nothing of it runs on our pages."""
    is_image = media_type in IMAGES
    response = Response(wrap_file(request.environ, file), direct_passthrough=True)
    response.call_on_close(file.close)
    response.content_length = size
    response.headers["Content-Type"] = media_type if is_image else BYTES
    response.headers["Content-Disposition"] = disposition(
        "inline" if is_image else "attachment", name
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "no-store"
    return response


def disposition(kind: str, name: str) -> str:
    """RFC 6266: the name twice where it is more than plain letters, the second time as UTF-8."""
    plain = "".join(char if _is_plain(char) else "_" for char in name)
    header = f'{kind}; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"


def _is_plain(char: str) -> bool:
    return char.isascii() and char.isprintable() and char not in '"\\%'
