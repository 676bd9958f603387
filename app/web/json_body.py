"""Reading JSON strictly: what is not JSON, too deep or too long, and what has not the right shape.

Nothing is guessed: no key twice, no NaN, no number that a column could never hold, no other
encoding than UTF-8. Every refusal is a ``Refused`` with the status code and the sentences.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.wrappers import Response

from app.text import is_blank, refusal
from app.web import problem

DEPTH_MAX = 20
DIGITS_MAX = 20
_ERRORS_MAX = 20
_NAME_SHOWN = 100


class Refused(Exception):
    """A request that is not carried out, as the problem document that says why."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: dict[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}

    def answer(self) -> Response:
        return problem.answer(self.status, self.detail, errors=self.errors, headers=self.headers)


class Shape(BaseModel):
    """What may be sent: these fields and no others, each of exactly its type."""

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=Shape)


def shaped(shape: type[S], value: object) -> S:
    """The value as its shape; raises Refused (422) with a sentence for each field."""
    if not isinstance(value, dict):
        raise Refused(422, "The body must be a JSON object.")
    try:
        return shape.model_validate(value)
    except ValidationError as wrong:
        details = wrong.errors(include_url=False, include_input=False)
    raise Refused(422, "Some fields cannot be used as they are.", errors=_by_field(details))


def read() -> Any:
    """The JSON of this request; raises Refused for another type (415), no JSON (400), 413."""
    if request.mimetype != "application/json" or not _is_utf8(request.mimetype_params):
        raise Refused(415, "Send the body as application/json in UTF-8.")
    if request.content_encoding not in (None, "", "identity"):
        raise Refused(415, "Send the body uncompressed.")
    try:
        raw = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise Refused(413, "The body is larger than is accepted here.") from None
    except BadRequest:  # it ended before it was complete
        raise Refused(400, "The body could not be read.") from None
    return parsed(raw)


def parsed(raw: bytes) -> Any:
    """Bytes as JSON; raises Refused (400) naming what is wrong."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_without_doubles,
            parse_constant=_no_constant,
            parse_int=_int,
            parse_float=_float,
        )
    except UnicodeDecodeError:
        raise Refused(400, "The body is not UTF-8.") from None
    except RecursionError:
        raise Refused(400, _TOO_DEEP) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Refused(400, f"The body is not JSON: see {where}.") from None
    if _depth(value) > DEPTH_MAX:
        raise Refused(400, _TOO_DEEP)
    return value


_TOO_DEEP = f"The body is nested more than {DEPTH_MAX} levels deep."


def storable(text: str) -> str:
    """For fields of text: refuses control characters and halves of characters."""
    if sentence := refusal(text):
        raise PydanticCustomError("refused", "{sentence}", {"sentence": sentence})
    return text


def not_blank(text: str) -> str:
    """For fields of text: refuses what nobody would see."""
    if is_blank(text):
        raise PydanticCustomError("blank", "This needs at least one visible character.")
    return text


# --- sentences ---------------------------------------------------------------------------------

_SENTENCES = {
    "missing": "This is missing.",
    "extra_forbidden": "There is no field of this name.",
    "int_type": "This must be a whole number.",
    "greater_than_equal": "This must be at least {ge}.",
    "less_than_equal": "This must be at most {le}.",
    "string_type": "This must be text.",
    "string_unicode": "This contains half of a character (a lone surrogate).",
    "string_too_short": "This must not be empty.",
    "string_too_long": "This can have at most {max_length} characters.",
    "enum": "This must be one of: {expected}.",
    "bool_type": "This must be true or false.",
}


def _by_field(details: Iterable[ErrorDetails]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for detail in details:
        name = str(detail["loc"][0])[:_NAME_SHOWN] if detail["loc"] else "body"
        if len(found) < _ERRORS_MAX or name in found:
            found.setdefault(name, []).append(_sentence(detail))
    return found


def _sentence(detail: ErrorDetails) -> str:
    sentence = _SENTENCES.get(detail["type"])
    return sentence.format(**detail.get("ctx", {})) if sentence else detail["msg"]


# --- JSON, strictly ----------------------------------------------------------------------------


def _is_utf8(parameters: Mapping[str, str]) -> bool:
    return parameters.get("charset", "utf-8").lower() in ("utf-8", "utf8")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Refused(400, "The body has a key twice in one object.")
    return value


def _no_constant(name: str) -> Any:
    raise Refused(400, f"{name} is no JSON number.")


def _int(digits: str) -> int:
    if len(digits.lstrip("-")) > DIGITS_MAX:
        raise Refused(400, f"The body has a number of more than {DIGITS_MAX} digits.")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise Refused(400, "The body has a number that is too large.")
    return value


def _depth(value: Any) -> int:
    """How deep objects and lists are nested; level by level, so that depth costs no stack."""
    depth, level = 0, _containers([value])
    while level:
        depth += 1
        level = [inner for outer in level for inner in _containers(_children(outer))]
    return depth


def _containers(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]


def _children(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value
