"""Compares what is in store with the rows that name it: nothing missing, changed or left over."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from app.queries.attachments import Kept, kept_files, unnamed_among
from app.storage import FileStore, NotStored, StoredFile

KEYS_AT_ONCE = 500
_CHUNK = 256 * 1024


def problems(store: FileStore) -> Iterator[str]:
    """Rows without their file, and files that are not what was stored (R62). Reads every byte."""
    for kept in kept_files():
        if reason := _wrong(store, kept):
            yield f"the file {kept.key} of attachment {kept.attachment_id} {reason}"


def _wrong(store: FileStore, kept: Kept) -> str | None:
    try:
        size = store.size(kept.key)
        if kept.size is not None and size != kept.size:
            return f"has {size:,} bytes instead of {kept.size:,}"
        if kept.sha256 is not None:
            with store.open(kept.key) as file:
                if _sha256(file) != kept.sha256:
                    return "has other bytes than were stored"
    except NotStored:
        return "is not there"
    return None


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def strays(store: FileStore, before: dt.datetime | None = None) -> Iterator[StoredFile]:
    """Files that no row names; with ``before``, only those that lie there since before that."""
    found = (file for file in store.files() if before is None or file.stored_at < before)
    while some := list(islice(found, KEYS_AT_ONCE)):
        unnamed = unnamed_among([file.key for file in some])
        yield from (file for file in some if file.key in unnamed)
