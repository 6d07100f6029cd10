"""A union in words, in both languages, and on the command line."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from click.testing import CliRunner

from peyvand.cli import cli, main
from peyvand.locale import catalogue
from peyvand.scenarios import (
    BorderCost,
    Tariff,
    TariffException,
    Union,
    explain,
    explain_caution,
    open_scenario,
    shipped,
)
from peyvand.scenarios.cautions import Listed

TITLE = {"en": "A union", "fa": "اتحادیه"}
LATIN_DIGIT = re.compile(r"[0-9]")


def rich_union(**more):
    provisions = (
        Tariff(
            cut_share=0.875,
            except_sectors=["agriculture_food", "mining"],
            exceptions=[TariffException(exporter="IRN", importer="UZB", cut_share=0.5)],
        ),
        BorderCost(fade_share=0.25, cap_percent=20, pairs=[("IRN", "UZB")]),
        BorderCost(cut_percent=2.5, pairs=[("IRN", "KAZ")], sectors=["mining"]),
    )
    return Union(title=TITLE, members=("IRN", "KAZ", "UZB"), provisions=provisions, **more)


def test_a_union_in_english(region):
    lines = explain(rich_union(phase_in_years=5).effect(region))
    assert lines[:3] == [
        "3 members: Country IRN, Country KAZ and Country UZB.",
        "A free-trade area, seen from 2019-12-31.",
        "It comes in 5 equal yearly steps.",
    ]
    assert lines[3].startswith("Tariffs between all members fall by 87.5% in all sectors but Agriculture")
    assert lines[4] == "From Country IRN to Country UZB they fall by 50% instead."
    assert "25% fades between Country IRN–Country UZB in all sectors; no more than 20%" in lines[5]
    assert lines[6].startswith("Border costs between Country IRN–Country KAZ fall by 2.5%")
    assert lines[7].startswith("Implied cut of cost by pair: from ")


def test_a_union_in_persian_has_persian_digits_and_days(region):
    lines = explain(rich_union(as_of=date(2020, 3, 20)).effect(region), "fa")
    assert lines[0].startswith("۳ عضو: کشور IRN، کشور KAZ و کشور UZB")
    assert "۱۳۹۹/۰۱/۰۱" in lines[1]
    assert "۸۷٫۵٪" in lines[3]
    assert not any(LATIN_DIGIT.search(line) for line in lines)


def test_the_moved_baseline_and_the_outside_are_said(region):
    made = rich_union(as_of=date(2025, 6, 1), kind="customs-union", leaves=("EAEU",), external_tariff={"mining": 0.05})
    lines = explain(made.effect(region))
    assert any("moved to 2025-06-01 first" in line and "Iran–EAEU free trade agreement" in line for line in lines)
    assert any("share one tariff: Mining" in line and "5%" in line for line in lines)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_warning_has_words_that_its_values_fill(region, language):
    made = rich_union(as_of=date(2031, 1, 1), kind="customs-union", leaves=("EAEU",), external_tariff={"mining": 0.05})
    effect = made.effect(region)
    said = [explain_caution(caution, effect, language) for caution in effect.warnings]
    assert len(said) >= 5
    assert not any("{" in words for words in said)
    for caution in effect.warnings:
        assert caution.key in catalogue(language)


def test_long_lists_are_cut_short(region):
    many = Listed(f"A{k:02}" for k in range(12))
    assert str(many).endswith("A07 … (+4)")
    assert f"{Listed(['IRN', 'KAZ'])}" == "IRN, KAZ"


# -- the command line -------------------------------------------------------------------------------------------------
@pytest.fixture
def world_file(region, tmp_path):
    region.save(tmp_path / "world.nc.gz")
    return str(tmp_path / "world.nc.gz")


def run(*args):
    return CliRunner().invoke(cli, ["scenario", *args], catch_exceptions=False)


def test_list_names_what_ships():
    assert all(name in run("list").output for name in shipped())
    assert "ایران و قزاقستان" in run("list", "-l", "fa").output
    assert [row["name"] for row in json.loads(run("list", "--json").output)] == list(shipped())


def test_show_prints_the_file_and_its_comments():
    shown = run("show", "eco-ten").output
    assert shown.startswith("# A free-trade area of the ten")
    assert 'kind = "border_cost"' in shown


@pytest.mark.parametrize("language", ["en", "fa"])
def test_check_says_what_a_file_means(world_file, language):
    result = run("check", "iran-kazakhstan", "--world", world_file, "-l", language)
    assert result.exit_code == 0
    assert open_scenario("iran-kazakhstan").title[language] in result.output
    assert catalogue(language)["scenario.say.clear"] in result.output


def test_check_in_json_has_the_cut_of_every_pair(world_file):
    found = json.loads(run("check", "iran-kazakhstan", "--world", world_file, "--json").output)
    assert [row["exporter"] for row in found["pairs"]] == ["IRN", "KAZ"]
    assert found["says"]
    assert found["warnings"]


def test_an_unclear_file_ends_with_code_2_and_no_traceback(tmp_path, capsys):
    path = tmp_path / "union.toml"
    path.write_text(
        'title = { en = "x", fa = "x" }\nmembers = ["IRN", "KAZ"]\nkin = "free-trade-area"\n', encoding="utf-8"
    )
    with pytest.raises(SystemExit) as stopped:
        main(["scenario", "check", str(path)])
    assert stopped.value.code == 2
    shown = capsys.readouterr().err
    assert "line 3: no key 'kin'" in shown
    assert "did you mean 'kind'" in shown
    assert "Traceback" not in shown
