"""Sensitive lists, rules of origin and shared duties: worked cells, laws, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.worlds import small_world

from peyvand.errors import DataError, ScenarioError
from peyvand.run import simulate
from peyvand.scenarios import (
    AgreementEffect,
    BorderCost,
    RulesOfOrigin,
    SensitiveList,
    Tariff,
    Union,
    estimates,
    explain,
    parse_scenario,
)
from peyvand.scenarios.kernels import cut_with_list, paid_under_origin_rules
from peyvand.trade import CaliendoParro, draw
from peyvand.world import Shock, World

TITLE = {"en": "Three", "fa": "سه"}
MEMBERS = ("IRN", "KAZ", "UZB")
ESTIMATE = next(iter(estimates()))
SECTORS = ("agriculture_food", "mining", "textiles_light")


@pytest.fixture(scope="module")
def world():
    return small_world(economies=(*MEMBERS, "TUR", "CHN"), sectors=SECTORS, seed=4)


def union(*provisions, **more):
    return Union(title=TITLE, members=MEMBERS, provisions=provisions, **more)


def customs_union(shares, **more):
    return union(Tariff(cut_share=1), kind="customs-union", external_tariff="average", revenue_shares=shares, **more)


def cell(array, exporter, importer, sector):
    return float(array.sel(exporter=exporter, importer=importer, sector=sector))


# -- sensitive lists ---------------------------------------------------------------------------------------------------
def test_a_sensitive_list_takes_its_share_out_of_one_members_cuts(world):
    listed = SensitiveList(economy="KAZ", sectors=("agriculture_food",), share=0.4, cut_share=0.5)
    tariff = union(Tariff(cut_share=1), listed).shock(world)["tariff_rate_counterfactual"]
    today = world["tariff_rate"]
    place = ("IRN", "KAZ", "agriculture_food")
    assert cell(tariff, *place) == pytest.approx((1 - (0.6 * 1 + 0.4 * 0.5)) * cell(today, *place))
    assert cell(tariff, "KAZ", "IRN", "agriculture_food") == 0
    assert cell(tariff, "IRN", "KAZ", "mining") == 0
    assert cell(tariff, "CHN", "KAZ", "agriculture_food") == pytest.approx(
        cell(today, "CHN", "KAZ", "agriculture_food")
    )


def test_a_list_of_everything_is_no_cut_at_all(world):
    lists = [SensitiveList(economy=member, sectors=("all",)) for member in MEMBERS]
    shock = union(Tariff(cut_share=0.7), *lists).shock(world)
    assert_allclose(shock["tariff_rate_counterfactual"], world["tariff_rate"])


@given(cut=st.floats(0, 1), listed=st.floats(0, 1), own=st.floats(0, 1))
def test_a_list_never_cuts_more(cut, listed, own):
    found = cut_with_list(cut_share=np.array(cut), listed_share=listed, listed_cut_share=own)
    assert -1e-12 <= found <= cut + 1e-12


# -- rules of origin ---------------------------------------------------------------------------------------------------
def test_preferences_below_their_papers_are_not_used(world):
    made = union(Tariff(cut_share=1), RulesOfOrigin(compliance_cost_percent=4, use_share=0.8))
    shock, today = made.shock(world), world["tariff_rate"]
    inside = (
        today["exporter"].isin(MEMBERS) & today["importer"].isin(MEMBERS) & (today["exporter"] != today["importer"])
    )
    used = (today > 0.04) & inside
    assert used.any()
    assert (inside & ~used).any()
    expected = xr.where(used, 0.2 * today, today).transpose(*today.dims)
    assert_allclose(shock["tariff_rate_counterfactual"], expected)
    assert_allclose(shock["iceberg_cost_hat"], xr.where(used, 1.032, 1.0).transpose(*today.dims))


def test_papers_for_nothing_change_nothing(world):
    free = union(Tariff(cut_share=1)).shock(world)
    papers = union(Tariff(cut_share=1), RulesOfOrigin(compliance_cost_percent=0)).shock(world)
    assert_allclose(papers["tariff_rate_counterfactual"], free["tariff_rate_counterfactual"])
    assert_allclose(papers["iceberg_cost_hat"], 1)
    nobody = union(Tariff(cut_share=1), RulesOfOrigin(compliance_cost_percent=0, use_share=0)).shock(world)
    assert_allclose(nobody["tariff_rate_counterfactual"], world["tariff_rate"])


@given(t=st.floats(0, 1), cut=st.floats(0, 1), cost=st.floats(0, 0.5), used=st.floats(0, 1))
def test_what_is_paid_lies_between_the_two_tariffs(t, cut, cost, used):
    today, new = np.array(t), np.array((1 - cut) * t)
    paid, log_cost = paid_under_origin_rules(tariff_rate=today, preferential=new, compliance_cost=cost, use_share=used)
    assert new - 1e-12 <= paid <= today + 1e-12
    assert 0 <= log_cost <= np.log1p(cost) + 1e-12


def test_while_phased_in_papers_are_worth_it_later(world):
    made = union(Tariff(cut_share=1), RulesOfOrigin(compliance_cost_percent=5), phase_in_years=10)
    early, late = (made.shock(world, year=year)["iceberg_cost_hat"] for year in (1, 10))
    assert (early > 1).sum() < (late > 1).sum()


# -- shared duties -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shares", ["imports", "gdp", "population", "equal", {"IRN": 0.5, "KAZ": 0.3, "UZB": 0.2}])
def test_what_is_given_to_the_pool_is_got_from_it(world, shares):
    result = CaliendoParro().solve(world, customs_union(shares).shock(world))
    transfer = result["revenue_transfer"]
    assert float(abs(transfer.sel(economy=list(MEMBERS))).max()) > 0
    assert float(transfer.sum()) == pytest.approx(0, abs=1e-6 * float(abs(transfer).max()))
    assert_allclose(transfer.sel(economy=["TUR", "CHN"]), 0, atol=1e-9)
    received = result["tariff_revenue_counterfactual"] + transfer
    spent = result["wage_hat"] * world["value_added"] + received + world["trade_deficit"]
    assert_allclose(result["final_expenditure_counterfactual"], spent, rtol=1e-8)


def test_keys_equal_to_what_each_collects_are_no_pool(world):
    """The key that gives back what was given: the answer is that of `collected`."""
    collected = CaliendoParro().solve(world, customs_union("collected").shock(world))
    tariff = collected.shock["tariff_rate_counterfactual"]
    flow = collected["trade_flow_counterfactual"]
    outside = ~tariff["exporter"].isin(MEMBERS)
    duties = (tariff * flow * outside).sum(["exporter", "sector"]).sel(importer=list(MEMBERS))
    keys = {str(code): float(part) for code, part in zip(duties["importer"].values, duties / duties.sum(), strict=True)}
    pooled = CaliendoParro().solve(world, customs_union(keys).shock(world))
    assert_allclose(pooled["welfare_hat"], collected["welfare_hat"], rtol=1e-8)
    assert_allclose(pooled["revenue_transfer"], 0, atol=1e-5 * float(duties.sum()))


def test_a_larger_key_is_a_larger_income(world):
    small, large = (
        CaliendoParro().solve(world, customs_union({"IRN": key, "KAZ": 1 - key, "UZB": 0.0}).shock(world))
        for key in (0.1, 0.9)
    )
    change = large["welfare_hat"] / small["welfare_hat"] - 1
    assert float(change.sel(economy="IRN")) > 0 > float(change.sel(economy="KAZ"))


@pytest.mark.parametrize("rule", ["fixed", "multiplicative", "eliminated"])
def test_every_closure_shares_duties(world, rule):
    result = CaliendoParro(deficit_rule=rule).solve(world, customs_union("equal").shock(world))
    assert float(result["revenue_transfer"].sum()) == pytest.approx(0, abs=1e-6)
    if rule == "eliminated":
        own = result["trade_deficit_counterfactual"]
        assert_allclose(own, result["revenue_transfer"], atol=1e-6 * float(world["output"].sum()))


def test_the_pool_is_phased_in_and_drawn(world):
    made = customs_union("equal", phase_in_years=4)
    assert "pool_key" in made.shock(world, year=1).data
    part = made.shock(world, year=1)["pooled_duty_share"]
    assert float(part.max()) == pytest.approx(0.25)
    drawn = draw(world, made.shock(world), draws=3, seed=1)
    assert not drawn.failed
    assert not np.allclose(
        drawn.central, CaliendoParro().solve(world, customs_union("collected").shock(world))["welfare_hat"]
    )


def test_a_run_tells_who_gets_the_duties(world):
    run = simulate(customs_union("imports", world=world.name), world=world)
    assert float(abs(run.trade["revenue_transfer"]).max()) > 0
    for variant in run.variants:
        assert variant.trade is not None


# -- files, words and refusals -----------------------------------------------------------------------------------------
def test_a_file_says_it_all_and_reads_back(world):
    text = """
title = { en = "Three", fa = "سه" }
members = ["IRN", "KAZ", "UZB"]
kind = "customs-union"
external_tariff = "average"
revenue_shares = { IRN = 0.5, KAZ = 0.25, UZB = 0.25 }
[[provision]]
kind = "tariff"
cut_share = 1.0
[[provision]]
kind = "sensitive_list"
economy = "UZB"
sectors = ["textiles_light"]
share = 0.3
"""
    made = parse_scenario(text)
    assert parse_scenario(made.to_toml()) == made
    said = " ".join(explain(made.effect(world)))
    assert "30%" in said
    assert "pool" in said
    assert "صندوق" in " ".join(explain(made.effect(world), "fa"))


def test_every_kind_is_said_in_both_languages(world):
    made = union(Tariff(cut_share=1), RulesOfOrigin(compliance_cost_percent=3.5, use_share=0.7))
    assert any("3.5%" in line and "70%" in line for line in explain(made.effect(world)))
    assert any("۳٫۵" in line for line in explain(made.effect(world), "fa"))
    for shares in ("collected", "imports", "gdp", "population", "equal"):
        for language in ("en", "fa"):
            assert explain(customs_union(shares).effect(world), language)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: union(SensitiveList(economy="KAZ", sectors=("mining",))), "meets no tariff provision"),
        (lambda: union(BorderCost(cut_percent=3), RulesOfOrigin(compliance_cost_percent=3)), "meets no tariff"),
        (
            lambda: union(Tariff(cut_share=1), SensitiveList(economy="TUR", sectors=("mining",))),
            "TUR has a sensitive list and is no member",
        ),
        (
            lambda: union(
                Tariff(cut_share=1),
                SensitiveList(economy="KAZ", sectors=("mining",)),
                SensitiveList(economy="KAZ", sectors=("all",)),
            ),
            "says sensitive_list once more",
        ),
        (
            lambda: union(
                AgreementEffect(estimate=ESTIMATE, sectors=("mining",)), RulesOfOrigin(compliance_cost_percent=3)
            ),
            "counted twice",
        ),
        (lambda: customs_union({"IRN": 0.5, "KAZ": 0.5}), "revenue_shares and members differ: UZB"),
        (lambda: customs_union({"IRN": 0.5, "KAZ": 0.25, "CHN": 0.25}), "CHN, UZB"),
    ],
)
def test_what_cannot_be_meant_is_refused(world, made, message):
    with pytest.raises(ScenarioError, match=message):
        made().effect(world)


def test_a_world_without_the_key_cannot_share_by_it(world):
    bare = World(world.data.drop_vars("population"), world.provenance)
    with pytest.raises(ScenarioError, match="holds no population"):
        customs_union("population").effect(bare)


def test_a_pool_that_does_not_add_up_is_refused(world):
    like = world["tariff_rate"]
    key = xr.DataArray([0.5, 0.2, 0, 0, 0], {"economy": list(world.economies)}, ("economy",))
    with pytest.raises(DataError, match=r"sum to 0\.7"):
        Shock.none(world).replace(pooled_duty_share=xr.ones_like(like), pool_key=key)
    with pytest.raises(DataError, match="go together"):
        Shock.none(world).replace(pool_key=key)
    for barrier in ("iceberg", "rent"):
        result = CaliendoParro(barrier=barrier).solve(world, customs_union("equal").shock(world))
        assert abs(float(result["revenue_transfer"].sum())) < 1e-6 < float(abs(result["revenue_transfer"]).max())
