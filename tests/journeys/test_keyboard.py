"""A working day by keyboard: the queue, the preview, a ticket, all keys, and what arrives."""

import re

import pytest

from tests.journeys.conftest import AXE
from tests.journeys.test_first_day import audit, ensure_admin

pytestmark = [pytest.mark.browser, pytest.mark.any_engine]

SLOWLY = 60


def file(ada, title: str) -> None:
    """As the form does, without drawing it."""
    token = ada.page.locator("[name=csrf_token]").first.get_attribute("value")
    form = {
        "csrf_token": token,
        "title": title,
        "description": f"{title}, since this morning.",
        "category": "1",
        "priority": "normal",
        "anyway": "1",
    }
    ada.page.request.post("/tickets/new", form=form, headers={"Origin": ada.site.base})


@pytest.fixture
def desk(site, person):
    """Ada, who has read and solved what there was, and five new tickets."""
    ada = ensure_admin(site, person)
    ada.go("/staff/queue?view=open")
    if ada.page.locator("[data-pick]").count():
        ada.page.locator("[data-pick-all]").check()
        ada.page.get_by_text("Status", exact=True).last.click()
        ada.press("Closed")
    for number in range(1, 6):
        file(ada, f"Keyboard ticket {number}")
    ada.go("/staff/queue?view=open&sort=number")
    ready(ada)
    return ada


def ready(ada) -> None:
    ada.page.wait_for_load_state("networkidle")


def keys(ada, *pressed: str) -> None:
    for key in pressed:
        ada.page.keyboard.press(key)
        ada.page.wait_for_timeout(SLOWLY)


def go(ada, *pressed: str) -> None:
    """Press what leads to another page, or to this one again."""
    with ada.page.expect_navigation():
        keys(ada, *pressed)
    ready(ada)


def cursor(ada) -> str:
    return ada.page.locator(".tk[aria-current] .tk-title a").inner_text()


def chosen(ada) -> list[str]:
    return ada.page.locator(".tk:has(:checked) .tk-title a").all_inner_texts()


def test_five_tickets_are_triaged_without_a_mouse(site, desk):
    ada, page = desk, desk.page
    # The first two are taken together, by a range.
    keys(ada, "j", "x", "j", "Shift+X")
    assert chosen(ada) == ["Keyboard ticket 1", "Keyboard ticket 2"]
    assert page.locator("[data-pick-said]").inner_text() == "2 selected"
    go(ada, "i")
    ada.sees("2 tickets changed")
    # The cursor is where it was; the third becomes urgent, from the menu.
    assert cursor(ada) == "Keyboard ticket 2"
    keys(ada, "j", "p")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Urgent"
    go(ada, "Enter")
    row = page.locator(".tk", has_text="Keyboard ticket 3")
    assert row.locator("[data-prio]").get_attribute("data-prio") == "urgent"
    # The fourth is looked at beside the list, solved there, and that is undone.
    keys(ada, "j", "Space")
    page.locator(".preview h2", has_text="Keyboard ticket 4").wait_for()
    assert re.search(r"preview=\d+", page.url)
    go(ada, "s", "ArrowDown", "ArrowDown", "ArrowDown", "Enter")
    assert page.locator(".tk", has_text="Keyboard ticket 4").count() == 0
    go(ada, "z")
    assert page.locator(".tk", has_text="Keyboard ticket 4").count() == 1
    # The fifth is opened, answered and solved, with the one before it beside it.
    keys(ada, "Escape")
    go(ada, "g", "u")
    assert "view=unassigned" in page.url
    while cursor_or_none(ada) != "Keyboard ticket 5":
        keys(ada, "j")
    go(ada, "Enter")
    keys(ada, "r")
    page.keyboard.type("Plug it in.")
    go(ada, "Control+Shift+Enter")
    ada.sees("Plug it in.")
    ada.sees("to Solved")
    keys(ada, "Escape")
    go(ada, "k")
    assert "from=view%3Dunassigned" in page.url
    assert "Keyboard ticket 4" in page.title()
    go(ada, "u")
    assert "view=unassigned" in page.url
    assert page.locator(".tk", has_text="Keyboard ticket 5").count() == 0


def cursor_or_none(ada) -> str | None:
    return cursor(ada) if ada.page.locator(".tk[aria-current]").count() else None


def test_keys_on_a_ticket(site, desk):
    ada, page = desk, desk.page
    go(ada, "j", "Enter")
    assert "of 5" in page.locator(".ticket__head").inner_text()
    first = page.title()
    go(ada, "j")
    assert page.title() != first
    go(ada, "k")
    assert page.title() == first
    for key, field in (("s", "status"), ("p", "priority"), ("a", "assignee"), ("t", "tags")):
        keys(ada, key)
        assert page.evaluate("document.activeElement.name") == field
        keys(ada, "Escape", "Escape")
    keys(ada, "n")
    page.keyboard.type("jkxsip are letters here")
    assert page.locator("#body").input_value() == "jkxsip are letters here"
    page.locator("#body").fill("")
    keys(ada, "Escape", "p")
    with page.expect_navigation():
        page.locator("#priority").select_option("high")
    ready(ada)
    ada.sees("to High")
    keys(ada, "e")
    assert not page.locator(".thread .event").first.is_visible()
    go(ada, "e", "i")
    ada.sees("You took this ticket")


def test_the_list_of_keys_opens_over_the_page_and_switches_them_off(site, desk):
    ada, page = desk, desk.page
    keys(ada, "j", "?")
    dialog = page.locator("dialog[open]")
    dialog.get_by_text("Keyboard shortcuts").wait_for()
    assert audit(ada, "overlay") == []
    keys(ada, "c")
    assert "/staff/queue" in page.url, "keys act on nothing below a dialog"
    dialog.get_by_role("switch").click()
    assert dialog.get_by_role("switch").get_attribute("aria-checked") == "false"
    keys(ada, "Escape")
    assert not page.locator("dialog[open]").count()
    assert page.evaluate("document.activeElement.closest('.tk') !== null"), "the focus came back"
    keys(ada, "x", "c")
    assert chosen(ada) == []
    assert not page.locator(".hints").is_visible()
    page.reload()
    ready(ada)
    keys(ada, "j")
    assert not page.locator(".tk[aria-current]").count()
    ada.go("/account")
    ada.page.get_by_label("Single-key shortcuts").select_option("on")
    page.locator("form[action='/account/desk'] button").click()
    page.wait_for_load_state()
    ada.go("/staff/queue")
    ready(ada)
    keys(ada, "j")
    assert page.locator(".tk[aria-current]").count() == 1


def test_the_preview_follows_rows_and_clicks(site, desk):
    ada, page = desk, desk.page
    row = page.locator(".tk", has_text="Keyboard ticket 2")
    box = row.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 150, box["y"] + box["height"] / 2)
    page.locator(".preview h2", has_text="Keyboard ticket 2").wait_for()
    assert "/staff/queue" in page.url
    assert cursor(ada) == "Keyboard ticket 2"
    assert audit(ada, "preview") == []
    page.get_by_role("link", name="Next ticket").click()
    page.locator(".preview h2", has_text="Keyboard ticket 3").wait_for()
    keys(ada, "j")
    page.locator(".preview h2", has_text="Keyboard ticket 4").wait_for()
    keys(ada, "Escape")
    assert not page.locator(".preview").count()
    assert "preview" not in page.url
    page.get_by_role("button", name="Preview", exact=True).click()
    page.locator(".preview h2", has_text="Keyboard ticket 4").wait_for()
    page.reload()
    assert page.locator(".preview h2").count() == 1
    ready(ada)
    page.get_by_role("button", name="Close preview").click()
    ada.go("/staff/queue")
    assert not page.locator(".preview").count()
    # On a phone it is simply the ticket.
    page.set_viewport_size({"width": 390, "height": 844})
    ready(ada)
    box = page.locator(".tk").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 60, box["y"] + box["height"] - 12)
    page.wait_for_url("**/tickets/*")


def test_new_tickets_announce_themselves_and_move_nothing(site, desk, person):
    page = desk.page
    page.clock.install()
    page.reload()
    page.wait_for_load_state()
    shown = page.locator(".tk").count()
    top = page.locator(".tk").first.bounding_box()["y"]
    keys_before = page.locator(".nav [data-count=open]").inner_text().split()[0]
    other = ensure_admin(site, person)
    file(other, "Arrived meanwhile")
    file(other, "Arrived too")
    with page.expect_response(lambda answer: "/staff/pulse" in answer.url):
        page.clock.run_for(20_000)
    link = page.get_by_role("link", name="2 new tickets")
    link.wait_for()
    assert page.locator(".tk").count() == shown
    assert page.locator(".tk").first.bounding_box()["y"] == top
    assert page.locator(".nav [data-count=open]").inner_text().split()[0] == str(
        int(keys_before) + 2
    )
    assert f"({int(keys_before) + 2})" in page.title()
    with page.expect_response(lambda answer: answer.status == 304 and "/staff/pulse" in answer.url):
        page.clock.run_for(20_000)
    page.locator("[data-pick]").first.check()
    link.click()
    page.locator(".tk", has_text="Arrived too").wait_for()
    assert page.locator("[data-pick]:checked").count() == 1
    assert not page.get_by_role("link", name="new tickets").count()


def test_polling_ends_with_the_session(site, desk):
    ada, page = desk, desk.page
    page.clock.install()
    page.reload()
    page.wait_for_load_state()
    ada.context.clear_cookies()
    with page.expect_response(lambda answer: "/staff/pulse" in answer.url):
        page.clock.run_for(20_000)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(600_000)
    assert asked == []


def test_all_of_a_view_is_selected_with_and_without_scripts(site, desk, person):
    ada = desk
    for number in range(6, 56):
        file(ada, f"Keyboard ticket {number}")
    for scripts in (True, False):
        somebody = person(scripts=scripts)
        somebody.sign_in("ada", "a lighthouse full of otters")
        page = somebody.page
        somebody.go("/staff/queue?view=open&sort=number")
        page.wait_for_load_state("networkidle")
        page.locator("[data-pick]").first.check()
        total = int(page.locator("h1 .num").inner_text())
        if scripts:
            page.locator(".bulk__all").click()
            assert page.locator("[data-pick-said]").inner_text() == f"All {total} selected"
        else:
            page.locator("[data-pick-every]").check()
        page.get_by_role("button", name="More…").click()
        page.wait_for_load_state()
        assert f"{total} tickets" in page.locator("h1").inner_text()


def test_axe_finds_nothing_on_what_this_brought(site, desk):
    ada, page = desk, desk.page
    assert AXE.exists()
    found = []
    for path in (
        "/staff/queue?group=status",
        "/staff/queue?preview=1",
        "/help/shortcuts",
        "/account",
    ):
        ada.go(path)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for width in (1440, 1024, 390):
                page.set_viewport_size({"width": width, "height": 900})
                found += audit(ada, f"{path} {theme} {width}")
    page.set_viewport_size({"width": 1440, "height": 900})
    ada.go("/staff/queue?view=open")
    ready(ada)
    keys(ada, "j", "x")
    found += audit(ada, "selected")
    assert found == []
