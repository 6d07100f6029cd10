"""Optimal and Nash tariffs: the formulas of one sector, the grid, a fixed point of best replies, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.worlds import small_world

from peyvand.errors import ModelError
from peyvand.trade import CaliendoParro
from peyvand.unions.tariffs import goods_sectors, nash_tariffs, optimal_tariffs
from peyvand.world import Shock
from peyvand.world.from_tables import world_from_arrays


def levied(world, economy, rates):
    """The shock of one economy's tariffs on everybody."""
    tariff = world["tariff_rate"].copy(deep=True)
    for sector, rate in rates.items():
        for exporter in world.economies:
            if exporter != economy:
                tariff.loc[{"exporter": exporter, "importer": economy, "sector": sector}] = rate
    return Shock.of(world, tariff_rate_counterfactual=tariff)


@pytest.mark.parametrize("theta", [3.0, 8.0])
def test_between_two_it_is_the_formula_of_gros(theta):
    """t = 1/(θ π'_ff), with the other's home share at the optimum; Gros (1987), equation 10 with σ − 1 = θ."""
    world = small_world(2, 1, 1, inputs=False, tariffs=False, theta=theta, balanced=True)
    point = optimal_tariffs(world, "AAA")
    rate = float(point.tariff.loc["AAA", "sector_1"])
    after = CaliendoParro().solve(world, levied(world, "AAA", {"sector_1": rate}))
    home = float(after["domestic_trade_share_counterfactual"].sel(economy="AAB").item())
    assert_allclose(rate, 1 / (theta * home), atol=1e-4)


@pytest.mark.parametrize("theta", [2.5, 6.0])
def test_a_small_country_sets_one_over_theta(theta):
    """A ten-thousandth of the others: nobody's prices move, and the tariff is 1/θ to a tenth of a point."""
    size = np.array([1.0, 1e4, 2e4])
    flow = np.array([[0.6, 0.2, 0.2], [0.2, 0.8e4, 0.2e4], [0.2, 0.2e4, 1.8e4]])[..., None]
    assert_allclose(flow.sum(axis=(0, 2)), size, rtol=1e-4)
    world = world_from_arrays(
        economies=["AAA", "AAB", "AAC"], sectors=["goods"], name="small", base_year=2019, trade_flow=flow,
        trade_elasticity=theta,
    )  # fmt: skip
    model = CaliendoParro(deficit_rule="eliminated")
    point = optimal_tariffs(world, "AAA", model=model)
    assert_allclose(float(point.tariff.iloc[0, 0]), 1 / theta, atol=1e-3)
    assert point.from_starts == ("free_trade", "today", "high")


def test_nash_tariffs_are_best_replies_to_one_another():
    world = small_world(3, 2, 6, inputs=True)
    points = nash_tariffs(world, world.economies[:2])
    assert points
    for point in points:
        assert point.settled
        assert (point.improvable <= 1e-8).all()
        tariff = world["tariff_rate"].copy(deep=True)
        for player in point.tariff.index:
            tariff = levied(world.replace(tariff_rate=tariff), player, point.tariff.loc[player])[
                "tariff_rate_counterfactual"
            ]
        after = CaliendoParro(tol=1e-11).solve(world, Shock.of(world, tariff_rate_counterfactual=tariff))
        assert_allclose(after["welfare_hat"], point.welfare_hat, rtol=1e-8)
        for player in point.tariff.index:
            own = float(after["welfare_hat"].sel(economy=player))
            for sector in point.tariff.columns:
                for step in (-0.001, 0.001):
                    rates = point.tariff.loc[player].copy()
                    rates[sector] = max(0.0, rates[sector] + step)
                    moved = tariff.copy(deep=True)
                    for exporter in world.economies:
                        if exporter != player:
                            moved.loc[{"exporter": exporter, "importer": player, "sector": sector}] = rates[sector]
                    other = CaliendoParro(tol=1e-11).solve(world, Shock.of(world, tariff_rate_counterfactual=moved))
                    assert float(other["welfare_hat"].sel(economy=player)) <= own + 1e-8


def test_the_optimal_tariff_is_no_worse_than_any_tried():
    world = small_world(4, 2, 9)
    point = optimal_tariffs(world, world.economies[1])
    best = point.welfare_hat[world.economies[1]]
    draws = np.random.default_rng(0)
    for _ in range(15):
        rates = dict(zip(world.sectors, draws.uniform(0, 1, 2), strict=True))
        after = CaliendoParro().solve(world, levied(world, world.economies[1], rates))
        assert float(after["welfare_hat"].sel(economy=world.economies[1])) <= best + 1e-9


def test_refusals():
    world = small_world(6, 2)
    assert goods_sectors(small_world(3, 2, tariffs=False)) == ("sector_1", "sector_2")
    with pytest.raises(ModelError, match="5 players"):
        nash_tariffs(world, world.economies[:5])
    with pytest.raises(ModelError, match="0 players"):
        nash_tariffs(world, [])
