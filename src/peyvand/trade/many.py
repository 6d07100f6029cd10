"""What do thousands of scenarios do?  Every union of a list of candidates, or any list of shocks, in one call.

Unions whose terms depend only on who is a member are solved in batches from shared matrices (`peyvand.trade.masks`,
`peyvand.trade.sweep`). Shocks of any other form have no mask: each is solved on its own, from a common warm start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import ModelError
from peyvand.trade.barriers import Accounts, Problem, problem
from peyvand.trade.batch import UnionSweep, welfare_of
from peyvand.trade.caliendo_parro import CaliendoParro, accounts_of
from peyvand.trade.deficits import income_rule
from peyvand.trade.kernels import Equilibrium, reached, reason, solve_equilibrium, unchanged
from peyvand.trade.masks import masked_blocks
from peyvand.trade.sweep import BATCH_BITS, chord_step
from peyvand.trade.union_terms import Unions
from peyvand.variables import KERNEL_CELL, labelled
from peyvand.world import Shock, World

Array = NDArray[np.float64]
MOST_SHOCKS = 2**12
"""Scenarios without a mask that one call takes."""
MOST_CANDIDATES = 24


@dataclass(frozen=True, eq=False, kw_only=True)
class Many:
    """What many scenarios do to every economy.

    Parameters
    ----------
    data : Dataset
        `welfare_hat` and `real_income_change_musd` (scenario, economy), `residual` (scenario).
    failed : mapping
        Scenarios that have no answer, by name, with the reason; their figures are NaN.
    unions : Unions, optional
        What the scenario numbers mean, where all unions were solved.
    """

    data: xr.Dataset
    failed: Mapping[str, str] = field(default_factory=dict)
    unions: Unions | None = None

    def __getitem__(self, name: str) -> xr.DataArray:
        return self.data[name]

    def union(self, members: Iterable[str]) -> xr.Dataset:
        """The answer for one union.

        Raises
        ------
        ModelError
            If the scenarios are not unions.
        """
        if self.unions is None:
            raise ModelError("these scenarios are not unions", hint="select them by name: data.sel(scenario=…)")
        return self.data.isel(scenario=self.unions.number(members))


def solve_many(
    world: World,
    scenarios: Unions | Mapping[str, Shock],
    *,
    model: CaliendoParro | None = None,
    tol: float = 1e-8,
    memory_gb: float = 2.0,
    workers: int = 2,
    progress: Callable[[float], None] | None = None,
) -> Many:
    """Solve all unions of a list of candidates, or shocks by name.

    Parameters
    ----------
    world : World
    scenarios : Unions or mapping of str to Shock
        Unions share their matrices; a mapping is solved one by one, up to `MOST_SHOCKS`.
    model : CaliendoParro, optional
        The closure; its own `tol` is not used.
    tol : float
        Largest relative gap in any equation.
    memory_gb : float
        What warm starts and results may take; less memory means more and shorter chains of warm starts.
    workers : int
        Threads.
    progress : callable, optional
        Told the share that is done.

    Returns
    -------
    Many
        With every scenario that could not be solved by its name: one that fails leaves the others alone.

    Raises
    ------
    ModelError
        If the unions have no mask, are too many for the memory, or the closure is not one that masks know.
    """
    solver = model or CaliendoParro()
    if solver.deficit_rule == "eliminated":
        world = solver.without_deficits(world)
    if isinstance(scenarios, Unions):
        return _solve_unions(world, scenarios, solver, tol, memory_gb, workers, progress or _silent)
    return _solve_shocks(world, scenarios, solver, tol, workers, progress or _silent)


# -- unions ----------------------------------------------------------------------------------------------------------
def union_sweep(
    world: World,
    unions: Unions,
    *,
    model: CaliendoParro | None = None,
    tol: float = 1e-8,
    accounts: Accounts | None = None,
) -> UnionSweep:
    """The unions in bare arrays, ready to be solved here or elsewhere.

    Parameters
    ----------
    world : World
    unions : Unions
    model : CaliendoParro, optional
        The closure; not `eliminated`, whose World is balanced first (`CaliendoParro.without_deficits`).
    tol : float
        Largest relative gap in any equation.
    accounts : Accounts, optional
        The World's arrays with some of them drawn anew, in the World's order: what is shocked, not the shock.

    Raises
    ------
    ModelError
        If the unions have no mask, or the World falls into parts.
    """
    solver = model or CaliendoParro()
    _expect_a_mask(world, unions, solver)
    others = [code for code in world.economies if code not in unions.candidates]
    order = [*unions.candidates, *others]
    place = np.array([world.economies.index(code) for code in order])
    given = accounts or accounts_of(world)
    posed = _posed(given, unions.inside, place, solver)
    levied = _posed(given, unions.outside, place, solver).block if unions.outside else None
    base, candidates = posed.base, len(unions.candidates)
    masked = masked_blocks(unchanged(base), inside=posed.block, candidates=candidates, outside=levied)
    numeraire = order.index(world.economy(solver.numeraire)) if solver.numeraire else 0
    vectors = {name: getattr(base, name) for name in ("value_added", "tariff_revenue", "trade_deficit")}
    try:
        step = chord_step(base, masked, income_rule(solver.deficit_rule, numeraire=numeraire, **vectors))
    except np.linalg.LinAlgError as error:
        raise ModelError(
            "the equations of this World are singular", hint="a part of it does not trade with the rest: leave it out"
        ) from error
    return UnionSweep(
        base=base,
        masked=masked,
        step=step,
        deficit_rule=solver.deficit_rule,
        numeraire=numeraire,
        back=np.argsort(place),
        tol=tol,
        max_iterations=solver.max_iterations,
    )


def _posed(given: Accounts, shock: Shock, place: NDArray[np.int64], solver: CaliendoParro) -> Problem:
    """The World's arrays and a shock, economies in another order."""
    pairs = np.ix_(np.arange(len(given.trade_elasticity)), place, place)
    sorted_accounts = Accounts(
        trade_flow=given.trade_flow[pairs],
        tariff_rate=given.tariff_rate[pairs],
        value_added_share=given.value_added_share[:, place],
        input_share=given.input_share[place],
        trade_elasticity=given.trade_elasticity,
    )
    return problem(
        sorted_accounts,
        cost_hat=shock["iceberg_cost_hat"].transpose(*KERNEL_CELL).values[pairs],
        tariff_rate=shock["tariff_rate_counterfactual"].transpose(*KERNEL_CELL).values[pairs],
        supply_elasticity=solver.supply_elasticity,
    )


def _solve_unions(
    world: World,
    unions: Unions,
    solver: CaliendoParro,
    tol: float,
    memory_gb: float,
    workers: int,
    progress: Callable[[float], None],
) -> Many:
    k, economies = len(unions.candidates), len(world.economies)
    sweep = union_sweep(world, unions, model=solver, tol=tol)
    parts = _parts(k, cells=len(world.sectors) * economies, economies=economies, gb=memory_gb, workers=workers)
    welfare, residual = np.empty((1 << k, economies)), np.empty(1 << k)
    done = np.zeros(parts, dtype=np.int64)
    failed: dict[int, str] = {}

    def solve(part: int) -> None:
        for solved in sweep.part(part, parts):
            welfare[solved.numbers], residual[solved.numbers] = solved.welfare_hat, solved.residual
            failed.update(solved.failed)
            done[part] += len(solved.numbers)
            progress(float(done.sum()) / (1 << k))

    with ThreadPoolExecutor(max(1, workers)) as pool:
        list(pool.map(solve, range(parts)))
    named = {"+".join(unions.members(number)): failed[number] for number in sorted(failed)}
    return Many(data=_labelled(world, welfare, residual, range(1 << k)), failed=named, unions=unions)


def _expect_a_mask(world: World, unions: Unions, solver: CaliendoParro) -> None:
    """Refuse what is not A + m mᵀ ∘ ΔA (and, under an external tariff, (1 − m) mᵀ ∘ ΔO)."""
    codes = list(unions.candidates)
    if not 1 <= len(codes) <= MOST_CANDIDATES or len(set(codes)) < len(codes):
        raise ModelError(
            f"{len(codes)} candidates, of {len(set(codes))} economies", hint=f"1 to {MOST_CANDIDATES}, each once"
        )
    world.resolve_economies(codes)
    if solver.barrier == "rent":
        raise ModelError(
            "unions are solved with iceberg barriers only", hint="solve rents one by one: give shocks by name"
        )
    today = Shock.none(world)
    for shock, where in ((unions.inside, "exporter"), (unions.outside, "importer")):
        if shock is None:
            continue
        moved = sum(abs(shock[name] - today[name]) for name in ("iceberg_cost_hat", "tariff_rate_counterfactual"))
        touched = moved.sum("sector") > 0  # type: ignore[union-attr]
        allowed = touched["importer"].isin(codes) & (touched["exporter"] != touched["importer"])
        if where == "exporter":
            allowed = allowed & touched["exporter"].isin(codes)
        if bool((touched & ~allowed).any()):
            raise ModelError(
                "the union touches pairs that are not its members'",
                hint="terms that depend on who else is in have no mask: give shocks by name",
            )


def _parts(k: int, *, cells: int, economies: int, gb: float, workers: int) -> int:
    """Into how many chains the unions are cut so that the warm starts of those at work fit the memory."""
    results = (1 << k) * (economies + 1) * 8
    if results > 0.8e9 * gb:
        raise ModelError(
            f"the results of 2^{k} unions alone take {results / 1e9:.1f} GB", hint=f"memory_gb={results / 0.5e9:.0f}"
        )
    batches = k - min(BATCH_BITS, k)
    batch_bytes = (economies + 2 * cells) * (1 << min(BATCH_BITS, k)) * 4
    parts = 1
    while parts < (1 << batches) and (
        parts < workers or min(workers, parts) * ((1 << batches) // parts) * batch_bytes > 1e9 * gb - results
    ):
        parts *= 2
    return parts


# -- shocks by name --------------------------------------------------------------------------------------------------
def _solve_shocks(
    world: World,
    shocks: Mapping[str, Shock],
    solver: CaliendoParro,
    tol: float,
    workers: int,
    progress: Callable[[float], None],
) -> Many:
    if len(shocks) > MOST_SHOCKS:
        raise ModelError(
            f"{len(shocks)} scenarios without a mask, {MOST_SHOCKS} at most",
            hint="unions with terms that do not depend on who is in: Unions",
        )
    names = list(shocks)
    welfare, residual = np.empty((len(names), len(world.economies))), np.empty(len(names))
    failed: dict[str, str] = {}

    def solve(place: int) -> None:
        posed = solver.problem(world, shocks[names[place]])
        found = _solved(world, solver, posed, tol)
        welfare[place], residual[place] = welfare_of(posed.base, found, tol), found.residual
        if not reached(found, tol):
            failed[names[place]] = reason(found)
        progress((place + 1) / len(names))

    with ThreadPoolExecutor(max(1, workers)) as pool:
        list(pool.map(solve, range(len(names))))
    in_order = {name: failed[name] for name in names if name in failed}
    return Many(data=_labelled(world, welfare, residual, names), failed=in_order)


def _solved(world: World, solver: CaliendoParro, posed: Problem, tol: float) -> Equilibrium:
    return solve_equilibrium(
        posed.base,
        posed.block,
        income=solver.income_rule(world, posed.base),
        tol=tol,
        max_iterations=solver.max_iterations,
    )


# -- labels ----------------------------------------------------------------------------------------------------------
def _labelled(world: World, welfare: Array, residual: Array, names: Iterable[object]) -> xr.Dataset:
    """The answers with their labels; unreached scenarios are NaN."""
    labels = {"scenario": list(names), "economy": list(world.economies)}
    hat = xr.DataArray(welfare, labels, ("scenario", "economy"))
    change = (hat - 1) * world["final_expenditure"]
    return xr.Dataset(
        {
            "welfare_hat": labelled(hat, "welfare_hat"),
            "real_income_change_musd": labelled(change, "real_income_change_musd"),
            "residual": (("scenario",), residual),
        }
    )


def _silent(_: float) -> None:
    """No progress is shown."""
