"""Names of files as people (and others) send them, and which of them are programs."""

import unicodedata

import pytest

from app.domain.file_names import UNNAMED, cleaned, is_program
from app.domain.media_types import BYTES, media_type
from app.models import FILE_NAME_MAX
from tests.corpora import naughty_strings

pytestmark = pytest.mark.any_engine


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("panel.jpg", "panel.jpg"),
        ("Übersicht März.pdf", "Übersicht März.pdf"),
        ("u\N{COMBINING DIAERESIS}ber.txt", "über.txt"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\Users\\ann\\report.docx", "C__Users_ann_report.docx"),
        ("/////", UNNAMED),
        ("", UNNAMED),
        (" \N{NO-BREAK SPACE}\t", UNNAMED),
        ("..", UNNAMED),
        ("\u202e\u2066\u200b", UNNAMED),
        ("a\x00b\r\nX-Evil: 1.txt", "a_b__X-Evil_ 1.txt"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
        ("setup.exe. . .", "setup.exe"),
        ("half \ud800 a character.txt", "half _ a character.txt"),
        ("two\u2028lines.txt", "two lines.txt"),
        (".bashrc", ".bashrc"),
        ('"><svg onload=alert(1)>.jpg', '"><svg onload=alert(1)>.jpg'),
        ("👩\N{ZERO WIDTH JOINER}🔧.png", "👩\N{ZERO WIDTH JOINER}🔧.png"),
        ("CON", "CON"),
    ],
)
def test_a_name_becomes_one_harmless_line(sent, shown):
    assert cleaned(sent) == shown


@pytest.mark.parametrize("letter", ["a", "ä", "漢", "💥", "a/", "\x07", "\u202e"])
def test_a_name_of_5000_characters_keeps_its_endings(letter):
    name = cleaned(letter * 5000 + ".pdf.exe")
    assert len(name.encode()) <= FILE_NAME_MAX
    assert name.endswith(".pdf.exe")
    assert is_program(name)


def test_naughty_names_are_cleaned_once_and_for_all():
    names = ["\u2060\ufeffa", "a\u0085b", *naughty_strings()]
    for name in names:
        once = cleaned(name)
        assert cleaned(once) == once
        assert 0 < len(once.encode()) <= FILE_NAME_MAX
        assert not set(once) & set("/\\:\n\r\x00")
        categories = {unicodedata.category(char) for char in once} - {"Cf"}
        assert not categories & {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    "name",
    [
        *("setup.exe", "SETUP.EXE", "invoice.pdf.exe", "x.exe.", "x.exe . .", "x.scr"),
        *("a.js", "a.vbs", "a.lnk", "a.iso", "a.msi", "a.bat", "a.ps1", "a.hta", "a.jar"),
        *("a.cmd", "a.com", "a.wsf", "a\N{FULLWIDTH FULL STOP}exe", "x.ＥＸＥ"),
    ],
)
def test_programs_are_known_by_their_last_ending(name):
    assert is_program(cleaned(name))


@pytest.mark.parametrize(
    "name",
    ["a.pdf", "exe", "a.exe.txt", "js", ".exe", "a.docx", "log", "a.", "a.scr\u200b", "a.exe\t"],
)
def test_what_is_no_program(name):
    assert not is_program(cleaned(name))


PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (PNG, "a.png", "image/png"),
        (PNG, "image", "image/png"),
        (PNG, "a.PNG", "image/png"),
        (PNG, "a.html", BYTES),
        (PNG, "a.jpg", BYTES),
        (PNG[:7], "a.png", BYTES),
        (b"\xff\xd8\xff\xe0" + bytes(12), "a.jpeg", "image/jpeg"),
        (b"GIF89a" + bytes(10), "a.gif", "image/gif"),
        (b"GIF88a" + bytes(10), "a.gif", BYTES),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a.webp", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "a.webp", BYTES),
        (b"<svg xmlns=", "a.svg", BYTES),
        (b"<!doctype html><", "a.png", BYTES),
        (b"%PDF-1.7", "a.pdf", BYTES),
        (b"<?xml version=1", "a.gif", BYTES),
        (b"", "a.png", BYTES),
    ],
)
def test_only_the_bytes_say_what_it_is(head, name, kind):
    assert media_type(head, name) == kind
