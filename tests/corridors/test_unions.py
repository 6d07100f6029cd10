"""Transit provisions in a union: phase-in, implied cuts, cautions, refusals with the line of the file."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.testing import assert_allclose

from peyvand.cli import cli
from peyvand.corridors import Network, carriage, kernels, places_named
from peyvand.corridors.graph import unfold
from peyvand.errors import ScenarioError
from peyvand.scenarios import explain, explain_caution, parse_scenario
from peyvand.world import World

LANES = """title = { en = "x", fa = "x" }
members = ["IRN", "TKM", "RUS"]
kind = "partial-scope"
phase_in_years = 4
[[provision]]
kind = "transit"
crossings = ["Incheh Borun", "Sarakhs", "Bandar Abbas"]
max_dwell_time_h = 6
"""
FORMALITIES = '[[provision]]\nkind = "border_cost"\ncut_percent = 1\n'


@pytest.fixture(scope="module")
def lanes():
    effect = parse_scenario(LANES).effect(World.embedded())
    moved = carriage(effect)
    return effect, effect.carried(moved.cost_hat), moved


def test_carriage_is_phased_in_like_a_border_cost(lanes):
    """ln τ̂ in equal steps; without the corridors room's answer the shock holds nothing of it."""
    effect, carried, moved = lanes
    schedule = carried.schedule()
    final = np.log(moved.cost_hat)
    assert float(final.min()) < 0
    for year, shock in schedule.items():
        assert_allclose(np.log(shock["iceberg_cost_hat"]), final * year / 4, atol=1e-14)
    assert (effect.shock()["iceberg_cost_hat"] == 1).all()


def test_implied_cuts_hold_transport(lanes):
    effect, carried, _ = lanes
    cuts = carried.implied_cuts().set_index(["exporter", "importer"])
    assert_allclose(cuts["total_cut_percent"], cuts["transport_cut_percent"], atol=1e-12)
    assert cuts.loc[("IRN", "TKM"), "transport_cut_percent"] > 0
    assert ("KAZ", "IRN") in cuts.index  # green lanes are for everyone's goods
    half = carried.implied_cuts(year=2).set_index(["exporter", "importer"])
    assert half.loc[("IRN", "TKM"), "transport_cut_percent"] < cuts.loc[("IRN", "TKM"), "transport_cut_percent"]
    assert (effect.implied_cuts()["transport_cut_percent"] == 0).all()


def test_carriage_is_costed_again_with_other_values_of_time(lanes):
    """The central one among them; a dearer hour makes a shorter wait worth more, routes spread as widely as today."""
    _, _, moved = lanes
    curve = moved.by_time_value()
    assert_allclose(curve.sel(time_value_normal=0.0), moved.cost_hat, rtol=1e-12)
    pair = np.log(curve.sel(exporter="IRN", importer="TKM", sector="machinery_equipment"))
    assert (np.diff(pair) < 0).all()
    dear = moved.before.with_time_values(1.25)
    for today, other in zip(moved.before.sectors, dear.sectors, strict=True):
        assert other.goods.time_value_share_per_day > today.goods.time_value_share_per_day > 0
    assert_allclose(list(_radii(dear)), 0.8, rtol=1e-6)


def _radii(cost):
    graph = unfold(cost.graph.network)
    for each in cost.sectors:
        step = each.goods.cost(hours=graph.hours, usd_per_t=graph.usd_per_t)
        yield kernels.spectral_radius(
            kernels.adjacency(
                tail=graph.tail, head=graph.head, edge_cost=step, dispersion=each.paths.dispersion, places=graph.states
            )
        )


def test_no_bloc_is_warned_of_without_tariffs(lanes):
    """Russia's partners in the Eurasian union vote on tariffs, not on a crossing's hours."""
    assert "scenario.warnings.bloc" not in [caution.key for caution in lanes[1].warnings]
    with_tariff = parse_scenario(LANES + '[[provision]]\nkind = "tariff"\ncut_share = 0.5\n')
    cautions = with_tariff.effect(World.embedded()).warnings
    assert "scenario.warnings.bloc" in [caution.key for caution in cautions]


def test_border_costs_and_waiting_on_the_same_border_are_warned_of(lanes):
    assert lanes[2].warnings == ()
    effect = parse_scenario(LANES + FORMALITIES).effect(World.embedded())
    (caution,) = carriage(effect).warnings
    assert tuple(caution.values["pairs"]) == ("IRN–TKM",)
    assert "Iran–Turkmenistan" in explain_caution(caution, effect)
    elsewhere = parse_scenario(LANES + FORMALITIES + 'pairs = [["IRN", "RUS"]]\n').effect(World.embedded())
    assert carriage(elsewhere).warnings == ()


def test_what_the_network_does_not_hold_is_named_with_its_line():
    effect = parse_scenario(LANES.replace("Sarakhs", "Sarahks")).effect(World.embedded())
    with pytest.raises(ScenarioError, match="line 7: no place 'Sarahks'") as caught:
        carriage(effect)
    assert "Sarakhs" in caught.value.hint


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("max_dwell_time_h = 6", "crossings ="),
        ('crossings = ["Sarakhs"]', "max_dwell_time_h"),
        ("hours_cut_share = 0.1", "links ="),
        ('new_links = [{ between = ["A", "B"], mode = "rail" }]', "gauge_mm"),
    ],
)
def test_hints_say_what_is_missing(said, hint):
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(LANES.partition("crossings")[0] + said)
    assert hint in caught.value.hint


def test_places_are_called_as_the_reader_writes_them(lanes):
    network = Network.embedded()
    assert network.called("Sarakhs", "fa") == network.called("سرخس", "fa") == "سرخس"
    assert network.called("سرخس", "en") == "Sarakhs"
    assert network.called("Bandar Abbas", "fa") == "بندرعباس"
    said = " ".join(explain(lanes[1], "fa", places=places_named(network, lanes[1].transit, "fa")))
    assert "سرخس" in said
    assert "Sarakhs" not in said


def test_checking_a_scenario_prices_its_carriage(tmp_path):
    file = tmp_path / "lanes.toml"
    file.write_text(LANES + FORMALITIES, encoding="utf-8")
    found = CliRunner().invoke(cli, ["scenario", "check", str(file), "--json"])
    answer = json.loads(found.output)
    assert any("counts twice" in warning for warning in answer["warnings"])
    assert any(row["transport_cut_percent"] > 0 for row in answer["pairs"])
    file.write_text(LANES.replace("Sarakhs", "Sarahks"), encoding="utf-8")
    refused = CliRunner().invoke(cli, ["scenario", "check", str(file)])
    assert isinstance(refused.exception, ScenarioError)
