"""POST /account/desk: how one works with the queue."""

import pytest

from app.models import Density
from tests import factories as make


def test_all_of_it_is_set_on_the_account_page(browser, session):
    sam = make.sam()
    page = browser(sam)
    page.get("/account")
    page.submit(
        "form[action='/account/desk']", {"density": "compact", "preview": "on", "shortcuts": "off"}
    )
    assert "Your preferences are stored." in page.follow().text
    assert (sam.density, sam.preview, sam.shortcuts) == (Density.COMPACT, True, False)
    _action, fields = page.get("/account").form("form[action='/account/desk']")
    assert (fields["density"], fields["preview"], fields["shortcuts"]) == ("compact", "on", "off")


def test_a_switch_changes_one_thing_and_comes_back(browser, session):
    sam = make.sam()
    page = browser(sam)
    shown = page.get("/staff/queue?view=mine&sort=title")
    assert not shown.soup.select(".queue--compact")
    answer = page.submit("[data-desk=density]", {"density": "compact"})
    assert answer.location == "/staff/queue?view=mine&sort=title"
    shown = page.follow()
    assert shown.soup.select(".queue--compact")
    assert shown.one("[data-desk=density] button")["aria-pressed"] == "true"
    assert (sam.density, sam.preview, sam.shortcuts) == (Density.COMPACT, False, True)


def test_whoever_switched_keys_off_is_shown_none(browser, session):
    sam = make.sam()
    page = browser(sam)
    assert "no-keys" not in page.get("/staff").soup.body["class"]
    page.get("/help/shortcuts")
    answer = page.submit("[data-keys-switch]", {"shortcuts": "off"})
    assert answer.location == "/help/shortcuts"
    shown = page.follow()
    assert "no-keys" in shown.soup.body["class"]
    assert shown.one("[role=switch]")["aria-checked"] == "false"


@pytest.mark.parametrize(
    "sent", [{"density": "huge"}, {"preview": "1"}, {"shortcuts": ""}, {"density": "x\x00"}]
)
def test_what_there_is_not_is_refused_beside_its_field(browser, session, sent):
    sam = make.sam()
    shown = browser(sam).post("/account/desk", sent, status=422)
    assert shown.soup.select(".setting .error")
    assert (sam.density, sam.preview, sam.shortcuts) == (Density.COMFORTABLE, False, True)


def test_the_way_back_is_on_this_site(browser, session):
    page = browser(make.sam())
    for back in ("https://evil.example/", "//evil.example", "\\\\evil.example"):
        assert page.post("/account/desk", {"preview": "on", "back": back}).location == "/account"


def test_requesters_have_no_desk(browser, session):
    ann = make.ann()
    browser(ann).post("/account/desk", {"preview": "on"}, status=403)
    assert not browser(ann).get("/account").soup.select("#h-desk")
