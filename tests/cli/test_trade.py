"""`peyvand trade` on the embedded World."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from peyvand.cli import cli


def asked(*args):
    result = CliRunner().invoke(cli, ["trade", *args])
    assert result.exit_code == 0, result.output
    return result.output


def test_sensitivity_ranks_borders():
    rows = json.loads(asked("sensitivity", "IRN", "KAZ", "--top", "4", "--json"))
    assert len(rows) == 4
    assert set(rows[0]) == {"exporter", "importer", "gain_musd"}
    assert abs(rows[0]["gain_musd"]) >= abs(rows[-1]["gain_musd"]) > 0
    by_sector = json.loads(asked("sensitivity", "IRN", "--by-sector", "--top", "1", "--json"))
    assert "sector" in by_sector[0]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_tables_are_in_the_readers_language(language):
    shown = asked("sensitivity", "KAZ", "--top", "2", "--language", language)
    assert {"en": "Exporter", "fa": "صادرکننده"}[language] in shown


def test_draws_of_a_shipped_scenario():
    args = ("draws", "iran-kazakhstan", "--draws", "4", "--seed", "3", "--json")
    rows = json.loads(asked(*args))
    by_economy = {row["economy"]: row for row in rows}
    assert by_economy["KAZ"]["draws"] == 4
    assert by_economy["KAZ"]["low_percent"] <= by_economy["KAZ"]["median_percent"] <= by_economy["KAZ"]["high_percent"]
    assert rows == json.loads(asked(*args))


def test_world_sensitivity_ranks_to_a_member_and_to_the_union():
    asked_world = CliRunner().invoke(cli, ["world", "sensitivity", "IRN", "--union", "eco-ten", "--top", "3", "--json"])
    assert asked_world.exit_code == 0, asked_world.output
    said = json.loads(asked_world.output)
    assert len(said["ranking"]) == 3
    assert all(row["gain_musd"] and row["union_gain_musd"] for row in said["ranking"])
    rows = {row["economy"]: row for row in said["beside_exact"]}
    iran = rows["IRN"]
    assert iran["exact_percent"] - iran["first_order_percent"] == pytest.approx(iran["missed_percent"])
    assert abs(iran["missed_percent"]) > 0.01  # the union is no small change


@pytest.mark.parametrize("language", ["en", "fa"])
def test_world_sensitivity_prints_both_tables(language):
    args = ["world", "sensitivity", "--union", "iran-kazakhstan", "--top", "2", "--language", language]
    shown = CliRunner().invoke(cli, args)
    assert shown.exit_code == 0, shown.output
    assert shown.output.count("KAZ") >= 2
    assert ("First order" if language == "en" else "مرتبهٔ نخست") in shown.output
