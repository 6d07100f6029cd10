"""Border thickness: what holds for any World, worked cases, and the edges."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from tests.worlds import random_shock, small_world, worlds

from peyvand.errors import DataError, UnknownNameError
from peyvand.gravity import thickness
from peyvand.gravity.head_ries import head_ries, size_adjusted
from peyvand.world import STATUSES, Shock

a_law = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CAUSES = {"distance_km": -0.8, "contiguous": 0.4, "common_language": 0.2}


# -- laws --------------------------------------------------------------------------------------------------------------
@a_law
@given(world=worlds())
def test_a_border_is_the_same_from_both_sides_and_nothing_at_home(world):
    found = thickness(world)
    for name in ("border_thickness", "pair_thickness", "border_weight", "pair_thickness_size_adjusted"):
        values = found[name].values
        assert_allclose(values, values.swapaxes(0, 1), atol=1e-12)
    assert_allclose(np.einsum("iis->is", found["border_thickness"].values), 0.0, atol=1e-12)


@a_law
@given(world=worlds(), causes=st.sampled_from([None, CAUSES, {"contiguous": 0.4}]))
def test_parts_sum_to_the_thickness(world, causes):
    found = thickness(world, causes=causes)
    assert found.components == ("tariff", *(causes or {}), "unexplained")
    assert_allclose(found["border_thickness_part"].sum("component", skipna=False), found["border_thickness"])
    assert_allclose(found["pair_thickness_part"].sum("component", skipna=False), found["pair_thickness"])


@a_law
@given(world=worlds(), factor=st.floats(1e-3, 1e3))
def test_the_currency_does_not_matter(world, factor):
    other = world.replace(trade_flow=world["trade_flow"] * factor)
    for name in ("border_thickness", "pair_thickness", "pair_thickness_size_adjusted"):
        assert_allclose(thickness(other)[name], thickness(world)[name], atol=1e-9)


@a_law
@given(world=worlds())
def test_no_thickness_is_infinite_and_zeros_are_no_recorded_trade(world):
    found = thickness(world)
    flow = world["trade_flow"].values
    both = (flow > 0) & (flow.swapaxes(0, 1) > 0)
    abroad = ~np.eye(len(flow), dtype=bool)
    assert_array_equal(found["trade_recorded"].values[abroad], both[abroad])
    assert_array_equal(np.isfinite(found["border_thickness"].values), found["trade_recorded"].values)
    assert not np.isinf(found["border_thickness_part"].values).any()
    assert_allclose(found["border_weight"].sum("sector").values, found["trade_recorded"].any("sector").values * 1.0)


@a_law
@given(world=worlds(), seed=st.integers(0, 99))
def test_after_a_union_the_pair_moves_by_the_weighted_mean_of_the_cost_change(world, seed):
    """After = before + the mean over directions of Σ_s w_s ln κ̂, κ̂ = d̂ (1+t')/(1+t)."""
    shock = random_shock(world, seed)
    before = thickness(world)
    after = before.after(world, shock)
    cost = np.log(shock["iceberg_cost_hat"] * (1 + shock["tariff_rate_counterfactual"]) / (1 + world["tariff_rate"]))
    directed = (before["border_weight"] * cost).sum("sector", min_count=1).transpose("exporter", "importer").values
    expected = before["pair_thickness"].values + 0.5 * (directed + directed.T)
    assert_allclose(after["pair_thickness"].values, expected, atol=1e-12)
    assert_allclose(after["pair_thickness_part"].sum("component", skipna=False), after["pair_thickness"], atol=1e-12)
    assert_allclose(
        after["border_thickness_part"].sel(component="unexplained"),
        before["border_thickness_part"].sel(component="unexplained"),
    )


@a_law
@given(world=worlds())
def test_no_shock_moves_no_border(world):
    before = thickness(world)
    after = before.after(world, Shock.none(world))
    assert_allclose(after["border_thickness"], before["border_thickness"], atol=1e-12)


def test_two_shocks_in_turn_are_one_longer_way():
    world = small_world(4, 2, seed=3)
    shock = random_shock(world, 1)
    once = thickness(world).after(world, shock)
    back = Shock.of(
        world, iceberg_cost_hat=1 / shock["iceberg_cost_hat"], tariff_rate_counterfactual=world["tariff_rate"]
    )
    moved = world.replace(tariff_rate=shock["tariff_rate_counterfactual"])
    assert_allclose(once.after(moved, back)["pair_thickness"], thickness(world)["pair_thickness"], atol=1e-12)
    assert once.after(moved, back).components == once.components


# -- worked cases ------------------------------------------------------------------------------------------------------
def test_head_ries_by_hand():
    """Home sales 100 and 400, trade 10 and 40, θ = 5: h = ln(40 000 / 400) / 10 = ln(100) / 10."""
    trade = np.array([[100.0, 10.0], [40.0, 400.0]])[..., None]
    found = head_ries(trade=trade, trade_elasticity=np.array([5.0]))
    assert found[0, 1, 0] == pytest.approx(np.log(100) / 10)


def test_an_iceberg_cost_is_read_back():
    """Armington trade under τ = 1.5 both ways and no other friction shows h = ln 1.5 exactly."""
    size, theta = np.array([3.0, 5.0, 11.0]), 4.0
    cost = np.where(np.eye(3) > 0, 1.0, 1.5)
    trade = size[:, None] * size[None, :] * cost**-theta
    found = head_ries(trade=trade[..., None], trade_elasticity=np.array([theta]))[..., 0]
    assert_allclose(found[~np.eye(3, dtype=bool)], np.log(1.5))


def test_causes_by_hand():
    world = small_world(3, 1, theta=4.0)
    away = np.array(world["distance_km"].values)
    found = thickness(world, causes={"distance_km": -1.2, "contiguous": 0.5})["border_thickness_part"].isel(sector=0)
    i, j = 0, 1
    distance = 1.2 / 4 * (np.log(away[i, j] * away[j, i]) / 2 - np.log(away[i, i] * away[j, j]) / 2)
    touching = float(world["contiguous"][i, j])
    assert float(found.sel(component="distance_km")[i, j]) == pytest.approx(distance)
    assert float(found.sel(component="contiguous")[i, j]) == pytest.approx(-0.5 / 4 * (touching - 1))


def test_the_tariff_part_is_the_mean_of_both_directions():
    world = small_world(3, 2)
    tariff = world["tariff_rate"].values
    found = thickness(world)["border_thickness_part"].sel(component="tariff").values
    assert_allclose(found[0, 1], (np.log1p(tariff[0, 1]) + np.log1p(tariff[1, 0])) / 2)


def test_size_adjustment_takes_out_what_size_explains():
    rng = np.random.default_rng(0)
    output = rng.uniform(1, 1e4, 8)
    both = np.log(output)[:, None] + np.log(output)[None, :]
    adjusted = size_adjusted(pair_thickness=2 - 0.1 * both, output=output)
    abroad = ~np.eye(8, dtype=bool)
    assert_allclose(adjusted[abroad], (2 - 0.1 * both)[abroad].mean())


# -- tables, flags and edges -------------------------------------------------------------------------------------------
def test_tables_have_a_row_per_pair():
    world = small_world(5, 3)
    pairs, sectors = thickness(world).to_frame(), thickness(world).to_frame(by="sector")
    assert len(pairs) == 10
    assert len(sectors) == 30
    assert_allclose(pairs["tariff_log_points"] + pairs["unexplained_log_points"], pairs["thickness_log_points"])
    assert_allclose(np.expm1(pairs["thickness_log_points"]) * 100, pairs["thickness_percent"])
    assert set(sectors["status"]) <= set(STATUSES)
    with pytest.raises(DataError, match="by 'pair' or by 'sector'"):
        thickness(world).to_frame(by="economy")


def test_sanctions_of_either_side_are_flagged():
    world = small_world(3, 2)
    flags = world["sanctioned"].copy(data=np.array([[0, 1, 0], [0, 0, 0], [0, 0, 0]], dtype=bool))
    found = thickness(world.replace(sanctioned=flags))["sanctioned_pair"].values
    assert_array_equal(found, [[0, 1, 0], [1, 0, 0], [0, 0, 0]])


def test_the_status_is_that_of_the_least_certain_flow():
    world = small_world(3, 1)
    code = np.full((3, 3, 1), STATUSES.index("reported"))
    code[2, 1] = STATUSES.index("estimated")
    status = xr.DataArray(code, dims=("exporter", "importer", "sector"), coords=world["trade_flow"].coords)
    frame = thickness(world.replace(trade_flow_status=status)).to_frame(by="sector")
    assert frame["status"].tolist() == ["reported", "reported", "estimated"]


def test_a_pair_without_any_trade_has_no_number():
    world = small_world(3, 2)
    flow = world["trade_flow"].copy(deep=True)
    flow.loc[{"exporter": world.economies[0], "importer": world.economies[1]}] = 0.0
    found = thickness(world.replace(trade_flow=flow))
    assert np.isnan(found.total(*world.economies[:2]))
    row = found.to_frame().iloc[0]
    assert not row["recorded"]
    assert np.isnan(row["thickness_log_points"])


def test_an_economy_that_sells_nothing_at_home_has_no_number_but_is_no_trouble():
    world = small_world(3, 1)
    flow = world["trade_flow"].copy(deep=True)
    flow.loc[{"exporter": world.economies[0], "importer": world.economies[0]}] = 0.0
    found = thickness(world.replace(trade_flow=flow))
    assert np.isnan(found.total(world.economies[0], world.economies[2]))
    assert np.isfinite(found.total(world.economies[1], world.economies[2]))


def test_one_economy_has_no_border():
    found = thickness(small_world(1, 2))
    assert found["pair_thickness"].values.tolist() == [[0.0]]
    assert found.to_frame().empty


def test_an_unknown_cause_gets_the_nearest_name():
    with pytest.raises(UnknownNameError, match="did you mean 'contiguous'"):
        thickness(small_world(3, 1), causes={"contigous": 1.0})
