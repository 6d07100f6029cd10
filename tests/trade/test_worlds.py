"""The synthetic Worlds of the tests are what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from tests.worlds import random_shock, small_world, worlds

from peyvand.errors import DataError
from peyvand.world import problems
from peyvand.world.from_tables import world_from_arrays


@settings(max_examples=15, deadline=None)
@given(world=worlds())
def test_synthetic_worlds_are_sound(world):
    assert not problems(world)
    assert (random_shock(world)["iceberg_cost_hat"] > 0).all()


@pytest.mark.parametrize("zero_share", [0.0, 0.5])
def test_balanced_worlds_have_no_deficits(zero_share):
    world = small_world(5, 2, seed=1, balanced=True, zero_share=zero_share)
    assert float(abs(world["trade_deficit"] / world["final_expenditure"]).max()) < 1e-9


def test_labels_put_arrays_in_order():
    world = small_world(3, 2)
    names = ("trade_flow", "tariff_rate", "value_added_share", "input_share", "trade_elasticity")
    turned = world_from_arrays(
        economies=world.economies[::-1],
        sectors=world.sectors[::-1],
        name="turned",
        base_year=2019,
        **{name: world[name] for name in names},
    )
    np.testing.assert_allclose(turned["trade_flow"].sel(world["trade_flow"].indexes), world["trade_flow"])
    np.testing.assert_allclose(turned["final_share"].sel(economy="AAA", sector="sector_2"), world["final_share"][0, 1])


def test_wrong_shapes_and_labels_are_refused():
    world = small_world(3, 2)
    given = {"name": "w", "base_year": 2019, "trade_elasticity": 4.0, "sectors": world.sectors}
    with pytest.raises(DataError, match=r"trade_flow must have the shape \(3, 3, 2\), not \(3, 3\)"):
        world_from_arrays(economies=world.economies, trade_flow=np.ones((3, 3)), **given)
    with pytest.raises(DataError, match="trade_flow lacks ZZZ along exporter"):
        world_from_arrays(economies=(*world.economies, "ZZZ"), trade_flow=world["trade_flow"], **given)
    with pytest.raises(DataError, match="final_share must not be negative"):
        world_from_arrays(
            economies=world.economies,
            trade_flow=world["trade_flow"].values,
            value_added_share=0.0,
            input_share=0.5,
            **given,
        )
