"""The corners of the trade room: islands, walls, zeros, extreme elasticities, and each refusal."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from numpy.testing import assert_allclose
from tests.worlds import random_shock, small_world

from peyvand.errors import ConvergenceError, DataError, ModelError, UnknownNameError
from peyvand.trade import CaliendoParro
from peyvand.world import Shock
from peyvand.world.from_tables import world_from_arrays


def walls(world, *, cost=1.0, tariff=None):
    """The same iceberg cost ratio, or the same tariff, on every foreign pair."""
    abroad = world["tariff_rate"]["exporter"] != world["tariff_rate"]["importer"]
    like = xr.zeros_like(world["tariff_rate"])
    new_tariff = world["tariff_rate"] if tariff is None else xr.where(abroad, tariff, 0.0) + like
    return Shock.of(world, iceberg_cost_hat=xr.where(abroad, cost, 1.0) + like, tariff_rate_counterfactual=new_tariff)


def autarky_welfare(world):
    """What is left of real income without trade, from home shares alone (t = 0, D = 0)."""
    home = np.einsum("nns->ns", world["trade_share"].values)
    inputs = world["input_share"].values.swapaxes(1, 2)
    prices = np.linalg.solve(
        np.eye(len(world.sectors)) - inputs, (-np.log(home) / world["trade_elasticity"].values)[..., None]
    )
    return np.exp(-(world["final_share"].values * prices[..., 0]).sum(axis=1))


@pytest.mark.parametrize(("n", "s"), [(1, 1), (1, 3)])
def test_one_economy_alone(n, s):
    world = small_world(n, s)
    result = CaliendoParro().solve(world, Shock.none(world))
    assert_allclose(result["welfare_hat"], 1, atol=1e-12)
    assert float(result.exports.sum()) == 0


def test_economies_that_do_not_trade_do_not_care():
    flow = np.zeros((2, 2, 1))
    flow[0, 0], flow[1, 1] = 3.0, 5.0
    world = world_from_arrays(
        economies=["AAA", "AAB"], sectors=["goods"], name="apart", base_year=2019, trade_flow=flow, trade_elasticity=5.0
    )
    result = CaliendoParro().solve(world, walls(world, cost=0.5))
    assert_allclose(result["welfare_hat"], 1, atol=1e-12)
    assert_allclose(result["trade_flow_counterfactual"], flow)


@pytest.mark.parametrize("cost", [1e3, 1e9, 1e30])
def test_a_wall_of_iceberg_costs_is_autarky(cost):
    world = small_world(5, 3, seed=1, balanced=True, tariffs=False)
    result = CaliendoParro().solve(world, walls(world, cost=cost))
    assert_allclose(result["welfare_hat"], autarky_welfare(world), rtol=1e-6)
    assert float(result.exports_counterfactual.sum()) < 1e-5 * float(result.exports.sum())


@pytest.mark.parametrize("tariff", [1.0, 10.0, 1e6])
def test_prohibitive_tariffs(tariff):
    world = small_world(5, 3, seed=1, balanced=True)
    result = CaliendoParro().solve(world, walls(world, tariff=tariff))
    assert float(result.exports_counterfactual.sum()) < 0.5 * float(result.exports.sum())
    assert np.isfinite(result["welfare_hat"]).all()
    if tariff > 1e3:
        assert float(result["tariff_revenue_counterfactual"].max()) < 1.0


def test_a_wall_with_a_deficit_to_pay_has_no_equilibrium():
    world = small_world(5, 3, seed=1)
    with pytest.raises(ConvergenceError, match="trade equilibrium was not reached") as caught:
        CaliendoParro().solve(world, walls(world, cost=1e4))
    assert "% of the shock" in caught.value.hint
    assert 0 < caught.value.context["share_of_shock"] < 1
    assert caught.value.context["excess"].dims == ("economy",)


@pytest.mark.parametrize("cost", [0.5, 0.1])
def test_borders_that_almost_vanish(cost):
    world = small_world(5, 3, seed=2)
    result = CaliendoParro().solve(world, walls(world, cost=cost, tariff=0.0))
    assert (result["welfare_hat"] > 1).all()
    assert result.residual <= 1e-10


@pytest.mark.parametrize("theta", [0.3, 60.0, 150.0])
def test_extreme_elasticities(theta):
    world = small_world(5, 3, seed=1, theta=theta)
    result = CaliendoParro().solve(world, random_shock(world, seed=1, size=0.05))
    assert result.residual <= 1e-10


def test_a_good_that_nobody_makes_or_buys_somewhere():
    """AAA makes no sector_1 and AAB buys none of it: prices stay defined and nothing else notices."""
    world = small_world(3, 2, seed=4, inputs=False)
    flow = world["trade_flow"].values.copy()
    flow[0, :, 0] = 0.0
    flow[:, 1, 0] = 0.0
    bare = world_from_arrays(
        economies=world.economies, sectors=world.sectors, name="bare", base_year=2019, trade_flow=flow,
        tariff_rate=world["tariff_rate"], trade_elasticity=world["trade_elasticity"],
    )  # fmt: skip
    result = CaliendoParro().solve(bare, random_shock(bare, seed=1))
    assert float(result["price_index_hat"].sel(importer="AAB", sector="sector_1")) == 1.0
    assert float(result["output_counterfactual"].sel(economy="AAA", sector="sector_1")) == 0.0
    assert np.isfinite(result["welfare_hat"]).all()
    assert (result["trade_flow_counterfactual"].values[flow == 0] == 0).all()


def test_one_sector_without_inputs_is_armington():
    """Dekle, Eaton and Kortum (2008): ŵ_i Y_i = Σ_n π'_in (ŵ_n Y_n + D_n)."""
    world = small_world(4, 1, seed=3, inputs=False, tariffs=False, theta=5.0)
    shock = Shock.of(world, iceberg_cost_hat=random_shock(world, seed=3)["iceberg_cost_hat"])
    result = CaliendoParro(tol=1e-12).solve(world, shock)
    share = world["trade_share"].values[..., 0]
    wage = result["wage_hat"].values
    weight = share * (wage[:, None] * shock["iceberg_cost_hat"].values[..., 0]) ** -5.0
    demand = weight / weight.sum(axis=0) * (wage * world["value_added"].values + world["trade_deficit"].values)
    assert_allclose(demand.sum(axis=1), wage * world["value_added"].values, rtol=1e-10)


# -- refusals ----------------------------------------------------------------------------------------------------------
def test_too_few_steps_is_an_error():
    world = small_world()
    with pytest.raises(ConvergenceError, match="after 1 steps") as caught:
        CaliendoParro(max_iterations=1).solve(world, random_shock(world))
    assert "raise max_iterations" in caught.value.hint
    assert caught.value.context["iterations"] == 1


def test_a_shock_of_another_world_is_refused():
    world, other = small_world(3, 2), small_world(4, 2)
    with pytest.raises(DataError, match="labels of exporter"):
        CaliendoParro().solve(world, Shock.none(other))
    with pytest.raises(DataError, match="labels of sector"):
        CaliendoParro().solve(world, Shock.none(small_world(3, 3)))


def test_unknown_parameters_are_refused():
    with pytest.raises(ModelError, match="no deficit rule 'eliminate'") as caught:
        CaliendoParro(deficit_rule="eliminate")
    assert "eliminated" in caught.value.hint
    with pytest.raises(ModelError, match="must be positive"):
        CaliendoParro(tol=0.0)


def test_balancing_a_gift_ends_the_trade():
    """AAB buys and never sells: with no deficit allowed the only allocation left is autarky."""
    flow = np.array([[8.0, 1.0], [0.0, 9.0]])[..., None]
    world = world_from_arrays(
        economies=["AAA", "AAB"], sectors=["goods"], name="gift", base_year=2019, trade_flow=flow, trade_elasticity=5.0
    )
    result = CaliendoParro(deficit_rule="eliminated").solve(world, Shock.none(world))
    assert float(result.exports.sum()) < 1e-8


# -- the result --------------------------------------------------------------------------------------------------------
def test_tables_are_tidy():
    world = small_world(3, 2)
    result = CaliendoParro().solve(world, random_shock(world))
    economies, sectors, pairs = (result.to_frame(name) for name in ("economies", "sectors", "pairs"))
    assert list(economies["economy"]) == ["AAA", "AAB", "AAC"]
    assert list(sectors.columns[:2]) == ["economy", "sector"]
    assert len(sectors) == 6
    assert list(pairs.columns) == ["exporter", "importer", "sector", "trade_flow", "trade_flow_counterfactual"]
    assert len(pairs) == 18
    foreign = pairs[pairs["exporter"] != pairs["importer"]]
    sold = foreign.groupby("exporter")["trade_flow_counterfactual"].sum()
    assert_allclose(sold, economies["exports_counterfactual"])
    assert not economies.isna().any(axis=None)
    with pytest.raises(UnknownNameError, match="no table 'countries'"):
        result.to_frame("countries")


def test_every_variable_has_its_unit_and_the_result_explains_itself():
    world = small_world(3, 2)
    result = CaliendoParro().solve(world, random_shock(world))
    assert all(array.attrs["unit"] and array.attrs["long_name"] for array in result.data.data_vars.values())
    assert result["real_income_change_musd"].attrs["unit"] == "M USD"
    assert "3 economies" in repr(result)
    assert "deficits fixed" in repr(result)
    with pytest.raises(UnknownNameError, match="no 'welfare'"):
        result["welfare"]


def test_the_inputs_are_left_alone():
    world = small_world(3, 2)
    shock = random_shock(world)
    before, shocked = world.data_hash, shock.data.copy(deep=True)
    CaliendoParro(deficit_rule="eliminated").solve(world, shock)
    assert type(world)(world.data, world.provenance).data_hash == before
    xr.testing.assert_identical(shock.data, shocked)
