"""Takes the pictures of the README from the demo: ``python -m docs.take_pictures``.

Makes a demo of its own in a temporary folder, serves it on a free port, and looks at it with the
Chromium of the machine.
"""

import base64
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
FEW_COLOURS = """async (png) => {
  const picture = await createImageBitmap(
    new Blob([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))]));
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  const seen = new Uint32Array(
    canvas.getImageData(0, 0, picture.width, picture.height).data.buffer);
  const used = new Map();
  for (const colour of seen) used.set(colour, (used.get(colour) ?? 0) + 1);
  const kept = [...used].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => colour);
  const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const palette = kept.map(parts);
  const nearest = new Map(kept.map((colour, place) => [colour, place]));
  for (const colour of used.keys()) {
    if (nearest.has(colour)) continue;
    const [r, g, b] = parts(colour);
    let best = 0, least = Infinity;
    palette.forEach(([x, y, z], place) => {
      const off = (r - x) ** 2 + (g - y) ** 2 + (b - z) ** 2;
      if (off < least) [best, least] = [place, off];
    });
    nearest.set(colour, best);
  }
  let pixels = "";
  for (const colour of seen) pixels += String.fromCharCode(nearest.get(colour));
  return { palette: palette.flat(), pixels: btoa(pixels) };
}"""
SIZE = {"width": 1440, "height": 900}
LARGEST = 200_000
WAIT_SECONDS = 30


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("There is no Chromium here (apt-get install chromium brings it).")
    with served_demo() as (base, people, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-lcd-text"]
        )

        def page_of(username: str) -> Page:
            page = browser.new_context(viewport=SIZE, base_url=base).new_page()
            page.goto("/login")
            page.fill("[name=username]", username)
            page.fill("[name=password]", password)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url(lambda url: "/login" not in url)
            return page

        staff = page_of(people["agent"][0])
        spared, *_, affected = people["requester"]
        talk = most_to_see(staff)
        number = re.findall(r"/tickets/(\d+)", talk)[0]
        take(staff, "queue", f"/staff/queue?view=open&preview={number}")
        take(staff, "ticket", talk)
        take(staff, "bulk", "/staff/queue?view=open", change_some)
        take(page_of(affected), "known-problem", "/problems", follow_the_first)
        take(page_of(spared), "new-ticket", "/tickets/new", begin_to_file)
        take(page_of(people["admin"][0]), "analytics", "/analytics")
        browser.close()


def take(
    page: Page, name: str, address: str, prepare: Callable[[Page], None] = lambda page: None
) -> None:
    page.goto(address)
    prepare(page)
    page.evaluate("document.fonts.ready")
    file = PICTURES / f"{name}.png"
    file.write_bytes(packed(page, page.screenshot()))
    if file.stat().st_size > LARGEST:
        sys.exit(f"{file} has {file.stat().st_size} bytes; {LARGEST} are the most.")
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1000} kB")


# --- what is to be seen --------------------------------------------------------------------------


def change_some(page: Page) -> None:
    """Select tickets, choose what to change, and see what will."""
    boxes = page.locator("tbody [name=id]")
    for place in (1, 2, 4, 5):
        boxes.nth(place).check()
    page.get_by_role("button", name=re.compile("^More")).click()
    page.wait_for_load_state()
    page.locator("#priority").select_option("high")
    page.locator("#add_tags").fill("this-week")
    page.get_by_role("button", name="See what will change").click()
    page.wait_for_load_state()


def follow_the_first(page: Page) -> None:
    page.locator("main a[href^='/tickets/']").first.click()
    page.wait_for_load_state()


def begin_to_file(page: Page) -> None:
    """Type what many have typed already, so that it is found."""
    page.goto("/problems")
    known = page.locator("main a[href^='/tickets/']").first.inner_text().splitlines()[0]
    page.goto("/tickets/new")
    page.locator("#title").press_sequentially(known)
    page.fill(
        "#description",
        "Since this morning, and I’ve restarted **twice**.\n\nThe lorry leaves at three.",
    )
    page.wait_for_selector("[data-suggest-box] a")


def most_to_see(page: Page) -> str:
    """The address of the ticket on the first page of the queue that has most to show."""
    page.goto("/staff/queue?view=open")
    links = page.locator("main a[href^='/tickets/']")
    addresses = {links.nth(n).get_attribute("href") or "" for n in range(links.count())}
    tickets = sorted(a for a in addresses if re.fullmatch(r"/tickets/\d+(\?.*)?", a))
    return max(tickets, key=lambda address: much_on(page, address))


def much_on(page: Page, address: str) -> int:
    page.goto(address)
    files = page.locator("main a[href*='/attachments/']").count()
    people = page.locator("[action*='/participants/']").count()
    return page.locator("main article").count() + 4 * min(files, 2) + 3 * min(people, 1)


def packed(page: Page, png: bytes) -> bytes:
    """The same picture in its 256 most used colours, which a third of the bytes can hold."""
    drawn = page.context.new_page()
    found = drawn.evaluate(FEW_COLOURS, base64.b64encode(png).decode())
    drawn.close()
    pixels = base64.b64decode(found["pixels"])
    width, height = SIZE["width"], SIZE["height"]
    rows = b"".join(b"\0" + pixels[y * width : (y + 1) * width] for y in range(height))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes(found["palette"])),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


@contextmanager
def served_demo() -> Iterator[tuple[str, dict[str, list[str]], str]]:
    """Its address, the usernames of each role, and everybody's password."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {
            **os.environ,
            "INSTANCE_PATH": folder,
            "DATABASE_URL": "",
            "MAIL_URL": "",
            "DESKHAND_ENV": "development",
            "PORT": str(port),
            "WORKER": "outside",
        }
        flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
        subprocess.run([*flask, "db", "upgrade"], cwd=ROOT, env=environment, check=True)
        loaded = subprocess.run(
            [*flask, "demo", "load", "--tickets", "3000"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        people: dict[str, list[str]] = {}
        for role, username in re.findall(r"^  (\w+) +(\S+)", loaded, re.MULTILINE):
            people.setdefault(role, []).append(username)
        password = re.findall(r"“(.+)”", loaded)[0]
        server = subprocess.Popen([*flask, "serve"], cwd=ROOT, env=environment)
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(f"{base}/healthz")
            yield base, people, password
        finally:
            server.terminate()
            server.wait()


def wait_for(address: str) -> None:
    ends = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < ends:
        try:
            with urlopen(address, timeout=2):  # noqa: S310 -- our own server
                return
        except (URLError, OSError):
            time.sleep(0.1)
    sys.exit(f"{address} does not answer.")


if __name__ == "__main__":
    main()
