"""Teams, participants, attachments, known problems, the trash, bulk acts, and what undo needs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Added in place: a million tickets are not copied, and old code goes on reading meanwhile.
NEW_COLUMNS = (
    ("tickets", "team_id", "INTEGER CONSTRAINT fk_tickets_team_id_teams REFERENCES teams (id)"),
    ("tickets", "trashed_at", "{moment}"),
    ("tickets", "known_problem_since", "{moment}"),
    ("tickets", "public_summary", "TEXT DEFAULT '' NOT NULL"),
    ("tickets", "public_summary_html", "TEXT DEFAULT '' NOT NULL"),
    (
        "ticket_messages",
        "undone_by_id",
        "INTEGER CONSTRAINT fk_ticket_messages_undone_by_id_change_sets"
        " REFERENCES change_sets (id)",
    ),
    ("users", "density", "VARCHAR(20) DEFAULT 'comfortable' NOT NULL"),
    ("users", "shortcuts", "BOOLEAN DEFAULT true NOT NULL"),
    ("users", "preview", "BOOLEAN DEFAULT false NOT NULL"),
)
TALLIED = "status, assignee_id, category_id"
IS_OPEN = "status IN ('new', 'open', 'pending', 'on_hold')"
OPEN_UNTRASHED = f"{IS_OPEN} AND trashed_at IS NULL"
LISTED = (
    (
        "ix_tickets_open_assignee_id_waiting_since_id",
        "assignee_id waiting_since id",
        OPEN_UNTRASHED,
    ),
    ("ix_tickets_untrashed_user_id_id_team_id", "user_id id team_id", "trashed_at IS NULL"),
    ("ix_tickets_solved_at_trashed_at_team_id_id", "solved_at trashed_at team_id id", None),
    ("ix_tickets_solved_solved_at", "solved_at", "status = 'solved'"),
    ("ix_tickets_open_waiting_since_id_team_id", "waiting_since id team_id", OPEN_UNTRASHED),
)
"""Indexes by which tickets are listed and counted: name, columns, and which rows."""


def upgrade() -> None:
    _make_teams()
    moment = "DATETIME" if _is_sqlite() else "TIMESTAMP WITH TIME ZONE"
    for table, column, kind in NEW_COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind.format(moment=moment)}")
    op.create_index("ix_tickets_team_id_status_id", "tickets", ["team_id", "status", "id"])
    for column in ("trashed_at", "known_problem_since"):
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_tickets_{column}_id",
            "tickets",
            [column, "id"],
            sqlite_where=given,
            postgresql_where=given,
        )
    op.create_index("ix_ticket_reports_change_set_id", "ticket_reports", ["change_set_id"])
    op.create_index("ix_ticket_reports_kind_status_id", "ticket_reports", ["kind", "status", "id"])
    _list_faster()
    _make_participants()
    _make_problem_updates()
    _make_attachments()
    _make_bulk_runs()
    _count_by("team_id", before="0")


def _list_faster() -> None:
    op.drop_index("ix_tickets_solved_at", "tickets")
    op.drop_index("ix_tickets_open_waiting_since_id", "tickets")  # it knew no trash
    for name, columns, rows in LISTED:
        where = sa.text(rows) if rows else None
        op.create_index(
            name, "tickets", columns.split(), sqlite_where=where, postgresql_where=where
        )


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _make_teams() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
        sa.UniqueConstraint("name_key", name="uq_teams_name_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "team_members",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_members_team_id_teams"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["helpdesk_staff.id"], name="fk_team_members_staff_id_helpdesk_staff"
        ),
        sa.PrimaryKeyConstraint("team_id", "staff_id", name="pk_team_members"),
    )
    op.create_index("ix_team_members_staff_id", "team_members", ["staff_id"])


def _make_participants() -> None:
    op.create_table(
        "ticket_participants",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_ticket_participants_ticket_id_tickets"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_ticket_participants_user_id_users"
        ),
        sa.PrimaryKeyConstraint("ticket_id", "user_id", name="pk_ticket_participants"),
    )
    op.create_index("ix_ticket_participants_user_id", "ticket_participants", ["user_id"])


def _make_problem_updates() -> None:
    op.create_table(
        "problem_updates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_problem_updates_ticket_id_tickets"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name="fk_problem_updates_author_id_users"
        ),
        sa.ForeignKeyConstraint(
            ["change_set_id"],
            ["change_sets.id"],
            name="fk_problem_updates_change_set_id_change_sets",
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"],
            ["change_sets.id"],
            name="fk_problem_updates_undone_by_id_change_sets",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_problem_updates"),
    )
    op.create_index("ix_problem_updates_ticket_id_id", "problem_updates", ["ticket_id", "id"])
    op.create_index("ix_problem_updates_change_set_id", "problem_updates", ["change_set_id"])


def _make_attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("uploader_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=64), nullable=False),
        sa.Column("thumbnail_key", sa.String(length=64), nullable=True),
        sa.Column("infection", sa.String(length=200), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["uploader_id"], ["users.id"], name="fk_attachments_uploader_id_users"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_attachments_ticket_id_tickets"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["ticket_messages.id"],
            name="fk_attachments_message_id_ticket_messages",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.UniqueConstraint("public_id", name="uq_attachments_public_id"),
        sa.UniqueConstraint("storage_key", name="uq_attachments_storage_key"),
        sa.UniqueConstraint("thumbnail_key", name="uq_attachments_thumbnail_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attachments_ticket_id_id", "attachments", ["ticket_id", "id"])
    for column in ("message_id", "uploader_id", "created_at"):
        op.create_index(f"ix_attachments_{column}", "attachments", [column])


def _make_bulk_runs() -> None:
    op.create_table(
        "bulk_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("ticket_ids", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_sets.id"], name="fk_bulk_runs_change_set_id_change_sets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_runs"),
        sa.UniqueConstraint("change_set_id", name="uq_bulk_runs_change_set_id"),
    )
    op.create_table(
        "bulk_outcomes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"],
            ["change_sets.id"],
            name="fk_bulk_outcomes_change_set_id_change_sets",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_bulk_outcomes_ticket_id_tickets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_outcomes"),
    )
    op.create_index("ix_bulk_outcomes_change_set_id_id", "bulk_outcomes", ["change_set_id", "id"])
    op.create_index("ix_bulk_outcomes_ticket_id", "bulk_outcomes", ["ticket_id"])


def _count_by(*more: str, before: str) -> None:
    """Make the tallies anew with these columns in their key, and the old counts in them."""
    op.rename_table("ticket_tallies", "old_tallies")
    if not _is_sqlite():
        op.execute("ALTER INDEX pk_ticket_tallies RENAME TO pk_old_tallies")
    op.create_table(
        "ticket_tallies",
        sa.Column("status", sa.String(20), nullable=False),
        *(
            sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)
            for name in ("assignee_id", "category_id", *more)
        ),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "status", "assignee_id", "category_id", *more, name="pk_ticket_tallies"
        ),
    )
    columns = ", ".join((TALLIED, *more))
    values = ", ".join((TALLIED, before)) if more else TALLIED
    op.execute(
        f"INSERT INTO ticket_tallies ({columns}, n)"
        f" SELECT {values}, sum(n) FROM old_tallies GROUP BY {TALLIED}"
    )
    op.drop_table("old_tallies")


def downgrade() -> None:
    # Tickets in the trash were counted before there was one.
    op.execute(
        "INSERT INTO ticket_tallies (status, assignee_id, category_id, team_id, n)"
        " SELECT status, coalesce(assignee_id, 0), coalesce(category_id, 0), -1, count(*)"
        " FROM tickets WHERE trashed_at IS NOT NULL"
        " GROUP BY status, coalesce(assignee_id, 0), coalesce(category_id, 0)"
    )
    _count_by(before="")
    for table in ("bulk_outcomes", "bulk_runs", "attachments", "problem_updates"):
        op.drop_table(table)
    op.drop_table("ticket_participants")
    op.drop_index("ix_ticket_reports_kind_status_id", "ticket_reports")
    op.drop_index("ix_ticket_reports_change_set_id", "ticket_reports")
    for name, _columns, _rows in LISTED:
        op.drop_index(name, "tickets")
    op.create_index("ix_tickets_solved_at", "tickets", ["solved_at"])
    op.create_index(
        "ix_tickets_open_waiting_since_id",
        "tickets",
        ["waiting_since", "id"],
        sqlite_where=sa.text(IS_OPEN),
        postgresql_where=sa.text(IS_OPEN),
    )
    for column in ("team_id_status", "trashed_at", "known_problem_since"):
        op.drop_index(f"ix_tickets_{column}_id", "tickets")
    for table in ("tickets", "ticket_messages", "users"):
        keys = {"sqlite_autoincrement": True} if table != "ticket_messages" else {}
        with op.batch_alter_table(table, table_kwargs=keys) as batch:
            for owner, column, _kind in NEW_COLUMNS:
                if owner == table:
                    batch.drop_column(column)
    op.drop_table("team_members")
    op.drop_table("teams")
