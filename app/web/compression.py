"""Pages travel compressed; files are compressed by ``assets.py``, once."""

from flask import Flask
from flask_compress import Compress

_compress = Compress()


def init_app(app: Flask) -> None:
    _compress.init_app(app)
