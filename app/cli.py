"""The commands."""

from flask import Flask


def init_app(_app: Flask) -> None:
    """Add the commands to ``flask``."""
