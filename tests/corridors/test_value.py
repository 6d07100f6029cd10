"""What an hour is worth: derivatives against the model solved again, and laws of the ranking."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.testing import assert_allclose

from peyvand.cli import cli
from peyvand.corridors import AllenArkolakis, Network
from peyvand.corridors.value import PLACE, WAY
from peyvand.waiting import hour_resolved, whose_hours, worth_of_hours
from peyvand.world import World


@pytest.fixture(scope="module")
def values():
    return worth_of_hours()


def at(values, owner, row):
    owners = values.owners
    return int(owners.index[(owners["owner"] == owner) & (owners["row"] == row)][0])


def test_derivatives_agree_with_the_model_solved_again(values):
    """An hour is small: the gain of each economy to 1 % of the largest, for crossings and links."""
    network = Network.embedded()
    (link,) = network.links_between("Aprin", "Tehran", mode="rail")
    chosen = [(PLACE, network.resolve_one(name)) for name in ("Khorgos (rail)", "Incheh Borun (rail)")]
    for owner, row in [*chosen, (WAY, link)]:
        exact = hour_resolved(owner, row)
        ours = values.gain.isel(place_or_link=at(values, owner, row)).sum("sector").sel(economy=exact["economy"])
        assert_allclose(ours, exact, atol=0.01 * float(np.abs(exact).max()))


def test_a_link_in_line_with_a_crossing_has_its_value(values):
    """All that passes Altynkol and Khorgos by rail takes the link between them."""
    network = Network.embedded()
    crossing = at(values, PLACE, network.resolve_one("Khorgos (rail)"))
    (link,) = network.links_between("Altynkol", "Khorgos (rail)")
    pair = values.gain.isel(place_or_link=[crossing, at(values, WAY, link)])
    assert_allclose(pair[1], pair[0], rtol=1e-6, atol=1e-9)


def test_the_ranking_adds_up(values):
    ranking = values.ranking()
    assert ranking["gain_musd"].is_monotonic_decreasing
    assert (ranking["low_musd"] <= ranking["gain_musd"]).all()
    first = ranking.index[0]
    assert_allclose(values.by_economy(first)["gain_musd"].sum(), ranking["gain_musd"].iloc[0])
    some, others = ["IRN", "KAZ"], [code for code in values.gain.indexes["economy"] if code not in ("IRN", "KAZ")]
    split = values.ranking(some)["gain_musd"] + values.ranking(others)["gain_musd"]
    assert_allclose(split.sort_index(), ranking["gain_musd"].sort_index(), atol=1e-9)
    assert (values.direct >= 0).all()


def test_only_some_are_priced_as_among_all(values):
    some = values.owners.iloc[[5, 200]]
    again = worth_of_hours(only=some)
    assert_allclose(again.gain, values.gain.isel(place_or_link=some.index), rtol=1e-9, atol=1e-12)


def test_sensitivity_of_a_link_is_its_derivative():
    """∂ ln τ / ∂ hours of a link against finite differences of the whole model."""
    network = Network.embedded()
    cost = AllenArkolakis().cost(network, ("machinery_equipment",))
    (link,) = network.links_between("Aprin", "Tehran", mode="rail")
    found = []
    for step in (1e-3, -1e-3):
        links = network.links.copy()
        links.loc[link, "hours"] += step
        tau = cost.again(network.with_tables(links=links)).between_economies().isel(sector=0)
        found.append(np.log(tau.transpose("exporter", "importer").values))
    assert_allclose(cost.sensitivity(link, cost.sectors[0], owner=WAY), (found[0] - found[1]) / 2e-3, atol=1e-9)


def test_the_command_ranks_places_and_links():
    def ask(*words):
        return json.loads(CliRunner().invoke(cli, ["corridors", "value", *words, "--json"]).output)

    eco = whose_hours(World.embedded())
    assert len(eco) == 10
    assert {"IRN", "KAZ", "AFG"} < set(eco)
    ten, everyone = ask("--count", "3"), ask("--for", "all", "--count", "3")
    assert [row["name"] for row in ten] != [row["name"] for row in everyone]
    inside = [sum(each["gain_musd"] for each in row["economies"] if each["economy"] in eco) for row in ten]
    assert_allclose([row["gain_musd"] for row in ten], inside)
    assert_allclose(everyone[0]["gain_musd"], sum(each["gain_musd"] for each in everyone[0]["economies"]))
    rows = ask("Khorgos", "Aktau > Alat Port", "--for", "KAZ")
    assert {row["owner"] for row in rows} == {PLACE, WAY}
    assert all(row["gain_radius_60_musd"] != row["gain_radius_90_musd"] for row in rows)
    assert [row["gain_musd"] for row in rows] == sorted((row["gain_musd"] for row in rows), reverse=True)
