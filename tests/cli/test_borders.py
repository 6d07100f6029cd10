"""`peyvand borders`: the numbers of `thickness`, as table, heatmap and JSON."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from peyvand.cli.borders import borders
from peyvand.errors import IdentificationError
from peyvand.gravity import known_causes, thickness
from peyvand.world import World


def ask(*arguments):
    answer = CliRunner().invoke(borders, list(arguments))
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_one_pair_as_json():
    found = json.loads(ask("--pair", "IRN", "KAZ", "--json"))
    world = World.embedded()
    expected = thickness(world, causes=known_causes(world))
    assert found["thickness_log_points"] == pytest.approx(expected.total("IRN", "KAZ"))
    assert len(found["borders"]) == len(world.sectors)
    assert found["low_log_points"] < found["thickness_log_points"] < found["high_log_points"]
    for row in found["borders"]:
        if row["recorded"]:
            parts = sum(row[f"{part}_log_points"] for part in found["causes"])
            assert parts == pytest.approx(row["thickness_log_points"])


def test_table_and_heatmap():
    assert "Textiles and light industry" in ask("--pair", "IRN", "KAZ", "--sector", "textiles_light")
    assert "نساجی و صنایع سبک" in ask("--pair", "IRN", "KAZ", "--sector", "textiles_light", "-l", "fa")
    assert "exporter" not in ask("--pair", "IRN", "KAZ", "--sector", "mining", "--directed")
    each_way = json.loads(ask("--pair", "IRN", "KAZ", "--directed", "--json", "--estimate", "wiod-2000-2014"))
    assert {row["exporter"] for row in each_way["borders"]} == {"IRN", "KAZ"}
    assert all(row["low_log_points"] < row["high_log_points"] for row in each_way["borders"])
    assert "تعرفه" in ask("--pair", "IRN", "KAZ", "-l", "fa")
    assert "all sectors" in ask("--pair", "IRN", "KAZ")
    refused = CliRunner().invoke(borders, ["--estimate", "agreements-1964-2016", "--directed"])
    assert isinstance(refused.exception, IdentificationError)
    square = ask("--heatmap").splitlines()
    assert len(square) == len(World.embedded().economies)
    bound = {line.split()[0]: line[5:] for line in ask("--heatmap", "--part", "agreement").splitlines()}
    place = list(bound).index
    assert bound["KAZ"][2 * place("RUS")] == " "  # a union in force: nothing is lacking
    assert bound["KAZ"][2 * place("CHN")] != " "
    unknown = CliRunner().invoke(borders, ["--heatmap", "--part", "agrement"])
    assert "agreement" in unknown.exception.hint
    assert CliRunner().invoke(borders, ["--part", "agreement"]).exit_code == 2


def test_a_pairs_parts_have_their_intervals_and_sum_to_the_whole():
    found = json.loads(ask("--pair", "IRN", "KAZ", "--json"))
    assert sum(part["log_points"] for part in found["parts"].values()) == pytest.approx(found["thickness_log_points"])
    agreement = found["parts"]["agreement"]
    assert 0 < agreement["low"] < agreement["log_points"] < agreement["high"]
    assert found["parts"]["tariff"]["low"] == found["parts"]["tariff"]["high"]
    assert found["agreement"] == {"in_force": False, "kind": "partial_scope", "status": "reported"}
    assert not found["sanctioned"]
    free = json.loads(ask("--pair", "KAZ", "UZB", "--json"))
    assert free["agreement"]["kind"] == "cis_2012"
    assert free["parts"]["agreement"]["log_points"] == pytest.approx(0.0, abs=1e-12)


def test_sanctions_are_marked_and_agreements_named():
    said = ask("--pair", "IRN", "USA")
    assert "§" in said
    assert "not separable" in said
    assert "agreement at the end of 2019: none" in said
    assert "تحریم" in ask("--pair", "IRN", "USA", "-l", "fa")
    assert "§" not in ask("--pair", "IRN", "KAZ")
    named = json.loads(ask("--pair", "KAZ", "RUS", "--json", "--agreements", "agreements-1964-2016"))
    assert named["parts"]["agreement"]["log_points"] < 0
    assert sum(part["log_points"] for part in named["parts"].values()) == pytest.approx(named["thickness_log_points"])
    refused = CliRunner().invoke(borders, ["--agreements", "agreements-1964-2016", "--directed"])
    assert refused.exit_code == 2
