"""The docs are true: generated pages are fresh, both languages have the same pages, links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def test_generated_pages_are_fresh():
    """In a process of its own: click remembers how a command's help was first asked for."""
    done = subprocess.run([sys.executable, DOCS / "tables.py", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run: python docs/tables.py\n{done.stderr}"


def test_both_languages_have_the_same_pages():
    names = {
        language: {p.relative_to(DOCS / language) for p in (DOCS / language).rglob("*.md")} for language in ("en", "fa")
    }
    assert names["en"] == names["fa"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_changelog_says_everything_once():
    """A merge that keeps both sides of a moved entry is seen here."""
    text = (DOCS.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = re.findall(r"^- .*", text, flags=re.M)
    assert sorted(set(entries)) == sorted(entries)
    assert all(text.count(f"\n### {part}\n") == 1 for part in ("Added", "Changed", "Fixed", "Numbers"))
