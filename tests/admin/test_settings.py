"""/admin/settings."""

from dataclasses import asdict

import pytest

from app.domain.settings import NAMES, Site, site
from tests import factories as make


@pytest.fixture
def admin(browser, session):
    return browser(make.ada())


def now_set(session):
    session().info.pop("site", None)
    return site()


def test_every_setting_has_a_field_with_its_value(admin):
    page = admin.get("/admin/settings")
    _, fields = page.form("main form")
    expected = {
        name: str(value) if not isinstance(value, bool) else "y"
        for name, value in asdict(Site()).items()
        if value is not False
    }
    assert {name: fields[name] for name in expected} == expected
    assert set(fields) - {"csrf_token"} == set(NAMES)


def test_saving_all_of_them(admin, session):
    admin.get("/admin/settings")
    values = {
        "name": "Ask IT",
        "organisation": "Larkfield",
        "contact": "Call 4321",
        "time_zone": "Europe/London",
        "reopen_days": "365",
        "recall_seconds": "0",
        "requester_password_length": "8",
        "staff_password_length": "64",
    }
    _, fields = admin.page.form("main form")
    for switch in ("self_registration", "analytics_by_person", "refuse_programs", "csrf_token"):
        del fields[switch]
    admin.post("/admin/settings", fields | values)
    page = admin.follow()
    assert "Settings saved" in page.text
    assert page.soup.title.get_text() == "Settings · Ask IT"
    assert now_set(session) == Site(
        name="Ask IT",
        organisation="Larkfield",
        contact="Call 4321",
        time_zone="Europe/London",
        reopen_days=365,
        recall_seconds=0,
        self_registration=False,
        requester_password_length=8,
        staff_password_length=64,
        analytics_by_person=False,
        refuse_programs=False,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("name", "a\x01b"),
        ("organisation", "x" * 101),
        ("contact", "x" * 201),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("reopen_days", "0"),
        ("reopen_days", "366"),
        ("reopen_days", "soon"),
        ("reopen_days", ""),
        ("reopen_days", "9" * 5000),
        ("recall_seconds", "-1"),
        ("recall_seconds", "601"),
        ("recall_seconds", "1.5"),
        ("requester_password_length", "7"),
        ("staff_password_length", "65"),
    ],
)
def test_out_of_bounds_says_so_and_keeps_what_was_typed(admin, session, field, value):
    admin.get("/admin/settings")
    page = admin.submit(
        "main form", {field: value, "contact": "Call 4321"} | {field: value}, status=422
    )
    assert len(page.all(f"#{field}-error .error")) == 1
    if field != "time_zone":
        assert page.one(f"#{field}")["value"] == value
    if field != "contact":
        assert page.one("#contact")["value"] == "Call 4321"
    assert now_set(session) == Site()


def test_only_admins(browser, session):
    browser(make.sam()).get("/admin/settings", status=403)
    browser(make.ann()).post("/admin/settings", {"name": "Mine"}, status=403)
    assert now_set(session) == Site()
