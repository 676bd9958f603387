"""What people write: which characters are refused, and how Markdown becomes safe HTML.

Pure functions; nothing here knows a database or a request.
"""

import re
import unicodedata
from dataclasses import dataclass
from html import unescape

import nh3
from markdown_it import MarkdownIt

TITLE_MAX = 200
TEXT_MAX = 60_000
NAME_MAX = 100
EMAIL_MAX = 254
EMAIL_KEY_MAX = 300
KEY_MAX = 200
TAG_MAX = 50
TAGS_PER_TICKET_MAX = 20
TAGS_LINE_MAX = 1_200
"""Characters of all of them in one field, with commas and spaces between."""

# Controls but tab and newline (Unicode's Cc), and surrogates (Cs).
_REFUSED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# The renderer costs seconds on pathological tables and brackets; longer texts are shown as written.
_RENDERED_MAX = 64_000

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True}).enable(
    ["linkify", "table", "strikethrough"]
)
_markdown.options["maxNesting"] = 20

_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_HEADING = re.compile(r"<(/?)h([1-6])>")
_ABSOLUTE_LINK = re.compile(r"(?:https?://|mailto:|/(?![/\\])|#)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """A text as somebody typed it, and the HTML it is shown as."""

    text: str
    html: str


def written(text: str) -> Written:
    """Render Markdown. Costs milliseconds, so it happens before a write transaction opens."""
    return Written(text=text, html=render(text))


def render(text: str) -> str:
    """Markdown to HTML that is safe to print: no raw HTML, images, ids or foreign schemes."""
    if len(text) > _RENDERED_MAX:
        return _as_written(text)
    # Headings step down two levels: the page owns h1, the message's author h2.
    html = _HEADING.sub(_lowered, _markdown.render(text))
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        attribute_filter=_safe_attribute,
    )


def _lowered(match: re.Match[str]) -> str:
    return f"<{match[1]}h{min(int(match[2]) + 2, 6)}>"


def _safe_attribute(_tag: str, name: str, value: str) -> str | None:
    # nh3 lets scheme-relative links (//evil.example) pass as relative ones.
    if name == "href" and not _ABSOLUTE_LINK.match(value):
        return None
    return value


def _as_written(text: str) -> str:
    return f"<pre>{nh3.clean_text(text)}</pre>"


def plain(html: str) -> str:
    """The words of rendered Markdown on one line; its end may be missing."""
    return one_line(unescape(nh3.clean(html, tags=set())))


def refusal(text: str) -> str | None:
    """Why this text cannot be stored, as a sentence; None when it can."""
    found = _REFUSED.search(text)
    if found is None:
        return None
    if unicodedata.category(found[0]) == "Cs":
        return "This contains half of a character (a lone surrogate), which cannot be stored."
    return f"This contains the control character U+{ord(found[0]):04X}, which cannot be stored."


def is_blank(text: str) -> bool:
    """Whether nothing of it would be seen: only spaces and invisible characters."""
    return not any(unicodedata.category(c)[0] not in "ZC" for c in text)


def folded(text: str) -> str:
    """The form in which names are compared: NFKC, case folded, spaces collapsed.

    Cut at KEY_MAX: one character can fold to eighteen, and an index row has a limit.
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:KEY_MAX]


def email_key(address: str) -> str:
    """The form in which addresses are compared and unique: NFC, both sides case-insensitive (R11).

    Lower case, not case folding, so that ``ß`` and ``ss`` stay two addresses.
    """
    local, _, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    return f"{local.lower()}@{domain.casefold()}"


def first_name(name: str) -> str:
    """What one calls somebody of this name."""
    return name.split()[0] if name.split() else name


def one_line(text: str) -> str:
    """Collapsed to a line, for places where a line break would be a new header."""
    return " ".join(text.split())
