"""The derivative of welfare by every border, against finite differences of the exact model."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.worlds import random_shock, small_world, worlds

from peyvand.errors import ModelError, UnknownEconomyError
from peyvand.trade import CaliendoParro, border_sensitivity
from peyvand.trade.barriers import RENT_KEEPERS
from peyvand.trade.deficits import DEFICIT_RULES
from peyvand.world import Shock
from peyvand.world.from_tables import world_from_arrays

some = settings(max_examples=8, deadline=None)


def model(rule="fixed", **given):
    return CaliendoParro(deficit_rule=rule, numeraire="AAB" if rule == "fixed_nominal" else None, tol=1e-13, **given)


def moved(world, cell, step, *, tariff):
    """One border moved by a step in logs."""
    rate, cost = world["tariff_rate"].copy(deep=True), xr.ones_like(world["tariff_rate"])
    if tariff:
        rate.loc[cell] = (1 + rate.loc[cell]) * np.exp(step) - 1
    else:
        cost.loc[cell] = np.exp(step)
    return Shock.of(world, iceberg_cost_hat=cost, tariff_rate_counterfactual=rate)


def cell_at(world, places):
    """The border of a sector at three numbers, whatever the world's size."""
    i, n, s = places
    return {
        "exporter": world.economies[i % len(world.economies)],
        "importer": world.economies[n % len(world.economies)],
        "sector": world.sectors[s % len(world.sectors)],
    }


@some
@given(
    world=worlds(zeros=False), rule=st.sampled_from(DEFICIT_RULES), tariff=st.booleans(),
    places=st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)),
)  # fmt: skip
def test_slopes_are_finite_differences(world, rule, tariff, places):
    """Of a random border, home trade included, on every economy: to 1e-5 of the largest."""
    solver = model(rule)
    found = border_sensitivity(world, model=solver)
    cell = cell_at(world, places)
    step = 1e-4
    up, down = (
        np.log(solver.solve(world, moved(world, cell, sign * step, tariff=tariff))["welfare_hat"]) for sign in (1, -1)
    )
    numeric = (up - down) / (2 * step)
    ours = found["welfare_by_tariff" if tariff else "welfare_by_cost"].sel(cell)
    assert_allclose(ours, numeric, atol=1e-5 * float(abs(numeric).max()) + 1e-9)


def test_slopes_with_elastic_supply():
    world = small_world(4, 1, seed=8, inputs=False)
    solver = model(supply_elasticity=1.5)
    found = border_sensitivity(world, model=solver)["welfare_by_cost"]
    cell = {"exporter": "AAA", "importer": "AAC", "sector": "sector_1"}
    up, down = (np.log(solver.solve(world, moved(world, cell, s, tariff=False))["welfare_hat"]) for s in (1e-4, -1e-4))
    assert_allclose(found.sel(cell), (up - down) / 2e-4, atol=1e-8)


@some
@given(world=worlds(), seed=st.integers(0, 2**16))
def test_first_order_is_the_limit_of_the_exact_change(world, seed):
    """A tenth of a small shock leaves a hundredth of the miss."""
    whole = random_shock(world, seed, size=0.01)
    tariff = world["tariff_rate"]
    found = border_sensitivity(world, model=model())

    def missed(part):
        shock = Shock.of(
            world,
            iceberg_cost_hat=whole["iceberg_cost_hat"] ** part,
            tariff_rate_counterfactual=tariff + part * 0.1 * (whole["tariff_rate_counterfactual"] - tariff),
        )
        exact = np.log(model().solve(world, shock)["welfare_hat"])
        return float(abs(exact - found.first_order(shock)).max())

    assert missed(0.1) <= 0.02 * missed(1.0) + 1e-10


@some
@given(world=worlds(tariffs=False, balanced=True))
def test_a_balanced_world_loses_what_it_buys(world):
    """Σ_n I_n ∂ ln W_n / ∂ ln d = minus the flow across the border: the envelope theorem."""
    slope = border_sensitivity(world, model=model())["welfare_by_cost"]
    worth = (slope * world["final_expenditure"]).sum("economy").transpose(*world["trade_flow"].dims)
    assert_allclose(worth, -world["trade_flow"], rtol=1e-6, atol=1e-8 * float(world["trade_flow"].max()))


def test_the_ranking_names_borders_and_sums_over_members():
    world = small_world(5, 2, seed=3)
    found = border_sensitivity(world, economies=["AAA", "AAB"])
    pairs = found.ranking()
    assert list(pairs.columns) == ["exporter", "importer", "gain_musd"]
    assert (pairs["exporter"] != pairs["importer"]).all()
    assert pairs["gain_musd"].abs().is_monotonic_decreasing
    cells = found.ranking(by="cell", top=None)
    assert len(cells) == 5 * 4 * 2
    one = found.ranking(["AAA"], top=None).set_index(["exporter", "importer"])["gain_musd"]
    other = found.ranking(["AAB"], top=None).set_index(["exporter", "importer"])["gain_musd"]
    both = found.ranking(top=None).set_index(["exporter", "importer"])["gain_musd"]
    assert_allclose(both, (one + other)[both.index])
    table = found.beside_exact(random_shock(world, 1, size=0.3))
    assert list(table["economy"]) == ["AAA", "AAB"]
    assert (table["missed_percent"].abs() > 1e-3).any()


def test_what_cannot_be_asked_is_refused():
    world = small_world(3, 2)
    with pytest.raises(UnknownEconomyError):
        border_sensitivity(world, economies=["ZZZ"])
    with pytest.raises(ModelError, match="no ranking"):
        border_sensitivity(world).ranking(by="sector")
    apart = world_from_arrays(
        economies=["AAA", "AAB"], sectors=["goods"], name="apart", base_year=2019,
        trade_flow=np.diag([3.0, 5.0])[..., None], trade_elasticity=5.0,
    )  # fmt: skip
    with pytest.raises(ModelError, match="singular"):
        border_sensitivity(apart)


def test_the_slope_of_a_rent_that_importers_keep_is_that_of_a_tariff():
    world = small_world(4, 2, seed=9)
    found = border_sensitivity(world, model=CaliendoParro(barrier="rent"))
    assert_allclose(found["welfare_by_cost"], found["welfare_by_tariff"])
    assert_allclose(found["welfare_by_tariff"], border_sensitivity(world)["welfare_by_tariff"])


@some
@given(
    world=worlds(zeros=False), rule=st.sampled_from(DEFICIT_RULES), keeper=st.sampled_from(RENT_KEEPERS),
    places=st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)),
)  # fmt: skip
def test_slopes_of_rents_are_finite_differences(world, rule, keeper, places):
    """A rent that rises and one that fades, which changes today's accounts instead, have the same slope."""
    solver = model(rule, barrier="rent", rent_keeper=keeper)
    found = border_sensitivity(world, model=solver)
    cell = cell_at(world, places)
    ours = found["welfare_by_cost"].sel(cell)
    for step in (1e-4, -1e-4):  # each side by itself, its curvature taken out
        near, far = (
            np.log(solver.solve(found.world, moved(found.world, cell, size * step, tariff=False))["welfare_hat"])
            for size in (1, 2)
        )
        assert_allclose(ours, (4 * near - far) / (2 * step), atol=1e-5 * float(abs(ours).max()) + 1e-9)


def test_what_stands_beside_is_of_the_same_model():
    """First order and exact answers to a small fall of a rent that exporters keep agree; it costs the exporter."""
    world = small_world(4, 2, seed=9)
    found = border_sensitivity(world, model=CaliendoParro(barrier="rent", rent_keeper="exporter"))
    cell = {"exporter": "AAA", "importer": "AAC", "sector": "sector_1"}
    table = found.beside_exact(moved(world, cell, -1e-4, tariff=False)).set_index("economy")
    assert_allclose(table["first_order_percent"], table["exact_percent"], atol=1e-6)
    assert table["exact_percent"]["AAA"] < 0
