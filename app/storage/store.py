"""What the product asks of a place for files: few verbs, so that another place is easy to add."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol


class NoRoom(Exception):
    """The place is full, or nearly: nothing was stored."""


class NotStored(LookupError):
    """There is nothing under this key."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a stream: ``sha256`` in hex, of exactly ``size`` bytes."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file that lies there, whoever it belongs to."""

    key: str
    size: int
    stored_at: dt.datetime


class FileStore(Protocol):
    """A file is written once under a key of chance, read as often as wanted, and never changed."""

    def store(self, source: BinaryIO) -> Stored:
        """Keep everything from here to the stream's end; when this returns it survives a power cut.

        Raises NoRoom.
        """

    def open(self, key: str) -> BinaryIO:
        """The bytes, as a file with a descriptor of its own. Raises NotStored."""

    def size(self, key: str) -> int:
        """How many bytes lie there. Raises NotStored."""

    def delete(self, key: str) -> None:
        """Forget it; nothing happens where there is nothing."""

    def files(self) -> Iterator[StoredFile]:
        """Everything that is there, in no order."""

    def forget_unfinished(self, before: dt.datetime) -> int:
        """Remove what was begun before that moment and never finished; how much that was."""
