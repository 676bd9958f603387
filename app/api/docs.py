"""``/openapi.json`` for programs and ``/docs`` for people, both of the same description."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Response, render_template, request

from app.api import openapi
from app.api.blueprint import blueprint
from app.text import render
from app.web import problem
from app.web.access import public
from app.web.templating import safe_html

problem.API_PATHS.add("/openapi.json")


@blueprint.get("/openapi.json", endpoint="openapi", provide_automatic_options=False)
@public
def openapi_json() -> Response:
    """The description of the API."""
    text, digest = _document()
    response = Response(text, content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "public, no-cache"
    response.set_etag(digest)
    response.make_conditional(request)
    return response


@blueprint.get("/docs", endpoint="docs")
@public
def docs_page() -> str:
    """The API on one page, to read and to try."""
    document = openapi.description()
    return render_template(
        "api/docs.html",
        introduction=safe_html(_introduction()),
        operations=_operations(),
        server=request.url_root.rstrip("/"),
        version=document["info"]["version"],
    )


@cache
def _document() -> tuple[str, str]:
    text = json.dumps(openapi.description(), ensure_ascii=False, indent=1)
    return text, hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _introduction() -> str:
    return render(openapi.description()["info"]["description"])


@dataclass(frozen=True, slots=True)
class Field:
    """A field or parameter as the page shows it; ``about`` is HTML."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One call as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    is_public: bool
    parameters: list[Field]
    fields: list[Field]
    body: str
    answer_code: str
    answer: str
    problems: list[tuple[str, str]]


@cache
def _operations() -> tuple[Operation, ...]:
    document = openapi.description()
    schemas = document["components"]["schemas"]
    return tuple(
        _operation(path, method, operation, schemas)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )


def _operation(path: str, method: str, operation: Any, schemas: dict[str, Any]) -> Operation:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    code, answer = next(
        (code, answer) for code, answer in operation["responses"].items() if code < "300"
    )
    answer_name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        is_public=operation.get("security") == [],
        parameters=[_parameter(parameter, schemas) for parameter in operation["parameters"]],
        fields=_fields(body, schemas),
        body=_pretty(body["example"]) if body else "",
        answer_code=code,
        answer=_pretty(openapi.example(schemas, answer_name)),
        problems=[
            (other, why["description"])
            for other, why in operation["responses"].items()
            if other >= "400"
        ],
    )


def _fields(body: dict[str, Any], schemas: dict[str, Any]) -> list[Field]:
    if not body:
        return []
    shape = schemas[body["schema"]["$ref"].rpartition("/")[2]]
    return [
        Field(name, _kind(schema, schemas), name in shape.get("required", ()), _about(schema))
        for name, schema in shape["properties"].items()
    ]


def _parameter(parameter: dict[str, Any], schemas: dict[str, Any]) -> Field:
    place = "header, " if parameter["in"] == "header" else ""
    kind = place + _kind(parameter["schema"], schemas)
    return Field(parameter["name"], kind, parameter["required"], _about(parameter))


def _about(described: dict[str, Any]) -> str:
    text = described.get("description", "")
    return render(text) if text else ""


def _kind(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """The type of a field in words."""
    if "anyOf" in schema:
        return " or ".join(_kind(part, schemas) for part in schema["anyOf"])
    if "$ref" in schema:
        return _kind(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "enum" in schema:
        return ", ".join(schema["enum"])
    if schema.get("format") == "date-time":
        return "moment"
    if schema["type"] == "integer":
        return f"number, {schema['minimum']} to {schema['maximum']:,}"
    if schema["type"] == "string" and "maxLength" in schema:
        return f"text, at most {schema['maxLength']:,} characters"
    return "text" if schema["type"] == "string" else str(schema["type"])


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
