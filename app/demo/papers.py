"""Files that people of the demo attach: screens, printed pages, logs and tables, made by code."""

import csv
import io
import re
import textwrap
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from random import Random

from PIL import Image, ImageDraw, ImageFont

from app.demo.hours import DAY

MEDIA_IMAGE, MEDIA_BYTES = "image/png", "application/octet-stream"
_SMALL = (480, 480)
"""What the worker makes of a picture that somebody uploads."""


class Kind(StrEnum):
    SCREEN = "screen"
    PAGE = "page"
    LOG = "log"
    TABLE = "table"

    @property
    def is_image(self) -> bool:
        return self in (Kind.SCREEN, Kind.PAGE)


@dataclass(frozen=True, slots=True)
class Paper:
    """``about`` is what it shows, in the words of the ticket; ``at`` is on the wall clock."""

    kind: Kind
    name: str
    about: str
    at: int
    seed: int

    @property
    def media_type(self) -> str:
        return MEDIA_IMAGE if self.kind.is_image else MEDIA_BYTES


@dataclass(frozen=True, slots=True)
class Printed:
    """The bytes of a file, and of its small picture where it is one."""

    data: bytes
    small: bytes | None = None


def printed(paper: Paper) -> Printed:
    """The same paper is always the same bytes."""
    rng = Random(paper.seed)
    match paper.kind:
        case Kind.SCREEN:
            return _as_png(_screen(paper, rng))
        case Kind.PAGE:
            return _as_png(_page(rng))
        case Kind.LOG:
            return Printed(_log(paper, rng).encode())
        case Kind.TABLE:
            return Printed(_table(paper, rng).encode())


def _as_png(image: Image.Image) -> Printed:
    data, small = io.BytesIO(), io.BytesIO()
    image.quantize(64, Image.Quantize.FASTOCTREE).save(data, "PNG")
    image.thumbnail(_SMALL)
    image.save(small, "WEBP", quality=70, method=1)
    return Printed(data.getvalue(), small.getvalue())


# --- a screen with a message in the middle of it -------------------------------------------------

_DESKTOPS = ((38, 70, 83), (61, 64, 91), (84, 94, 86), (52, 58, 64), (29, 53, 87))
_WHITE, _PAPER, _LINE, _INK, _GREY = "#ffffff", "#f3f3f1", "#c9c9c4", "#23241f", "#8b8c85"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _screen(paper: Paper, rng: Random) -> Image.Image:
    image = Image.new("RGB", (1120, 700), rng.choice(_DESKTOPS))
    draw = ImageDraw.Draw(image)
    left, top = rng.randrange(30, 120), rng.randrange(24, 60)
    _window(draw, left, top, rng)
    quoted = re.search("“(.+?)”", paper.about)
    _message(draw, left + 250, top + 170, quoted[1] if quoted else paper.about)
    draw.rectangle((0, 668, 1120, 700), fill="#1d1e1b")
    clock = f"{paper.at % DAY // 3600}:{paper.at % 3600 // 60:02}"
    draw.text((1060, 675), clock, font=_font(15), fill=_WHITE)
    for place in range(rng.randrange(4, 8)):
        draw.rounded_rectangle((14 + place * 34, 673, 36 + place * 34, 695), 4, fill="#4b4d47")
    return image


def _window(draw: ImageDraw.ImageDraw, left: int, top: int, rng: Random) -> None:
    right, bottom = left + 900, top + 560
    draw.rounded_rectangle((left, top, right, bottom), 8, fill=_WHITE, outline=_LINE)
    draw.rounded_rectangle((left, top, right, top + 34), 8, fill="#e4e4e0")
    for place, word in enumerate(("File", "Edit", "View", "Orders", "Extras", "Help")):
        draw.text((left + 16 + place * 66, top + 44), word, font=_font(14), fill=_INK)
    draw.line((left, top + 70, right, top + 70), fill=_LINE)
    draw.rectangle((left + 1, top + 71, left + 190, bottom - 8), fill=_PAPER)
    for place in range(11):
        width = rng.randrange(60, 150)
        y = top + 92 + place * 38
        draw.rounded_rectangle((left + 18, y, left + 18 + width, y + 10), 4, fill=_LINE)
    for row in range(13):
        y = top + 92 + row * 34
        x = left + 214
        for column in (90, 210, 130, 80, 60):
            width = rng.randrange(column // 3, column)
            draw.rounded_rectangle((x, y, x + width, y + 9), 4, fill="#deded9")
            x += column + 18


def _message(draw: ImageDraw.ImageDraw, left: int, top: int, about: str) -> None:
    lines = textwrap.wrap(about, 42)[:4]
    right, bottom = left + 440, top + 130 + 24 * len(lines)
    draw.rounded_rectangle((left + 6, top + 8, right + 6, bottom + 8), 8, fill="#bdbdb8")
    draw.rounded_rectangle((left, top, right, bottom), 8, fill=_WHITE, outline=_GREY)
    draw.ellipse((left + 24, top + 28, left + 64, top + 68), fill="#b3261e")
    draw.text((left + 40, top + 33), "!", font=_font(26), fill=_WHITE)
    for place, line in enumerate(lines):
        draw.text((left + 84, top + 30 + place * 24), line, font=_font(17), fill=_INK)
    for place, word in enumerate(("Details", "OK")):
        x = right - 220 + place * 104
        fill = _PAPER if place == 0 else "#2f5d8a"
        draw.rounded_rectangle((x, bottom - 50, x + 92, bottom - 18), 5, fill=fill, outline=_GREY)
        ink = _INK if place == 0 else _WHITE
        draw.text((x + 46, bottom - 34), word, font=_font(15), fill=ink, anchor="mm")


# --- a printed page, as a phone sees it ----------------------------------------------------------


def _page(rng: Random) -> Image.Image:
    sheet = Image.new("RGB", (560, 760), "#fbfbf7")
    draw = ImageDraw.Draw(sheet)
    draw.text((50, 48), "DELIVERY NOTE", font=_font(30), fill=_INK)
    draw.text((50, 92), f"BW-{rng.randrange(10400, 13999)}", font=_font(20), fill=_INK)
    for row in range(18):
        y = 150 + row * 30
        draw.text((50, y), f"{row + 1:02}", font=_font(15), fill=_GREY)
        draw.rounded_rectangle((90, y + 3, 90 + rng.randrange(120, 400), y + 12), 4, fill="#6e6f69")
    for _ in range(rng.randrange(3, 7)):  # what is wrong with it
        x = rng.randrange(30, 500)
        shade = rng.choice(("#d7d7d2", "#c2c2bd", "#e6e6e2"))
        draw.rectangle((x, 0, x + rng.randrange(6, 26), 760), fill=shade)
    desk = Image.new("RGB", (800, 960), rng.choice(("#8a6f52", "#9b8261", "#75624c")))
    angle = rng.uniform(-7, 7)
    turned = sheet.rotate(angle, Image.Resampling.BILINEAR, expand=True)
    shape = Image.new("L", sheet.size, 255).rotate(angle, expand=True)
    desk.paste(turned, ((800 - turned.width) // 2, (960 - turned.height) // 2), shape)
    return desk


# --- a log and a table ---------------------------------------------------------------------------

_CALM = (
    "service started, version 4.{n}.1",
    "configuration read",
    "looking for a gateway",
    "name server answered in {n} ms",
    "gateway answered in {n} ms",
    "session {n} opened",
    "keep-alive sent",
    "keep-alive answered",
    "rights refreshed, {n} groups",
    "queue is empty",
)
_TROUBLE = (
    "WARN  no answer within {n} s, trying again",
    "WARN  answer came {n} s late",
    "ERROR connection closed by the other side",
    "ERROR timed out after {n} s",
    "ERROR certificate not accepted (code {n})",
)


def _log(paper: Paper, rng: Random) -> str:
    lines, second = [f"# {paper.about}"], paper.at % DAY - 900
    for place in range(90):
        second += rng.randrange(1, 18)
        text = rng.choice(_TROUBLE if place > 60 and rng.random() < 0.5 else _CALM)
        clock = f"{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"
        lines.append(f"{clock} {text.format(n=rng.randrange(2, 60))}")
    return "\n".join(lines) + "\n"


_THINGS = ("Flow sensor", "Level probe", "Valve block", "Test adapter", "Cable set", "Mounting kit")


def _table(paper: Paper, rng: Random) -> str:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("Number", paper.about, "Department", "Amount", "Price"))
    for row in range(1, rng.randrange(20, 60)):
        price = f"{rng.randrange(900, 90_000) / 100:.2f}"
        table.writerow(
            (row, rng.choice(_THINGS), f"D{rng.randrange(10, 40)}", rng.randrange(1, 90), price)
        )
    return out.getvalue()
