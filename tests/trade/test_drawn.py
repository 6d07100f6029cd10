"""Draws side by side: each is what the model answers to that draw alone, and one that has no answer harms no other."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from numpy.testing import assert_allclose
from tests.worlds import random_shock, small_world

from peyvand.trade import CaliendoParro, draw
from peyvand.trade.deficits import DEFICIT_RULES
from peyvand.trade.drawn import Centre
from peyvand.world import Shock

CLOSURES = [
    *({"deficit_rule": rule, "numeraire": "AAB" if rule == "fixed_nominal" else None} for rule in DEFICIT_RULES),
    {"barrier": "rent", "rent_keeper": "importer"},
    {"barrier": "rent", "rent_keeper": "exporter"},
]
PAIRS = ("sector", "exporter", "importer")


def noisy_world(economies=5, sectors=3, seed=1, **options):
    world = small_world(economies, sectors, seed=seed, **options)
    return world.replace(
        trade_elasticity_se=xr.full_like(world["trade_elasticity"], 0.3),
        trade_flow_cv=xr.full_like(world["trade_flow"], 0.3),
    )


def of_draw(world, centre, drawn, place):
    """The World and the shock of one draw."""
    accounts, log_cost = drawn.alone(place)
    like = world["trade_flow"].transpose(*PAIRS)
    seen = world.replace(
        trade_elasticity=world["trade_elasticity"].copy(data=accounts.trade_elasticity),
        trade_flow=like.copy(data=accounts.trade_flow),
    )
    shock = Shock.of(
        seen,
        iceberg_cost_hat=like.copy(data=np.exp(log_cost)),
        tariff_rate_counterfactual=like.copy(data=centre.tariff_rate),
    )
    return seen, shock


@pytest.mark.parametrize("closure", CLOSURES, ids=lambda closure: "-".join(map(str, closure.values())))
def test_every_draw_is_the_one_solved_alone(closure):
    world, solver = noisy_world(zero_share=0.2), CaliendoParro(**closure)
    centre = Centre.of(world, random_shock(world, 2), None, solver, 1e-11)
    normals = centre.normals(range(3), seed=4, sources=centre.sources)
    answers, failed = centre.solve(normals)
    assert not failed
    drawn = centre.drawn(normals)
    for place in range(3):
        alone = solver.solve(*of_draw(world, centre, drawn, place))
        for name in ("welfare_hat", "real_wage_hat", "consumer_price_hat", "tariff_revenue_counterfactual"):
            assert_allclose(answers[name][place], alone[name], rtol=1e-8, atol=1e-8)
        assert_allclose(answers["tariff_revenue"][place], alone["tariff_revenue"], rtol=1e-8, atol=1e-8)
        assert_allclose(answers["exports_hat"][place], alone.exports_counterfactual / alone.exports, rtol=1e-8)
        assert_allclose(answers["imports_hat"][place], alone.imports_counterfactual / alone.imports, rtol=1e-8)
        output = alone["output_counterfactual"] / alone.baseline["output"]
        assert_allclose(answers["output_hat"][place], output.transpose("economy", "sector"), rtol=1e-8)
        after = alone["trade_flow_counterfactual"].sum("sector").transpose("exporter", "importer")
        before = alone.baseline["trade_flow"].sum("sector").transpose("exporter", "importer")
        assert_allclose(answers["pair_trade_counterfactual"][place], after, rtol=1e-8)
        assert_allclose(answers["pair_trade"][place], before, rtol=1e-8)


def test_the_size_of_a_batch_does_not_change_answers(monkeypatch):
    world = noisy_world()
    shock = random_shock(world, 3)
    whole = draw(world, shock, draws=9, tol=1e-11)
    monkeypatch.setattr("peyvand.trade.drawn.CELLS", 2 * world["trade_flow"].size)
    parts = draw(world, shock, draws=9, tol=1e-11)
    for name in whole.data.data_vars:
        assert_allclose(parts[name], whole[name], rtol=1e-8, atol=1e-8)


def test_a_poisoned_draw_leaves_the_others_intact():
    """One draw's flows are not numbers, another's elasticity lets the wall through that the deficit cannot pay for."""
    world = noisy_world(seed=1)
    abroad = world["tariff_rate"]["exporter"] != world["tariff_rate"]["importer"]
    wall = Shock.of(world, iceberg_cost_hat=xr.where(abroad, 1.5, 1.0) + xr.zeros_like(world["tariff_rate"]))
    centre = Centre.of(world, wall, None, CaliendoParro(max_iterations=200), 1e-9)
    normals = centre.normals(range(4), seed=0, sources=centre.sources)
    fine, none = centre.solve(normals)
    assert not none
    normals["flow"][1] = np.nan
    normals["elasticity"][2] = 12.0
    answers, failed = centre.solve(normals)
    assert set(failed) == {1, 2}
    assert "balanced" in failed[1]
    assert "% of the shock" in failed[2] or "residual" in failed[2]
    for name, values in answers.items():
        assert np.isnan(values[[1, 2]]).all()
        assert_allclose(values[[0, 3]], fine[name][[0, 3]], rtol=1e-7, atol=1e-7)
