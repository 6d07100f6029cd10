"""The closures and the rungs: each deficit rule, rents, elastic supply, partial and conditional answers."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.trade.transform import reorder
from tests.worlds import random_shock, small_world, worlds

from peyvand.errors import ConvergenceError, ModelError, UnknownEconomyError
from peyvand.trade import CaliendoParro, ladder
from peyvand.trade.balancing import scale_to_margins
from peyvand.trade.deficits import DEFICIT_RULES
from peyvand.world import Shock
from peyvand.world.from_tables import world_from_arrays

some = settings(max_examples=8, deadline=None)
seeds = st.integers(0, 2**16)
HATS = ("welfare_hat", "real_wage_hat", "price_index_hat")


def model(rule="fixed", **given):
    return CaliendoParro(deficit_rule=rule, numeraire="AAB" if rule == "fixed_nominal" else None, tol=1e-12, **given)


def cost_only(world, seed=0, size=0.1):
    return Shock.of(world, iceberg_cost_hat=random_shock(world, seed, size=size)["iceberg_cost_hat"])


# -- deficits ----------------------------------------------------------------------------------------------------------
@some
@given(world=worlds(), seed=seeds, rule=st.sampled_from(DEFICIT_RULES))
def test_money_adds_up_under_every_rule(world, seed, rule):
    """Σ D' = 0, and what each economy buys beyond what it sells is what the rule lends to it."""
    result = model(rule).solve(world, random_shock(world, seed))
    income = result["final_expenditure_counterfactual"]
    deficit = result["trade_deficit_counterfactual"]
    assert_allclose(deficit.sum() / income.sum(), 0, atol=1e-10)
    earned = result["wage_hat"] * result.baseline["value_added"] + result["tariff_revenue_counterfactual"]
    assert_allclose((income - earned) / income, deficit / income, atol=1e-9)


def test_each_rule_keeps_what_it_says():
    world = small_world(5, 3, seed=3)
    shock = random_shock(world, 3)
    today = world["trade_deficit"]
    fixed, nominal, ratio = (model(rule).solve(world, shock) for rule in ("fixed", "fixed_nominal", "multiplicative"))
    assert_allclose(fixed["trade_deficit_counterfactual"], today, rtol=1e-8)
    wage = float(nominal["wage_hat"].sel(economy="AAB"))
    assert abs(wage - 1) > 1e-3
    assert_allclose(nominal["trade_deficit_counterfactual"], wage * today, rtol=1e-8)
    earned = ratio["wage_hat"] * world["value_added"] + ratio["tariff_revenue_counterfactual"]
    spent = ratio["final_expenditure_counterfactual"] / earned
    before = world["final_expenditure"] / (world["value_added"] + world["tariff_revenue"])
    assert float((spent / before).std()) < 1e-10


@some
@given(world=worlds(tariffs=False, balanced=True), seed=seeds)
def test_rules_agree_where_there_are_no_deficits(world, seed):
    shock = cost_only(world, seed)
    answers = [model(rule).solve(world, shock) for rule in DEFICIT_RULES]
    for other in answers[1:]:
        assert_allclose(other["welfare_hat"], answers[0]["welfare_hat"], rtol=1e-8)


def test_the_one_sector_multiplicative_rule_is_that_of_ge_gravity():
    """E'_n = κ (E_n / Y_n) Y'_n."""
    world = small_world(5, 1, seed=4, inputs=False, tariffs=False)
    result = model("multiplicative").solve(world, cost_only(world, 4))
    ratio = result["final_expenditure_counterfactual"] / result["output_counterfactual"].isel(sector=0, drop=True)
    before = world["expenditure"].isel(sector=0, drop=True) / world["output"].isel(sector=0, drop=True)
    assert float((ratio / before).std()) < 1e-10


@some
@given(world=worlds(zeros=False), seed=seeds, rule=st.sampled_from(DEFICIT_RULES))
def test_first_order_welfare_is_the_derivative_under_every_rule(world, seed, rule):
    """Halving a small shock quarters what first-order welfare misses; transfers are part of it."""
    whole = random_shock(world, seed, size=0.02)
    solver = model(rule)

    def missed(step):
        cost = 1 + step * (whole["iceberg_cost_hat"] - 1)
        result = solver.solve(world, Shock.of(world, iceberg_cost_hat=cost))
        return float(abs(result["welfare_hat"] - 1 - result["first_order_welfare"]).max())

    assert missed(1e-3) <= 0.35 * missed(2e-3) + 1e-10
    assert missed(1e-3) < 1e-5


# -- rents -------------------------------------------------------------------------------------------------------------
@some
@given(world=worlds(tariffs=False), seed=seeds)
def test_a_new_rent_kept_by_the_importer_is_a_tariff(world, seed):
    shock = random_shock(world, seed)
    rise = shock["tariff_rate_counterfactual"]
    as_rent = model(barrier="rent").solve(world, Shock.of(world, iceberg_cost_hat=1 + rise))
    as_tariff = model().solve(world, Shock.of(world, tariff_rate_counterfactual=rise))
    for name in HATS:
        assert_allclose(as_rent[name], as_tariff[name], rtol=1e-9)
    income = world["final_expenditure"]
    there = as_tariff["tariff_revenue_counterfactual"] / income
    assert_allclose(as_rent["barrier_rent_counterfactual"] / income, there, atol=1e-10)


@some
@given(world=worlds(tariffs=False), seed=seeds)
def test_a_rent_stands_on_the_ladder_as_a_tariff(world, seed):
    """Kept by the importer: the same trade on every rung as a tariff of ρ' = d̂ − 1."""
    cost = random_shock(world, seed)["iceberg_cost_hat"]
    risen = np.maximum(cost, 1 / cost)
    as_rent = model(barrier="rent").solve(world, Shock.of(world, iceberg_cost_hat=risen))
    as_tariff = model().solve(world, Shock.of(world, tariff_rate_counterfactual=risen - 1))
    rungs, others = ladder(as_rent), ladder(as_tariff)
    for name in ("trade_flow_partial", "trade_flow_conditional", "trade_flow_counterfactual"):
        scale = float(others[name].max())
        assert_allclose(rungs[name], others[name], rtol=1e-8, atol=1e-9 * scale, err_msg=name)


@some
@given(world=worlds(), seed=seeds, keeper=st.sampled_from(["importer", "exporter"]))
def test_rents_that_nobody_moves_change_nothing(world, seed, keeper):
    result = model(barrier="rent", rent_keeper=keeper).solve(world, Shock.none(world))
    assert_allclose(result["welfare_hat"], 1, atol=1e-9)
    assert float(result["barrier_rent"].sum()) == 0


@pytest.mark.parametrize("rule", DEFICIT_RULES)
@pytest.mark.parametrize("keeper", ["importer", "exporter"])
def test_fading_rents_are_lost_by_their_keeper(keeper, rule):
    """d̂ < 1 was a rent before: it is there before and gone after, and world income is what wages and tariffs pay."""
    world = small_world(5, 3, seed=5)
    abroad = world["tariff_rate"]["exporter"] != world["tariff_rate"]["importer"]
    fade = Shock.of(world, iceberg_cost_hat=xr.where(abroad, 0.9, 1.0) + xr.zeros_like(world["tariff_rate"]))
    result = model(rule, barrier="rent", rent_keeper=keeper).solve(world, fade)
    flow = result.baseline["trade_flow"].where(abroad, 0.0)
    side = "importer" if keeper == "exporter" else "exporter"
    kept = ((1 / 0.9 - 1) * flow).sum([side, "sector"])
    assert_allclose(result["barrier_rent"], kept, rtol=1e-9)
    assert_allclose(result["barrier_rent_counterfactual"], 0, atol=1e-9)
    melted = model(rule).solve(world, fade)
    assert float(result["real_income_change_musd"].sum()) < float(melted["real_income_change_musd"].sum())


def test_who_keeps_a_rent_decides_who_loses_it():
    world = small_world(5, 3, seed=5, balanced=True)
    like = world["tariff_rate"]
    chosen = (like["exporter"] == "AAA") & (like["importer"] == "AAB")
    fade = Shock.of(world, iceberg_cost_hat=xr.where(chosen, 0.8, 1.0) + xr.zeros_like(like))
    ours, theirs = (model(barrier="rent", rent_keeper=k).solve(world, fade) for k in ("importer", "exporter"))
    gain = theirs["welfare_hat"] - ours["welfare_hat"]
    assert float(gain.sel(economy="AAB")) > 0 > float(gain.sel(economy="AAA"))


@some
@given(world=worlds(zeros=False), seed=seeds, keeper=st.sampled_from(["importer", "exporter"]))
def test_first_order_welfare_holds_with_rents(world, seed, keeper):
    """Rents that fade from 1/d̂ to nothing: a smaller fade is also a smaller rent, so the missed part is quadratic."""
    whole = random_shock(world, seed, size=0.02)["iceberg_cost_hat"]
    solver = model(barrier="rent", rent_keeper=keeper)

    def missed(step):
        result = solver.solve(world, Shock.of(world, iceberg_cost_hat=1 + step * (whole - 1)))
        return float(abs(result["welfare_hat"] - 1 - result["first_order_welfare"]).max())

    assert missed(5e-2) <= 0.35 * missed(1e-1) + 1e-10


# -- elastic supply ----------------------------------------------------------------------------------------------------
@some
@given(world=worlds(inputs=False, tariffs=False, max_sectors=1), seed=seeds, psi=st.floats(0.1, 4))
def test_elastic_supply_is_the_model_with_inputs(world, seed, psi):
    """Buying one's own good as input, share ψ/(1+ψ), makes output supply elastic: the same flows and prices."""
    shock = cost_only(world, seed)
    elastic = model(supply_elasticity=psi).solve(world, shock)
    assert elastic.nest == "universal_gravity"
    base_flow = world["trade_flow"]
    spent = world["expenditure"].isel(sector=0) - psi / (1 + psi) * world["output"].isel(sector=0)
    if not bool((spent > 0).all()):
        return
    with_inputs = world_from_arrays(
        economies=world.economies, sectors=world.sectors, name="round", base_year=2019, trade_flow=base_flow,
        trade_elasticity=world["trade_elasticity"], value_added_share=1 / (1 + psi), input_share=psi / (1 + psi),
    )  # fmt: skip
    other = model().solve(with_inputs, shock)
    assert other.nest == "one_sector_with_inputs"
    for name in ("trade_flow_counterfactual", "price_index_hat", "unit_cost_hat"):
        scale = float(abs(other[name]).max())
        assert_allclose(elastic[name], other[name], rtol=1e-8, atol=1e-10 * scale, err_msg=name)


@some
@given(world=worlds(inputs=False, tariffs=False, balanced=True, max_sectors=1), seed=seeds, psi=st.floats(0, 4))
def test_welfare_with_elastic_supply_follows_home_shares(world, seed, psi):
    """Allen, Arkolakis and Takahashi (2020): Ŵ = λ̂^-(1+ψ)/θ and supply is (ĉ/P̂)^ψ."""
    result = model(supply_elasticity=psi).solve(world, cost_only(world, seed))
    home = result["domestic_trade_share_counterfactual"] / result["domestic_trade_share"]
    theta = world["trade_elasticity"]
    assert_allclose(result["welfare_hat"], (home ** (-(1 + psi) / theta)).isel(sector=0), rtol=1e-8)
    real_price = (result["unit_cost_hat"] / result["consumer_price_hat"]).isel(sector=0)
    assert_allclose(result["real_wage_hat"], real_price ** (1 + psi), rtol=1e-8)
    supply = (result["output_counterfactual"] / world["output"] / result["unit_cost_hat"]).isel(sector=0)
    assert_allclose(supply, real_price**psi, rtol=1e-8)


# -- the ladder --------------------------------------------------------------------------------------------------------
@some
@given(world=worlds(), seed=seeds)
def test_the_conditional_rung_keeps_sales_and_expenditure(world, seed):
    shock = random_shock(world, seed)
    rungs = ladder(model().solve(world, shock), reference="AAB")
    before = world["trade_flow"] * (1 + world["tariff_rate"])
    after = rungs["trade_flow_conditional"] * (1 + shock["tariff_rate_counterfactual"])
    for side in ("exporter", "importer"):
        assert_allclose(after.sum(side), before.sum(side), rtol=1e-9, atol=1e-9 * float(before.max()))
    bought = before.sum("exporter").sel(importer="AAB") > 0
    assert_allclose(rungs["inward_resistance_hat"].sel(economy="AAB").where(bought, 1.0), 1, rtol=1e-12)


@some
@given(world=worlds(), seed=seeds)
def test_the_conditional_rung_is_structural_gravity(world, seed):
    """X̃' = X̃ κ̂^-θ Π̂^θ P̂^θ with the resistances that are reported."""
    shock = random_shock(world, seed)
    rungs = ladder(model().solve(world, shock))
    theta = world["trade_elasticity"]
    partial, conditional = rungs["trade_flow_partial"], rungs["trade_flow_conditional"]
    outward = rungs["outward_resistance_hat"].rename(economy="exporter") ** theta
    inward = rungs["inward_resistance_hat"].rename(economy="importer") ** theta
    expected = (partial * outward * inward).transpose(*conditional.dims)
    assert_allclose(conditional, expected, rtol=1e-9, atol=1e-9 * float(conditional.max()))
    moved = partial / world["trade_flow"].where(world["trade_flow"] > 0)
    kappa = shock["iceberg_cost_hat"] * (1 + shock["tariff_rate_counterfactual"]) / (1 + world["tariff_rate"])
    own = kappa**-theta * (1 + world["tariff_rate"]) / (1 + shock["tariff_rate_counterfactual"])
    assert_allclose(moved.fillna(own.transpose(*moved.dims)), own.transpose(*moved.dims), rtol=1e-10)


def test_one_economy_in_two_identical_halves_moves_on_every_rung_alike():
    """Two mirror economies: wages cannot move, so the full rung is the conditional one."""
    flow = np.array([[8.0, 2.0], [2.0, 8.0]])[..., None]
    world = world_from_arrays(
        economies=["AAA", "AAB"],
        sectors=["goods"],
        name="mirror",
        base_year=2019,
        trade_flow=flow,
        trade_elasticity=4.0,
    )
    like = world["tariff_rate"]
    cost = xr.where(like["exporter"] != like["importer"], 0.9, 1.0) + xr.zeros_like(like)
    rungs = ladder(model().solve(world, Shock.of(world, iceberg_cost_hat=cost)))
    assert_allclose(rungs["trade_flow_conditional"], rungs["trade_flow_counterfactual"], rtol=1e-9)
    table = rungs.to_frame()
    assert list(table["economy"]) == ["AAA", "AAB"]
    assert_allclose(table["exports_hat_partial"], 0.9**-4, rtol=1e-12)
    assert_allclose(table["exports_hat_conditional"], table["exports_hat_full"], rtol=1e-9)
    assert (table["exports_hat_conditional"] < table["exports_hat_partial"]).all()


def test_the_rungs_do_not_depend_on_the_order_or_the_reference():
    world = small_world(5, 2, seed=6)
    shock = random_shock(world, 6)
    rungs = ladder(model().solve(world, shock))
    turned = ladder(model().solve(*reorder(world, shock, list(world.economies[::-1]), list(world.sectors[::-1]))))
    ours = rungs["trade_flow_conditional"]
    assert_allclose(turned["trade_flow_conditional"].sel(ours.indexes), ours, rtol=1e-8)
    other = ladder(rungs.result, reference="AAD")
    assert_allclose(other["trade_flow_conditional"], ours, rtol=1e-8)
    product = rungs["inward_resistance_hat"] * rungs["outward_resistance_hat"].mean("economy")
    again = other["inward_resistance_hat"] * other["outward_resistance_hat"].mean("economy")
    assert_allclose(again, product, rtol=1e-8)
    with pytest.raises(UnknownEconomyError):
        ladder(rungs.result, reference="ZZZ")


@pytest.mark.parametrize("home", [0.5, 0.99, 0.9999])
def test_closed_economies_are_scaled_too(home):
    """Sinkhorn's plain rounds would need thousands here."""
    n, rng = 30, np.random.default_rng(0)
    table = rng.random((2, n, n)) * (1 - home) / n + home * np.eye(n)
    moved = table * np.exp(0.5 * rng.normal(size=table.shape))
    found = scale_to_margins(moved, rows=table.sum(2), columns=table.sum(1))
    assert found.residual <= 1e-10
    assert_allclose(found.values.sum(axis=2), table.sum(axis=2), rtol=1e-9)


# -- refusals ----------------------------------------------------------------------------------------------------------
def test_closures_are_refused_by_name():
    for said, word in (
        ({"deficit_rule": "fixed_nominal"}, "numeraire"),
        ({"numeraire": "USA"}, "fixed_nominal"),
        ({"barrier": "rents"}, "no barrier 'rents'"),
        ({"barrier": "rent", "rent_keeper": "me"}, "no rent keeper 'me'"),
        ({"supply_elasticity": -1.0}, "from 0 up"),
        ({"supply_elasticity": float("nan")}, "from 0 up"),
    ):
        with pytest.raises(ModelError, match=word) as caught:
            CaliendoParro(**said)
        assert caught.value.hint
    world = small_world(3, 2)
    with pytest.raises(ModelError, match="one-sector model without inputs"):
        CaliendoParro(supply_elasticity=1.0).solve(world, Shock.none(world))
    with pytest.raises(UnknownEconomyError):
        CaliendoParro(deficit_rule="fixed_nominal", numeraire="ZZZ").solve(world, Shock.none(world))


def test_a_conditional_answer_that_is_not_reached_is_an_error():
    world = small_world(4, 2, seed=1)
    result = CaliendoParro().solve(world, random_shock(world, 1))
    with pytest.raises(ConvergenceError, match="conditional answer"):
        ladder(result, tol=-1.0)


@pytest.mark.parametrize(
    ("size", "inputs", "nest"),
    [((3, 2), True, "caliendo_parro"), ((3, 2), False, "many_sectors"), ((3, 1), True, "one_sector_with_inputs"),
     ((3, 1), False, "armington")],
)  # fmt: skip
def test_every_result_names_its_nest(size, inputs, nest):
    world = small_world(*size, inputs=inputs)
    assert CaliendoParro().solve(world, Shock.none(world)).nest == nest


@pytest.mark.parametrize("seed", range(3))
def test_inputs_that_vanish_leave_the_model_without_them(seed):
    """A Caliendo–Parro World with input shares of 1e-7 answers as the World of the same flows without inputs."""
    bare = small_world(4, 2, seed, inputs=False)
    share = np.full((4, 2, 2), 1e-7)
    world = world_from_arrays(
        economies=bare.economies, sectors=bare.sectors, name="nearly", base_year=2019, trade_flow=bare["trade_flow"],
        tariff_rate=bare["tariff_rate"], trade_elasticity=bare["trade_elasticity"], input_share=share,
        value_added_share=1 - share.sum(axis=1),
    )  # fmt: skip
    shock = random_shock(bare, seed)
    near, there = model().solve(world, shock), model().solve(bare, shock)
    assert near.nest == "caliendo_parro"
    assert_allclose(near["welfare_hat"], there["welfare_hat"], atol=1e-6)


# -- rents and a common pool of duties -------------------------------------------------------------------------------
def pooled(world, shock, share=0.6):
    """AAA and AAB put a part of their duties on others' goods into a pool, three quarters of which go to AAA."""
    like = world["tariff_rate"]
    from_outside = like["importer"].isin(["AAA", "AAB"]) & ~like["exporter"].isin(["AAA", "AAB"])
    key = xr.DataArray(
        [0.75, 0.25, *np.zeros(len(world.economies) - 2)], {"economy": list(world.economies)}, ["economy"]
    )
    cells = (share * from_outside + xr.zeros_like(like)).transpose(*like.dims)
    return shock.replace(pooled_duty_share=cells, pool_key=key)


@pytest.mark.parametrize("rule", ["fixed", "eliminated"])
@pytest.mark.parametrize("keeper", ["importer", "exporter"])
def test_duties_are_pooled_where_barriers_are_rents(keeper, rule):
    """What goes round is t' (1 + ρ') X' on the flows of the answer; rents stay with who keeps them."""
    world = small_world(4, 2, seed=3)
    shock = pooled(world, random_shock(world, 5))
    solver = model(rule, barrier="rent", rent_keeper=keeper)
    result = solver.solve(world, shock)
    rent = np.maximum(shock["iceberg_cost_hat"], 1)
    duty = shock["tariff_rate_counterfactual"] * rent * result["trade_flow_counterfactual"]
    given = (duty * shock["pooled_duty_share"]).sum(["exporter", "sector"]).rename(importer="economy")
    got = shock["pool_key"] * given.sum() - given
    assert_allclose(result["revenue_transfer"], got, rtol=1e-8, atol=1e-8)
    assert float(abs(got).max()) > 1e-3
    without = solver.solve(world, random_shock(world, 5))
    gain = result["welfare_hat"] - without["welfare_hat"]
    assert float(gain.sel(economy="AAA")) * float(got.sel(economy="AAA")) > 0


def test_rents_that_nobody_moves_leave_the_pool_as_it_is():
    world = small_world(4, 2, seed=3)
    shock = pooled(world, Shock.none(world))
    melting, kept = (model(barrier=barrier).solve(world, shock) for barrier in ("iceberg", "rent"))
    for name in ("welfare_hat", "revenue_transfer"):
        assert_allclose(kept[name], melting[name], rtol=1e-8, atol=1e-8)
