"""The application factory. Only ``wsgi.py`` and the tests import it."""

import os

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter, Map

from app import admin, analytics, api, auth, cli, help, staff, ticket
from app.extensions import POSTGRESQL_OPTIONS, bcrypt, csrf, db, login_manager, migrate
from app.models import ID_MAX, PUBLIC_ID
from app.web import (
    access,
    assets,
    compression,
    errors,
    headers,
    health,
    held,
    intake,
    logs,
    proxies,
    receiving,
    rendering,
    sessions,
    templating,
    throttle,
)
from config import ROOT, Settings


class IdConverter(IntegerConverter):
    """The ids in addresses: a number that a column can hold, written in one way only."""

    regex = r"[1-9]\d{0,9}"

    def __init__(self, map_: Map) -> None:
        super().__init__(map_, max=ID_MAX)


class PublicIdConverter(BaseConverter):
    """The chance in addresses of files."""

    regex = PUBLIC_ID


def create_app(settings: Settings) -> Flask:
    """Make the product for these settings; raises UndeclaredView for a view nobody guards."""
    os.umask(0o077)  # database, attachments and mail are for the owner's eyes only
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    app = Flask(
        __name__,
        instance_path=str(settings.instance),
        template_folder=str(ROOT / "templates"),
        static_folder=None,
    )
    app.static_folder = str(ROOT / "static")  # without Flask's route: web/assets.py has ours
    app.jinja_environment = rendering.Environment  # before the first extension asks for it
    app.config.from_mapping(_flask_config(settings))
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["public_id"] = PublicIdConverter
    logs.init_app(app)
    proxies.init_app(app)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    login_manager.init_app(app)
    csrf.init_app(app)
    bcrypt.init_app(app)
    compression.init_app(app)
    errors.init_app(app)
    held.init_app(app)
    throttle.init_app(app)
    sessions.init_app(app)
    receiving.init_app(app)
    intake.init_app(app)
    headers.init_app(app)
    templating.init_app(app)
    assets.init_app(app)
    health.init_app(app)
    for edge in (auth, ticket, staff, analytics, admin, api, help):
        app.register_blueprint(edge.blueprint)
    cli.init_app(app)
    access.refuse_undeclared_views(app)
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    postgresql = settings.database_url.drivername.startswith("postgresql")
    return {
        "SETTINGS": settings,
        "TESTING": settings.testing,
        "DEBUG": False,  # whatever FLASK_DEBUG says: no debugger ever answers a request
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.secret_key_fallbacks),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": (
            {"pool_size": 10, "connect_args": {"options": POSTGRESQL_OPTIONS}}
            if postgresql
            else {"pool_size": 10}
        ),
        "TRUSTED_HOSTS": list(settings.trusted_hosts),
        "BCRYPT_LOG_ROUNDS": settings.bcrypt_cost,
        "BCRYPT_HANDLE_LONG_PASSWORDS": True,
        "WTF_CSRF_CHECK_DEFAULT": False,  # web/headers.py asks, after the origin
        "WTF_CSRF_TIME_LIMIT": None,  # an agent may write for an hour
        "SESSION_COOKIE_NAME": "__Host-desk" if settings.https else "desk",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": 30 * 24 * 3600,
        "MAX_CONTENT_LENGTH": 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 500_000,
        "MAX_FORM_PARTS": 1000,
        "COMPRESS_MIMETYPES": ["text/html", "application/json", "text/csv"],
        "COMPRESS_ALGORITHM": ["gzip"],
        "COMPRESS_LEVEL": 3,  # half the time of 4 for a tenth more bytes
        "COMPRESS_MIN_SIZE": 700,
    }
