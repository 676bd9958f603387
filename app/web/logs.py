"""Logs as JSON lines in UTC, which no value can break into a line of its own (R110)."""

import json
import logging
import sys

from flask import Flask

from app.clock import now

_EXTRA = ("request_id", "entry_id", "topic", "seconds")


class JsonLines(logging.Formatter):
    """A record as one line of JSON. Bodies, forms and queries are never part of it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in _EXTRA if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)


def init_app(_app: Flask) -> None:
    logger = logging.getLogger("deskhand")
    if logger.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
