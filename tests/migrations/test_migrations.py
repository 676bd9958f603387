"""Up, down and up again, with data in it; and the schema is the one that the models describe."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select, text

from app import create_app
from app.domain import credentials, outbox, reports, settings, tally, tickets
from app.extensions import db
from app.models import Base, Ticket, TicketStatus, TicketStatusChange, TokenPurpose, TokenScope
from app.queries.tickets import find_visible
from app.text import written
from config import ROOT
from tests import factories as make
from tests.conftest import ENGINES, new_database, worker_name
from tests.conftest import settings_for as settings_for


@pytest.fixture(params=ENGINES)
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The product on an empty database of its own, without a schema."""
    url = new_database(request, tmp_path, f"migrations_{worker_name()}")
    app = create_app(settings_for(url, tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def fill() -> None:
    """A row in every table that people fill."""
    ann, sam, ada = make.ann(), make.sam(), make.ada()
    ticket = find_visible(sam, make.ticket(ann, category=make.category()).id)
    assert ticket is not None
    tickets.reply(ticket, written("Which tray?"), act=make.act(sam))
    tickets.note(ticket, written("Again."), act=make.act(sam))
    changes = tickets.Changes(title="On fire", tags=("printer",), status=TicketStatus.PENDING)
    tickets.update_ticket(ticket, changes, act=make.act(sam))
    tickets.assign_ticket_to_staff(ticket, ada, act=make.act(sam))
    reports.create_report(ticket, ann, act=make.act(ann))
    credentials.open_session(ann, ip="::1", user_agent="test")
    credentials.make_api_token(sam, "backup", scope=TokenScope.READ)
    credentials.make_link(TokenPurpose.INVITE, ann)
    settings.change({"name": "Ask IT"})
    outbox.announce("ticket.received", ticket_id=ticket.id)
    db.session.commit()


NO_MODELS = {"alembic_version", "sqlite_sequence", "rate_counters"}
"""Tables of the tools, and the counters of requests, which the product makes as it starts."""


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - NO_MODELS


def test_the_migrated_schema_is_the_models(app):
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda _o, name, kind, *_: (
                    not (kind == "table" and name in NO_MODELS)
                ),
            },
        )
        assert compare_metadata(context, Base.metadata) == []
    assert tables() == set(Base.metadata.tables)


def test_up_down_and_up_again_with_data(app):
    upgrade()
    fill()
    filled = {
        table.name
        for table in Base.metadata.sorted_tables
        if db.session.scalar(select(func.count()).select_from(table))
    }
    assert {"tickets", "users", "ticket_status_changes", "outbox_entries", "api_tokens"} <= filled
    db.session.remove()
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    fill()
    ticket = db.session.scalars(select(Ticket)).one()
    newest = select(TicketStatusChange.status_change).where(TicketStatusChange.report_id.is_(None))
    assert ticket.status == db.session.scalar(
        newest.order_by(TicketStatusChange.id.desc()).limit(1)
    )
    assert tally.kept() == tally.counted()


def test_each_step_down_and_up_again_with_data(app):
    """One revision at a time, from the newest: what a botched release needs."""
    upgrade()
    fill()
    db.session.remove()
    revisions = [r.revision for r in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()]
    for _ in revisions[:-1]:
        downgrade()
        upgrade()
        downgrade()
    upgrade()
    with db.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == revisions[0]


@pytest.mark.parametrize("table", ["ticket_status_changes", "ticket_field_changes"])
def test_history_is_guarded_after_every_way_up(app, table):
    upgrade()
    downgrade(revision="base")
    upgrade()
    fill()
    with db.engine.connect() as connection, pytest.raises(Exception, match="append-only"):
        connection.execute(text(f"DELETE FROM {table}"))


def test_migrations_never_import_the_product():
    """The code moves on; an old migration must still run."""
    for file in (ROOT / "migrations" / "versions").glob("*.py"):
        assert "from app" not in file.read_text()
        assert "import app" not in file.read_text()
