"""The description of the API (OpenAPI 3.1), made of the very schemas that it runs on."""

from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from app.api.endpoint import ENDPOINTS, KEY_PATTERN, Endpoint
from app.api.schemas import Answer, Id, Moment, Problem
from app.models import REQUESTER, Role
from app.web.json_login import Login

VERSION = "1.0"
_REF = "#/components/schemas/{model}"
_PROBLEM = {"schema": {"$ref": _REF.format(model=Problem.__name__)}}

_DESCRIPTION = """\
File tickets, follow them and move them on, with the same rights as in the browser.

**Sign in** with `POST /login`, or make a token on your account page, and send it with each call as
`Authorization: Bearer desk_…`. Cookies are not accepted here.

**Errors** are `application/problem+json`, with sentences for each field concerned. They are found
in this order: 401, 405, 415 and 400, 413, 422 for the shape, 404, 403, 412, then 409 or 422 for
rules. What you may not see does not exist (404).

**Send it again safely:** `POST` with an `Idempotency-Key` of your choice does its work once and
gives the same answer for 24 hours. **Change only what you have seen:** `PUT` with `If-Match` and
the ticket’s version is refused (412) when somebody was faster.

**Limits:** 600 calls a minute for each token, then 429 with `Retry-After`.
"""

_WHY = {
    400: "Not JSON, a key twice, nested too deeply, or a header that cannot be read.",
    401: "No token, or none that is alive.",
    403: "You may not do this.",
    404: "There is no such thing, or it is not yours to see.",
    409: "The state of things does not allow it.",
    412: "The ticket has another version than If-Match says.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "Fields that cannot be used, or unknown ones.",
    429: "Too many calls; see Retry-After.",
    503: "The database is busy; see Retry-After.",
}


class SignedIn(Answer):
    user_id: Id = Field(examples=[7])
    username: str = Field(examples=["ann"])
    role: str = Field(json_schema_extra={"enum": [REQUESTER, *Role]}, examples=[REQUESTER])
    token: str = Field(description="Shown only now.", examples=["desk_" + "…" * 3])
    expires_at: Moment = Field(examples=["2026-06-12T09:30:00Z"])


_LOGIN = Endpoint(
    method="POST",
    path="/login",
    name="login",
    doc="Get a token for your name and password.",
    answer=SignedIn,
    status=200,
    body=Login,
    query=None,
    names_something=False,
    can_conflict=False,
)


@cache
def description() -> dict[str, Any]:
    """The whole document; the same for everybody, for as long as the process lives."""
    schemas = _schemas()
    paths: dict[str, Any] = {}
    for endpoint in (_LOGIN, *ENDPOINTS):
        operation = _operation(endpoint, schemas)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Deskhand", "version": VERSION, "description": _DESCRIPTION},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


class _Generate(GenerateJsonSchema):
    """What may be left out has no default, and no field is titled after its own name."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _schemas() -> dict[str, Any]:
    models: list[type[BaseModel]] = [Problem]
    for endpoint in (_LOGIN, *ENDPOINTS):
        models += [m for m in (endpoint.body, endpoint.query, endpoint.answer) if m]
    unique = [(model, "validation") for model in dict.fromkeys(models)]
    _, found = models_json_schema(unique, ref_template=_REF, schema_generator=_Generate)  # type: ignore[arg-type]
    schemas: dict[str, Any] = found["$defs"]
    for schema in schemas.values():
        schema.pop("title", None)
    return dict(sorted(schemas.items()))


def _operation(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.doc,
        "parameters": [*_query(endpoint, schemas), *_headers(endpoint)],
        "responses": _responses(endpoint),
    }
    if endpoint is _LOGIN:
        operation["security"] = []
    if endpoint.body is not None:
        content = {
            "schema": {"$ref": _REF.format(model=endpoint.body.__name__)},
            "example": example(schemas, endpoint.body.__name__),
        }
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    return operation


def _query(endpoint: Endpoint, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if endpoint.query is None:
        return []
    shape = schemas[endpoint.query.__name__]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in shape.get("required", ()),
            "description": schema.get("description", ""),
            "schema": {k: v for k, v in schema.items() if k not in ("description", "examples")},
        }
        for name, schema in shape.get("properties", {}).items()
    ]


def _headers(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint is _LOGIN:
        return []
    if endpoint.is_conditional:
        return [
            {
                "name": "If-Match",
                "in": "header",
                "required": False,
                "description": "The version of the ticket that you have seen.",
                "schema": {"type": "string"},
                "example": '"2"',
            }
        ]
    if endpoint.is_repeatable:
        return [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key and body give the same answer, and do it once.",
                "schema": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
            }
        ]
    return []


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    content = {"schema": {"$ref": _REF.format(model=endpoint.answer.__name__)}}
    answers: dict[str, Any] = {
        str(endpoint.status): {
            "description": HTTPStatus(endpoint.status).phrase,
            "content": {"application/json": content},
        }
    }
    for code in sorted(_codes(endpoint)):
        answers[str(code)] = {
            "description": _WHY[code],
            "content": {"application/problem+json": _PROBLEM},
        }
    return answers


def _codes(endpoint: Endpoint) -> set[int]:
    codes = {400, 401, 422, 429, 503}
    if endpoint.body is not None:
        codes |= {413, 415}
    if endpoint.can_conflict:
        codes |= {403, 409}
    if endpoint.names_something or (endpoint.query and "user_id" in endpoint.query.model_fields):
        codes |= {403, 404}
    if endpoint.is_conditional:
        codes.add(412)
    return codes


def example(schemas: dict[str, Any], name: str) -> dict[str, Any]:
    """An example of a schema, put together from those of its fields that have one."""
    found: dict[str, Any] = {}
    for field, schema in schemas[name].get("properties", {}).items():
        if "examples" in schema:
            found[field] = schema["examples"][0]
        elif inner := _object(schemas, schema):
            found[field] = example(schemas, inner)
        elif inner := _object(schemas, schema.get("items", {})):
            found[field] = [example(schemas, inner)]
    return found


def _object(schemas: dict[str, Any], schema: dict[str, Any]) -> str | None:
    """The object that a schema is, or may be beside null, by name."""
    for part in (schema, *schema.get("anyOf", ())):
        name = part.get("$ref", "").rpartition("/")[2]
        if schemas.get(name, {}).get("type") == "object":
            return str(name)
    return None
