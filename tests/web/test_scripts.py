"""Scripts are small modules; what they import is named by its content and kept for ever."""

import re
from pathlib import Path

import pytest

from config import ROOT

SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
IMPORTED = re.compile(r"'\./([a-z-]+\.js)(\?v=[0-9a-f]{16})?'")


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_every_import_is_there_and_kept_for_ever(app, file: Path):
    client = app.test_client()
    text = client.get(f"/static/js/{file.name}").get_data(as_text=True)
    found = IMPORTED.findall(text)
    assert len(found) == text.count("'./")
    for name, version in found:
        answer = client.get(f"/static/js/{name}{version}")
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["Cache-Control"], name
        assert answer.mimetype == "text/javascript"


def test_a_script_is_sent_compressed_and_not_twice(app):
    client = app.test_client()
    whole = client.get("/static/js/app.js")
    zipped = client.get("/static/js/app.js", headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    again = client.get("/static/js/app.js", headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/static/js/no.js", "/static/js/../../wsgi.js", "/static/..%2fx.js"]
)
def test_nothing_else_is_sent(app, path):
    assert app.test_client().get(path).status_code == 404
