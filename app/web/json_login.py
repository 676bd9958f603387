"""``POST /login`` as the API has it: a name and a password for a token."""

import json
from typing import Annotated

from flask import Response
from pydantic import Field

from app.domain import accounts, credentials
from app.extensions import db
from app.models import TokenScope
from app.text import EMAIL_MAX
from app.web import throttle
from app.web.json_body import Refused, Shape, read, shaped
from app.web.moments import iso

TOKEN_NAME = "Signed in through the API"  # noqa: S105 -- what it is called, not a secret


class Login(Shape):
    username: Annotated[str, Field(strict=True, max_length=EMAIL_MAX)] = Field(
        description="Your username or e-mail address.", examples=["ann"]
    )
    password: Annotated[str, Field(strict=True)] = Field(examples=["the printer is hungry"])


def answer() -> Response:
    """A new token for a right pair; raises Refused (401), in the same words for a stranger."""
    body = shaped(Login, read())
    attempt = throttle.try_password(body.username)
    user = accounts.verify(body.username, body.password)
    if user is None:
        raise Refused(
            401, "That name and password don’t match.", headers={"WWW-Authenticate": "Bearer"}
        )
    attempt.succeeded()
    db.session().will_write()
    token, secret = credentials.make_api_token(user, TOKEN_NAME, scope=TokenScope.WRITE)
    content = {
        "user_id": user.id,
        "username": user.username,
        "role": user.role,
        "token": secret,
        "expires_at": iso(token.expires_at),
    }
    db.session.commit()
    response = Response(json.dumps(content), content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
