"""What an uploaded file is called: somebody's bytes, made into one harmless, readable line.

Pure functions. The name is shown and sent, and decides what is a program; it never becomes a path.
"""

import unicodedata

from app.models import FILE_NAME_MAX
from app.text import folded, is_blank

UNNAMED = "unnamed"

_SEPARATORS = "/\\:"
# What a name ends in tells what it is, twice over for "invoice.pdf.exe".
_KEPT_END = 60
_JOINT = "…"
# Zero-width joiners: without them emoji and some scripts fall apart.
_KEPT_INVISIBLE = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"

PROGRAMS = frozenset(
    (
        *("exe", "com", "scr", "pif", "bat", "cmd", "btm", "cpl", "dll", "ocx", "sys", "vxd"),
        *("ex_"),
        *("js", "jse", "vb", "vbe", "vbs", "ws", "wsf", "wsc", "wsh", "hta", "sct", "scf", "shb"),
        *("shs", "prg", "reg", "inf", "ins", "isp"),
        *("ps1", "ps1xml", "ps2", "psc1", "psd1", "psm1", "msh", "mshxml", "sh", "ksh", "csh"),
        *("run", "py", "pyc", "pyw", "pyz", "pyzw", "pl"),
        *("msi", "msix", "msixbundle", "msp", "mst", "msu", "msc", "appx", "appxbundle"),
        *("appinstaller", "application", "gadget", "xap"),
        *("lnk", "url", "website", "desktop", "appref-ms", "library-ms", "search-ms"),
        *("settingcontent-ms", "diagcab", "jnlp"),
        *("iso", "img", "vhd", "vhdx", "wim", "cab", "dmg", "pkg", "deb", "rpm", "apk", "app"),
        *("appimage", "jar", "osd", "xbap", "xpi", "xll", "wll"),
        *("ade", "adp", "bas", "chm", "fxp", "hlp", "lib", "mam", "mde"),
    )
)
"""Endings by which a double click may run something, on any system (R59)."""


def cleaned(name: str) -> str:
    """At most FILE_NAME_MAX bytes without separators, controls and marks that turn text around.

    Too long a name loses its middle, so that all of its endings stay to be seen.
    """
    text = "".join(map(_shown, unicodedata.normalize("NFC", name)))
    # Windows drops dots and spaces at the end, and "x.exe." is "x.exe" again.
    text = " ".join(text.split()).rstrip(". ")
    if is_blank(text.strip("._-")):
        return UNNAMED
    return _shortened(text)


def _shown(char: str) -> str:
    if char in _SEPARATORS:
        return "_"
    if char in _KEPT_INVISIBLE:
        return char
    category = unicodedata.category(char)
    if category[0] == "Z":  # all the kinds of space, and the two that break lines
        return " "
    # Controls, bidi marks and other invisible ones, halves of characters.
    return "_" if category in ("Cc", "Cf", "Cs") else char


def _shortened(text: str) -> str:
    raw = text.encode()
    if len(raw) <= FILE_NAME_MAX:
        return text
    start = raw[: FILE_NAME_MAX - _KEPT_END - len(_JOINT.encode())]
    end = raw[-_KEPT_END:]
    # A cut in the middle of a character leaves bytes that are none.
    return f"{start.decode(errors='ignore')}{_JOINT}{end.decode(errors='ignore')}"


def ending(name: str) -> str:
    """What comes after the last dot, as it is compared; empty where there is none."""
    stem, dot, last = folded(name).rpartition(".")
    return last.strip() if dot and stem else ""


def is_program(name: str) -> bool:
    """Whether a double click on a file of this (cleaned) name may run it."""
    return ending(name) in PROGRAMS
