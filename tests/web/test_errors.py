"""What a refusal looks like: a way on, and what was typed."""

import pytest

from tests import factories as make


@pytest.mark.parametrize(("path", "status"), [("/nothing-here", 404), ("/admin/people", 403)])
def test_an_error_page_shows_the_way_home(browser, session, path, status):
    page = browser(make.ann()).get(path, status=status)
    assert page.one("main a.btn--primary")["href"] == "/"


def test_an_expired_form_shows_words_and_sends_everything_again(browser, session):
    page = browser(make.ann())
    _, fields = page.get("/tickets/new").form("main form[method=post]")
    network = str(make.category("Network").id)
    typed = {"title": "Half an hour of text", "description": "Every word", "category": network}
    held = page.post("/tickets/new", {**fields, **typed, "csrf_token": "stale"}, status=400)
    shown = held.one("dl.held").get_text("|", strip=True)
    assert "Half an hour of text" in shown
    assert "Every word" in shown
    for technical in ("Nonce", fields["nonce"], "Category"):
        assert technical not in shown
    sent = held.form("form")[1]
    assert sent["nonce"] == fields["nonce"]
    assert sent["category"] == network
