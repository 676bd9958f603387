from pathlib import Path

import pytest
from flask import Flask

from tests.mailbox import Mailbox


@pytest.fixture
def mailbox(app: Flask, session: object, tmp_path: Path) -> Mailbox:
    return Mailbox(app, tmp_path / "mail")
