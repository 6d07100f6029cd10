"""The web server's tables: accounts, what happened to them, open sessions, jobs.

Going down drops them all: sessions end, jobs and accounts are gone, and the registry's own rows stay as they are.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("name", BYTEWISE, nullable=False),
        sa.Column("role", BYTEWISE, nullable=False),
        sa.Column("password_hash", BYTEWISE, nullable=False),
        sa.Column("created_at", BYTEWISE, nullable=False),
        sa.Column("closed_at", BYTEWISE, nullable=True),
        sa.CheckConstraint("role IN ('reader', 'editor', 'admin')", name="role_is_known"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "account_event",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, BYTEWISE, nullable=False) for name in ("at", "name", "what", "who", "client")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("account_event_of", "account_event", ["name", "at"])
    op.create_index("account_event_from", "account_event", ["client", "at"])
    op.create_table(
        "sign_in",
        *(sa.Column(name, BYTEWISE, nullable=False) for name in ("token_hash", "account", "created_at", "expires_at")),
        sa.ForeignKeyConstraint(["account"], ["account.name"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("sign_in_of", "sign_in", ["account"])
    needed = ("code", "kind", "asked", "title_en", "title_fa", "state", "asked_at", "client")
    later = ("step", "worker", "beat_at", "started_at", "finished_at", "error")
    op.create_table(
        "job",
        *(sa.Column(name, BYTEWISE, nullable=False) for name in needed),
        sa.Column("tries", sa.Integer(), nullable=False),
        *(sa.Column(name, BYTEWISE, nullable=True) for name in later),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="state_is_known"),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("job_next", "job", ["state", "asked_at"])


def downgrade() -> None:
    for name in ("job", "sign_in", "account_event", "account"):
        op.drop_table(name)
