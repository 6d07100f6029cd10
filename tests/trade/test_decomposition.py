"""Where a gain comes from and what trade does: parts add up, whatever the World and the shock."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.worlds import random_shock, small_world

from peyvand.errors import UnknownEconomyError
from peyvand.trade import CaliendoParro, creation_and_diversion
from peyvand.world import Shock

SOURCES = ("terms_of_trade", "volume_of_trade", "trade_cost_saving")
MEMBERS = ("AAA", "AAB")


def freed(world, members, *, cost=0.95):
    """No tariffs and cheaper trade among members."""
    like = world["tariff_rate"]
    between = like["exporter"].isin(members) & like["importer"].isin(members) & (like["exporter"] != like["importer"])
    return Shock.of(
        world,
        iceberg_cost_hat=xr.where(between, cost, xr.ones_like(like)).transpose(*like.dims),
        tariff_rate_counterfactual=like.where(~between, 0.0),
    )


@given(seed=st.integers(0, 200), n=st.integers(2, 5), s=st.integers(1, 3))
def test_partners_and_sectors_add_up_to_the_same(seed, n, s):
    world = small_world(n, s, seed=seed)
    result = CaliendoParro().solve(world, random_shock(world, seed))
    for name in SOURCES:
        assert_allclose(result[f"{name}_by_partner"].sum("partner"), result[name], atol=1e-12)
        assert_allclose(result[f"{name}_by_sector"].sum("sector"), result[name], atol=1e-12)


@given(seed=st.integers(0, 200))
def test_what_one_gains_in_terms_of_trade_the_other_loses(seed):
    """In money, pair by pair: equation 17 is zero-sum."""
    world = small_world(4, 2, seed=seed)
    result = CaliendoParro().solve(world, random_shock(world, seed))
    money = result["terms_of_trade_by_partner"] * world["final_expenditure"]
    values = money.transpose("economy", "partner").values
    assert_allclose(values, -values.T, atol=1e-9 * float(world["final_expenditure"].max()))


def test_a_small_shock_is_explained_by_its_parts():
    world = small_world(5, 3, seed=2)
    abroad = (world["tariff_rate"]["exporter"] != world["tariff_rate"]["importer"]).astype(float)
    small = Shock.of(
        world, iceberg_cost_hat=1 - 1e-4 * abroad + 0 * world["tariff_rate"],
        tariff_rate_counterfactual=0.999 * world["tariff_rate"],
    )  # fmt: skip
    result = CaliendoParro().solve(world, small)
    gain = result["welfare_hat"] - 1
    assert float(abs(gain).min()) > 1e-6
    assert_allclose(result["first_order_welfare"], gain, rtol=0.01)


def test_value_added_shares_and_openness_are_those_of_the_flows():
    world = small_world(4, 3, seed=3)
    result = CaliendoParro().solve(world, random_shock(world, 3))
    assert_allclose(result["employment_share"].sum("sector"), 1)
    assert_allclose(result["employment_share_counterfactual"].sum("sector"), 1)
    assert_allclose(result["sector_value_added"].sum("sector"), world["value_added"])
    earned = result["wage_hat"] * world["value_added"]
    assert_allclose(result["sector_value_added_counterfactual"].sum("sector"), earned, rtol=1e-8)
    gdp = world["value_added"] + world["tariff_revenue"]
    assert_allclose(result["openness"] * gdp, result.exports + result.imports)
    after = earned + result["tariff_revenue_counterfactual"]
    assert_allclose(
        result["openness_counterfactual"] * after,
        result.exports_counterfactual + result.imports_counterfactual,
        rtol=1e-8,
    )


@given(seed=st.integers(0, 200))
def test_creation_and_diversion_are_the_rise_of_trade_with_members(seed):
    world = small_world(4, 2, seed=seed)
    found = creation_and_diversion(CaliendoParro().solve(world, freed(world, MEMBERS)), MEMBERS)
    inside = found.sel(economy=list(MEMBERS))
    assert_allclose(inside["trade_creation"] + inside["trade_diversion"], inside["from_members_change"], atol=1e-9)
    assert (inside["trade_diversion"] >= 0).all()
    assert np.isnan(found["trade_creation"].sel(economy=["AAC", "AAD"])).all()


def test_a_union_of_close_substitutes_diverts():
    """With large elasticities a preference takes most of its trade from outsiders; with small ones it creates more."""
    shares = []
    for theta in (1.5, 12.0):
        world = small_world(4, 1, seed=5, theta=theta, inputs=False)
        found = creation_and_diversion(CaliendoParro().solve(world, freed(world, MEMBERS)), MEMBERS)
        inside = found.sel(economy=list(MEMBERS)).sum()
        shares.append(float(inside["trade_diversion"] / inside["from_members_change"]))
        assert 0 < shares[-1] < 1
    assert shares[0] < shares[1]


def test_nothing_changes_without_a_shock():
    world = small_world(3, 2, seed=1)
    found = creation_and_diversion(CaliendoParro().solve(world, Shock.none(world)), ["AAA", "AAB"])
    for name in found.data_vars:
        assert_allclose(found[name].fillna(0), 0, atol=1e-6 * float(world["trade_flow"].max()))


def test_unknown_members_are_named():
    world = small_world(3, 2, seed=1)
    with pytest.raises(UnknownEconomyError):
        creation_and_diversion(CaliendoParro().solve(world, Shock.none(world)), ["ZZZ"])


def test_the_table_of_partners_is_labelled():
    world = small_world(3, 2, seed=1)
    table = CaliendoParro().solve(world, random_shock(world, 1)).to_frame("partners")
    assert set(table["partner"]) == set(world.economies)
    assert len(table) == 9
