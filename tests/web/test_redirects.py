"""``next=`` stays on the site (R48)."""

import pytest

from app.web.redirects import safe_next
from tests.corpora import corpus


@pytest.mark.parametrize("path", ["/", "/tickets/5", "/staff/queue?q=a+b&sort=title", "/a#b"])
def test_paths_of_ours_are_kept(path):
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "target",
    [
        *(None, "", "tickets", "//evil.example", "///evil.example", "/\\evil.example"),
        *("\\\\evil.example", "https://evil.example", "javascript:alert(1)", "/\tevil", "/a\nb"),
        *("/\x00", "http:evil", " /x", "/" + "a" * 3000, "/\x85x"),
    ],
)
def test_everything_else_is_not(target):
    assert safe_next(target) is None


def test_known_bypasses_lead_nowhere():
    tried = 0
    for file in corpus("injection/fuzzdb/redirect").rglob("*.txt"):
        for line in file.read_text(errors="replace").splitlines():
            target = safe_next(line)
            tried += 1
            assert target is None or (target.startswith("/") and target[1:2] not in ("/", "\\"))
    assert tried > 5
