"""Waiting and fees at crossings and ports as a part of a border's thickness."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.testing import assert_allclose

from peyvand.cli import cli
from peyvand.corridors import AllenArkolakis, Network
from peyvand.corridors.allen_arkolakis import WATCHED
from peyvand.gravity import known_causes, thickness
from peyvand.reports.borders import movable_part
from peyvand.waiting import TRANSPORT, with_waiting
from peyvand.world import World


@pytest.fixture(scope="module")
def borders():
    world = World.embedded()
    whole = thickness(world, causes=known_causes(world))
    return whole, with_waiting(whole, world)


def test_waiting_is_what_dearer_stops_would_add():
    """Σ g ∂ ln τ/∂ g over the stops: the derivative of ln τ by a factor on all their hours and fees."""
    network, sectors = Network.embedded(), ("agriculture_food",)
    cost = AllenArkolakis().cost(network, sectors)
    paid = ["pass_h", "pass_usd_per_t", "transfer_h", "transfer_usd_per_t", "gauge_change_usd_per_t"]
    found = []
    for factor in (1 + 1e-5, 1 - 1e-5):
        nodes = network.nodes.copy()
        nodes.loc[nodes["kind"].isin(WATCHED), paid] *= factor
        found.append(np.log(cost.again(network.with_tables(nodes=nodes)).between_economies().values))
    measured = (found[0] - found[1]) / 2e-5
    assert_allclose(cost.waiting().values, measured, atol=1e-6)


def test_the_parts_still_add_up_and_the_rest_stays(borders):
    whole, split = borders
    assert split.components[-2:] == (TRANSPORT, "unexplained")
    for name in ("border_thickness", "pair_thickness"):
        total = split[f"{name}_part"].sum("component", skipna=False)
        assert_allclose(total, whole[name].transpose(*total.dims), atol=1e-12)
    assert_allclose(movable_part(split), movable_part(whole), atol=1e-12)
    part = split["border_thickness_part"].sel(component=TRANSPORT)
    assert (part.sel(sector="other_services").fillna(0) == 0).all()
    assert float(part.min()) >= 0
    assert_allclose(part.transpose("exporter", "importer", "sector"), part.transpose("importer", "exporter", "sector"))


def test_the_command_line_shows_it():
    answer = json.loads(CliRunner().invoke(cli, ["borders", "--pair", "IRN", "KAZ", "--json"]).output)
    assert TRANSPORT in answer["causes"]
    by_sector = {row["sector"]: row["transport_log_points"] for row in answer["borders"]}
    assert by_sector["machinery_equipment"] > 0
    assert by_sector["other_services"] == 0
