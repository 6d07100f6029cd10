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

from peyvand.errors import ModelError, UnknownNameError
from peyvand.trade.barriers import Problem
from peyvand.trade.caliendo_parro import CaliendoParro
from peyvand.trade.kernels import Equilibrium, solve_equilibrium, unchanged
from peyvand.trade.masks import dense_blocks, masked_blocks
from peyvand.trade.sweep import BATCH_BITS, Batch, chord_step, solve_part
from peyvand.variables import labelled
from peyvand.world import Shock, World

Array = NDArray[np.float64]
MOST_SHOCKS = 2**12
"""Scenarios without a mask that one call takes."""
MOST_CANDIDATES = 24


@dataclass(frozen=True, eq=False, kw_only=True)
class Unions:
    """All unions of some candidates: 2^k of them, the empty one and the single ones among them.

    Parameters
    ----------
    candidates : tuple of str
        Codes; union number Σ 2^position has the candidates of these positions as members.
    inside : Shock
        The union of all candidates: what holds between any two of them if both are members. It may touch nothing else.
    outside : Shock, optional
        A common external tariff that is given: what a member levies on imports from everyone who is no member.
    """

    candidates: tuple[str, ...]
    inside: Shock
    outside: Shock | None = None

    @classmethod
    def free_trade(
        cls,
        world: World,
        candidates: Iterable[str],
        *,
        cost_cut_percent: float = 0.0,
        external_tariff: Mapping[str, float] | None = None,
    ) -> Unions:
        """No tariffs between members, and iceberg costs lower by `cost_cut_percent`.

        Parameters
        ----------
        world : World
        candidates : iterable of str
            Codes or names.
        cost_cut_percent : float
            d̂ = 1 − cost_cut_percent/100 between members.
        external_tariff : mapping of str to float, optional
            A customs union's rate (share) by sector; sectors that are not named keep each member's own.
        """
        codes = world.resolve_economies(candidates)
        tariff = world["tariff_rate"]
        abroad = tariff["exporter"] != tariff["importer"]
        member = tariff["importer"].isin(codes) & abroad
        between = member & tariff["exporter"].isin(codes)
        cost = xr.ones_like(tariff).where(~between, 1 - cost_cut_percent / 100)
        inside = Shock.of(world, iceberg_cost_hat=cost, tariff_rate_counterfactual=tariff.where(~between, 0.0))
        if external_tariff is None:
            return cls(candidates=codes, inside=inside)
        rate = xr.full_like(world["trade_elasticity"], np.nan)
        for name, share in external_tariff.items():
            rate.loc[{"sector": list(world.resolve_sectors([name]))}] = share
        levied = tariff.where(~(member & rate.notnull()), rate).transpose(*tariff.dims)
        return cls(candidates=codes, inside=inside, outside=Shock.of(world, tariff_rate_counterfactual=levied))

    def number(self, members: Iterable[str]) -> int:
        """The number of the union of some candidates.

        Raises
        ------
        UnknownNameError
            If one is no candidate.
        """
        wanted = tuple(members)
        strange = [code for code in wanted if code not in self.candidates]
        if strange:
            raise UnknownNameError(f"{strange[0]} is no candidate", hint=f"one of {', '.join(self.candidates)}")
        return sum(1 << self.candidates.index(code) for code in set(wanted))

    def members(self, number: int) -> tuple[str, ...]:
        """The members of a union by its number."""
        return tuple(code for place, code in enumerate(self.candidates) if number >> place & 1)


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
def _solve_unions(
    world: World,
    unions: Unions,
    solver: CaliendoParro,
    tol: float,
    memory_gb: float,
    workers: int,
    progress: Callable[[float], None],
) -> Many:
    _expect_a_mask(world, unions, solver)
    k, economies = len(unions.candidates), len(world.economies)
    others = [code for code in world.economies if code not in unions.candidates]
    order = [*unions.candidates, *others]
    sorted_world = World(_in_order(world.data, order), world.provenance)
    posed = solver.problem(sorted_world, Shock(_in_order(unions.inside.data, order)))
    base, today = posed.base, unchanged(posed.base)
    outside = solver.problem(sorted_world, Shock(_in_order(unions.outside.data, order))) if unions.outside else None
    masked = masked_blocks(today, inside=posed.block, candidates=k, outside=outside.block if outside else None)
    try:
        step = chord_step(base, masked, solver.income_rule(sorted_world, base))
    except np.linalg.LinAlgError as error:
        raise ModelError(
            "the equations of this World are singular", hint="a part of it does not trade with the rest: leave it out"
        ) from error
    parts = _parts(k, cells=len(base.trade_elasticity) * economies, economies=economies, gb=memory_gb, workers=workers)
    rule = solver.income_rule(sorted_world, base, columns=True)
    welfare, residual = np.empty((1 << k, economies)), np.empty(1 << k)
    done = np.zeros(parts, dtype=np.int64)

    def solve(part: int) -> None:
        for batch in solve_part(base, masked, rule, step, part=part, parts=parts, tol=tol):
            welfare[batch.numbers] = _welfare(batch, base.final_expenditure)
            residual[batch.numbers] = batch.residual
            done[part] += len(batch.numbers)
            progress(float(done.sum()) / (1 << k))

    with ThreadPoolExecutor(max(1, workers)) as pool:
        list(pool.map(solve, range(parts)))
    failed = {}
    for number in np.flatnonzero(~(residual <= tol)):
        bits = (int(number) >> np.arange(k) & 1).astype(np.float64)
        single = Problem(
            base=base, block=dense_blocks(masked, bits), cost_hat=posed.cost_hat,
            rent_rate=None, rent_rate_counterfactual=None,
        )  # fmt: skip
        found = _solved(sorted_world, solver, single, tol)
        welfare[number], residual[number] = _welfare_of(single, found, tol), found.residual
        if not _reached(found, tol):
            failed["+".join(unions.members(int(number)))] = _reason(found)
    back = [order.index(code) for code in world.economies]
    return Many(data=_labelled(world, welfare[:, back], residual, range(1 << k)), failed=failed, unions=unions)


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


def _welfare(batch: Batch, income: Array) -> Array:
    """(union, economy)"""
    return np.asarray((batch.final_expenditure / income[:, None] * np.exp(-batch.log_consumer_price)).T)


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
        welfare[place], residual[place] = _welfare_of(posed, found, tol), found.residual
        if not _reached(found, tol):
            failed[names[place]] = _reason(found)
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


def _reached(found: Equilibrium, tol: float) -> bool:
    return found.residual <= tol and found.share_of_shock == 1


def _welfare_of(posed: Problem, found: Equilibrium, tol: float) -> Array:
    """(economy), NaN where the equilibrium was not reached."""
    base, after = posed.base, found.conditions
    if not _reached(found, tol):
        return np.full(len(base.value_added), np.nan)
    price = (base.final_share * np.log(after.price_index_hat)).sum(axis=0)
    return np.asarray(after.final_expenditure / base.final_expenditure * np.exp(-price))


def _reason(found: Equilibrium) -> str:
    if found.share_of_shock < 1:
        return f"no equilibrium beyond {100 * found.share_of_shock:.3g} % of the shock"
    return f"residual {found.residual:.1e} after {found.iterations} steps"


# -- labels ----------------------------------------------------------------------------------------------------------
def _in_order(data: xr.Dataset, order: list[str]) -> xr.Dataset:
    return data.sel({dim: order for dim in ("exporter", "importer", "economy") if dim in data.dims})


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
