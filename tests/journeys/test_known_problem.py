"""An outage is told once: somebody marks it, others meet it before they file it, and hear of it."""

import subprocess
import sys

import pytest

from config import ROOT

pytestmark = pytest.mark.browser

PASSWORD = "a lighthouse full of otters"


def account(site, name, role):
    subprocess.run(
        [
            *(sys.executable, "-m", "flask", "--app", "wsgi", "user", "create"),
            *("--username", name, "--email", f"{name}@example.org"),
            *("--role", role, "--password-stdin"),
        ],
        cwd=ROOT,
        env=site.environment,
        input=f"{PASSWORD}\n",
        text=True,
        check=True,
        capture_output=True,
    )


def file(somebody, title):
    somebody.go("/tickets/new")
    somebody.page.locator("#title").fill(title)
    somebody.page.locator("#description").fill("Since this morning.")
    somebody.page.locator("#category").select_option(index=1)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_one_is_marked_and_the_next_joins_in(site, person, scripts):
    kind = "with" if scripts else "without"
    for name, role in (("sam", "agent"), ("ann", "requester"), ("eve", "requester")):
        account(site, f"{name}.{kind}", role)
    thing = "Tunnel" if scripts else "Scanner"
    title = f"{thing} {'collapses' if scripts else 'jams'} since this morning"
    ann, sam, eve = (person(scripts=scripts) for _ in range(3))
    for somebody, name in ((ann, "ann"), (sam, "sam"), (eve, "eve")):
        somebody.sign_in(f"{name}.{kind}", PASSWORD)
    file(ann, title)
    ann.send_ticket()
    address = ann.page.url

    sam.go(address)
    sam.press("Mark as a known problem", role="link")
    sam.page.get_by_label("What everybody reads").fill("It **collapses** for all.")
    sam.press("Mark as a known problem")
    sam.sees("You marked this as a known problem")

    eve.go("/tickets")
    eve.sees(title)
    eve.go("/tickets/new")
    if scripts:
        eve.page.locator("#title").press_sequentially(f"My {thing} is broken", delay=5)
        eve.page.locator("aside .sim").wait_for()
        assert "1 similar ticket" in eve.page.locator("[role=status]").all_inner_texts()
        assert eve.page.locator("[name=anyway]").input_value() == "1", "it has been in sight"
    else:
        file(eve, f"My {thing} is broken")
        eve.press("Send ticket")
        eve.sees("Before it goes: could this be it?")
        assert eve.page.locator("#description").input_value() == "Since this morning."
    eve.press("I’m affected too")
    assert eve.page.url == address
    eve.sees("You are counted")
    eve.sees("It collapses for all.")

    sam.go(f"{address}/problem")
    sam.page.get_by_label("What is new?").fill("We are digging.")
    sam.press("Publish update")
    sam.go(f"{address}/problem")
    sam.sees("2 people affected")
    eve.page.reload()
    eve.sees("We are digging.")
    eve.press("I’m not affected any more")
    eve.sees("You are not counted any more")

    file(eve, f"{thing}, but different")
    if scripts:
        eve.page.locator("aside .sim").wait_for()
        eve.page.wait_for_function("document.querySelector('[name=anyway]').value === '1'")
        eve.press("Send ticket")
    else:
        eve.press("Send ticket")
        eve.press("Send anyway")
    eve.sees("is on its way to the help desk")


def test_on_a_phone_what_was_never_in_sight_is_asked_about(site, person):
    for name, role in (("sam.phone", "agent"), ("eve.phone", "requester")):
        account(site, name, role)
    sam, eve = person(), person()
    sam.sign_in("sam.phone", PASSWORD)
    file(sam, "Elevator stuck between floors")
    sam.press("Send ticket")
    sam.go(f"{sam.page.url}/problem")
    sam.page.get_by_label("What everybody reads").fill("It is stuck.")
    sam.press("Mark as a known problem")
    eve.page.set_viewport_size({"width": 390, "height": 500})
    eve.sign_in("eve.phone", PASSWORD)
    eve.go("/tickets/new")
    eve.page.locator("#title").press_sequentially("Elevator stuck", delay=5)
    eve.page.locator("aside .sim").wait_for()
    assert eve.page.locator("[name=anyway]").input_value() == ""
    eve.page.locator("#description").fill("Help")
    eve.page.locator("#category").select_option(index=1)
    eve.page.locator("#description").press("Control+Enter")
    eve.page.wait_for_load_state()
    eve.sees("Before it goes: could this be it?")
