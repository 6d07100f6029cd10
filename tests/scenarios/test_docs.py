"""Every example of the scenario and thickness pages runs, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.worlds import small_world

from peyvand.cli import cli
from peyvand.errors import PeyvandError
from peyvand.scenarios import estimates, parse_scenario, provisions
from peyvand.scenarios.problems import UNION_KEYS
from peyvand.world import World

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [
    DOCS / language / page
    for language in ("en", "fa")
    for page in ("how-to/write-a-scenario.md", "reference/scenario-files.md", "explanation/thickness.md")
]
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def blocks(kind):
    found = [
        (page, text) for page in PAGES for name, text in BLOCK.findall(page.read_text(encoding="utf-8")) if name == kind
    ]
    return [pytest.param(text, id=f"{page.parts[-3]}-{page.stem}-{at}") for at, (page, text) in enumerate(found)]


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    """A small World in the place of the embedded one: the pages must not depend on its figures."""
    sectors = ("agriculture_food", "mining", "textiles_light", "machinery_equipment", "other_services")
    economies = ("IRN", "KAZ", "UZB", "TKM", "RUS", "ROW")
    world = small_world(economies=economies, sectors=sectors)
    monkeypatch.setattr(World, "embedded", classmethod(lambda cls, name="eurasia-2019": world))
    return world


@pytest.mark.parametrize("text", blocks("toml"))
def test_files_of_the_pages_are_clear(text, embedded):
    effect = parse_scenario(text).effect(embedded)
    solved = effect.baseline(lambda world, shock: world.replace(tariff_rate=shock["tariff_rate_counterfactual"]))
    cuts = parse_scenario(text).effect(solved).implied_cuts()
    assert (cuts["total_cut_percent"] > 0).any()


@pytest.mark.parametrize("text", blocks("python"))
def test_python_of_the_pages_runs(text):
    exec(compile(text, "page", "exec"), {})


@pytest.mark.parametrize("text", blocks("console"))
def test_commands_of_the_pages_run(text):
    for line in text.splitlines():
        words = line.removeprefix("$ peyvand ").split()
        result = CliRunner().invoke(cli, words)
        assert not isinstance(result.exception, PeyvandError), line
        assert result.exit_code == 0, line


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_reference_names_every_key_and_estimate(language):
    page = (DOCS / language / "reference" / "scenario-files.md").read_text(encoding="utf-8")
    keys = {*UNION_KEYS} - {"provision"}
    for model in provisions.KINDS.values():
        keys |= set(model.model_fields)
    for word in {*keys, *provisions.KINDS, *provisions.NOT_YET, *estimates()}:
        assert f"`{word}`" in page, word
    for row in estimates().values():
        shown = f"{row.coefficient}".replace("-", "−")
        assert shown in page or shown.translate(str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")) in page
