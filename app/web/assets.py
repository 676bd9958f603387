"""Static files with their content's hash in the address, and the stylesheet as one file.

The parts of the stylesheet stay small files; they are joined and compressed when the app is made,
so that a first visit costs one request, and no build step exists. Scripts stay small modules; what
they import is named with its hash too, so that a second visit asks for none of them.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, current_app, request
from werkzeug.utils import safe_join

from app.web.access import public
from app.web.rendering import url_for

_FOREVER = "public, max-age=31536000, immutable"
_COMPRESSED = {".svg", ".css"}
_IMPORTED = re.compile(rb"^(?:import|.* from) '\./([a-z-]+\.js)", re.MULTILINE)


def init_app(app: Flask) -> None:
    app.add_url_rule("/assets/<digest>/deskhand.css", "stylesheet", public(_stylesheet))
    app.add_url_rule("/static/<path:filename>", "static", public(_static))


def css_url() -> str:
    return url_for("stylesheet", digest=_bundle(_folder()).digest)


def static_url(name: str) -> str:
    """The address of a file below ``static/``, which may be kept for ever."""
    return url_for("static", filename=name, v=_version(current_app.static_folder or "", name))


def _folder() -> Path:
    return _path(current_app.static_folder or "")


_path = cache(Path)


@cache  # each page asks for four of them
def _version(folder: str, name: str) -> str:
    return _digest(_path(folder) / name)


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
    response = _script(filename) if filename.endswith(".js") else _file(filename)
    # The stylesheet names the fonts by their plain addresses; a new font gets a new name.
    if filename.startswith("fonts/") or request.args.get("v") == _digest(folder / filename):
        response.headers["Cache-Control"] = _FOREVER
    else:
        response.headers["Cache-Control"] = "public, no-cache"
    return response


def _file(filename: str) -> Response:
    response: Response = current_app.send_static_file(filename)
    if Path(filename).suffix in _COMPRESSED:
        response.vary.add("Accept-Encoding")
        if response.status_code == 200 and _takes_gzip():
            response.close()  # the file itself; what is sent was compressed once
            response.direct_passthrough = False
            _send_zipped(response, _content(_folder() / filename))
    return response


def _script(filename: str) -> Response:
    """A module, with the modules it imports named by their content."""
    path = safe_join(str(_folder()), filename)
    if path is None or not Path(path).is_file():
        abort(404)
    response = Response(_content(Path(path)), mimetype="text/javascript")
    response.vary.add("Accept-Encoding")
    response.set_etag(_digest(Path(path)))
    response.make_conditional(request)
    if response.status_code == 200 and _takes_gzip():
        _send_zipped(response, _content(Path(path)))
    return response


def _send_zipped(response: Response, content: bytes) -> None:
    response.set_data(_gzipped(content))
    response.headers["Content-Encoding"] = "gzip"


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
    return hashlib.sha256(_content(file)).hexdigest()[:16] if file.is_file() else ""


@cache
def _content(file: Path) -> bytes:
    content = file.read_bytes()
    if file.suffix != ".js":
        return content

    def named(found: re.Match[bytes]) -> bytes:
        return found[0] + f"?v={_digest(file.parent / found[1].decode())}".encode()

    return _IMPORTED.sub(named, content)


@cache
def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)
