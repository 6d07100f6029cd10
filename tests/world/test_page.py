"""The World's page says what the World holds: its tables are generated, and fresh."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from peyvand.world.compile.concordance import economies

DOCS = Path(__file__).parents[2] / "docs"


def test_the_tables_of_the_page_are_fresh():
    spec = importlib.util.spec_from_file_location("world_tables", DOCS / "world_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for path, content in module.pages().items():
        assert path.read_text(encoding="utf-8") == content, f"run: python docs/world_tables.py  ({path.name})"
        assert all(f"`{economy.code}`" in content for economy in economies())
