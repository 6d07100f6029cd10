"""Every source is documented in both languages, and every one that ships is in NOTICE."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from peyvand import sources
from peyvand.sources import Source, Table

ROOT = Path(__file__).parents[2]
MODULES = [importlib.import_module(f"peyvand.sources.{info.name}") for info in pkgutil.iter_modules(sources.__path__)]
SOURCES = {name: value for module in MODULES for name, value in vars(module).items() if isinstance(value, Source)}
READERS = sorted(
    f"{module.__name__.rsplit('.', 1)[-1]}.{name}"
    for module in MODULES
    for name, value in vars(module).items()
    if callable(value) and getattr(value, "__annotations__", {}).get("return") == Table.__name__
)


def words(text):
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_what_ships_is_in_the_notice(name):
    notice = words((ROOT / "NOTICE").read_text(encoding="utf-8"))
    source = SOURCES[name]
    shown = source.may_feed != "checks"
    assert (words(source.title) in notice) == shown
    if shown:
        assert words(source.citation) in notice
        assert words(source.licence) in notice


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("reader", READERS)
def test_every_reader_is_documented(reader, language):
    page = (ROOT / "docs" / language / "reference" / "sources.md").read_text(encoding="utf-8")
    module, function = reader.split(".")
    row = [line for line in page.splitlines() if f"`{module}." in line and f"{function}`" in line]
    assert row, f"{reader} has no row in docs/{language}/reference/sources.md"


def test_readers_are_found():
    assert len(READERS) >= 35
    assert "icio.read_icio" in READERS


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_module_asks_its_question(module):
    assert "?" in module.__doc__.splitlines()[0]
    assert len(Path(module.__file__).read_text(encoding="utf-8").splitlines()) < 400


def test_the_strictest_licences_ship_nothing():
    assert SOURCES["RAIL_NODES"].may_feed == "checks"
    assert SOURCES["TARIFFS"].may_feed == "averages"
    assert SOURCES["ENERGY"].may_feed == "facts"
