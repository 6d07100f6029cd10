"""From a scenario to its answer: the one file that knows the order of the models.

scenario ── union.shock(world) ──> Shock ──> CaliendoParro.solve ──> TradeResult
transit ─── network before, after ──> τ̂ ─^      └── traffic ──> queues, where a capacity is published ──> τ̂ again
world ──── thickness ────────────> borders today ── after(shock) ──> borders in the union
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

import peyvand
from peyvand.corridors import AllenArkolakis, Carriage, Network, carriage, value_of_hours
from peyvand.gravity import Thickness
from peyvand.scenarios import Caution, Effect, Union, open_scenario
from peyvand.trade import CaliendoParro, TradeResult
from peyvand.world import Shock, World

LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "xarray")
STEPS = ("world", "shock", "carriage", "borders", "equilibrium")
"""The steps of a run in their order, as `progress` is told of them; their words are in the locale under `steps`."""

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Run:
    """One scenario, solved: what was asked, on which world, and what comes out.

    Parameters
    ----------
    scenario : Union
        With its members as codes of the World.
    effect : Effect
        The union set into the World: shocks by year, implied cuts, warnings.
    shock : Shock
        What the union changes once it is phased in.
    thickness, thickness_after : Thickness
        Every border today and in the union, log points.
    trade : TradeResult
        The equilibrium; `trade.baseline` is the World that the closure shocks.
    carriage : Carriage or None
        Routes, traffic and the change of carriage; None for a union without transit provisions.
    meta : mapping
        What the run stands on: versions, data and scenario hashes, closure, residual, seed (None: nothing is drawn).
    """

    scenario: Union
    effect: Effect
    shock: Shock
    thickness: Thickness
    thickness_after: Thickness
    trade: TradeResult
    carriage: Carriage | None
    meta: Mapping[str, Any]

    @property
    def world(self) -> World:
        """Today's World: the one asked for, moved to the union's day."""
        return self.effect.world

    @property
    def warnings(self) -> tuple[Caution, ...]:
        """What the reader must know: keys of the locale and their values."""
        return self.effect.warnings


def simulate(
    scenario: Union | str | Path,
    *,
    world: World | None = None,
    model: CaliendoParro | None = None,
    network: Network | None = None,
    routing: AllenArkolakis | None = None,
    progress: Progress | None = None,
) -> Run:
    """Simulate a union.

    Parameters
    ----------
    scenario : Union, str or Path
        A union, the name of a shipped scenario, or the path of a union file.
    world : World, optional
        The one the scenario names, by default.
    model : CaliendoParro, optional
        The trade model with its closure.
    network : Network, optional
        On which transit provisions hold; the one that ships, by default.
    routing : AllenArkolakis, optional
        The routing model.
    progress : callable, optional
        Told the name of each of `STEPS` as it begins.

    Raises
    ------
    ScenarioError, DataError
        If the scenario does not fit itself or the World.
    ConvergenceError
        If the equilibrium was not reached.
    """
    tell = progress or (lambda _: None)
    started = time.perf_counter()
    tell("world")
    union = scenario if isinstance(scenario, Union) else open_scenario(scenario)
    asked = World.embedded(union.world) if world is None else world
    solver = model or CaliendoParro()
    tell("shock")
    today = union.effect(asked).baseline(lambda before, change: solver.solve(before, change).counterfactual)
    effect = union.effect(today)
    shock = effect.shock()
    moved: Carriage | None = None
    if effect.transit:
        tell("carriage")
        moved = carriage(effect, network=network, routing=routing)
    tell("borders")
    borders = effect.borders
    tell("equilibrium")
    if moved is not None:
        moved = moved.settled(lambda cost_hat: solver.solve(today, carried(shock, cost_hat, today)).counterfactual)
        shock = carried(shock, moved.cost_hat, today)
    trade = solver.solve(today, shock)
    return Run(
        scenario=union.with_members(effect.members),
        effect=effect,
        shock=shock,
        thickness=borders,
        thickness_after=borders.after(today, shock),
        trade=trade,
        carriage=moved,
        meta=_meta(union, asked, trade, moved, seconds=time.perf_counter() - started),
    )


def worth_of_hours(
    *,
    world: World | None = None,
    network: Network | None = None,
    places: tuple[str, ...] = (),
    count: int = 20,
    model: CaliendoParro | None = None,
    routing: AllenArkolakis | None = None,
) -> pd.DataFrame:
    """Real income of each economy for an hour saved at the crossings and ports where it saves most.

    Parameters
    ----------
    world : World, optional
        eurasia-2019 by default.
    network : Network, optional
        The one that ships, by default.
    places : tuple of str, optional
        Price these places only.
    count : int
        How many places are priced.
    model, routing : optional
        The trade and routing models.

    Returns
    -------
    DataFrame
        See `peyvand.corridors.value_of_hours`; M USD a year.
    """
    today, held, solver = world or World.embedded(), network or Network.embedded(), model or CaliendoParro()
    cost = (routing or AllenArkolakis()).cost(held, today.sectors)
    rows = [row for name in places for row in held.resolve(name)] or None
    return value_of_hours(
        cost,
        today,
        lambda cost_hat: solver.solve(today, carried(Shock.none(today), cost_hat, today))["real_income_change_musd"],
        count=len(rows) if rows else count,
        rows=rows,
    )


def carried(shock: Shock, cost_hat: xr.DataArray, world: World) -> Shock:
    """The shock with the change of carriage in its iceberg costs."""
    return Shock.of(
        world,
        iceberg_cost_hat=shock["iceberg_cost_hat"] * cost_hat,
        tariff_rate_counterfactual=shock["tariff_rate_counterfactual"],
    )


def _meta(union: Union, world: World, trade: TradeResult, moved: Carriage | None, *, seconds: float) -> dict[str, Any]:
    """What a run stands on, in plain values that JSON can hold."""
    toml = union.to_toml()
    return {
        "peyvand": peyvand.__version__,
        "python": platform.python_version(),
        "platform": sys.platform,
        "libraries": {name: version(name) for name in LIBRARIES},
        "world": world.name,
        "world_hash": world.data_hash,
        "scenario": toml,
        "scenario_hash": sha256(toml.encode()).hexdigest(),
        "model": "Caliendo-Parro",
        "deficit_rule": trade.deficit_rule,
        "residual": trade.residual,
        "iterations": trade.iterations,
        "carriage": None if moved is None else moved.meta(),
        "seed": None,
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
    }
