"""Rows of `benchmarks.equilibrium` on thousands of scenarios: unions, draws, every border's derivative.

Unions are counted per second of wall and of processor time, since a busy machine stretches the first only; the peer is
the same model solving one union after the other, in the same run. gegravity's Monte Carlo is timed where it is
installed, as one baseline and simulation a draw, which is what it does.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

import numpy as np

from peyvand.run import simulate
from peyvand.trade import CaliendoParro, Unions, border_sensitivity, draw, solve_many
from peyvand.trade.kernels import solve_equilibrium
from peyvand.world import Shock, World

CANDIDATES = (
    "IRN", "KAZ", "UZB", "TKM", "TJK", "KGZ", "AZE", "TUR", "PAK", "AFG", "RUS", "ARM", "IRQ", "IND", "CHN", "GEO",
    "TUN", "EGY", "SAU", "ARE",
)  # fmt: skip


def unions_row(world: World, k: int, *, alone: int) -> str:
    """All unions of k candidates, and some of them one by one: speed, and how far apart the answers are."""
    candidates = [code for code in CANDIDATES if code in world.economies][:k]
    unions = Unions.free_trade(world, candidates, cost_cut_percent=5)
    many, wall, cpu = timed(lambda: solve_many(world, unions))
    numbers = np.random.default_rng(0).integers(0, 1 << len(candidates), alone)
    solver = CaliendoParro(tol=1e-10)
    shocks = [union_shock(world, unions, int(number)) for number in numbers]
    posed = [solver.problem(world, shock) for shock in shocks]
    found, single, _ = timed(
        lambda: [solve_equilibrium(p.base, p.block, income=solver.income_rule(world, p.base)) for p in posed]
    )
    off = 0.0
    for number, problem, one in zip(numbers, posed, found, strict=True):
        price = (problem.base.final_share * np.log(one.conditions.price_index_hat)).sum(axis=0)
        welfare = one.conditions.final_expenditure / problem.base.final_expenditure * np.exp(-price)
        off = max(off, float(np.abs(many["welfare_hat"][int(number)].values - welfare).max()))
    total = 1 << len(candidates)
    size = f"2^{len(candidates)} unions, {len(world.economies)} × {len(world.sectors)}"
    return (
        f"{size}: {wall:.1f} s, {total / wall:.0f}/s "
        f"(processor {cpu:.1f} s, {total / cpu:.0f}/s); {len(many.failed)} failed; {single / alone * total / wall:.0f} "
        f"times faster than one by one; welfare within {off:.0e} of {alone} solved alone"
    )


def union_shock(world: World, unions: Unions, number: int) -> Shock:
    """The shock of one union."""
    members = unions.members(number)
    like = world["tariff_rate"]
    between = like["exporter"].isin(members) & like["importer"].isin(members)
    inside = unions.inside
    return Shock.of(
        world,
        iceberg_cost_hat=inside["iceberg_cost_hat"].where(between, 1.0),
        tariff_rate_counterfactual=inside["tariff_rate_counterfactual"].where(between, like),
    )


def draws_row(world: World, count: int) -> str:
    """Draws of elasticities and flows for one union."""
    shock = Unions.free_trade(world, CANDIDATES[:10], cost_cut_percent=5).inside
    found, wall, cpu = min((timed(lambda: draw(world, shock, draws=count)) for _ in range(3)), key=lambda run: run[1])
    return (
        f"{count} draws of {', '.join(found.sources)}: {wall:.1f} s (processor {cpu:.1f} s), {len(found.failed)} failed"
    )


def scenario_row(name: str, count: int) -> str:
    """A shipped scenario from its file to all figures of its report, with draws."""
    run, wall, cpu = timed(lambda: simulate(name, draws=count))
    return f"scenario {name} with {count} draws: {wall:.1f} s (processor {cpu:.1f} s), {run.trade.nest}"


def sensitivity_row(world: World) -> str:
    """Welfare of everybody by every border, beside one solve a border for central differences."""
    _, wall, cpu = timed(lambda: border_sensitivity(world))
    _, one, _ = timed(lambda: CaliendoParro().solve(world, Shock.none(world)))
    cells = world["trade_flow"].size
    ratio = 2 * cells * one / wall
    return (
        f"{len(world.economies)} × {cells} derivatives: {wall:.2f} s (processor {cpu:.2f} s), {ratio:.0f} "
        f"times faster than finite differences would be"
    )


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gives, seconds of wall and of processor."""
    wall, cpu = perf_counter(), process_time()
    found = work()
    return found, perf_counter() - wall, process_time() - cpu
