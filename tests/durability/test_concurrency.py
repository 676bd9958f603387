"""Eight processes change one ticket at once; every change is there afterwards."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Ticket, TicketFieldChange
from tests import factories as make
from tests.durability.change_ticket import PROCESSES, TAGS, TITLES

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("change_ticket.py")


def test_eight_processes_lose_no_update(own_app, environment):
    with own_app.app_context():
        ticket_id = make.ticket(make.ann(), title="before").id
        make.sam()
        changers = subprocess.run(
            [sys.executable, str(SCRIPT), str(ticket_id)],
            env=environment,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert changers.returncode == 0, changers.stderr.decode()

        db.session.rollback()
        ticket = db.session.get_one(Ticket, ticket_id)
        changes = db.session.scalars(select(TicketFieldChange).order_by(TicketFieldChange.id)).all()
        assert ticket.version == 1 + PROCESSES * (TITLES + TAGS)
        assert [change.version for change in changes] == list(range(2, ticket.version + 1))
        for field, first in (("title", "before"), ("tags", [])):
            before = first
            for change in (change for change in changes if change.field == field):
                assert change.old == before
                before = change.new
        last_tags = [change for change in changes if change.field == "tags"][-1].new
        assert len(last_tags) == PROCESSES * TAGS
