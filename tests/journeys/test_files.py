"""Files in a real browser: dropped, pasted, and full of scripts that run nowhere."""

import base64

import pytest

from tests.files import HTML, SVG, image
from tests.journeys.test_first_day import ensure_admin

pytestmark = [pytest.mark.browser, pytest.mark.any_engine]

SCRIPT = b"top.document.title = 'owned'; document.title = 'owned'"
HOSTILE = {
    "page.html": HTML,
    "drawing.svg": SVG,
    "page.xhtml": b"<html xmlns='http://www.w3.org/1999/xhtml'><script>%b</script></html>" % SCRIPT,
    "script.js": SCRIPT,
    "picture.png": HTML,
    "notes.txt": HTML,
    "paper.pdf": b"%PDF-1.7\n" + HTML,
}
GIVE = """(form, {kind, files}) => {
  const given = new DataTransfer();
  for (const {name, type, content} of files) {
    const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
    given.items.add(new File([bytes], name, {type}));
  }
  const how = {bubbles: true, cancelable: true};
  form.dispatchEvent(kind === 'drop'
    ? new DragEvent('drop', {...how, dataTransfer: given})
    : new ClipboardEvent('paste', {...how, clipboardData: given}));
}"""


def fill_in(ada, title: str) -> None:
    ada.go("/tickets/new")
    ada.page.locator("#title").fill(title)
    ada.page.locator("#description").fill("Look at what came with it.")
    ada.page.locator("#category").select_option(label="Network")


def give(ada, kind: str, **files: bytes) -> None:
    """Drop files on the form, or paste them into it."""
    sent = [
        {"name": name, "type": "image/png", "content": base64.b64encode(content).decode()}
        for name, content in files.items()
    ]
    form = ada.page.locator("form[data-uploads]").first
    form.evaluate(GIVE, {"kind": kind, "files": sent})


def test_pictures_are_dropped_and_pasted(site, person):
    ada = ensure_admin(site, person)
    fill_in(ada, "Two pictures")
    give(ada, "drop", **{"dropped.png": image("PNG")})
    give(ada, "paste", **{"pasted.png": image("PNG")})
    ada.page.wait_for_function(
        "() => document.querySelectorAll('[data-upload-list] [name=attachments]').length === 2"
    )
    ada.send_ticket()
    for name in ("dropped.png", "pasted.png"):
        ada.sees(name)
    shown = ada.page.locator(".files img")
    for _ in range(50):  # the worker makes the small pictures
        if shown.count() == 2:
            break
        ada.page.wait_for_timeout(200)
        ada.page.reload()
    assert shown.count() == 2
    shown.first.scroll_into_view_if_needed()
    ada.page.wait_for_function(
        "() => [...document.querySelectorAll('.files img')].every((i) => i.naturalWidth > 0)"
    )


def test_scripts_in_files_run_nowhere(site, person):
    ada = ensure_admin(site, person)
    fill_in(ada, "Hostile files")
    ada.page.locator("input[type=file]").first.set_input_files(
        [{"name": n, "mimeType": "image/png", "buffer": c} for n, c in HOSTILE.items()]
    )
    ada.page.wait_for_function(
        "(n) => document.querySelectorAll('[data-upload-list] [name=attachments]').length === n",
        arg=len(HOSTILE),
    )
    ada.send_ticket()
    links = ada.page.locator(".files a[href*='/attachments/']")
    addresses = {link.get_attribute("href") for link in links.all()}
    assert len(addresses) >= len(HOSTILE)
    heard = ada.complaints[:]
    for address in addresses:
        # Opened by itself: it is saved, not shown.
        with ada.page.expect_download() as saved:
            ada.page.evaluate("(to) => { location.href = to; }", address)
        assert saved.value.suggested_filename in HOSTILE
        # Put into a page of ours, as somebody who could write HTML there would.
        ran = ada.page.evaluate(
            """async (address) => {
              const settled = (element, name) => new Promise((done) => {
                element.onload = element.onerror = done;
                element[name] = address;
                document.body.append(element);
                setTimeout(done, 500);
              });
              await settled(document.createElement('script'), 'src');
              await settled(document.createElement('iframe'), 'src');
              await settled(document.createElement('embed'), 'src');
              await settled(document.createElement('object'), 'data');
              return document.title.includes('owned');
            }""",
            address,
        )
        assert not ran, address
    ada.complaints[:] = heard  # that these were refused is what was to be seen
