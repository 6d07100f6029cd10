"""The reference pages name every table, column, word, path and rule; the tables are those of the migrations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from peyvand import registry as room
from peyvand.registry import models
from peyvand.registry.paths import paths

ROOT = Path(__file__).parents[2]
RULE = re.compile(r'"((?:row|membership|agreement|signatory|step|commitment|provision|audit)\.[a-z_]+)"')


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_reference_page_is_whole(language):
    page = (ROOT / "docs" / language / "reference" / "registry.md").read_text(encoding="utf-8")
    for kind in models.ROWS:
        assert f"| `{kind.__tablename__}` |" in page
        for column in models.table_of(kind).columns:
            assert f"`{column.key}`" in page, (kind, column.key)
    vocabularies = (words for name, words in vars(models).items() if name.isupper() and isinstance(words, tuple))
    for words in vocabularies:
        assert all(f"`{word}`" in page for word in words if isinstance(word, str))
    for way in paths().values():
        assert f"### `{way.code}`" in page
        assert all(f"| `{step.step}` " in page for step in way.steps)
    code = "".join(path.read_text(encoding="utf-8") for path in Path(room.__file__).parent.glob("*.py"))
    rules = {rule for rule in RULE.findall(code) if not rule.endswith(".code")}
    assert len(rules) > 15
    assert {rule for rule in rules if f"`{rule}`" not in page} == set()


def test_the_models_are_the_tables_of_the_migrations(registry):
    """But for what search adds by itself."""
    with registry.engine.connect() as connection:
        apart = compare_metadata(MigrationContext.configure(connection), models.Base.metadata)
    assert [one for one in apart if "search" not in str(one)] == []
