"""Pages travel compressed; files are compressed by ``assets.py``, once."""

from flask import Flask, Response
from flask_compress import Compress

_compress = Compress()


def init_app(app: Flask) -> None:
    app.config.setdefault("COMPRESS_REGISTER", False)
    _compress.init_app(app)
    app.after_request(_compressed)


def _compressed(response: Response) -> Response:
    """Also where something was wrong: the library leaves those alone, but a page that shows what
    was typed again, or the list without a filter that cannot be used, is as long as any other."""
    if response.status_code < 400:
        return _compress.after_request(response)
    status, response.status_code = response.status, 200
    response = _compress.after_request(response)
    response.status = status
    return response
