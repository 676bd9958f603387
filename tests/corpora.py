"""Hostile strings that others have collected. They are not part of the project: they lie beside the
checkout, or in the folder that the variable CORPORA names.
"""

import json
import os
from pathlib import Path

import pytest

from config import ROOT

FOLDER = Path(os.environ.get("CORPORA", ROOT.parent / "shared" / "corpora"))


def corpus(name: str) -> Path:
    """A file or folder of them; the test is skipped where there is none."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip("the corpora are not beside the checkout, and CORPORA names no folder of them")
    return path


def naughty_strings() -> list[str]:
    """The Big List of Naughty Strings, empty where it is not at hand."""
    file = FOLDER / "strings" / "blns" / "blns.json"
    return json.loads(file.read_text()) if file.exists() else []
