"""An afternoon at the demo: five people decide whether this is for them.

They look round, drop a screenshot into a ticket, copy a colleague in, mark an outage as known so
that others stop filing it, change many tickets at once and take a wrong click back.
"""

import re
import subprocess
import sys

import pytest

from app.cli import DEMO_PASSWORD
from config import ROOT
from tests.files import image
from tests.journeys.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TICKETS = "400"
WAYS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@pytest.fixture(scope="module")
def people_of_the_demo(site: Site) -> dict[str, list[str]]:
    """The usernames that the demo prints, by role."""
    loaded = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "load", "--tickets", TICKETS],
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, list[str]] = {}
    for role, username in re.findall(r"^  (admin|agent|requester)\s+(\S+)", loaded.stdout, re.M):
        found.setdefault(role, []).append(username)
    return found


@WAYS
def test_the_afternoon(site, person, people_of_the_demo, scripts):
    agents, requesters = people_of_the_demo["agent"], people_of_the_demo["requester"]

    # Somebody files a ticket with a screenshot.
    asker = person(scripts=scripts)
    asker.sign_in(requesters[0], DEMO_PASSWORD)
    word = "zebra" if scripts else "okapi"
    asker.go("/tickets/new")
    asker.page.locator("#title").fill(f"The {word} gateway drops every call")
    asker.page.locator("#description").fill("Since nine, for **all** of us on the second floor.")
    asker.page.locator("#category").select_option(index=1)
    asker.page.locator("input[type=file]").set_input_files(
        {"name": "error.png", "mimeType": "image/png", "buffer": image("PNG")}
    )
    if scripts:
        asker.page.wait_for_selector("[data-upload-list] [name=attachments]", state="attached")
    asker.send_ticket()
    asker.sees("error.png")
    path = re.sub(r"[?#].*", "", asker.page.url.removeprefix(site.base))
    number = path.rsplit("/", 1)[1]

    # The agent finds it, and copies a colleague in.
    agent = person(scripts=scripts)
    agent.sign_in(agents[0], DEMO_PASSWORD)
    agent.go("/staff/queue?view=unassigned&sort=number&desc=1")
    agent.sees(f"The {word} gateway drops every call")
    agent.go(path)
    file = agent.page.locator("a[href*='/attachments/']").first.get_attribute("href")
    answer = agent.context.request.get(file)
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.body() == image("PNG")
    agent.page.get_by_text("Copy somebody in", exact=True).first.click()
    agent.page.locator("#person").fill(requesters[1])
    agent.press("Add")
    colleague = person(scripts=scripts)
    colleague.sign_in(requesters[1], DEMO_PASSWORD)
    colleague.go(path)
    colleague.sees("Since nine, for all of us")
    colleague.page.locator("#body").fill("It is the cable, I saw it.")
    colleague.press("Send reply")
    colleague.sees("It is the cable, I saw it.")

    # The outage is known from now on: others say that it hits them too.
    agent.go(f"{path}/problem")
    agent.page.locator("#summary").fill("Calls drop since nine. Use your mobile meanwhile.")
    agent.press("Mark as a known problem")
    other = person(scripts=scripts)
    other.sign_in(requesters[2] if len(requesters) > 2 else agents[1], DEMO_PASSWORD)
    other.go("/problems")
    other.sees(f"The {word} gateway drops every call")
    other.page.get_by_role("link", name=re.compile(word)).first.click()
    other.page.wait_for_load_state()
    assert "second floor" not in other.page.locator("body").inner_text()
    if other.page.get_by_role("button", name="I’m affected too").count():
        other.press("I’m affected too")
        other.sees("You are counted")

    # A wrong click, taken back.
    agent.go(path)
    agent.press("Solve")
    agent.sees(f"#{number} is solved")
    agent.press("Undo")
    agent.sees("Taken back")
    assert agent.page.locator("#status").input_value() != "solved"

    # Many at once: preview, change, one Undo.
    agent.go("/staff/queue?view=open")
    boxes = agent.page.locator("[name=id]")
    for place in range(3):
        boxes.nth(place).check()
    agent.page.get_by_role("button", name=re.compile("^More")).click()
    agent.page.wait_for_load_state()
    agent.sees("Change 3 tickets")
    agent.page.locator("#add_tags").fill(f"afternoon-{word}")
    agent.press("See what will change")
    agent.sees("3 tickets will change")
    agent.press("Change 3 tickets")
    agent.sees("3 changed, 0 left as they were")
    agent.go(f"/staff/queue?tag=afternoon-{word}")
    assert agent.page.locator("tr.tk").count() == 3
    agent.page.go_back()
    agent.press("Undo all of it")
    agent.go(f"/staff/queue?tag=afternoon-{word}")
    assert agent.page.locator("tr.tk").count() == 0

    # And the junk goes where it can be fetched back from.
    agent.go(path)
    agent.press("Put in the trash")
    asker.page.goto(path)
    asker.sees("There’s nothing at this address")
    agent.go("/staff/queue?view=trash")
    agent.sees(f"The {word} gateway drops every call")
    agent.go(path)
    agent.press("Restore")
    asker.page.goto(path)
    asker.sees("Since nine, for all of us")
