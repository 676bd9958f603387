"""Rate limits."""

from flask import Flask


def init_app(_app: Flask) -> None:
    pass
