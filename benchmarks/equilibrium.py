"""How fast is the trade equilibrium, once and thousands of times, beside its bound and beside its peers?

One solve: median and best of the repeats, warm, residual at most 1e-10. `bound` is the time of the three matrix–vector
products a sector that every evaluation of the equations needs, measured here, times the evaluations. The plain loops
(`_plain_caliendo_parro`) stop at 1e-4, as KITE does by default, and at our own 1e-10. gegravity (PyPI) is timed where
it is installed, on a one-sector world: one counterfactual, and one draw of its Monte Carlo beside a hundred of ours.
The exponent is that of processor time in the number of economies. Then all unions of a list of candidates, draws of a
union, a shipped scenario with draws, and the derivatives of welfare by every border (`_many_equilibria`).
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from tests.worlds import random_shock, small_world

from benchmarks._many_equilibria import draws_row, scenario_row, sensitivity_row, timed, unions_row
from benchmarks._plain_caliendo_parro import solve_plainly
from peyvand.trade import CaliendoParro, draw
from peyvand.trade.caliendo_parro import baseline_of
from peyvand.trade.deficits import fixed_deficits
from peyvand.trade.kernels import blocks, solve_equilibrium
from peyvand.world import Shock, World

SIZES = {
    "toy": {
        "kernel": [(10, 3), (20, 4)], "plain": (6, 2), "gegravity": 5, "repeats": 3, "exponent": (10, 20),
        "candidates": 6, "alone": 3, "draws": 5,
    },
    "full": {
        "kernel": [(46, 11), (81, 28), (150, 25), (31, 40), (180, 1)], "plain": (46, 11), "gegravity": 30,
        "repeats": 20, "exponent": (40, 80, 160, 320), "candidates": 16, "alone": 20, "draws": 500,
    },
}  # fmt: skip

RESCALES = (1, 10, 100, 1000, 0.1, 0.01, 1e4)


def main(size: str) -> None:
    chosen = SIZES[size]
    print("economies × sectors | solve, ms (best) | steps | bound, ms | best / bound | blocks, ms | model adds, ms")
    for n, s in chosen["kernel"]:
        print(kernel_row(n, s, repeats=chosen["repeats"]), flush=True)
    print(exponent_row(chosen["exponent"]), flush=True)
    for tol in (1e-4, 1e-10):
        print(plain_row(*chosen["plain"], tol=tol, repeats=chosen["repeats"]), flush=True)
    for row in gegravity_rows(chosen["gegravity"], repeats=chosen["repeats"]):
        print(row, flush=True)
    world = World.embedded()
    print(unions_row(world, chosen["candidates"], alone=chosen["alone"]), flush=True)
    print(draws_row(world, chosen["draws"]), flush=True)
    print(scenario_row("eco-ten", chosen["draws"]), flush=True)
    print(sensitivity_row(world), flush=True)


def kernel_row(n: int, s: int, *, repeats: int) -> str:
    """Kernel, bound and what the labelled model adds to it, for one size of world."""
    world, shock, kernel = a_problem(n, s)
    base, block, rule = kernel["base"], kernel["block"], kernel["rule"]
    found = solve_equilibrium(base, block, income=rule)
    assert found.residual <= 1e-10
    solving = seconds(lambda: solve_equilibrium(base, block, income=rule), repeats)
    building = seconds(lambda: blocks(base, **kernel["shock"]), repeats)
    cells = np.ones((s, n, 1))
    bound = 3 * found.iterations * min(seconds(lambda: np.matmul(block.paid, cells), repeats))
    whole = seconds(lambda: CaliendoParro().solve(world, shock), repeats)
    added = min(whole) - min(solving) - min(building)
    return (
        f"{n:>4} × {s:<3} | {1e3 * np.median(solving):7.1f} ({1e3 * min(solving):.1f}) | {found.iterations:3d} "
        f"| {1e3 * bound:6.2f} | {min(solving) / bound:5.1f} | {1e3 * min(building):5.1f} | {1e3 * added:5.1f}"
    )


def plain_row(n: int, s: int, *, tol: float, repeats: int) -> str:
    """The same equilibrium by the paper's nested damped loops."""
    _, _, kernel = a_problem(n, s)
    base = kernel["base"]
    ours = min(seconds(lambda: solve_equilibrium(base, kernel["block"], income=kernel["rule"]), repeats))
    started = perf_counter()
    plain = solve_plainly(
        trade_flow=base.trade_flow,
        tariff_rate=base.tariff_rate,
        value_added_share=base.value_added_share,
        input_share=base.input_share,
        trade_elasticity=base.trade_elasticity,
        cost_hat=kernel["shock"]["cost_hat"],
        tariff_rate_counterfactual=kernel["shock"]["tariff_rate"],
        tol=tol,
    )
    theirs = perf_counter() - started
    exact = solve_equilibrium(base, kernel["block"], income=kernel["rule"]).conditions.wage_hat
    off = np.abs(plain.wage_hat / exact - 1).max()
    return (
        f"plain loops to {tol:.0e}, {n} × {s}: {theirs:.2f} s, {theirs / ours:.0f} times ours; wages off by {off:.0e}"
    )


def exponent_row(sizes: tuple[int, ...]) -> str:
    """How the time of a solve grows with the number of economies, five sectors."""
    times = []
    for n in sizes:
        _, _, kernel = a_problem(n, 5)
        solve = partial(solve_equilibrium, kernel["base"], kernel["block"], income=kernel["rule"])
        times.append(min(timed(solve)[2] for _ in range(5)))
    slope = np.polyfit(np.log(sizes), np.log(np.maximum(times, 1e-4)), 1)[0]
    shown = ", ".join(f"{n}: {1e3 * time:.0f} ms" for n, time in zip(sizes, times, strict=True))
    return f"one solve × 5 sectors, processor time by economies {shown}; time grows as N^{slope:.2f}"


def gegravity_rows(n: int, *, repeats: int) -> Iterator[str]:
    """One sector, n economies: gegravity's baseline and simulation beside ours, and beside a hundred draws of ours."""
    try:
        import gegravity
    except ImportError:
        yield "gegravity: not installed (pip install -c constraints.txt -e '.[bench]')"
        return
    world, shock, kernel = a_problem(n, 1, inputs=False, tariffs=False, theta=4.0)
    ours = min(seconds(lambda: solve_equilibrium(kernel["base"], kernel["block"], income=kernel["rule"]), repeats))
    bare = World(world.data.drop_vars("trade_flow_cv"), world.provenance)
    drawn = min(seconds(lambda: draw(bare, shock, draws=100), repeats))
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        theirs = next((time for time in map(partial(gegravity_s, gegravity, world), RESCALES) if time), None)
    if theirs is None:
        yield f"gegravity {n} × 1: no baseline at any of its rescalings"
        return
    yield f"gegravity {n} × 1: {theirs:.2f} s against {1e3 * ours:.2f} ms, {theirs / ours:.0f} times ours"
    yield (
        f"100 draws, {n} × 1: {1e3 * drawn:.1f} ms; gegravity {theirs:.2f} s a draw, {100 * theirs / drawn:.0f} times "
        "ours"
    )


def gegravity_s(gegravity: Any, world: World, rescale: float) -> float | None:
    """Seconds for a baseline and a simulation; None where gegravity finds no baseline with this rescaling."""
    model = gegravity_model(gegravity, world)
    started = perf_counter()
    try:
        model.build_baseline(omr_rescale=rescale)
    except ValueError:
        return None
    experiment = model.baseline_data.copy()
    experiment.loc[experiment["exporter"] != experiment["importer"], "pta"] = 1
    model.define_experiment(experiment)
    model.simulate()
    return perf_counter() - started


def gegravity_model(gegravity: Any, world: World) -> Any:
    """gegravity's one-sector model on the flows of a world, with three cost coefficients."""
    flow = world["trade_flow"].isel(sector=0, drop=True)
    table = flow.to_series().rename("trade").reset_index()
    table["year"] = "2019"
    table["Y"] = table["exporter"].map(flow.sum("importer").to_series())
    table["E"] = table["importer"].map(flow.sum("exporter").to_series())
    table["pta"] = 0
    table["international"] = (table["exporter"] != table["importer"]).astype(int)
    table["lndist"] = np.log(world["distance_km"].to_series().reindex(flow.to_series().index).to_numpy())
    table["constant"] = 1
    names = ["lndist", "pta", "international", "constant"]
    estimates = pd.DataFrame({"var": names, "beta": [-0.6, 0.4, -2.5, 1.0], "stderr": [0.03, 0.05, 0.1, 0.1]})
    variance = pd.DataFrame(np.diag(estimates["stderr"] ** 2), columns=names, index=pd.Index(names, name="var"))
    data = gegravity.BaselineData(
        table,
        imp_var_name="importer",
        exp_var_name="exporter",
        year_var_name="year",
        trade_var_name="trade",
        expend_var_name="E",
        output_var_name="Y",
    )
    costs = gegravity.CostCoeffs(
        estimates=estimates, identifier_col="var", coeff_col="beta", stderr_col="stderr", covar_matrix=variance
    )
    return gegravity.OneSectorGE(
        baseline=data,
        cost_coeff_values=costs,
        cost_variables=names,
        year="2019",
        reference_importer=world.economies[0],
        sigma=5,
    )


def a_problem(n: int, s: int, **options: Any) -> tuple[World, Shock, dict[str, Any]]:
    """A synthetic world, a shock, and both as the kernel wants them."""
    world = small_world(n, s, seed=1, **options)
    shock = random_shock(world, seed=1)
    if options.get("tariffs") is False:
        shock = Shock.of(world, iceberg_cost_hat=shock["iceberg_cost_hat"])
    base = baseline_of(world)
    pairs = ("sector", "exporter", "importer")
    arrays = {
        "cost_hat": shock["iceberg_cost_hat"].transpose(*pairs).values.copy(),
        "tariff_rate": shock["tariff_rate_counterfactual"].transpose(*pairs).values.copy(),
    }
    rule = fixed_deficits(value_added=base.value_added, trade_deficit=base.trade_deficit)
    return world, shock, {"base": base, "block": blocks(base, **arrays), "rule": rule, "shock": arrays}


def seconds(work: Callable[[], Any], repeats: int) -> list[float]:
    """Wall times of `repeats` calls after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        started = perf_counter()
        work()
        times.append(perf_counter() - started)
    return times
