"""Laws of the Caliendo–Parro equilibrium, for random Worlds and shocks."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from benchmarks._plain_caliendo_parro import solve_plainly
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.trade.transform import PAIRS, after, reorder, split_economy, split_sector
from tests.worlds import random_shock, small_world, worlds

from peyvand.trade import CaliendoParro
from peyvand.trade.caliendo_parro import baseline_of
from peyvand.trade.deficits import fixed_deficits
from peyvand.trade.kernels import blocks, solve_equilibrium
from peyvand.world import Shock

some = settings(max_examples=8, deadline=None)
seeds = st.integers(0, 2**16)
TIGHT = CaliendoParro(tol=1e-12)
HATS = ("welfare_hat", "real_wage_hat", "wage_hat", "consumer_price_hat", "price_index_hat", "unit_cost_hat")
BY_ECONOMY = ("welfare_hat", "real_wage_hat", "wage_hat", "first_order_welfare")


def solved(world, seed):
    return TIGHT.solve(world, random_shock(world, seed))


@some
@given(world=worlds())
def test_no_shock_changes_nothing(world):
    result = TIGHT.solve(world, Shock.none(world))
    for name in HATS:
        assert_allclose(result[name], 1, atol=1e-9, err_msg=name)
    flow = world["trade_flow"]
    assert_allclose(result["trade_flow_counterfactual"], flow, atol=1e-9 * float(flow.max()))
    assert result.iterations <= 2


@some
@given(world=worlds(balanced=False, zeros=False), seed=seeds)
def test_eliminated_deficits_then_no_shock_changes_nothing(world, seed):
    model = CaliendoParro(deficit_rule="eliminated", tol=1e-12)
    result = model.solve(world, Shock.none(world))
    assert_allclose(result["welfare_hat"], 1, atol=1e-9)
    income = result.baseline["final_expenditure"]
    assert_allclose(result.baseline["trade_deficit"] / income, 0, atol=1e-9)
    shocked = model.solve(world, random_shock(world, seed))
    assert_allclose((shocked.imports_counterfactual - shocked.exports_counterfactual) / income, 0, atol=1e-9)


@some
@given(world=worlds(), seed=seeds, rate=st.sampled_from([1e-6, 0.37, 42_000.0]))
def test_the_currency_does_not_matter(world, seed, rate):
    ours = solved(world, seed)
    theirs = solved(world.replace(trade_flow=world["trade_flow"] * rate), seed)
    for name in HATS:
        assert_allclose(theirs[name], ours[name], rtol=1e-9)
    scale = float(world["final_expenditure"].max())
    assert_allclose(theirs["real_income_change_musd"] / rate, ours["real_income_change_musd"], atol=1e-9 * scale)


@some
@given(world=worlds(), seed=seeds, data=st.data())
def test_the_order_does_not_matter(world, seed, data):
    economies = data.draw(st.permutations(list(world.economies)))
    sectors = data.draw(st.permutations(list(world.sectors)))
    shock = random_shock(world, seed)
    ours = TIGHT.solve(world, shock)
    theirs = TIGHT.solve(*reorder(world, shock, economies, sectors))
    for name in HATS:
        assert_allclose(theirs[name].sel(ours[name].indexes), ours[name], rtol=1e-9)


@some
@given(world=worlds(), seed=seeds)
def test_the_order_of_dims_does_not_matter(world, seed):
    turned = world.data.transpose("input_sector", "sector", "economy", "importer", "exporter")
    shock = random_shock(world, seed)
    theirs = TIGHT.solve(type(world)(turned, world.provenance), Shock(shock.data.transpose("sector", ...)))
    assert_allclose(theirs["welfare_hat"], TIGHT.solve(world, shock)["welfare_hat"], rtol=1e-12)


@some
@given(world=worlds(), seed=seeds, part=st.floats(0.05, 0.95))
def test_a_sector_split_in_two_proportional_ones_changes_nothing(world, seed, part):
    shock = random_shock(world, seed)
    whole = TIGHT.solve(world, shock)
    halves = TIGHT.solve(*split_sector(world, shock, world.sectors[-1], part))
    for name in BY_ECONOMY:
        assert_allclose(halves[name], whole[name], atol=1e-9, err_msg=name)


@some
@given(world=worlds(), seed=seeds, part=st.floats(0.05, 0.95))
def test_an_economy_split_in_two_proportional_twins_changes_nothing(world, seed, part):
    shock = random_shock(world, seed)
    whole = TIGHT.solve(world, shock)
    twins = TIGHT.solve(*split_economy(world, shock, "AAA", part))
    for name in BY_ECONOMY:
        of_twins = twins[name].sel(economy=["AAAa", "AAAb", *world.economies[1:]]).values
        assert_allclose(of_twins, whole[name].values[[0, *range(len(world.economies))]], atol=1e-9, err_msg=name)


@some
@given(world=worlds(), seed=seeds)
def test_real_wages_follow_home_shares(world, seed):
    """ŵ/P̂ = Π λ̂_r^(−α_s ã_rs/θ_r), ã the Leontief inverse: Caliendo and Parro (2015) eq. 15."""
    result = solved(world, seed)
    assert_allclose(result["real_wage_hat"], gains_formula(world, result), rtol=1e-9)


@some
@given(world=worlds(tariffs=False, balanced=True), seed=seeds)
def test_welfare_follows_home_shares_without_tariffs_and_deficits(world, seed):
    cost = random_shock(world, seed)["iceberg_cost_hat"]
    result = TIGHT.solve(world, Shock.of(world, iceberg_cost_hat=cost))
    assert_allclose(result["welfare_hat"], gains_formula(world, result), rtol=1e-8)


def gains_formula(world, result):
    change = result["domestic_trade_share_counterfactual"] / result["domestic_trade_share"].where(
        lambda share: share > 0
    )
    log_change = np.log(change.fillna(1.0)) / world["trade_elasticity"]
    inputs = world["input_share"].transpose("economy", "sector", "input_sector").values
    leontief = np.linalg.inv(np.eye(len(world.sectors)) - inputs)
    prices = np.einsum("nsr,nr->ns", leontief, log_change.transpose("economy", "sector").values)
    return np.exp(-(world["final_share"].transpose("economy", "sector").values * prices).sum(axis=1))


@some
@given(world=worlds(), seed=seeds)
def test_every_account_closes(world, seed):
    """Walras and the budget: markets clear, and revenue, factor income and deficit are spent."""
    result = solved(world, seed)
    new = result["trade_flow_counterfactual"]
    tariff = result.shock["tariff_rate_counterfactual"]
    income = result["final_expenditure_counterfactual"]
    output = new.sum("importer").rename(exporter="economy")
    paid = (new * (1 + tariff)).sum("exporter").rename(importer="economy")
    factor_income = result["wage_hat"] * world["value_added"]
    revenue = (new * tariff).sum(["exporter", "sector"]).rename(importer="economy")
    inputs = (world["input_share"] * output).sum("sector").rename(input_sector="sector")

    near = {"rtol": 1e-9, "atol": 1e-9 * float(income.max())}
    assert_allclose(output, result["output_counterfactual"], **near)
    assert_allclose(revenue, result["tariff_revenue_counterfactual"], **near)
    assert_allclose((world["value_added_share"] * output).sum("sector"), factor_income, **near)
    assert_allclose(factor_income + revenue + world["trade_deficit"], income, **near)
    assert_allclose((paid - inputs - world["final_share"] * income).transpose("economy", "sector"), 0, **near)
    trade_gap = result.imports_counterfactual - result.exports_counterfactual
    assert_allclose(trade_gap, world["trade_deficit"], **near)
    assert_allclose(factor_income.sum(), world["value_added"].sum(), rtol=1e-12)


@some
@given(world=worlds(), seed=seeds)
def test_there_and_back_again(world, seed):
    """The World after a shock, shocked by its reverse, is the World before."""
    result = solved(world, seed)
    there = after(result)
    back = TIGHT.solve(
        there,
        Shock.of(
            there,
            iceberg_cost_hat=1 / result.shock["iceberg_cost_hat"],
            tariff_rate_counterfactual=world["tariff_rate"],
        ),
    )
    for name in HATS:
        assert_allclose(back[name] * result[name], 1, atol=1e-8, err_msg=name)


@some
@given(world=worlds(zeros=False), seed=seeds)
def test_first_order_welfare_is_the_derivative(world, seed):
    """Halving a small shock quarters what first-order welfare misses of the exact change."""
    whole = random_shock(world, seed, size=0.02)
    tariff = world["tariff_rate"]

    def missed(step: float) -> xr.DataArray:
        shock = Shock.of(
            world,
            iceberg_cost_hat=1 + step * (whole["iceberg_cost_hat"] - 1),
            tariff_rate_counterfactual=tariff + step * (whole["tariff_rate_counterfactual"] - tariff),
        )
        result = TIGHT.solve(world, shock)
        return abs(result["welfare_hat"] - 1 - result["first_order_welfare"]).max()

    assert missed(1e-4) <= 0.35 * missed(2e-4) + 1e-11
    assert missed(1e-4) < 1e-6


@some
@given(world=worlds(), seed=seeds)
def test_sectors_add_up_to_the_first_order_sources(world, seed):
    result = solved(world, seed)
    sources = ("terms_of_trade", "volume_of_trade", "trade_cost_saving")
    for name in sources:
        assert_allclose(result[f"{name}_by_sector"].sum("sector"), result[name], rtol=1e-12, atol=1e-15)
    assert_allclose(sum(result[name] for name in sources), result["first_order_welfare"], rtol=1e-12, atol=1e-15)


@some
@given(world=worlds(tariffs=False, balanced=True), seed=seeds)
def test_terms_of_trade_are_zero_sum(world, seed):
    """What one economy gains on its terms of trade its partners lose: Σ_n I_n ToT_n = 0."""
    result = solved(world, seed)
    money = result["terms_of_trade"] * world["final_expenditure"]
    assert_allclose(money.sum(), 0, atol=1e-10 * float(world["final_expenditure"].sum()))


@pytest.mark.parametrize("seed", range(4))
def test_a_plain_solver_agrees(seed):
    """Nested damped loops, written apart from this solver, find the same equilibrium."""
    world = small_world(4, 3, seed, theta=[3.0, 5.0, 7.0], openness=0.4)
    shock = random_shock(world, seed)
    result = TIGHT.solve(world, shock)
    base = baseline_of(world)
    plain = solve_plainly(
        trade_flow=base.trade_flow,
        tariff_rate=base.tariff_rate,
        value_added_share=base.value_added_share,
        input_share=base.input_share,
        trade_elasticity=base.trade_elasticity,
        cost_hat=shock["iceberg_cost_hat"].transpose("sector", ...).values,
        tariff_rate_counterfactual=shock["tariff_rate_counterfactual"].transpose("sector", ...).values,
    )
    assert_allclose(result["wage_hat"], plain.wage_hat, rtol=1e-7)
    assert_allclose(result["welfare_hat"], plain.welfare_hat, rtol=1e-7)


@some
@given(world=worlds())
def test_the_kernel_and_the_world_keep_the_same_accounts(world):
    base = baseline_of(world)
    named = {
        "output": base.output.T,
        "expenditure": base.expenditure.T,
        "value_added": base.value_added,
        "tariff_revenue": base.tariff_revenue,
        "trade_deficit": base.trade_deficit,
        "final_expenditure": base.final_expenditure,
        "final_share": base.final_share.T,
        "trade_share": np.moveaxis(base.trade_share, 0, 2),
        "trade_flow": np.moveaxis(base.trade_flow, 0, 2),
    }
    for name, values in named.items():
        ours = world[name]
        assert_allclose(values, ours, rtol=1e-10, atol=1e-11 * float(abs(ours).max()) + 1e-9, err_msg=name)


@pytest.mark.parametrize("seed", range(3))
def test_a_warm_start_finds_the_same_equilibrium_sooner(seed):
    world = small_world(6, 3, seed)
    base = baseline_of(world)
    rule = fixed_deficits(value_added=base.value_added, trade_deficit=base.trade_deficit)
    cost = random_shock(world, seed)["iceberg_cost_hat"].transpose("sector", *PAIRS[:2]).values
    first = solve_equilibrium(base, blocks(base, cost_hat=cost, tariff_rate=base.tariff_rate), income=rule)
    near = blocks(base, cost_hat=cost**1.01, tariff_rate=base.tariff_rate)
    cold = solve_equilibrium(base, near, income=rule)
    warm = solve_equilibrium(base, near, income=rule, start=first.state)
    assert warm.iterations < cold.iterations
    assert_allclose(warm.conditions.wage_hat, cold.conditions.wage_hat, rtol=1e-8)
