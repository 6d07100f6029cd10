"""Full-text search: one table of words, indexed by FTS5 or by a tsvector.

The words come ready from `peyvand.registry.words`, so that both databases hold the same tokens. The table is derived
from the rows and may be rebuilt at any time; going down drops it and nothing else.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from peyvand.registry.search import rebuild_index

revision = "0002"
down_revision = "0001"
BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("thing", BYTEWISE, nullable=False),
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("words", BYTEWISE, nullable=False),
    )
    op.create_index("search_entry_of", "search_entry", ["thing", "code"], unique=True)
    (index_in_postgresql if op.get_bind().dialect.name == "postgresql" else index_in_sqlite)()
    rebuild_index(op.get_bind())


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
    op.drop_table("search_entry")


def index_in_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE search_words USING fts5(words, content='search_entry', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 0', detail=none, prefix='2 3 4')"
    )
    added = "INSERT INTO search_words(rowid, words) VALUES (NEW.id, NEW.words);"
    gone = "INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', OLD.id, OLD.words);"
    for verb, body in (("INSERT", added), ("DELETE", gone), ("UPDATE", gone + added)):
        op.execute(f"CREATE TRIGGER search_{verb.lower()} AFTER {verb} ON search_entry BEGIN {body} END")


def index_in_postgresql() -> None:
    op.execute(
        "ALTER TABLE search_entry ADD COLUMN tokens tsvector "
        "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED"
    )
    op.execute("CREATE INDEX search_tokens ON search_entry USING gin (tokens)")
