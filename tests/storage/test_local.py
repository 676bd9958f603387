"""The local folder: what it keeps, how, and what a broken-off write leaves."""

import datetime as dt
import errno
import hashlib
import io
import os
import stat

import pytest

from app.clock import now
from app.storage import LocalFolder, NoRoom, NotStored

pytestmark = pytest.mark.any_engine


@pytest.fixture
def root(tmp_path):
    return tmp_path / "files"


@pytest.fixture
def folder(root):
    return LocalFolder(root, keep_free=0)


class Breaking(io.RawIOBase):
    """A stream that ends in an error after some bytes."""

    def __init__(self, error):
        self.error = error
        self.given = False

    def read(self, _size=-1):
        if self.given:
            raise self.error
        self.given = True
        return b"the first half"


def test_what_is_stored_is_there_with_its_size_and_digest(folder):
    content = os.urandom(700_000)
    stored = folder.store(io.BytesIO(content))
    assert stored.size == folder.size(stored.key) == len(content)
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    with folder.open(stored.key) as file:
        assert file.read() == content
    assert [(f.key, f.size) for f in folder.files()] == [(stored.key, len(content))]


def test_names_are_chance_and_nobody_else_can_read_them(folder, root):
    keys = {folder.store(io.BytesIO(b"the same")).key for _ in range(20)}
    assert len(keys) == 20
    assert all(len(bytes.fromhex(key)) == 16 for key in keys)
    for path in root.rglob("*"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


def test_what_was_deleted_is_gone_and_can_be_deleted_again(folder):
    key = folder.store(io.BytesIO(b"x")).key
    folder.delete(key)
    folder.delete(key)
    for ask in (folder.open, folder.size):
        with pytest.raises(NotStored):
            ask(key)
    assert list(folder.files()) == []


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a" * 31, "A" * 32, "..", "a/" * 16])
def test_a_key_never_leads_out_of_the_folder(folder, key):
    for ask in (folder.open, folder.size, folder.delete):
        with pytest.raises(NotStored):
            ask(key)


@pytest.mark.parametrize("error", [OSError(errno.EIO, "broken"), KeyboardInterrupt()])
def test_a_write_that_breaks_off_leaves_nothing(folder, root, error):
    with pytest.raises(type(error)):
        folder.store(Breaking(error))
    assert [path for path in root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_as_such(folder, root, number):
    with pytest.raises(NoRoom):
        folder.store(Breaking(OSError(number, "full")))
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_files_leave_room_for_the_rest(root):
    with pytest.raises(NoRoom):
        LocalFolder(root, keep_free=2**62).store(io.BytesIO(b"x"))


def test_what_a_killed_write_left_is_removed_when_it_is_old(folder, root):
    folder.store(io.BytesIO(b"whole"))
    left, fresh = root / "unfinished" / "left", root / "unfinished" / "fresh"
    left.write_bytes(b"half")
    fresh.write_bytes(b"being written")
    old = (now() - dt.timedelta(days=2)).timestamp()
    os.utime(left, (old, old))
    assert folder.forget_unfinished(now() - dt.timedelta(days=1)) == 1
    assert not left.exists()
    assert fresh.exists()
    assert len(list(folder.files())) == 1
