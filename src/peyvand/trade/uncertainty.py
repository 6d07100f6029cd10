"""How sure is an answer?  Joint draws of what it rests on: elasticities, estimates, measured flows, values of time.

- `elasticity`: θ_s lognormal with `trade_elasticity_se`, the standard deviation of ln θ, sector by sector.
- `gravity`: coefficients β normal with their covariance; each moves ln d̂ = −β z / θ on its cells.
- `flow`: every flow lognormal around its value with its coefficient of variation, then scaled back to each economy's
  output and purchases, so that the accounts of a draw are those of the World but for tariff revenue.
- `time`: what an hour on the way is worth, one error for all sectors; it moves ln τ̂ of a change of carriage.

The random numbers of a draw depend on the seed, the source and the number of the draw alone: two scenarios, or two runs
of which one freezes a source, meet the same draws. A draw without an answer is counted and named, never replaced.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.errors import ModelError, did_you_mean
from peyvand.trade.caliendo_parro import CaliendoParro
from peyvand.trade.carried import CarriedCosts
from peyvand.trade.drawn import ANSWERS, SOURCES, Array, Centre, GravityEffect, Source
from peyvand.trade.faded import FadedBorders
from peyvand.variables import labelled, labelled_dataset, variable
from peyvand.world import Shock, World

TOGETHER = "together"
"""In a table of economies, the row of some of them together."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Draws:
    """One scenario, many times.

    Parameters
    ----------
    data : Dataset
        `peyvand.trade.drawn.ANSWERS`, each with the draw as its first dim: real income, wages, prices, trade and duties
        by economy, `output_hat` by economy and sector, trade of all sectors by pair. NaN for draws without an answer.
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
        percent = 100 * (self.data["welfare_hat"].transpose("draw", "economy").values - 1)
        low, middle, high = quantiles(percent, level)
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

    def together(self, economies: Iterable[str]) -> Array:
        """Real income of some economies together, new / old, in every draw (draw); NaN for draws without an answer."""
        chosen = self.data.sel(economy=list(economies))
        gain = chosen["real_income_change_musd"].sum("economy", skipna=False)
        return np.asarray(1 + (gain / chosen["final_expenditure"].sum("economy")).values)


def quantiles(values: Array, level: float) -> Array:
    """Lower end, median and upper end of the middle `level` of the draws, along the first axis; NaN where none is.

    Raises
    ------
    ModelError
        If the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ModelError(f"an interval's level lies between 0 and 1, not at {level}", hint="level=0.9")
    known = values[np.isfinite(values.reshape(len(values), -1)).any(axis=1)]
    if not len(known):
        return np.full((3, *values.shape[1:]), np.nan)
    return np.asarray(np.quantile(known, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0))


def draw(
    world: World,
    shock: Shock,
    *,
    draws: int = 500,
    seed: int = 0,
    gravity: GravityEffect | None = None,
    faded: FadedBorders | None = None,
    carried: CarriedCosts | None = None,
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
    faded : FadedBorders, optional
        Borders that it fades (`peyvand.trade.faded_borders`): their cuts move with elasticities, estimates and flows.
    carried : CarriedCosts, optional
        Its change of carriage by how far the value of time is off.
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
    centre = Centre.of(world, shock, gravity, solver, tol, faded, carried)
    sources = tuple(name for name in centre.sources if name not in freeze)
    if not sources:
        raise ModelError(
            "nothing is left to draw", hint="the World needs trade_elasticity_se or trade_flow_cv, or give gravity="
        )
    kept = {name: np.empty((draws, *values.shape)) for name, values in centre.answers.items()}
    failed: dict[int, str] = {}

    def solve(numbers: range) -> None:
        answers, missed = centre.solve(centre.normals(numbers, seed=seed, sources=sources))
        for name, values in answers.items():
            kept[name][numbers.start : numbers.stop] = values
        failed.update({numbers[place]: why for place, why in missed.items()})
        if progress:
            progress(numbers.stop / draws)

    parts = [range(first, min(draws, first + centre.together)) for first in range(0, draws, centre.together)]
    with ThreadPoolExecutor(max(1, workers)) as pool:
        list(pool.map(solve, parts))
    central = labelled_dataset({"welfare_hat": centre.answers["welfare_hat"]}, world.data.indexes)["welfare_hat"]
    return Draws(
        data=_labelled(world, kept), central=central, failed=dict(sorted(failed.items())), sources=sources, seed=seed
    )


def variance_shares(
    world: World,
    shock: Shock,
    *,
    gravity: GravityEffect | None = None,
    faded: FadedBorders | None = None,
    carried: CarriedCosts | None = None,
    model: CaliendoParro | None = None,
    draws: int = 200,
    seed: int = 0,
    whole: Draws | None = None,
    together: Iterable[str] = (),
) -> pd.DataFrame:
    """Which source makes an answer uncertain?  The part of the variance of ln Ŵ that goes when one source is frozen.

    Parameters
    ----------
    world, shock, gravity, faded, carried, model, draws, seed
        As for `draw`.
    whole : Draws, optional
        Draws of all sources from the same seed, at least as many: they are not solved again.
    together : iterable of str, optional
        Economies whose sum gets a row of its own, `TOGETHER`.

    Returns
    -------
    DataFrame
        A row an economy: the standard deviation of real income in per cent, a column a source, and `interaction`: one
        less their sum. Nothing is forced to add up or to be positive; with few draws all of it is noisy.
    """
    given: dict[str, Any] = {"gravity": gravity, "faded": faded, "carried": carried, "model": model}
    run = partial(draw, world, shock, **given, draws=draws, seed=seed)
    members = tuple(together)
    whole = run() if whole is None else whole
    total = _log_variance(whole, draws, members)
    safe = np.where(total > 0, total, np.nan)
    shares = {}
    for source in whole.sources:
        alone = len(whole.sources) == 1
        left = np.zeros_like(total) if alone else _log_variance(run(freeze=(source,)), draws, members)
        shares[source] = 1 - left / safe
    interaction = 1 - sum(shares.values())
    rows = [*world.economies, TOGETHER] if members else list(world.economies)
    table = pd.DataFrame({"economy": rows, "sd_percent": 100 * np.sqrt(total)})
    return table.assign(**shares, interaction=interaction)


def delta_deviation(
    world: World,
    shock: Shock,
    *,
    gravity: GravityEffect | None = None,
    faded: FadedBorders | None = None,
    carried: CarriedCosts | None = None,
    model: CaliendoParro | None = None,
    step: float = 0.05,
    figure: str = "welfare_hat",
) -> xr.DataArray:
    """Standard deviation of the log of a figure by the delta method, from all but the flows, which are held.

    `figure` is one of `peyvand.trade.drawn.ANSWERS` that is positive: Ŵ of every economy by default.

    Derivatives are central differences of `step` standard deviations, two solves a sector and a coefficient. The cells
    of the flows are too many for that: draw them.

    Raises
    ------
    ModelError
        If there is no answer near the central values, or no such figure.
    """
    if figure not in ANSWERS:
        raise ModelError(f"no figure {figure!r} is drawn", hint=did_you_mean(figure, ANSWERS))
    solver = model or CaliendoParro()
    centre = Centre.of(world, shock, gravity, solver, 1e-12, faded, carried)
    variance = np.zeros_like(centre.answers[figure])
    for source in ("elasticity", "gravity", "time"):
        if source not in centre.sources:
            continue
        unit = step * np.eye(math.prod(centre.shape_of(source)))
        answers, failed = centre.solve({source: np.concatenate([unit, -unit])})
        if failed:
            raise ModelError(f"no answer near the central values: {next(iter(failed.values()))}", hint="draw instead")
        up, down = np.split(np.log(answers[figure]), 2)
        variance += (((up - down) / (2 * step)) ** 2).sum(axis=0)
    labels = {str(dim): index for dim, index in world.data.indexes.items()}
    dims = variable(figure).dims
    return xr.DataArray(np.sqrt(variance), {dim: labels[dim] for dim in dims}, dims, name="delta_deviation")


def _labelled(world: World, kept: Mapping[str, Array]) -> xr.Dataset:
    """What was kept of the draws, with labels."""
    draws = len(next(iter(kept.values())))
    labels = {**{str(dim): index for dim, index in world.data.indexes.items()}, "draw": np.arange(draws)}
    arrays = {}
    for name, values in kept.items():
        dims = ("draw", *variable(name).dims)
        arrays[name] = labelled(xr.DataArray(values, {dim: labels[dim] for dim in dims}, dims), name)
    return xr.Dataset(arrays)


def _log_variance(found: Draws, draws: int, together: tuple[str, ...]) -> Array:
    """Of the first `draws`: (economy), and last of all that of some economies together."""
    hats = found["welfare_hat"].transpose("draw", "economy").values
    if together:
        hats = np.column_stack([hats, found.together(together)])
    return np.asarray(np.nanvar(np.log(hats[:draws]), axis=0))
