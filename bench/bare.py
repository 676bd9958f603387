"""The least that a Flask page of 50 tickets, and an insert, can be: the measure of everything.

Written as one would in ten minutes: Flask-SQLAlchemy, Jinja2, an index; nobody signs in, nothing is
compressed, no header is added. ``python -m bench.bare`` serves it by the product's own server.
"""

import datetime as dt
from dataclasses import replace

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Index, String, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app import server
from config import Settings

ROWS = 50


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(metadata=Base.metadata)


class BareTicket(Base):
    __tablename__ = "bare_tickets"
    __table_args__ = (Index("ix_bare_tickets_status_created_at", "status", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20))
    priority: Mapped[str] = mapped_column(String(20))
    requester: Mapped[str] = mapped_column(String(100))
    assignee: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


def make_app(url: URL) -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    app.add_url_rule("/", view_func=page)
    app.add_url_rule("/", view_func=insert, methods=["POST"])
    return app


def page() -> ResponseReturnValue:
    tickets = db.session.scalars(
        select(BareTicket)
        .where(BareTicket.status == "closed")
        .order_by(BareTicket.created_at)
        .limit(ROWS)
    )
    return render_template("page.html", tickets=tickets)


def insert() -> ResponseReturnValue:
    sent = request.get_json()
    moment = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    ticket = BareTicket(
        title=sent["title"],
        status="new",
        priority=sent["priority"],
        requester=sent["requester"],
        assignee="",
        created_at=moment,
        updated_at=moment,
    )
    db.session.add(ticket)
    db.session.flush()
    answer = jsonify(id=ticket.id, title=ticket.title, status=ticket.status)
    db.session.commit()
    return answer, 201


def fill(url: str) -> None:
    """Give the database the table, with a row for each ticket of the demo."""
    app = make_app(make_url(url))
    with app.app_context():
        db.create_all()
        db.session.execute(
            text(
                "INSERT INTO bare_tickets"
                " (id, title, status, priority, requester, assignee, created_at, updated_at)"
                " SELECT tickets.id, title, status, priority, requester.name,"
                " coalesce(assignee.name, ''), tickets.created_at, updated_at"
                " FROM tickets JOIN users AS requester ON requester.id = user_id"
                " LEFT JOIN users AS assignee ON assignee.id = assignee_id"
            )
        )
        if db.engine.dialect.name == "postgresql":
            db.session.execute(
                text(
                    "SELECT setval(pg_get_serial_sequence('bare_tickets', 'id'), max(id))"
                    " FROM bare_tickets"
                )
            )
        db.session.commit()
        db.engine.dispose()


def main() -> None:
    # No worker: what it does is no part of a bare page.
    settings = replace(Settings.from_environment(), worker_inside=False)
    app = make_app(settings.database_url)
    app.config["SETTINGS"] = settings
    server.Server(app, server.listen(settings.host, settings.port)).run()


if __name__ == "__main__":
    main()
