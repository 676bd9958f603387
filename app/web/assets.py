"""Static files with their content's hash in the address, and the stylesheet as one file.

The parts of the stylesheet stay small files; they are joined and compressed when the app is made,
so that a first visit costs one request, and no build step exists.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

from app.web.access import public

_FOREVER = "public, max-age=31536000, immutable"
_COMPRESSED = {".js", ".svg", ".css"}


def init_app(app: Flask) -> None:
    app.add_url_rule("/assets/<digest>/deskhand.css", "stylesheet", public(_stylesheet))
    app.add_url_rule("/static/<path:filename>", "static", public(_static))


def css_url() -> str:
    return url_for("stylesheet", digest=_bundle(_folder()).digest)


def static_url(name: str) -> str:
    """The address of a file below ``static/``, which may be kept for ever."""
    return url_for("static", filename=name, v=_digest(_folder() / name))


def _folder() -> Path:
    return Path(current_app.static_folder or "")


def _stylesheet(digest: str) -> Response:
    bundle = _bundle(_folder())
    response = Response(mimetype="text/css")
    # During an upgrade an old page may ask a new process, or the other way round: that answer must
    # not be kept under the other's address.
    response.headers["Cache-Control"] = _FOREVER if digest == bundle.digest else "no-cache"
    response.vary.add("Accept-Encoding")
    if _takes_gzip():
        response.set_data(bundle.zipped)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response.set_data(bundle.css)
    return response


def _static(filename: str) -> Response:
    folder = _folder()
    response: Response = current_app.send_static_file(filename)
    # The stylesheet names the fonts by their plain addresses; a new font gets a new name.
    if filename.startswith("fonts/") or request.args.get("v") == _digest(folder / filename):
        response.headers["Cache-Control"] = _FOREVER
    else:
        response.headers["Cache-Control"] = "public, no-cache"
    if response.mimetype == "image/svg+xml" or Path(filename).suffix in _COMPRESSED:
        return _zipped(response, folder / filename)
    return response


def _zipped(response: Response, file: Path) -> Response:
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or not _takes_gzip():
        return response
    response.close()  # the file itself; what is sent was compressed once
    response.direct_passthrough = False
    response.set_data(_gzip_file(file, file.stat().st_mtime_ns))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _takes_gzip() -> bool:
    return request.accept_encodings.best_match(["gzip"]) is not None


@dataclass(frozen=True, slots=True)
class _Bundle:
    css: bytes
    zipped: bytes
    digest: str


@cache
def _bundle(folder: Path) -> _Bundle:
    parts = (folder / "css" / "bundle.txt").read_text().split()
    css = b"\n".join((folder / "css" / part).read_bytes() for part in parts)
    return _Bundle(css, gzip.compress(css, 9, mtime=0), hashlib.sha256(css).hexdigest()[:16])


@cache
def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16] if file.is_file() else ""


@cache
def _gzip_file(file: Path, _changed: int) -> bytes:
    return gzip.compress(file.read_bytes(), 9, mtime=0)
