"""Files in a folder of this machine, readable by their owner only."""

import contextlib
import datetime as dt
import errno
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from app.storage.store import NoRoom, NotStored, Stored, StoredFile

KEEP_FREE = 500 * 1024 * 1024
"""Bytes that files leave on the disk, for the texts and the database itself."""

_CHUNK = 256 * 1024
_KEY = re.compile(r"[0-9a-f]{32}")
_FULL = (errno.ENOSPC, errno.EDQUOT)


class LocalFolder:
    """``ab/ab12…`` below the root: 256 folders, or one would grow too long to list.

    A file is written under ``unfinished/``, brought to the disk, and only then renamed: under a key
    there are all of its bytes or nothing (R61).
    """

    def __init__(self, root: Path, *, keep_free: int = KEEP_FREE) -> None:
        self.root = root
        self.keep_free = keep_free

    def store(self, source: BinaryIO) -> Stored:
        key = secrets.token_hex(16)
        unfinished = self._folder("unfinished") / key
        if self.free_bytes() < self.keep_free:
            raise NoRoom
        try:
            size, sha256 = _write(unfinished, source)
            home = self._folder(key[:2])
            unfinished.rename(home / key)
            _sync_folder(home)
        except BaseException as error:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            if isinstance(error, OSError) and error.errno in _FULL:
                raise NoRoom from error
            raise
        return Stored(key, size, sha256)

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError as missing:
            raise NotStored(key) from missing

    def size(self, key: str) -> int:
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError as missing:
            raise NotStored(key) from missing

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def files(self) -> Iterator[StoredFile]:
        for file in self.root.glob("[0-9a-f][0-9a-f]/*"):
            with contextlib.suppress(FileNotFoundError):  # deleted while we look
                facts = file.stat()
                yield StoredFile(file.name, facts.st_size, _moment(facts.st_mtime))

    def forget_unfinished(self, before: dt.datetime) -> int:
        forgotten = 0
        for file in self.root.glob("unfinished/*"):
            with contextlib.suppress(FileNotFoundError):
                if _moment(file.stat().st_mtime) < before:
                    file.unlink()
                    forgotten += 1
        return forgotten

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.root).free

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):  # a key comes from the database, but it becomes a path
            raise NotStored(key)
        return self.root / key[:2] / key

    def _folder(self, name: str) -> Path:
        for folder in (self.root, self.root / name):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, exist_ok=True)
                _sync_folder(folder.parent)
        return self.root / name


def _write(file: Path, source: BinaryIO) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "wb") as target:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        target.flush()
        os.fsync(target.fileno())
    return size, digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Bring the names in it to the disk: a rename alone may be lost in a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
