"""Customs unions, free-trade areas and the `agreement` provision, through the equilibrium of the trade room too."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from numpy.testing import assert_allclose, assert_array_equal
from tests.worlds import worlds

from peyvand.errors import ScenarioError
from peyvand.gravity import thickness
from peyvand.scenarios import AgreementEffect, BorderCost, Facts, Tariff, Union, estimates
from peyvand.scenarios.in_force import Agreement, Party
from peyvand.trade import CaliendoParro

a_law = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TITLE = {"en": "A union", "fa": "اتحادیه"}
FREE = Tariff(cut_share=1)
CUSTOMS_UNION = {"kind": "customs-union", "leaves": ("EAEU",)}
NAME = next(iter(estimates()), "")


def union(members, *provisions, **more):
    return Union(title=TITLE, members=members, provisions=provisions, **more)


def keys(made, world, **more):
    return {caution.key.split(".")[-1]: caution.values for caution in made.effect(world, **more).warnings}


def agreement_between(*members):
    """Facts with one free-trade area."""
    parties = tuple(Party(code, "", date(2001, 12, 31), None) for code in members)
    return Facts((Agreement(name="A", kind="free-trade-area", title=("A", "آ"), parties=parties, source="made up"),))


# -- the common external tariff ---------------------------------------------------------------------------------------
@a_law
@given(world=worlds(max_economies=5, max_sectors=3))
def test_a_common_tariff_equal_to_each_own_is_a_free_trade_area(world):
    """Members with the same tariff on outsiders: the rates by sector, `own` and the free-trade area are one."""
    members = world.economies[:2]
    tariff = world["tariff_rate"].copy(deep=True)
    rates = dict(zip(world.sectors, np.linspace(0.02, 0.2, len(world.sectors)), strict=True))
    for outsider in set(world.economies) - set(members):
        for member in members:
            tariff.loc[{"exporter": outsider, "importer": member}] = list(rates.values())
    same = world.replace(tariff_rate=tariff)
    area = union(members, FREE).shock(same)
    for external in ("own", rates):
        other = union(members, FREE, kind="customs-union", external_tariff=external).shock(same)
        assert_allclose(other["tariff_rate_counterfactual"], area["tariff_rate_counterfactual"], atol=1e-15)
        assert_array_equal(other["iceberg_cost_hat"], area["iceberg_cost_hat"])


def test_own_tariffs_and_revenue_give_the_welfare_of_the_free_trade_area(region):
    area = CaliendoParro().solve(region, union(("IRN", "KAZ", "UZB"), FREE).shock(region))
    own = union(("IRN", "KAZ", "UZB"), FREE, external_tariff="own", **CUSTOMS_UNION)
    customs_union = CaliendoParro().solve(region, own.shock(region))
    assert_allclose(customs_union["welfare_hat"], area["welfare_hat"], rtol=1e-9)
    assert_allclose(customs_union["tariff_revenue_counterfactual"], area["tariff_revenue_counterfactual"], rtol=1e-9)


@pytest.mark.parametrize("external", ["average", "minimum"])
def test_a_common_tariff_made_of_the_members_own(region, external):
    """By sector: Σ t X / Σ X over the members' imports from outside, of all of them or of the lowest member."""
    members = ["IRN", "UZB"]
    made = union(tuple(members), FREE, kind="customs-union", external_tariff=external)
    new = made.effect(region, facts=Facts(())).shock()["tariff_rate_counterfactual"]
    outsiders = [code for code in region.economies if code not in members]
    cells = {"exporter": outsiders, "importer": members}
    rate, flow = region["tariff_rate"].sel(cells), region["trade_flow"].sel(cells)
    over = ["exporter", "importer"] if external == "average" else ["exporter"]
    mean = (rate * flow).sum(over) / flow.sum(over)
    expected = mean if external == "average" else mean.min("importer")
    assert_allclose(new.sel(cells), expected.broadcast_like(new.sel(cells)).transpose(*new.dims), rtol=1e-12)
    assert_allclose(new.sel(importer="KAZ"), region["tariff_rate"].sel(importer="KAZ"))


def test_a_common_tariff_meets_outsiders_only(region):
    made = union(("IRN", "UZB"), FREE, kind="customs-union", external_tariff={"mining": 0.3})
    shock = made.effect(region, facts=Facts(())).shock()
    new, old = shock["tariff_rate_counterfactual"], region["tariff_rate"]
    outsiders = [code for code in region.economies if code not in ("IRN", "UZB")]
    assert_allclose(new.sel(exporter=outsiders, importer=["IRN", "UZB"], sector="mining"), 0.3)
    for sector in ("agriculture_food", "machinery_equipment"):
        cells = {"exporter": outsiders, "importer": ["IRN", "UZB"], "sector": sector}
        assert_allclose(new.sel(cells), old.sel(cells))
    assert_allclose(new.sel(exporter=["IRN", "UZB"], importer=["IRN", "UZB"]), 0)
    assert_allclose(new.sel(importer=outsiders), old.sel(importer=outsiders))
    assert "own_tariff" in keys(made, region, facts=Facts(()))


def test_free_trade_with_outsiders_stays_beside_a_common_tariff(region):
    made = union(("IRN", "UZB"), FREE, kind="customs-union", external_tariff={"mining": 0.3})
    facts = agreement_between("UZB", "RUS")
    new = made.effect(region, facts=facts).shock()["tariff_rate_counterfactual"].sel(sector="mining", importer="UZB")
    assert float(new.sel(exporter="RUS")) == float(
        region["tariff_rate"].sel(exporter="RUS", importer="UZB", sector="mining")
    )
    assert float(new.sel(exporter="TUR")) == 0.3
    assert str(keys(made, region, facts=facts)["preferences_kept"]["pairs"]) == "RUS → UZB"


def test_a_common_tariff_comes_in_steps_too(region):
    made = union(("IRN", "UZB"), FREE, kind="customs-union", external_tariff={"mining": 0.3}, phase_in_years=4)
    effect = made.effect(region, facts=Facts(()))
    cell = {"exporter": "TUR", "importer": "IRN", "sector": "mining"}
    old = float(region["tariff_rate"].sel(cell))
    new = float(effect.shock(year=1)["tariff_rate_counterfactual"].sel(cell))
    assert new == pytest.approx(old + (0.3 - old) / 4)


def test_a_customs_union_that_keeps_tariffs_within_is_warned_of(region):
    made = union(("IRN", "UZB"), BorderCost(cut_percent=1), kind="customs-union", external_tariff="own")
    assert "tariffs_within" in keys(made, region)


# -- borders after the equilibrium -------------------------------------------------------------------------------------
def test_borders_after_are_those_of_the_new_equilibrium(region):
    """Head–Ries thickness of the equilibrium's flows is today's plus the mean of ln κ̂: prices and wages drop out."""
    shock = union(("IRN", "KAZ", "UZB"), FREE, BorderCost(fade_share=0.5)).shock(region)
    counterfactual = CaliendoParro().solve(region, shock).counterfactual
    measured = thickness(counterfactual)["border_thickness"]
    assert_allclose(measured, thickness(region).after(region, shock)["border_thickness"], atol=1e-8)


def test_a_moved_baseline_is_solved_and_then_shocked(region):
    made = union(("IRN", "KAZ"), FREE, as_of=date(2025, 6, 1))
    solver = CaliendoParro()
    moved = made.effect(region).baseline(lambda world, shock: solver.solve(world, shock).counterfactual)
    in_two = solver.solve(moved, made.shock(moved)).counterfactual
    whole = made.effect(region).baseline_shock().data.copy(deep=True)
    tariff = whole["tariff_rate_counterfactual"]
    tariff.loc[{"exporter": ["IRN", "KAZ"], "importer": ["IRN", "KAZ"]}] = 0.0
    in_one = solver.solve(region, type(made.shock(moved))(whole)).counterfactual
    assert_allclose(in_two["trade_flow"], in_one["trade_flow"], rtol=1e-6, atol=1e-6)


# -- the agreement provision ------------------------------------------------------------------------------------------
@pytest.mark.skipif(not NAME, reason="no estimate ships")
def test_an_agreement_moves_trade_as_its_estimate_says(region):
    """κ̂^-θ = exp β in every sector it holds for."""
    made = union(("IRN", "UZB"), AgreementEffect(estimate=NAME, sectors=["mining", "machinery_equipment"]))
    cost = made.shock(region)["iceberg_cost_hat"].sel(exporter="IRN", importer="UZB")
    effect = np.exp(estimates()[NAME].coefficient)
    assert_allclose(cost ** -region["trade_elasticity"], [1, effect, effect, 1])


@pytest.mark.skipif(not NAME, reason="no estimate ships")
def test_an_agreement_in_force_is_not_counted_twice(region):
    made = union(("IRN", "UZB", "TUR"), AgreementEffect(estimate=NAME, sectors=["mining"]))
    facts = agreement_between("UZB", "TUR")
    cost = made.effect(region, facts=facts).shock()["iceberg_cost_hat"].sel(sector="mining")
    assert float(cost.sel(exporter="TUR", importer="UZB")) == 1
    assert float(cost.sel(exporter="TUR", importer="IRN")) < 1
    assert str(keys(made, region, facts=facts)["already_free"]["pairs"]) == "UZB–TUR"


@pytest.mark.skipif(not NAME, reason="no estimate ships")
@pytest.mark.parametrize("other", [Tariff(cut_share=0.5), BorderCost(cut_percent=1), BorderCost(fade_share=0.1)])
def test_an_agreement_beside_its_parts_is_counted_twice(region, other):
    effect = AgreementEffect(estimate=NAME, sectors=["mining"])
    for provisions in ((effect, other), (other, effect)):
        with pytest.raises(ScenarioError, match=r"counted twice: .*IRN → UZB, mining"):
            union(("IRN", "UZB"), *provisions).shock(region)
    apart = type(other)(**(other.model_dump() | {"except_sectors": ("mining",)}))
    union(("IRN", "UZB"), effect, apart).shock(region)


def test_an_unknown_estimate_is_refused(region):
    with pytest.raises(ScenarioError, match="no estimate 'nobody-1999'"):
        union(("IRN", "UZB"), AgreementEffect(estimate="nobody-1999", sectors=["mining"])).shock(region)
