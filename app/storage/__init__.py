"""Where the bytes of files lie. Knows keys and bytes; whose files they are is the database's."""

from app.storage.local import LocalFolder
from app.storage.store import FileStore, NoRoom, NotStored, Stored, StoredFile

__all__ = ["FileStore", "LocalFolder", "NoRoom", "NotStored", "Stored", "StoredFile"]
