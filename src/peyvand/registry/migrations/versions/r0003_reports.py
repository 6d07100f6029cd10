"""What an event rests on: the words of one or more documents, and the persons who took part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from peyvand.errors import DatabaseError

revision = "0003"
down_revision = "0002"
BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TABLES = ("participant", "event_source")


def upgrade() -> None:
    op.create_table(
        "event_source",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("event", BYTEWISE, nullable=False),
        sa.Column("document", BYTEWISE, nullable=False),
        sa.Column("shows", BYTEWISE, nullable=False),
        sa.Column("characters", BYTEWISE, nullable=False),
        sa.Column("quote", BYTEWISE, nullable=False),
        *in_every_row(),
        sa.CheckConstraint("shows IN ('event', 'commitment')", name="shows_is_known"),
        sa.ForeignKeyConstraint(["event"], ["event.code"]),
        sa.ForeignKeyConstraint(["document"], ["document.code"]),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("event_source_of", "event_source", ["event"], unique=False)
    op.create_table(
        "participant",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("event", BYTEWISE, nullable=False),
        sa.Column("name", BYTEWISE, nullable=False),
        sa.Column("person", BYTEWISE, nullable=True),
        sa.Column("office", BYTEWISE, nullable=True),
        *in_every_row(),
        sa.ForeignKeyConstraint(["event"], ["event.code"]),
        sa.ForeignKeyConstraint(["person"], ["person.code"]),
        sa.ForeignKeyConstraint(["office"], ["office.code"]),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("participant_of", "participant", ["event"], unique=False)


def downgrade() -> None:
    """Drop the tables; refused where they hold rows, which an older peyvand would lose."""
    for name in TABLES:
        if op.get_bind().execute(sa.text(f"SELECT 1 FROM {name} LIMIT 1")).first():
            hint = "remove those rows first, or keep this revision"
            raise DatabaseError(f"an older revision cannot keep the rows of {name}", hint=hint, table=name)
    for name in TABLES:
        op.drop_table(name)


def in_every_row() -> tuple[sa.Column[str] | sa.Column[int], ...]:
    return (
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
