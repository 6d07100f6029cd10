"""The tables of the registry, and an audit that can only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

TABLES = (
    *("audit", "document", "heritage", "pact", "party", "person", "agreement", "claim", "friendship_group"),
    *("membership", "office", "visit", "commitment", "event", "signatory", "step", "evidence"),
)
DOMAIN_IS_KNOWN = (
    "domain IN ('trade', 'travel', 'education', 'transit', 'energy', 'agriculture', 'health', 'parliament', "
    "'culture', 'investment', 'engineering', 'finance', 'security', 'environment', 'cooperation')"
)
NEXT_IN_CHAIN = "the audit is append-only: a row must follow the last one"
NEVER_CHANGED = "the audit is append-only: no row is ever changed or removed"


def upgrade() -> None:
    create_tables()
    (guard_in_postgresql if op.get_bind().dialect.name == "postgresql" else guard_in_sqlite)()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_never_changes()")
        op.execute("DROP FUNCTION audit_follows()")


def guard_in_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
            f"BEGIN SELECT RAISE(ABORT, '{NEVER_CHANGED}'); END"
        )
    op.execute(
        "CREATE TRIGGER audit_follows BEFORE INSERT ON audit "
        "WHEN NEW.seq <> COALESCE((SELECT MAX(seq) FROM audit), 0) + 1 "
        "OR NEW.previous_hash <> COALESCE((SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), '') "
        f"BEGIN SELECT RAISE(ABORT, '{NEXT_IN_CHAIN}'); END"
    )


def guard_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_never_changes() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{NEVER_CHANGED}'; END $$"
    )
    op.execute(
        "CREATE FUNCTION audit_follows() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "DECLARE last_seq bigint := 0; last_hash text := ''; BEGIN "
        "SELECT seq, hash INTO last_seq, last_hash FROM audit ORDER BY seq DESC LIMIT 1; "
        "IF NEW.seq <> COALESCE(last_seq, 0) + 1 OR NEW.previous_hash <> COALESCE(last_hash, '') "
        f"THEN RAISE EXCEPTION '{NEXT_IN_CHAIN}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_never_changes()"
    )
    op.execute("CREATE TRIGGER audit_follows BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_follows()")


def create_tables() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", BYTEWISE, nullable=False),
        sa.Column("who", BYTEWISE, nullable=False),
        sa.Column("why", BYTEWISE, nullable=False),
        sa.Column("thing", BYTEWISE, nullable=False),
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("action", BYTEWISE, nullable=False),
        sa.Column("before", BYTEWISE, nullable=True),
        sa.Column("after", BYTEWISE, nullable=True),
        sa.Column("previous_hash", BYTEWISE, nullable=False),
        sa.Column("hash", BYTEWISE, nullable=False),
        sa.CheckConstraint("action IN ('add', 'update', 'remove')", name="action_is_known"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("audit_of", "audit", ["thing", "code"], unique=False)
    op.create_table(
        "document",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("title", BYTEWISE, nullable=False),
        sa.Column("language", BYTEWISE, nullable=False),
        sa.Column("dated_on", BYTEWISE, nullable=True),
        sa.Column("sha256", BYTEWISE, nullable=True),
        sa.Column("body", BYTEWISE, nullable=True),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "heritage",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("kind", BYTEWISE, nullable=False),
        sa.Column("name_en", BYTEWISE, nullable=False),
        sa.Column("name_fa", BYTEWISE, nullable=False),
        sa.Column("inscribed_on", BYTEWISE, nullable=True),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('site', 'element', 'luminary')", name="kind_is_known"),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "pact",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("kind", BYTEWISE, nullable=False),
        sa.Column("name_en", BYTEWISE, nullable=False),
        sa.Column("name_fa", BYTEWISE, nullable=False),
        sa.Column("founded_on", BYTEWISE, nullable=True),
        sa.Column("ended_on", BYTEWISE, nullable=True),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('organisation', 'customs_union', 'free_trade_area', 'forum')", name="kind_is_known"
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "party",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("kind", BYTEWISE, nullable=False),
        sa.Column("name_en", BYTEWISE, nullable=False),
        sa.Column("name_fa", BYTEWISE, nullable=False),
        sa.Column("state", BYTEWISE, nullable=True),
        sa.Column("part_of", BYTEWISE, nullable=True),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('state', 'union', 'organisation', 'institution', 'university', 'parliament', 'chamber')",
            name="kind_is_known",
        ),
        sa.ForeignKeyConstraint(
            ["part_of"],
            ["party.code"],
        ),
        sa.ForeignKeyConstraint(
            ["state"],
            ["party.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "person",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("name_en", BYTEWISE, nullable=False),
        sa.Column("name_fa", BYTEWISE, nullable=False),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "agreement",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("title_en", BYTEWISE, nullable=False),
        sa.Column("title_fa", BYTEWISE, nullable=False),
        sa.Column("kind", BYTEWISE, nullable=False),
        sa.Column("domain", BYTEWISE, nullable=False),
        sa.Column("pact", BYTEWISE, nullable=True),
        sa.Column("signed_on", BYTEWISE, nullable=True),
        sa.Column("place", BYTEWISE, nullable=True),
        sa.Column("in_force_on", BYTEWISE, nullable=True),
        sa.Column("ended_on", BYTEWISE, nullable=True),
        sa.Column("trade_kind", BYTEWISE, nullable=True),
        sa.Column("amends", BYTEWISE, nullable=True),
        sa.Column("replaces", BYTEWISE, nullable=True),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "trade_kind IN ('customs_union', 'free_trade_area', 'partial_scope')", name="trade_kind_is_known"
        ),
        sa.CheckConstraint(
            DOMAIN_IS_KNOWN,
            name="domain_is_known",
        ),
        sa.CheckConstraint(
            "kind IN ('treaty', 'protocol', 'memorandum', 'programme', 'decision', 'measure')", name="kind_is_known"
        ),
        sa.ForeignKeyConstraint(
            ["amends"],
            ["agreement.code"],
        ),
        sa.ForeignKeyConstraint(
            ["pact"],
            ["pact.code"],
        ),
        sa.ForeignKeyConstraint(
            ["replaces"],
            ["agreement.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "claim",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("heritage", BYTEWISE, nullable=False),
        sa.Column("party", BYTEWISE, nullable=False),
        sa.Column("basis", BYTEWISE, nullable=False),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "basis IN ('inscribed', 'born', 'worked', 'buried', 'celebrated', 'wrote_in_language')",
            name="basis_is_known",
        ),
        sa.ForeignKeyConstraint(
            ["heritage"],
            ["heritage.code"],
        ),
        sa.ForeignKeyConstraint(
            ["party"],
            ["party.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("claim_of", "claim", ["heritage", "party"], unique=False)
    op.create_table(
        "friendship_group",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("parliament", BYTEWISE, nullable=False),
        sa.Column("with_state", BYTEWISE, nullable=False),
        sa.Column("formed_on", BYTEWISE, nullable=True),
        sa.Column("ended_on", BYTEWISE, nullable=True),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parliament"],
            ["party.code"],
        ),
        sa.ForeignKeyConstraint(
            ["with_state"],
            ["party.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "membership",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("pact", BYTEWISE, nullable=False),
        sa.Column("party", BYTEWISE, nullable=False),
        sa.Column("status", BYTEWISE, nullable=False),
        sa.Column("from_on", BYTEWISE, nullable=False),
        sa.Column("to_on", BYTEWISE, nullable=True),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('member', 'observer', 'dialogue_partner', 'associate', 'partner', 'suspended')",
            name="status_is_known",
        ),
        sa.ForeignKeyConstraint(
            ["pact"],
            ["pact.code"],
        ),
        sa.ForeignKeyConstraint(
            ["party"],
            ["party.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("membership_of", "membership", ["pact", "party"], unique=False)
    op.create_table(
        "office",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("person", BYTEWISE, nullable=False),
        sa.Column("party", BYTEWISE, nullable=False),
        sa.Column("title_en", BYTEWISE, nullable=False),
        sa.Column("title_fa", BYTEWISE, nullable=False),
        sa.Column("from_on", BYTEWISE, nullable=True),
        sa.Column("to_on", BYTEWISE, nullable=True),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party"],
            ["party.code"],
        ),
        sa.ForeignKeyConstraint(
            ["person"],
            ["person.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "visit",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("guest", BYTEWISE, nullable=False),
        sa.Column("host", BYTEWISE, nullable=False),
        sa.Column("from_on", BYTEWISE, nullable=False),
        sa.Column("to_on", BYTEWISE, nullable=True),
        sa.Column("level", BYTEWISE, nullable=False),
        sa.Column("title_en", BYTEWISE, nullable=False),
        sa.Column("title_fa", BYTEWISE, nullable=False),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guest"],
            ["party.code"],
        ),
        sa.ForeignKeyConstraint(
            ["host"],
            ["party.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "commitment",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("agreement", BYTEWISE, nullable=False),
        sa.Column("article", BYTEWISE, nullable=True),
        sa.Column("by_party", BYTEWISE, nullable=False),
        sa.Column("to_party", BYTEWISE, nullable=True),
        sa.Column("domain", BYTEWISE, nullable=False),
        sa.Column("text_en", BYTEWISE, nullable=False),
        sa.Column("text_fa", BYTEWISE, nullable=False),
        sa.Column("due_on", BYTEWISE, nullable=True),
        sa.Column("status", BYTEWISE, nullable=False),
        sa.Column("provision", BYTEWISE, nullable=True),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            DOMAIN_IS_KNOWN,
            name="domain_is_known",
        ),
        sa.CheckConstraint("status IN ('planned', 'partial', 'full', 'dropped', 'unknown')", name="status_is_known"),
        sa.ForeignKeyConstraint(
            ["agreement"],
            ["agreement.code"],
        ),
        sa.ForeignKeyConstraint(
            ["by_party"],
            ["party.code"],
        ),
        sa.ForeignKeyConstraint(
            ["to_party"],
            ["party.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("commitment_due", "commitment", ["due_on", "code"], unique=False)
    op.create_index("commitment_of", "commitment", ["agreement"], unique=False)
    op.create_table(
        "event",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("dated_on", BYTEWISE, nullable=False),
        sa.Column("kind", BYTEWISE, nullable=False),
        sa.Column("title_en", BYTEWISE, nullable=False),
        sa.Column("title_fa", BYTEWISE, nullable=False),
        sa.Column("by_party", BYTEWISE, nullable=True),
        sa.Column("to_party", BYTEWISE, nullable=True),
        sa.Column("agreement", BYTEWISE, nullable=True),
        sa.Column("span", BYTEWISE, nullable=True),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement"],
            ["agreement.code"],
        ),
        sa.ForeignKeyConstraint(
            ["by_party"],
            ["party.code"],
        ),
        sa.ForeignKeyConstraint(
            ["to_party"],
            ["party.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("event_day", "event", ["dated_on"], unique=False)
    op.create_table(
        "signatory",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("agreement", BYTEWISE, nullable=False),
        sa.Column("party", BYTEWISE, nullable=False),
        sa.Column("path", BYTEWISE, nullable=False),
        sa.Column("side", BYTEWISE, nullable=True),
        sa.Column("from_on", BYTEWISE, nullable=True),
        sa.Column("to_on", BYTEWISE, nullable=True),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement"],
            ["agreement.code"],
        ),
        sa.ForeignKeyConstraint(
            ["party"],
            ["party.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("signatory_of", "signatory", ["agreement", "party"], unique=True)
    op.create_index("signatory_party", "signatory", ["party"], unique=False)
    op.create_table(
        "step",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("agreement", BYTEWISE, nullable=False),
        sa.Column("party", BYTEWISE, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", BYTEWISE, nullable=False),
        sa.Column("outcome", BYTEWISE, nullable=False),
        sa.Column("done_on", BYTEWISE, nullable=True),
        sa.Column("document", BYTEWISE, nullable=True),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'returned', 'rejected')", name="outcome_is_known"),
        sa.ForeignKeyConstraint(
            ["agreement"],
            ["agreement.code"],
        ),
        sa.ForeignKeyConstraint(
            ["document"],
            ["document.code"],
        ),
        sa.ForeignKeyConstraint(
            ["party"],
            ["party.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("step_of", "step", ["agreement", "party", "number"], unique=True)
    op.create_table(
        "evidence",
        sa.Column("code", BYTEWISE, nullable=False),
        sa.Column("commitment", BYTEWISE, nullable=False),
        sa.Column("dated_on", BYTEWISE, nullable=False),
        sa.Column("shows", BYTEWISE, nullable=False),
        sa.Column("text_en", BYTEWISE, nullable=False),
        sa.Column("text_fa", BYTEWISE, nullable=False),
        sa.Column("document", BYTEWISE, nullable=True),
        sa.Column("source", BYTEWISE, nullable=False),
        sa.Column("read_on", BYTEWISE, nullable=True),
        sa.Column("note", BYTEWISE, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("shows IN ('planned', 'partial', 'full', 'dropped', 'unknown')", name="shows_is_known"),
        sa.ForeignKeyConstraint(
            ["commitment"],
            ["commitment.code"],
        ),
        sa.ForeignKeyConstraint(
            ["document"],
            ["document.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("evidence_of", "evidence", ["commitment"], unique=False)
