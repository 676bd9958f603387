"""Gathers rows as the database takes them in bulk, and gives them their numbers."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.demo.papers import Paper

Row = tuple[Any, ...]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "tickets": (
        *("id", "user_id", "opened_by_id", "title", "description", "description_html"),
        *("status", "priority", "category_id", "team_id", "assignee_id", "follow_up_of_id"),
        *("version", "created_at", "updated_at", "waiting_since", "solved_at", "trashed_at"),
        *("known_problem_since", "public_summary", "public_summary_html"),
    ),
    "change_sets": ("id", "kind", "actor_id", "named_id", "via", "undoes_id", "created_at"),
    "ticket_messages": (
        *("id", "ticket_id", "author_id", "change_set_id", "undone_by_id", "kind", "side"),
        *("body", "body_html", "created_at"),
    ),
    "ticket_reports": (
        *("id", "ticket_id", "reporter_user_id", "change_set_id", "kind", "status"),
        *("comment", "reported_at"),
    ),
    "ticket_status_changes": (
        *("id", "ticket_id", "report_id", "change_set_id", "from_status", "status_change"),
        *("change_by_user_id", "change_at", "recorded_at", "version"),
    ),
    "ticket_field_changes": (
        *("id", "ticket_id", "change_set_id", "field", "old", "new", "recorded_at", "version"),
    ),
    "ticket_tags": ("ticket_id", "tag_id"),
    "ticket_participants": ("ticket_id", "user_id"),
    "problem_updates": (
        *("id", "ticket_id", "author_id", "change_set_id", "undone_by_id"),
        *("body", "body_html", "created_at"),
    ),
    "attachments": (
        *("id", "public_id", "uploader_id", "ticket_id", "message_id", "name", "media_type"),
        *("size", "sha256", "storage_key", "thumbnail_key", "infection", "scanned_at"),
        *("created_at", "bound_at"),
    ),
}
"""What is written, in the order in which it may be: what is pointed to comes first."""


@dataclass(frozen=True, slots=True)
class Filed:
    """Where a paper lies in the storage."""

    size: int
    sha256: str
    key: str
    thumbnail_key: str | None


class Ledger:
    """Gathers rows until ``take``; ids go on where ``last_ids`` ended.

    ``stamp`` turns a moment into what the database's driver stores, ``put`` keeps a paper
    as a file, if it can.
    """

    def __init__(
        self,
        last_ids: dict[str, int],
        *,
        staff: set[int],
        categories: Mapping[str, int],
        teams: Mapping[str, int],
        tags: Mapping[str, int],
        stamp: Callable[[dt.datetime], Any],
        put: Callable[[Paper], Filed | None],
    ) -> None:
        self.last_ids = last_ids
        self.staff = staff
        self.categories = categories
        self.teams = teams
        self.tags = tags
        self.stamp = stamp
        self.put = put
        self.rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}

    def next_id(self, table: str) -> int:
        self.last_ids[table] += 1
        return self.last_ids[table]

    def take(self) -> dict[str, list[Row]]:
        """What has been written since the last time."""
        taken, self.rows = self.rows, {table: [] for table in COLUMNS}
        return taken
