"""The first schema: people, tickets with their history, outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("ticket_status_changes", "ticket_field_changes")
CATEGORIES = (
    "Hardware",
    "Software",
    "Accounts and access",
    "Network",
    "Something else",
)


def upgrade() -> None:
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
        sa.UniqueConstraint("name_key", name="uq_categories_name_key"),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_settings"),
    )
    op.create_table(
        "tags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tags"),
        sa.UniqueConstraint("name", name="uq_tags_name"),
    )
    op.create_table(
        "task_leases",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_by", sa.String(length=80), nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_task_leases"),
    )
    op.create_table(
        "ticket_tallies",
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("assignee_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("category_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("status", "assignee_id", "category_id", name="pk_ticket_tallies"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("username_key", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_key", sa.String(length=300), nullable=True),
        sa.Column("email_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pending_email", sa.String(length=254), nullable=True),
        sa.Column("claimed_email_key", sa.String(length=300), nullable=True),
        sa.Column("password_hash", sa.String(length=100), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("theme", sa.String(length=10), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
        sa.UniqueConstraint("username_key", name="uq_users_username_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_users_name_key", "users", ["name_key"], unique=False)
    op.create_index("ix_users_claimed_email_key", "users", ["claimed_email_key"], unique=False)

    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=8), nullable=False),
        sa.Column("scope", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_api_tokens_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
        sa.UniqueConstraint("digest", name="uq_api_tokens_digest"),
    )
    op.create_index("ix_api_tokens_user_id", "api_tokens", ["user_id"], unique=False)

    op.create_table(
        "change_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("named_id", sa.Integer(), nullable=True),
        sa.Column("via", sa.String(20), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name="fk_change_sets_actor_id_users"),
        sa.ForeignKeyConstraint(["named_id"], ["users.id"], name="fk_change_sets_named_id_users"),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["change_sets.id"], name="fk_change_sets_undoes_id_change_sets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_change_sets"),
        sa.UniqueConstraint("undoes_id", name="uq_change_sets_undoes_id"),
    )
    op.create_index("ix_change_sets_actor_id", "change_sets", ["actor_id"], unique=False)

    op.create_table(
        "held_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=2000), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_held_forms_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_held_forms"),
        sa.UniqueConstraint("digest", name="uq_held_forms_digest"),
    )
    op.create_index("ix_held_forms_created_at", "held_forms", ["created_at"], unique=False)

    op.create_table(
        "helpdesk_staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_helpdesk_staff_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_helpdesk_staff"),
        sa.UniqueConstraint("user_id", name="uq_helpdesk_staff_user_id"),
    )
    op.create_table(
        "one_time_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_one_time_tokens_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_tokens"),
        sa.UniqueConstraint("digest", name="uq_one_time_tokens_digest"),
    )
    op.create_index("ix_one_time_tokens_user_id", "one_time_tokens", ["user_id"], unique=False)

    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_submissions_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        sa.UniqueConstraint("user_id", "route", "key", name="uq_submissions_user_id_route_key"),
    )
    op.create_index("ix_submissions_created_at", "submissions", ["created_at"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_html", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("priority", sa.String(20), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("follow_up_of_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name="fk_tickets_assignee_id_users"),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name="fk_tickets_category_id_categories"
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_of_id"], ["tickets.id"], name="fk_tickets_follow_up_of_id_tickets"
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["users.id"], name="fk_tickets_opened_by_id_users"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_tickets_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_tickets_assignee_id_status_id", "tickets", ["assignee_id", "status", "id"], unique=False
    )
    op.create_index(
        "ix_tickets_category_id_status_id", "tickets", ["category_id", "status", "id"], unique=False
    )
    op.create_index("ix_tickets_follow_up_of_id", "tickets", ["follow_up_of_id"], unique=False)
    op.create_index(
        "ix_tickets_open_updated_at_id",
        "tickets",
        ["updated_at", "id"],
        unique=False,
        sqlite_where=sa.text("status IN ('new', 'open', 'pending', 'on_hold')"),
        postgresql_where=sa.text("status IN ('new', 'open', 'pending', 'on_hold')"),
    )
    op.create_index(
        "ix_tickets_open_waiting_since_id",
        "tickets",
        ["waiting_since", "id"],
        unique=False,
        sqlite_where=sa.text("status IN ('new', 'open', 'pending', 'on_hold')"),
        postgresql_where=sa.text("status IN ('new', 'open', 'pending', 'on_hold')"),
    )
    op.create_index("ix_tickets_solved_at", "tickets", ["solved_at"], unique=False)
    op.create_index(
        "ix_tickets_user_id_status_id", "tickets", ["user_id", "status", "id"], unique=False
    )

    op.create_table(
        "user_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remembered", sa.Boolean(), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_sessions_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_user_sessions"),
        sa.UniqueConstraint("digest", name="uq_user_sessions_digest"),
    )
    op.create_index("ix_user_sessions_user_id", "user_sessions", ["user_id"], unique=False)

    op.create_table(
        "outbox_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("change_set_id", sa.Integer(), nullable=True),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("message_id", sa.String(length=255), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_by", sa.String(length=80), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_set_id"],
            ["change_sets.id"],
            name="fk_outbox_entries_change_set_id_change_sets",
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["users.id"], name="fk_outbox_entries_recipient_id_users"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_entries"),
        sa.UniqueConstraint("key", name="uq_outbox_entries_key"),
        sa.UniqueConstraint("message_id", name="uq_outbox_entries_message_id"),
    )
    op.create_index(
        "ix_outbox_entries_change_set_id", "outbox_entries", ["change_set_id"], unique=False
    )
    op.create_index(
        "ix_outbox_entries_state_due_at_id",
        "outbox_entries",
        ["state", "due_at", "id"],
        unique=False,
    )

    op.create_table(
        "ticket_field_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("old", sa.JSON(), nullable=True),
        sa.Column("new", sa.JSON(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"],
            ["change_sets.id"],
            name="fk_ticket_field_changes_change_set_id_change_sets",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_ticket_field_changes_ticket_id_tickets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_field_changes"),
    )
    op.create_index(
        "ix_ticket_field_changes_change_set_id",
        "ticket_field_changes",
        ["change_set_id"],
        unique=False,
    )
    op.create_index(
        "ix_ticket_field_changes_field_recorded_at",
        "ticket_field_changes",
        ["field", "recorded_at"],
        unique=False,
    )
    op.create_index(
        "ix_ticket_field_changes_ticket_id_id",
        "ticket_field_changes",
        ["ticket_id", "id"],
        unique=False,
    )

    op.create_table(
        "ticket_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("side", sa.String(20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name="fk_ticket_messages_author_id_users"
        ),
        sa.ForeignKeyConstraint(
            ["change_set_id"],
            ["change_sets.id"],
            name="fk_ticket_messages_change_set_id_change_sets",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_ticket_messages_ticket_id_tickets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_messages"),
    )
    op.create_index("ix_ticket_messages_author_id", "ticket_messages", ["author_id"], unique=False)
    op.create_index(
        "ix_ticket_messages_change_set_id", "ticket_messages", ["change_set_id"], unique=False
    )
    op.create_index(
        "ix_ticket_messages_ticket_id_id", "ticket_messages", ["ticket_id", "id"], unique=False
    )

    op.create_table(
        "ticket_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("reporter_user_id", sa.Integer(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"],
            ["change_sets.id"],
            name="fk_ticket_reports_change_set_id_change_sets",
        ),
        sa.ForeignKeyConstraint(
            ["reporter_user_id"], ["users.id"], name="fk_ticket_reports_reporter_user_id_users"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_ticket_reports_ticket_id_tickets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_reports"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_ticket_reports_reporter_user_id", "ticket_reports", ["reporter_user_id"], unique=False
    )
    op.create_index("ix_ticket_reports_ticket_id", "ticket_reports", ["ticket_id"], unique=False)
    op.create_index(
        "uq_ticket_reports_live",
        "ticket_reports",
        ["ticket_id", "reporter_user_id", "kind"],
        unique=True,
        sqlite_where=sa.text("status IN ('open', 'acknowledged')"),
        postgresql_where=sa.text("status IN ('open', 'acknowledged')"),
    )

    op.create_table(
        "ticket_tags",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="fk_ticket_tags_tag_id_tags"),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_ticket_tags_ticket_id_tickets"
        ),
        sa.PrimaryKeyConstraint("ticket_id", "tag_id", name="pk_ticket_tags"),
    )
    op.create_index("ix_ticket_tags_tag_id", "ticket_tags", ["tag_id"], unique=False)

    op.create_table(
        "ticket_status_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("from_status", sa.String(length=20), nullable=True),
        sa.Column("status_change", sa.String(length=20), nullable=False),
        sa.Column("change_by_user_id", sa.Integer(), nullable=True),
        sa.Column("change_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_by_user_id"],
            ["users.id"],
            name="fk_ticket_status_changes_change_by_user_id_users",
        ),
        sa.ForeignKeyConstraint(
            ["change_set_id"],
            ["change_sets.id"],
            name="fk_ticket_status_changes_change_set_id_change_sets",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["ticket_reports.id"],
            name="fk_ticket_status_changes_report_id_ticket_reports",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_ticket_status_changes_ticket_id_tickets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_status_changes"),
    )
    op.create_index(
        "ix_ticket_status_changes_change_set_id",
        "ticket_status_changes",
        ["change_set_id"],
        unique=False,
    )
    op.create_index(
        "ix_ticket_status_changes_recorded_at",
        "ticket_status_changes",
        ["recorded_at"],
        unique=False,
    )
    op.create_index(
        "ix_ticket_status_changes_report_id", "ticket_status_changes", ["report_id"], unique=False
    )
    op.create_index(
        "ix_ticket_status_changes_ticket_id_id",
        "ticket_status_changes",
        ["ticket_id", "id"],
        unique=False,
    )
    _forbid_rewriting_history()
    _start_with_a_few_categories()
    _count_requests()


def _forbid_rewriting_history() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'history is append-only'; END $$"
        )
    for table in APPEND_ONLY:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION history_is_append_only()"
            )
        else:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
                    " BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
                )


def _start_with_a_few_categories() -> None:
    table = sa.table("categories", *(sa.column(name) for name in ("name", "name_key", "position")))
    op.bulk_insert(
        table,
        [
            {"name": name, "name_key": name.lower(), "position": place}
            for place, name in enumerate(CATEGORIES, start=1)
        ],
    )


def _count_requests() -> None:
    """Where rate limits are counted; SQLite has a file of its own for it (web/throttle.py)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE UNLOGGED TABLE rate_counters"
            " (key varchar(200) PRIMARY KEY, n integer NOT NULL, expires double precision NOT NULL)"
        )
        op.execute("CREATE INDEX ix_rate_counters_expires ON rate_counters (expires)")


def downgrade() -> None:
    op.drop_table("ticket_status_changes")
    op.drop_table("ticket_tags")
    op.drop_table("ticket_reports")
    op.drop_table("ticket_messages")
    op.drop_table("ticket_field_changes")
    op.drop_table("outbox_entries")
    op.drop_table("user_sessions")
    op.drop_table("tickets")
    op.drop_table("submissions")
    op.drop_table("one_time_tokens")
    op.drop_table("helpdesk_staff")
    op.drop_table("held_forms")
    op.drop_table("change_sets")
    op.drop_table("api_tokens")
    op.drop_table("users")
    op.drop_table("ticket_tallies")
    op.drop_table("task_leases")
    op.drop_table("tags")
    op.drop_table("settings")
    op.drop_table("categories")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TABLE rate_counters")
        op.execute("DROP FUNCTION history_is_append_only()")
