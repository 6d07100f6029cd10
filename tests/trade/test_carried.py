"""Draws of what an hour is worth: one error for all sectors, along the curve that the corridors give."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from numpy.testing import assert_allclose
from tests.worlds import random_shock, small_world

from peyvand.errors import ModelError
from peyvand.trade import CaliendoParro, CarriedCosts, delta_deviation, draw, variance_shares
from peyvand.trade.drawn import Centre
from peyvand.world import Shock, World

NODES = (-2.0, -1.0, 0.0, 1.0, 2.0)


@pytest.fixture(scope="module")
def carriage():
    """A World whose elasticities and flows are exact, a shock of carriage alone, and how it moves."""
    world = small_world(4, 2, seed=4)
    world = World(world.data.drop_vars(["trade_elasticity_se", "trade_flow_cv"], errors="ignore"), world.provenance)
    log_cost = -np.abs(np.log(random_shock(world, 4)["iceberg_cost_hat"])) / 10
    slices = [np.exp(log_cost * (1 + normal / 3)) for normal in NODES]
    curve = xr.concat(slices, "time_value_normal").assign_coords(time_value_normal=list(NODES))
    return world, Shock.of(world, iceberg_cost_hat=np.exp(log_cost)), curve


def test_a_draw_is_the_answer_with_its_own_carriage(carriage):
    """Every draw against a solve of the shock that its value of time makes."""
    world, shock, curve = carriage
    found = draw(world, shock, carried=CarriedCosts.of(curve), draws=6, seed=2, tol=1e-11)
    assert found.sources == ("time",)
    centre = Centre.of(world, shock, None, CaliendoParro(), 1e-11, carried=CarriedCosts.of(curve))
    normals = centre.normals(range(6), seed=2, sources=["time"])["time"][:, 0]
    assert len(set(normals)) == 6
    for number, normal in enumerate(np.clip(normals, *NODES[:: len(NODES) - 1])):
        own = Shock.of(world, iceberg_cost_hat=shock["iceberg_cost_hat"] ** (1 + normal / 3))
        alone = CaliendoParro().solve(world, own)["welfare_hat"]
        assert_allclose(found["welfare_hat"][number], alone, rtol=1e-9)


def test_the_other_sources_meet_the_same_numbers(carriage):
    """A scenario with carriage differs from one without by the value of time alone."""
    world, shock, curve = carriage
    spread = world.replace(trade_elasticity_se=xr.full_like(world["trade_elasticity"], 0.2))
    one = draw(spread, shock, draws=5)
    other = draw(spread, shock, carried=CarriedCosts.of(curve), freeze=["time"], draws=5)
    xr.testing.assert_identical(one.data, other.data)


def test_the_variance_comes_from_where_it_comes(carriage):
    world, shock, curve = carriage
    table = variance_shares(world, shock, carried=CarriedCosts.of(curve), draws=30)
    assert_allclose(table["time"], 1.0)
    assert (table["sd_percent"] > 0).all()


def test_small_errors_agree_with_the_delta_method(carriage):
    world, shock, curve = carriage
    near = curve.assign_coords(time_value_normal=[20 * node for node in NODES])
    held = CarriedCosts.of(near)
    drawn = np.log(draw(world, shock, carried=held, draws=400)["welfare_hat"]).std("draw")
    assert_allclose(drawn, delta_deviation(world, shock, carried=held), rtol=0.12)


def test_a_curve_needs_its_centre_and_takes_any_order(carriage):
    _, _, curve = carriage
    shuffled = CarriedCosts.of(curve.isel(time_value_normal=[3, 0, 4, 2, 1]).transpose(..., "time_value_normal"))
    normals = np.array([-3.0, -0.5, 0.0, 1.5])
    assert_allclose(shuffled.change(normals), CarriedCosts.of(curve).change(normals))
    assert_allclose(shuffled.change(normals)[2], 0.0)
    with pytest.raises(ModelError, match="central value of time"):
        CarriedCosts.of(curve.isel(time_value_normal=[0, 1]))
