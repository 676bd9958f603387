"""GET /help/shortcuts: all keys on a page that needs no scripts."""

from tests import factories as make


def test_every_key_is_told_and_the_sidebar_leads_there(browser, session):
    page = browser(make.sam())
    assert "/help/shortcuts" in [a["href"] for a in page.get("/staff").soup.select(".nav__foot a")]
    shown = page.get("/help/shortcuts")
    keys = {
        " ".join(row.select_one("dd").get_text(" ").split())
        for row in shown.soup.select(".sheet dl > div")
    }
    for key in ("J", "K", "Enter", "Space", "X", "Shift X", "I", "A", "S", "P", "T", "C", "/", "?"):
        assert key in keys, key
    for key in ("Z", "Esc", "G M", "G U", "G O", "G W", "G A", "R", "N", "U", "Y", "E"):
        assert key in keys, key
    assert {"Ctrl Enter", "Ctrl Shift Enter"} <= keys
    assert shown.one(".nav [aria-current=page]").get_text() == "Help and shortcuts"


def test_it_is_the_help_desks(browser, session):
    browser(make.ann()).get("/help/shortcuts", status=403)
    assert browser().get("/help/shortcuts", status=303).location.startswith("/login")
