"""Many scenarios at once: masks against direct building, batches against single solves, and what fails by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.worlds import random_shock, small_world, worlds

from peyvand.errors import ModelError, UnknownNameError
from peyvand.trade import CaliendoParro, Unions, solve_many
from peyvand.trade.deficits import DEFICIT_RULES
from peyvand.trade.equations import conditions, no_change, unchanged
from peyvand.trade.jacobian import jacobian, value_added_weights
from peyvand.trade.kernels import solve_equilibrium
from peyvand.trade.many import _parts
from peyvand.trade.masks import dense_blocks, many_conditions, masked_blocks
from peyvand.world import Shock
from peyvand.world.from_tables import world_from_arrays

some = settings(max_examples=8, deadline=None)
seeds = st.integers(0, 2**16)


def model(rule="fixed"):
    return CaliendoParro(deficit_rule=rule, numeraire="AAB" if rule == "fixed_nominal" else None, tol=1e-11)


def unions_of(world, k=3, *, external=False, cut=5.0):
    rates = {world.sectors[0]: 0.12} if external else None
    candidates = world.economies[1 : k + 1] if len(world.economies) > k else world.economies[:k]
    return Unions.free_trade(world, candidates, cost_cut_percent=cut, external_tariff=rates)


def shock_of(world, unions, members):
    """The shock of one union, built pair by pair without masks."""
    tariff = world["tariff_rate"]
    new, cost = tariff.copy(deep=True), xr.ones_like(tariff)
    for importer in members:
        for exporter in world.economies:
            if exporter == importer:
                continue
            cell = {"exporter": exporter, "importer": importer}
            if exporter in members:
                new.loc[cell] = unions.inside["tariff_rate_counterfactual"].loc[cell]
                cost.loc[cell] = unions.inside["iceberg_cost_hat"].loc[cell]
            elif unions.outside is not None:
                new.loc[cell] = unions.outside["tariff_rate_counterfactual"].loc[cell]
    return Shock.of(world, iceberg_cost_hat=cost, tariff_rate_counterfactual=new)


# -- laws --------------------------------------------------------------------------------------------------------------
@some
@given(world=worlds(), external=st.booleans(), number=st.integers(0, 7))
def test_a_masked_block_is_the_one_built_directly(world, external, number):
    unions = unions_of(world, min(3, len(world.economies)), external=external)
    order = [*unions.candidates, *(code for code in world.economies if code not in unions.candidates)]
    place = [world.economies.index(code) for code in order]
    solver = CaliendoParro()

    def block(shock):
        posed = solver.problem(world, shock)
        return replace(posed.block, paid=pick(posed.block.paid), received=pick(posed.block.received))

    def pick(table):
        return table[:, place][:, :, place]

    k = len(unions.candidates)
    number %= 1 << k
    masked = masked_blocks(
        block(Shock.none(world)), inside=block(unions.inside), candidates=k,
        outside=block(unions.outside) if unions.outside else None,
    )  # fmt: skip
    bits = np.array([number >> at & 1 for at in range(k)], dtype=float)
    ours, direct = dense_blocks(masked, bits), block(shock_of(world, unions, unions.members(number)))
    assert_allclose(ours.paid, direct.paid, rtol=1e-12, atol=1e-15)
    assert_allclose(ours.received, direct.received, rtol=1e-12, atol=1e-15)


@some
@given(world=worlds(), external=st.booleans(), rule=st.sampled_from(DEFICIT_RULES), seed=seeds)
def test_many_conditions_are_the_conditions_of_each(world, external, rule, seed):
    """Away from any equilibrium too: all gaps of all unions, against the equations of one."""
    k = 2
    unions = Unions.free_trade(
        world, world.economies[:k], external_tariff={world.sectors[0]: 0.2} if external else None
    )
    solver = model(rule)
    posed = solver.problem(world, unions.inside)
    outside = solver.problem(world, unions.outside).block if unions.outside else None
    masked = masked_blocks(unchanged(posed.base), inside=posed.block, candidates=k, outside=outside)
    state = 0.1 * np.random.default_rng(seed).normal(size=(len(no_change(posed.base)), 1 << k))
    bits = ((np.arange(1 << k)[None, :] >> np.arange(k)[:, None]) & 1).astype(float)
    rule_of_many = solver.income_rule(world, posed.base, columns=True)
    many = many_conditions(posed.base, masked, rule_of_many, state, bits)
    for number in range(1 << k):
        one = conditions(
            posed.base, dense_blocks(masked, bits[:, number]), solver.income_rule(world, posed.base), state[:, number]
        )
        gaps = np.concatenate([one.wage_gap, one.price_gap.ravel(), one.expenditure_gap.ravel()])
        assert_allclose(many.gaps[:, number], gaps, atol=1e-11)
        assert_allclose(many.final_expenditure[:, number], one.final_expenditure, rtol=1e-11)


@pytest.mark.parametrize("rule", DEFICIT_RULES)
@pytest.mark.parametrize("external", [False, True])
def test_every_union_is_the_one_solved_alone(rule, external):
    world = small_world(6, 3, seed=2)
    unions = unions_of(world, 4, external=external)
    solver = model(rule)
    many = solve_many(world, unions, model=solver, tol=1e-10)
    assert not many.failed
    assert many["welfare_hat"].shape == (16, 6)
    for number in range(16):
        members = unions.members(number)
        alone = solver.solve(world, shock_of(world, unions, members))
        assert_allclose(many.union(members)["welfare_hat"], alone["welfare_hat"], rtol=1e-9)
    assert_allclose(many.union([])["welfare_hat"], 1, rtol=1e-9)
    if not external:
        assert_allclose(many.union(unions.candidates[:1])["welfare_hat"], 1, rtol=1e-9)


@pytest.mark.parametrize("parts", [1, 2, 8])
def test_chains_of_warm_starts_do_not_change_answers(monkeypatch, parts):
    """Small batches, many of them: with warm starts over all, over some and over none of the candidates."""
    monkeypatch.setattr("peyvand.trade.sweep.BATCH_BITS", 2)
    monkeypatch.setattr("peyvand.trade.many.BATCH_BITS", 2)
    monkeypatch.setattr("peyvand.trade.many._parts", lambda *_, **__: parts)
    world = small_world(6, 2, seed=3)
    unions = unions_of(world, 5)
    many = solve_many(world, unions, tol=1e-10)
    for number in (7, 12, 31):
        alone = model().solve(world, shock_of(world, unions, unions.members(number)))
        assert_allclose(many["welfare_hat"][number], alone["welfare_hat"], rtol=1e-9)


@pytest.mark.parametrize("rule", DEFICIT_RULES)
@pytest.mark.parametrize("elastic", [False, True])
def test_the_jacobian_is_the_finite_difference(rule, elastic):
    world = small_world(4, 1 if elastic else 3, seed=2, inputs=not elastic)
    solver = replace(model(rule), supply_elasticity=0.7 * elastic)
    posed = solver.problem(world, random_shock(world, 2))
    income = solver.income_rule(world, posed.base)
    found = solve_equilibrium(posed.base, posed.block, income=income, tol=1e-12)

    def gaps(state):
        there = conditions(posed.base, posed.block, income, state)
        return np.concatenate([there.wage_gap, there.price_gap.ravel(), there.expenditure_gap.ravel()])

    step = 1e-6
    moves = step * np.eye(len(found.state))
    slopes = np.array([(gaps(found.state + move) - gaps(found.state - move)) / (2 * step) for move in moves]).T
    slopes[:4, :4] -= value_added_weights(posed.base, found.conditions)
    assert_allclose(jacobian(posed.base, posed.block, found.conditions, income), slopes, atol=1e-8)


# -- shocks by name ----------------------------------------------------------------------------------------------------
def test_shocks_by_name_are_the_ones_solved_alone():
    world = small_world(5, 2, seed=4)
    shocks = {f"shock {seed}": random_shock(world, seed) for seed in range(5)}
    many = solve_many(world, shocks, model=model("eliminated"), tol=1e-10)
    for name, shock in shocks.items():
        alone = model("eliminated").solve(world, shock)
        for variable in ("welfare_hat", "real_income_change_musd"):
            assert_allclose(many[variable].sel(scenario=name), alone[variable], rtol=1e-7, atol=1e-6)


def test_one_poisoned_scenario_leaves_the_others_intact():
    """A wall with a deficit to pay has no equilibrium; it is reported by its name."""
    world = small_world(5, 3, seed=1)
    abroad = world["tariff_rate"]["exporter"] != world["tariff_rate"]["importer"]
    wall = Shock.of(world, iceberg_cost_hat=xr.where(abroad, 1e4, 1.0) + xr.zeros_like(world["tariff_rate"]))
    shocks = {"mild": random_shock(world, 1), "wall": wall, "other": random_shock(world, 2)}
    many = solve_many(world, shocks)
    assert list(many.failed) == ["wall"]
    assert "% of the shock" in many.failed["wall"]
    assert many["welfare_hat"].sel(scenario="wall").isnull().all()
    alone = CaliendoParro().solve(world, shocks["other"])
    assert_allclose(many["welfare_hat"].sel(scenario="other"), alone["welfare_hat"], rtol=1e-7)


def test_one_poisoned_union_leaves_the_others_intact():
    """AAB and AAC wall themselves off from each other, their only partners, with a deficit to pay."""
    flow = np.array([[9.0, 0, 0, 1.0], [0, 5.0, 3.0, 0.01], [0, 1.0, 9.0, 0.01], [1.0, 0.01, 0.01, 9.0]])[..., None]
    world = world_from_arrays(
        economies=["AAA", "AAB", "AAC", "AAD"], sectors=["goods"], name="pair", base_year=2019, trade_flow=flow,
        trade_elasticity=5.0,
    )  # fmt: skip
    like = world["tariff_rate"]
    pair = like["exporter"].isin(["AAB", "AAC"]) & like["importer"].isin(["AAB", "AAC"])
    wall = xr.where(pair & (like["exporter"] != like["importer"]), 1e6, 1.0) + xr.zeros_like(like)
    mild = xr.where((like["exporter"] == "AAA") & (like["importer"] == "AAD"), 0.95, 1.0)
    unions = Unions(
        candidates=("AAA", "AAB", "AAC", "AAD"),
        inside=Shock.of(world, iceberg_cost_hat=(wall * mild).transpose(*like.dims)),
    )
    many = solve_many(world, unions)
    walled = {"AAB+AAC", "AAA+AAB+AAC", "AAB+AAC+AAD", "AAA+AAB+AAC+AAD"}
    assert "AAB+AAC" in many.failed
    assert set(many.failed) <= walled
    assert many.union(["AAB", "AAC"])["welfare_hat"].isnull().all()
    fine = [n for n in range(16) if "+".join(unions.members(n)) not in many.failed]
    assert float(many["residual"][fine].max()) <= 1e-8
    alone = CaliendoParro().solve(world, shock_of(world, unions, ["AAA", "AAD"]))
    assert_allclose(many.union(["AAA", "AAD"])["welfare_hat"], alone["welfare_hat"], rtol=1e-7)


# -- memory and refusals -----------------------------------------------------------------------------------------------
def test_memory_decides_the_parts():
    size = {"cells": 506, "economies": 46, "workers": 2}
    assert _parts(12, gb=2.0, **size) == 2
    assert _parts(20, gb=8.0, **size) < _parts(20, gb=1.0, **size)
    assert _parts(6, gb=2.0, **size) == 1
    with pytest.raises(ModelError, match="results of 2\\^20") as caught:
        _parts(20, gb=0.1, **size)
    assert "memory_gb" in caught.value.hint


def test_what_has_no_mask_is_refused():
    world = small_world(4, 2)
    with pytest.raises(ModelError, match="touches pairs"):
        solve_many(world, Unions(candidates=("AAA", "AAB"), inside=random_shock(world)))
    with pytest.raises(ModelError, match="candidates"):
        solve_many(world, Unions(candidates=("AAA", "AAA"), inside=Shock.none(world)))
    with pytest.raises(ModelError, match="iceberg barriers only"):
        solve_many(world, unions_of(world), model=CaliendoParro(barrier="rent"))
    many = solve_many(world, unions_of(world, 2))
    with pytest.raises(UnknownNameError, match="no candidate"):
        many.union(["ZZZ"])
    with pytest.raises(ModelError, match="not unions"):
        solve_many(world, {"a": random_shock(world)}).union(["AAA"])
    with pytest.raises(ModelError, match="without a mask"):
        solve_many(world, dict.fromkeys(map(str, range(5000)), Shock.none(world)))


def test_a_world_in_two_parts_is_refused():
    flow = np.diag([3.0, 5.0, 4.0])[..., None]
    world = world_from_arrays(
        economies=["AAA", "AAB", "AAC"], sectors=["goods"], name="apart", base_year=2019, trade_flow=flow,
        trade_elasticity=5.0,
    )  # fmt: skip
    with pytest.raises(ModelError, match="singular"):
        solve_many(world, Unions.free_trade(world, ["AAA", "AAB"]))


def test_progress_and_external_tariffs_are_told():
    world = small_world(5, 2, seed=5)
    told = []
    solve_many(world, unions_of(world, 3, external=True), progress=told.append)
    assert told[-1] == 1.0
    rate = unions_of(world, 3, external=True).outside["tariff_rate_counterfactual"]
    assert_allclose(rate.sel(exporter="AAA", importer="AAC", sector="sector_1"), 0.12)
    unchanged_rate = world["tariff_rate"].sel(exporter="AAA", importer="AAC", sector="sector_2")
    assert_allclose(rate.sel(exporter="AAA", importer="AAC", sector="sector_2"), unchanged_rate)


@pytest.mark.slow
def test_twenty_random_unions_of_the_embedded_world(test_size):
    """2^12 unions of the real World, and twenty of them solved alone: welfare to 1e-8."""
    from peyvand.world import World

    world = World.embedded()
    unions = Unions.free_trade(
        world,
        ["IRN", "KAZ", "UZB", "TKM", "TJK", "KGZ", "AZE", "TUR", "PAK", "AFG", "RUS", "ARM"],
        cost_cut_percent=5,
    )
    many = solve_many(world, unions)
    assert not many.failed
    for number in np.random.default_rng(0).integers(0, 4096, int(20 * test_size)):
        alone = model().solve(world, shock_of(world, unions, unions.members(int(number))))
        assert_allclose(many["welfare_hat"][int(number)], alone["welfare_hat"], rtol=1e-8)
