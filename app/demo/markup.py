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
    return "".join(map(_block, text.split("\n\n")))


@lru_cache(maxsize=16_384)  # greetings, names and fixes come again and again
def _block(block: str) -> str:
    if not _PLAIN.fullmatch(block):
        return render(block)
    return f"<p>{block}</p>\n".replace("\n", "<br>\n", block.count("\n"))
