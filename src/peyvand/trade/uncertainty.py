"""How sure is an answer?  Joint draws of what it rests on: elasticities, gravity coefficients, measured flows.

- `elasticity`: θ_s lognormal with `trade_elasticity_se`, the standard deviation of ln θ, sector by sector.
- `gravity`: coefficients β normal with their covariance; each moves ln d̂ = −β z / θ on its cells.
- `flow`: every flow lognormal around its value with its coefficient of variation, then scaled back to each economy's
  output and purchases, so that the accounts of a draw are those of the World but for tariff revenue.

The random numbers of a draw depend on the seed, the source and the number of the draw alone: two scenarios, or two runs
of which one freezes a source, meet the same draws. A draw without an answer is counted and named, never replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import ModelError, did_you_mean
from peyvand.trade.barriers import Accounts, Problem, problem
from peyvand.trade.caliendo_parro import CaliendoParro, accounts_of
from peyvand.trade.deficits import no_deficits
from peyvand.trade.equations import trade_flows
from peyvand.trade.kernels import Equilibrium, solve_equilibrium, unchanged
from peyvand.trade.ladder import scale_to_margins
from peyvand.variables import labelled
from peyvand.world import Shock, World

Array = NDArray[np.float64]
Source = Literal["elasticity", "gravity", "flow"]
SOURCES: tuple[Source, ...] = ("elasticity", "gravity", "flow")
_PAIRS = ("sector", "exporter", "importer")


@dataclass(frozen=True, eq=False, kw_only=True)
class GravityEffect:
    """Coefficients behind a shock: ln d̂ = −Σ_k β_k z_k / θ on the cells of z.

    Parameters
    ----------
    coefficient : Array (coefficient)
        β, the values that the shock was made with.
    covariance : Array (coefficient, coefficient)
        Of their estimates.
    cells : DataArray (coefficient, exporter, importer, sector)
        z: how far each coefficient holds; mostly 0 or 1.
    """

    coefficient: Array
    covariance: Array
    cells: xr.DataArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Draws:
    """One scenario, many times.

    Parameters
    ----------
    data : Dataset
        `welfare_hat` and `real_income_change_musd` (draw, economy), NaN for draws without an answer.
    central : DataArray (economy)
        `welfare_hat` at the central values of everything.
    failed : mapping of int to str
        Draws without an answer, with the reason.
    sources : tuple of str
        What was drawn; the others were held at their central values.
    seed : int
        With which the draws are repeated exactly.
    """

    data: xr.Dataset
    central: xr.DataArray
    failed: Mapping[int, str]
    sources: tuple[Source, ...]
    seed: int

    def __getitem__(self, name: str) -> xr.DataArray:
        return self.data[name]

    @property
    def failed_share(self) -> float:
        """The share of draws without an answer."""
        return len(self.failed) / self.data.sizes["draw"]

    def intervals(self, level: float = 0.9) -> pd.DataFrame:
        """One row an economy: central change of real income, median and interval of the draws, P(gain); per cent.

        Raises
        ------
        ModelError
            If the level is not between 0 and 1.
        """
        if not 0 < level < 1:
            raise ModelError(f"an interval's level lies between 0 and 1, not at {level}", hint="level=0.9")
        percent = 100 * (self.data["welfare_hat"].transpose("draw", "economy").values - 1)
        low, middle, high = np.nanquantile(percent, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0)
        found = np.isfinite(percent).sum(axis=0)
        return pd.DataFrame(
            {
                "economy": self.data.indexes["economy"],
                "central_percent": 100 * (self.central.values - 1),
                "median_percent": middle,
                "low_percent": low,
                "high_percent": high,
                "probability_of_gain": (percent > 0).sum(axis=0) / np.maximum(found, 1),
                "draws": found,
            }
        )


def draw(
    world: World,
    shock: Shock,
    *,
    draws: int = 500,
    seed: int = 0,
    gravity: GravityEffect | None = None,
    freeze: Collection[Source] = (),
    model: CaliendoParro | None = None,
    tol: float = 1e-8,
    workers: int = 2,
    progress: Callable[[float], None] | None = None,
) -> Draws:
    """Solve a scenario for many draws of what it rests on.

    Parameters
    ----------
    world : World
        With `trade_elasticity_se` and `trade_flow_cv`; a source whose variable is missing is not drawn.
    shock : Shock
        At the central values.
    draws, seed : int
        How many, and from where.
    gravity : GravityEffect, optional
        Coefficients that the shock rests on.
    freeze : collection of str
        Sources held at their central values, of `SOURCES`.
    model : CaliendoParro, optional
        The closure.
    tol : float
        Largest relative gap in any equation.
    workers : int
        Threads.
    progress : callable, optional
        Told the share that is done.

    Raises
    ------
    ModelError
        If there is nothing to draw, or a source is not known.
    ConvergenceError
        If the scenario has no answer at the central values.
    """
    solver = model or CaliendoParro()
    for name in freeze:
        if name not in SOURCES:
            raise ModelError(f"no source {name!r}", hint=did_you_mean(name, SOURCES))
    if draws < 1:
        raise ModelError(f"{draws} draws", hint="draws=500")
    centre = _Centre.of(world, shock, gravity, solver, tol)
    sources = tuple(name for name in centre.sources if name not in freeze)
    if not sources:
        raise ModelError(
            "nothing is left to draw", hint="the World needs trade_elasticity_se or trade_flow_cv, or give gravity="
        )
    central = solver.solve(world, shock)["welfare_hat"]
    economies = len(world.economies)
    welfare, change = np.full((draws, economies), np.nan), np.full((draws, economies), np.nan)
    failed: dict[int, str] = {}

    def solve(number: int) -> None:
        streams = {name: np.random.default_rng([seed, SOURCES.index(name), number]) for name in sources}
        answer = centre.solve({name: stream.standard_normal for name, stream in streams.items()})
        if isinstance(answer, str):
            failed[number] = answer
        else:
            welfare[number], change[number] = answer
        if progress:
            progress((number + 1) / draws)

    with ThreadPoolExecutor(max(1, workers)) as pool:
        list(pool.map(solve, range(draws)))
    labels = {"draw": np.arange(draws), "economy": list(world.economies)}
    arrays = {"welfare_hat": welfare, "real_income_change_musd": change}
    data = {name: labelled(xr.DataArray(values, labels, ("draw", "economy")), name) for name, values in arrays.items()}
    return Draws(
        data=xr.Dataset(data), central=central, failed=dict(sorted(failed.items())), sources=sources, seed=seed
    )


def variance_shares(
    world: World,
    shock: Shock,
    *,
    gravity: GravityEffect | None = None,
    model: CaliendoParro | None = None,
    draws: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Which source makes an answer uncertain?  The part of the variance of ln Ŵ that goes when one source is frozen.

    Returns
    -------
    DataFrame
        A row an economy: the standard deviation of real income in per cent, a column a source, and `interaction`: one
        less their sum. Nothing is forced to add up or to be positive; with few draws all of it is noisy.
    """
    run = partial(draw, world, shock, gravity=gravity, model=model, draws=draws, seed=seed)
    whole = run()
    total = _log_variance(whole)
    safe = np.where(total > 0, total, np.nan)
    shares = {}
    for source in whole.sources:
        left = _log_variance(run(freeze=(source,))) if len(whole.sources) > 1 else np.zeros_like(total)
        shares[source] = 1 - left / safe
    interaction = 1 - sum(shares.values())
    table = pd.DataFrame({"economy": list(world.economies), "sd_percent": 100 * np.sqrt(total)})
    return table.assign(**shares, interaction=interaction)


def delta_deviation(
    world: World,
    shock: Shock,
    *,
    gravity: GravityEffect | None = None,
    model: CaliendoParro | None = None,
    step: float = 0.05,
) -> xr.DataArray:
    """Standard deviation of ln Ŵ (economy) by the delta method, from elasticities and coefficients; flows held.

    Derivatives are central differences of `step` standard deviations, two solves a sector and a coefficient. The cells
    of the flows are too many for that: draw them.

    Raises
    ------
    ModelError
        If there is no answer near the central values.
    """
    solver = model or CaliendoParro()
    centre = _Centre.of(world, shock, gravity, solver, 1e-12)
    variance = np.zeros(len(world.economies))
    for source in ("elasticity", "gravity"):
        if source not in centre.sources:
            continue
        for place in range(centre.size_of(source)):
            logs = []
            for sign in (1.0, -1.0):
                unit = np.zeros(centre.size_of(source))
                unit[place] = sign * step
                answer = centre.solve({source: lambda _, unit=unit: unit})
                if isinstance(answer, str):
                    raise ModelError(f"no answer near the central values: {answer}", hint="draw instead")
                logs.append(np.log(answer[0]))
            variance += ((logs[0] - logs[1]) / (2 * step)) ** 2
    return xr.DataArray(np.sqrt(variance), {"economy": list(world.economies)}, ("economy",), name="delta_deviation")


Normal = Callable[..., Array]
"""Standard normal numbers of a shape."""


@dataclass(frozen=True, eq=False, kw_only=True)
class _Centre:
    """The central values of a scenario in bare arrays, and how to solve it away from them."""

    world: World
    solver: CaliendoParro
    accounts: Accounts
    log_cost: Array
    tariff_rate: Array
    elasticity_deviation: Array | None
    flow_deviation: Array | None
    effect: tuple[Array, Array, Array] | None
    """β, a root of its covariance, and z (coefficient, sector, exporter, importer)"""
    start: Array
    tol: float

    @classmethod
    def of(
        cls, world: World, shock: Shock, gravity: GravityEffect | None, solver: CaliendoParro, tol: float
    ) -> _Centre:
        posed = solver.problem(world, shock)
        found = solve_equilibrium(posed.base, posed.block, income=solver.income_rule(world, posed.base), tol=tol)
        effect = None
        if gravity is not None:
            values, vectors = np.linalg.eigh(np.atleast_2d(gravity.covariance))
            root = vectors * np.sqrt(np.maximum(values, 0.0))
            cells = gravity.cells.transpose("coefficient", *_PAIRS).values.astype(np.float64)
            effect = (np.atleast_1d(np.asarray(gravity.coefficient, dtype=np.float64)), root, cells)
        held = world.data.data_vars
        cv = world["trade_flow_cv"].transpose(*_PAIRS).values if "trade_flow_cv" in held else None
        return cls(
            world=world,
            solver=solver,
            accounts=accounts_of(world),
            log_cost=np.log(shock["iceberg_cost_hat"].transpose(*_PAIRS).values),
            tariff_rate=shock["tariff_rate_counterfactual"].transpose(*_PAIRS).values,
            elasticity_deviation=world["trade_elasticity_se"].values if "trade_elasticity_se" in held else None,
            flow_deviation=None if cv is None else np.sqrt(np.log1p(np.nan_to_num(cv) ** 2)),
            effect=effect,
            start=found.state,
            tol=tol,
        )

    @property
    def sources(self) -> tuple[Source, ...]:
        has = (self.elasticity_deviation, self.effect, self.flow_deviation)
        return tuple(name for name, known in zip(SOURCES, has, strict=True) if known is not None)

    def size_of(self, source: Source) -> int:
        """How many normal numbers a source takes."""
        if source == "gravity":
            return 0 if self.effect is None else len(self.effect[0])
        return len(self.accounts.trade_elasticity) if source == "elasticity" else self.accounts.trade_flow.size

    def solve(self, normals: Mapping[Source, Normal]) -> tuple[Array, Array] | str:
        """ŵelfare and the change in M USD (economy) for draws of some sources, or why there is no answer."""
        accounts, log_cost = self.accounts, self.log_cost
        theta = accounts.trade_elasticity
        if "elasticity" in normals and self.elasticity_deviation is not None:
            theta = theta * np.exp(self.elasticity_deviation * normals["elasticity"](len(theta)))
        if self.effect is not None:
            central, root, cells = self.effect
            beta = central + root @ normals["gravity"](len(central)) if "gravity" in normals else central
            per_theta = beta[:, None] / theta - central[:, None] / accounts.trade_elasticity
            log_cost = log_cost - np.einsum("ks,ksin->sin", per_theta, cells)
        flow = accounts.trade_flow
        if "flow" in normals and self.flow_deviation is not None:
            noise = self.flow_deviation * normals["flow"](flow.shape) - self.flow_deviation**2 / 2
            scaled = scale_to_margins(flow * np.exp(noise), rows=flow.sum(axis=2), columns=flow.sum(axis=1), tol=1e-9)
            if not scaled.residual <= 1e-8:
                return f"flows were not balanced: off by {scaled.residual:.1e}"
            flow = scaled.values
        drawn = replace(accounts, trade_elasticity=theta, trade_flow=flow)
        posed = self._problem(drawn, log_cost)
        if self.solver.deficit_rule == "eliminated":
            balanced = solve_equilibrium(
                posed.base, unchanged(posed.base), income=no_deficits(value_added=posed.base.value_added), tol=self.tol
            )
            if not balanced.residual <= self.tol:
                return f"trade was not balanced: residual {balanced.residual:.1e}"
            flow = trade_flows(unchanged(posed.base), balanced.conditions)
            posed = self._problem(replace(drawn, trade_flow=flow), log_cost)
        found = solve_equilibrium(
            posed.base,
            posed.block,
            income=self.solver.income_rule(self.world, posed.base),
            start=self.start,
            tol=self.tol,
            max_iterations=self.solver.max_iterations,
        )
        if not found.residual <= self.tol or found.share_of_shock < 1:
            return f"residual {found.residual:.1e} after {found.iterations} steps"
        return _answer(posed, found)

    def _problem(self, accounts: Accounts, log_cost: Array) -> Problem:
        return problem(
            accounts,
            cost_hat=np.exp(log_cost),
            tariff_rate=self.tariff_rate,
            supply_elasticity=self.solver.supply_elasticity,
            barrier=self.solver.barrier,
            rent_keeper=self.solver.rent_keeper,
        )


def _answer(posed: Problem, found: Equilibrium) -> tuple[Array, Array]:
    """Ŵ and the equivalent variation in M USD."""
    base, after = posed.base, found.conditions
    price = (base.final_share * np.log(after.price_index_hat)).sum(axis=0)
    welfare = after.final_expenditure / base.final_expenditure * np.exp(-price)
    return welfare, (welfare - 1) * base.final_expenditure


def _log_variance(draws: Draws) -> Array:
    values = np.log(draws["welfare_hat"].transpose("draw", "economy").values)
    return np.asarray(np.nanvar(values, axis=0))
