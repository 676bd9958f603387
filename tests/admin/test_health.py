"""/admin/health."""

import pytest

from app.domain import outbox
from app.extensions import SQLITE_PRAGMAS
from tests import factories as make


@pytest.fixture
def admin(browser, session):
    return browser(make.ada())


def test_all_checks_are_fine_and_named(admin):
    page = admin.get("/admin/health")
    states = dict(zip(page.all("#checks ~ table th"), page.all(".status"), strict=False))
    assert page.all(".setting:first-of-type tbody th") == [
        "Database accepts changes",
        "Migrations",
        "Disk",
        "Outbox",
    ]
    assert page.all(".status") == ["Fine"] * 4, states


def test_the_settings_that_the_database_really_has(admin, database_url):
    page = admin.get("/admin/health")
    shown = dict(
        zip(
            page.all("[aria-labelledby=database] tbody th"),
            page.all("[aria-labelledby=database] tbody td"),
            strict=True,
        )
    )
    if database_url.startswith("sqlite"):
        assert list(shown) == list(SQLITE_PRAGMAS)
        assert (shown["journal_mode"], shown["foreign_keys"]) == ("WAL", "ON")
    else:
        assert (shown["TimeZone"], shown["statement_timeout"]) == ("UTC", "15s")


def test_without_a_mail_server_it_says_where_mail_lies(admin, session, app):
    outbox.announce("ticket.received")
    session.commit()
    page = admin.get("/admin/health")
    assert "instance/mail" in page.text
    assert "1 waiting · 0 failed" in page.text
    assert app.instance_path not in page.html


@pytest.mark.parametrize("who", [make.ann, make.sam])
def test_only_admins(browser, session, who):
    browser(who()).get("/admin/health", status=403)


def test_no_secret_of_the_settings_is_shown(admin, app):
    page = admin.get("/admin/health")
    assert app.config["SETTINGS"].secret_key not in page.html
