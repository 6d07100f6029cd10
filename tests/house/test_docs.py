"""The docs are true: generated pages are fresh, both languages have the same pages, links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def generated_pages():
    spec = importlib.util.spec_from_file_location("docs_tables", DOCS / "tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


def test_generated_pages_are_fresh():
    for path, content in generated_pages().items():
        assert path.read_text(encoding="utf-8") == content, f"run: python docs/tables.py  ({path.name})"


def test_both_languages_have_the_same_pages():
    names = {
        language: {p.relative_to(DOCS / language) for p in (DOCS / language).rglob("*.md")} for language in ("en", "fa")
    }
    assert names["en"] == names["fa"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
