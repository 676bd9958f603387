"""The HTML of the demo's texts: what ``text.render`` would say, without asking it each time."""

import re
from functools import lru_cache

from app.text import render

# Letters, digits and punctuation that Markdown leaves alone; each line begins with a letter.
_PLAIN = re.compile(
    r"(?:[^\W\d_](?:[^\W_]|[ ,;?!’“”()…–—%£#/]|-|\.(?=[ \n\d”)]|$)|:(?=[ \n])|(?<=\d):(?=\d))*"
    r"(?<! )(?:\n(?!\n)|$))+"
)


def html(text: str) -> str:
    """Blocks are apart by an empty line and do not know of each other."""
    return "".join(
        f"<p>{block}</p>\n".replace("\n", "<br>\n", block.count("\n"))
        if _PLAIN.fullmatch(block)
        else _rendered(block)
        for block in text.split("\n\n")
    )


@lru_cache(maxsize=4096)
def _rendered(block: str) -> str:
    return render(block)
