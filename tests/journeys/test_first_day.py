"""The first day of a help desk: from the printed link to the first solved ticket and the counts."""

import json

import pytest

from tests.journeys.conftest import AXE

pytestmark = pytest.mark.browser

PASSWORD = "a lighthouse full of otters"
SIZES = (1440, 390)
THEMES = ("light", "dark")


def number(person, label: str) -> int:
    """A headline number of the analytics page."""
    dt = person.page.locator("dl.headline div").filter(has_text=label).first
    return int("".join(c for c in dt.locator(".big").inner_text() if c.isdigit()))


def ensure_admin(site, person):
    """Ada is the first admin; made from the printed link by whichever test comes first."""
    ada = person()
    ada.sign_in("ada", PASSWORD)
    if ada.page.url.endswith("/login"):
        ada.go(site.first_admin_link())
        ada.fill("Your name", "Ada Admin")
        if ada.page.get_by_label("E-mail").count():
            ada.page.get_by_label("E-mail").first.fill("ada@example.org")
        ada.page.locator("[name=username]").fill("ada")
        ada.page.locator("[name=password]").fill(PASSWORD)
        ada.page.locator("main button.btn--primary").click()
        ada.page.wait_for_load_state()
        if "/login" in ada.page.url:
            ada.sign_in("ada", PASSWORD)
    return ada


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_from_the_printed_link_to_the_first_solved_ticket(site, person, scripts):
    name = "Sara" if scripts else "Nora"
    ensure_admin(site, person)
    ada = person(scripts=scripts)
    ada.sign_in("ada", PASSWORD)
    ada.go("/analytics")
    open_before, closed_before = number(ada, "Open"), number(ada, "Closed")

    # A colleague registers, confirms and files.
    asker = person(scripts=scripts)
    asker.go("/register")
    asker.page.locator("[name=name]").fill(f"{name} Asker")
    asker.page.locator("[name=email]").fill(f"{name.lower()}@example.org")
    asker.page.locator("[name=password]").fill(PASSWORD)
    asker.page.locator("main button.btn--primary").click()
    asker.page.wait_for_load_state()
    asker.go(site.link_for(f"{name.lower()}@example.org", "/confirm-email/"))
    asker.page.locator("main button.btn--primary").click()
    asker.page.wait_for_load_state()
    asker.go("/tickets/new")
    asker.fill("What’s the problem?", f"The printer of {name} is on fire")
    asker.page.locator("#description").fill("Smoke comes out of **tray 2**.")
    asker.page.locator("#category").select_option(label="Hardware")
    asker.send_ticket()
    asker.sees("tray 2")
    ticket_path = asker.page.url.removeprefix(site.base)

    # The agent takes it from the queue, writes a note, asks, and solves.
    agent = ada
    agent.go("/staff/queue?view=unassigned")
    row = agent.page.locator("tr.tk").filter(has_text=f"The printer of {name}")
    row.locator("input[type=checkbox]").check()
    agent.press("Take")
    agent.sees("1 ticket changed")
    agent.go(ticket_path)
    agent.page.locator("label:has([name=kind][value=note])").click()
    agent.page.locator("#body").fill("He always says fire.")
    agent.press("Add note")
    agent.sees("Internal note, staff only")
    agent.page.locator("#body").fill("Which tray exactly?")
    agent.page.get_by_label("Send and set status").click()
    agent.press("Waiting", nth=0)
    agent.sees("Which tray exactly?")

    # The requester answers, sees no note, and the ticket comes back.
    asker.go("/tickets")
    asker.sees("1 ticket needs an answer from you")
    asker.go(ticket_path)
    assert "He always says fire" not in asker.page.content()
    asker.page.locator("#body").fill("The second from above.")
    asker.press("Send reply")
    asker.sees("The second from above.")
    agent.go(ticket_path)
    agent.press("Solve")
    agent.sees("changed the status from Open to Solved")
    asker.go(ticket_path)
    asker.press("Not solved: reopen")
    asker.sees("You reopened the ticket")
    agent.go("/analytics")
    assert (number(agent, "Open"), number(agent, "Closed")) == (open_before + 1, closed_before)
    asker.go(ticket_path)
    asker.press("Mark as solved")
    agent.go("/analytics")
    assert (number(agent, "Open"), number(agent, "Closed")) == (open_before, closed_before + 1)


def test_a_reply_survives_an_expired_session(site, person):
    for scripts in (True, False):
        ensure_admin(site, person)
        ada = person(scripts=scripts)
        ada.sign_in("ada", PASSWORD)
        ada.go("/tickets/new")
        ada.fill("What’s the problem?", f"Half an hour of text, {scripts=}")
        ada.page.locator("#description").fill("Every word of it.\n\n    and code")
        ada.page.locator("#category").select_option(label="Software")
        ada.context.clear_cookies()
        ada.press("Send ticket")
        ada.sees("Sign in")
        ada.page.locator("[name=username]").fill("ada")
        ada.page.locator("[name=password]").fill(PASSWORD)
        ada.press("Sign in")
        ada.sees("Half an hour of text")
        ada.press("Send it now")
        if ada.page.get_by_role("button", name="Send anyway").count():
            ada.press("Send anyway")  # the second is like the first
        ada.sees("Every word of it.")


def audited_pages(site, ada) -> list[str]:
    """Every page there is, with something on it."""
    ada.go("/tickets/new")
    ada.fill("What’s the problem?", "A ticket to look at, with a " + "loooong" * 20 + " word")
    ada.page.locator("#description").fill("# Heading\n\n`code` and [a link](https://example.org)")
    ada.page.locator("#category").select_option(label="Network")
    ada.send_ticket()
    ticket = ada.page.url.removeprefix(site.base)
    return [
        *("/tickets", "/tickets/new", ticket, f"{ticket}/edit", "/staff", "/staff/queue"),
        *("/problems", f"{ticket}/problem"),
        *("/staff/queue?view=mine", "/staff/queue?q=nothing-has-this", "/staff/queue?status=bad"),
        *("/analytics", "/analytics/tickets?number=created", "/account", "/docs", "/nothing-here"),
        *("/admin/people", "/admin/categories", "/admin/settings", "/admin/outbox"),
        *("/admin/health", "/admin"),
    ]


SIGNED_OUT = ("/", "/login", "/register", "/forgot-password")


def audit(person, where: str) -> list[str]:
    """What axe finds in the page as it stands, and whether it can be scrolled sideways."""
    page = person.page
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        ".map((v) => v.id + ': ' + v.nodes.map((n) => n.target + n.failureSummary).join(' | '))"
    )
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("can be scrolled sideways")
    return [f"{where}: {violation[:400]}" for violation in found]


@pytest.mark.any_engine
@pytest.mark.timeout(300)
def test_axe_finds_nothing_on_any_page(site, person):
    ada, nobody = ensure_admin(site, person), person()
    found: list[str] = []
    pages = [(ada, path) for path in audited_pages(site, ada)]
    pages += [(nobody, path) for path in SIGNED_OUT]
    for somebody, path in pages:
        somebody.go(path)
        for theme in THEMES:
            somebody.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for width in SIZES:
                somebody.page.set_viewport_size({"width": width, "height": 900})
                found += audit(somebody, f"{path} {theme} {width}")
    assert not found, json.dumps(found, indent=1)


@pytest.mark.any_engine
def test_more_filters_open_below_the_search_box(site, person):
    ada = ensure_admin(site, person)
    ada.go("/staff/queue")
    box, more = ada.page.locator(".filter"), ada.page.locator(".filters__grid")
    closed = box.bounding_box()
    ada.page.get_by_text("More filters").click()
    assert box.bounding_box()["height"] == closed["height"]
    assert more.bounding_box()["y"] > closed["y"] + closed["height"]


@pytest.mark.any_engine
def test_tags_are_typed_where_one_clicks(site, person):
    ada = ensure_admin(site, person)
    audited_pages(site, ada)  # files a ticket and stays on it
    ada.page.locator("#tags").click()
    ada.page.keyboard.type("vpn, printer")
    ada.press("Save changes")
    ada.sees("added the tags")


@pytest.mark.any_engine
def test_each_column_head_sorts_by_its_column(site, person):
    ada = ensure_admin(site, person)
    audited_pages(site, ada)  # files a ticket, so that there is a list
    ada.page.set_viewport_size({"width": 1440, "height": 900})
    for column, sort in (("Priority", "priority"), ("Requester", "requester"), ("Title", "title")):
        ada.go("/staff/queue")
        ada.page.locator("thead").get_by_role("link", name=column).click()
        ada.page.wait_for_url(f"**sort={sort}*")


@pytest.mark.any_engine
def test_no_page_is_heavy_on_a_first_visit(site, chromium, person):
    ada = ensure_admin(site, person)
    cookies = ada.context.cookies()
    heavy = {}
    for path in audited_pages(site, ada):
        if path == "/docs":
            continue
        context = chromium.new_context(base_url=site.base)
        context.add_cookies(cookies)
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        fonts: set[str] = set()
        sizes: dict[str, int] = {}
        session.on(
            "Network.responseReceived",
            lambda event, fonts=fonts: (
                fonts.add(event["requestId"]) if event["type"] == "Font" else None
            ),
        )
        session.on(
            "Network.loadingFinished",
            lambda event, sizes=sizes: sizes.__setitem__(
                event["requestId"], event["encodedDataLength"]
            ),
        )
        page.goto(path, wait_until="networkidle")
        heavy[path] = sum(size for id_, size in sizes.items() if id_ not in fonts)
        context.close()
    assert max(heavy.values()) < 100_000, heavy
