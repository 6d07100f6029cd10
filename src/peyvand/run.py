"""From a scenario to its answer: the one file that knows the order of the models.

scenario ── union.shock(world) ──> Shock ──> CaliendoParro.solve ──> TradeResult
transit ─── network before, after ──> τ̂ ─^      └── traffic ──> queues, where a capacity is published ──> τ̂ again
visas, places ── people today ──> journeys, migrants, students;  τ̂ too, where a provision states one
world ──── thickness ────────────> borders today ── after(shock) ──> borders in the union
what moves the answer: the provisions of one kind alone, and every other closure, each solved again (`Run.variants`)
how sure it is: the same scenario with other elasticities, estimates and flows, where draws are asked for (`Run.draws`)
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

import peyvand
from peyvand.corridors import AllenArkolakis, Carriage, Network, carriage
from peyvand.errors import ConvergenceError
from peyvand.gravity import Thickness
from peyvand.mobility import People, people_of
from peyvand.scenarios import AgreementEffect, Caution, Effect, Facts, Union, estimates, open_scenario
from peyvand.scenarios.provisions import OF_TARIFFS, PEOPLE
from peyvand.trade import (
    CaliendoParro,
    CarriedCosts,
    Draws,
    GravityEffect,
    Ladder,
    TradeResult,
    draw,
    faded_borders,
    ladder,
    variance_shares,
)
from peyvand.trade.deficits import DEFICIT_RULES, DeficitRule
from peyvand.waiting import with_waiting
from peyvand.world import Shock, World, check

LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "xarray")
STEPS = ("world", "shock", "people", "carriage", "borders", "equilibrium", "variants", "draws")
"""The steps of a run in their order, as `progress` is told of them; their words are in the locale under `steps`."""

Progress = Callable[[str], None]
ALL = "all"
"""Of a variant: with every provision of the union."""
LEVEL = 0.9
"""Of the intervals: so many of the draws lie inside."""
FROZEN_DRAWS = 100
"""So many draws, at most, tell what the uncertainty comes from: each source is frozen in turn."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variant:
    """The same union with one thing changed: the provisions of one kind alone, or another closure.

    Parameters
    ----------
    provisions : str
        The kind of provision that it keeps, or `ALL`.
    deficit_rule : DeficitRule
        Its closure.
    trade : TradeResult or None
        None where the equilibrium was not reached.
    """

    provisions: str
    deficit_rule: DeficitRule
    trade: TradeResult | None


@dataclass(frozen=True, eq=False)
class Run:
    """One scenario, solved: what was asked, on which world, and what comes out.

    Parameters
    ----------
    scenario : Union
        With its members as codes of the World.
    effect : Effect
        The union set into the World, with its change of carriage: shocks by year, implied cuts, warnings.
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
    variants : tuple of Variant
        Each kind of provision alone, where there is more than one, then the whole union under every other closure.
    draws : Draws, optional
        The scenario with other elasticities, estimates and flows; None where no draws were asked for.
    variance : DataFrame, optional
        What the spread of the draws comes from, see `peyvand.trade.variance_shares`; the last row is the members'.
    ladder : Ladder, optional
        The partial and conditional answers beside the full one; None where the conditional one was not reached.
    path : tuple of (int, TradeResult or None)
        Every year of the phase-in with its own equilibrium, None where there is none; empty for a union at once.
    people : People or None
        Travellers, migrants and students among the members, today and in the union.
    """

    scenario: Union
    effect: Effect
    shock: Shock
    thickness: Thickness
    thickness_after: Thickness
    trade: TradeResult
    carriage: Carriage | None
    meta: Mapping[str, Any]
    variants: tuple[Variant, ...] = ()
    draws: Draws | None = None
    variance: pd.DataFrame | None = None
    ladder: Ladder | None = None
    path: tuple[tuple[int, TradeResult | None], ...] = ()
    people: People | None = None

    @property
    def world(self) -> World:
        """Today's World: the one asked for, moved to the union's day."""
        return self.effect.world

    @property
    def warnings(self) -> tuple[Caution, ...]:
        """What the reader must know: keys of the locale and their values."""
        return (*self.effect.warnings, *(self.carriage.warnings if self.carriage is not None else ()))


def simulate(
    scenario: Union | str | Path,
    *,
    world: World | None = None,
    model: CaliendoParro | None = None,
    network: Network | None = None,
    routing: AllenArkolakis | None = None,
    draws: int = 0,
    seed: int = 0,
    facts: Facts | None = None,
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
    draws, seed : int
        How often elasticities, estimates and flows are drawn for intervals, and from where; none by default.
    facts : Facts, optional
        What is in force on the union's day (`peyvand.registry.facts`); by the register that ships, by default.
    progress : callable, optional
        Told the name of each of `STEPS` as it begins.

    Raises
    ------
    ScenarioError, DataError
        If the scenario does not fit itself or the World, or the World breaks a rule.
    ConvergenceError
        If the equilibrium was not reached.
    """
    tell = progress or (lambda _: None)
    started = time.perf_counter()
    tell("world")
    union = scenario if isinstance(scenario, Union) else open_scenario(scenario)
    asked = World.embedded(union.world) if world is None else world
    if world is not None:
        check(world)
    solver = model or CaliendoParro()
    tell("shock")
    bound = facts or Facts.shipped()
    today = union.effect(asked, facts=bound).baseline(
        lambda before, change: solver.solve(before, change).counterfactual
    )
    effect = union.effect(today, facts=bound)
    tell("people")
    people = people_of(effect, seed=seed)
    if people.cost_hat is not None:
        effect = effect.carried(people.cost_hat)
    shock = effect.shock()
    moved: Carriage | None = None
    if effect.transit:
        tell("carriage")
        moved = carriage(effect, network=network, routing=routing)
    tell("borders")
    borders = with_waiting(effect.borders, today, before=None if moved is None else moved.before, network=network)
    tell("equilibrium")
    if moved is not None:
        moved = moved.settled(lambda cost_hat: solver.solve(today, effect.carried(cost_hat).shock()).counterfactual)
        effect = effect.carried(moved.cost_hat)
        shock = effect.shock()
    trade = solver.solve(today, shock)
    tell("variants")
    variants = (*_kinds_alone(union, effect, moved, people, solver), *_other_closures(today, shock, solver))
    drawn, variance = None, None
    if draws:
        tell("draws")
        behind: dict[str, Any] = {
            "gravity": estimates_behind(effect),
            "faded": faded_borders(effect),
            "carried": None if moved is None else CarriedCosts.of(moved.by_time_value()),
        }
        given = behind | {"model": solver, "seed": seed}
        drawn = draw(today, shock, draws=draws, **given)
        count = min(draws, FROZEN_DRAWS)
        variance = variance_shares(today, shock, draws=count, whole=drawn, together=effect.members, **given)
    return Run(
        scenario=union.with_members(effect.members),
        effect=effect,
        shock=shock,
        thickness=borders,
        thickness_after=borders.after(today, shock, agreement_hat=effect.agreement_hat()),
        trade=trade,
        carriage=moved,
        meta={
            **_meta(union, asked, bound, trade, moved, seconds=time.perf_counter() - started),
            "numeraire": solver.numeraire,
            "barrier": solver.barrier,
            "rent_keeper": solver.rent_keeper,
            "people": people.meta(),
            **_drawn_meta(drawn),
            "seed": seed if drawn is not None or people.moved else None,
        },
        variants=variants,
        draws=drawn,
        variance=variance,
        ladder=_ladder(trade),
        path=tuple(_path(effect, shock, solver, trade)),
        people=people,
    )


def estimates_behind(effect: Effect) -> GravityEffect | None:
    """The estimates of a union's agreement provisions, with their errors and the cells they hold for; None without."""
    held = [(provision, mask) for provision, mask in effect.cells if isinstance(provision, AgreementEffect)]
    if not held:
        return None
    rows = [estimates()[provision.estimate] for provision, _ in held]
    like = effect.world["tariff_rate"].transpose("exporter", "importer", "sector")
    cells = [like.copy(data=(mask & ~effect.already_free[..., None]).astype(float)) for _, mask in held]
    same = np.array([[float(one.name == other.name) for other in rows] for one in rows])
    errors = np.array([row.standard_error for row in rows])
    return GravityEffect(
        coefficient=np.array([row.coefficient for row in rows]),
        covariance=same * np.outer(errors, errors),
        cells=xr.concat(cells, dim="coefficient"),
    )


def carried(shock: Shock, cost_hat: xr.DataArray, world: World) -> Shock:
    """The shock with the change of carriage in its iceberg costs."""
    joined = Shock.of(world, iceberg_cost_hat=shock["iceberg_cost_hat"] * cost_hat)
    return shock.replace(iceberg_cost_hat=joined["iceberg_cost_hat"])


def _kinds_alone(
    union: Union, effect: Effect, moved: Carriage | None, people: People, solver: CaliendoParro
) -> Iterator[Variant]:
    """The provisions of each kind that moves trade without the others, where there are others."""
    external = ["tariff"] if union.external_tariff not in (None, "own") else []
    silent = [kind for kind in PEOPLE if kind != "visa" or people.cost_hat is None]
    said = (provision.kind for provision in union.provisions if provision.kind not in silent)
    kinds = [kind for kind in dict.fromkeys((*external, *said)) if kind not in OF_TARIFFS]
    for kind in kinds if len(kinds) > 1 else ():
        alone = _only(union, kind).effect(effect.world, facts=effect.facts, borders=effect.borders)
        if kind == "transit" and moved is not None:
            alone = alone.carried(moved.cost_hat)
        if kind == "visa" and people.cost_hat is not None:
            alone = alone.carried(people.cost_hat)
        yield _variant(effect.world, alone.shock(), solver, provisions=kind)


def _only(union: Union, kind: str) -> Union:
    """The union with its provisions of one kind; what is said of tariffs, and the common external one, go with them."""
    kinds = ("tariff", *OF_TARIFFS) if kind == "tariff" else (kind,)
    kept: dict[str, Any] = {"provisions": tuple(held for held in union.provisions if held.kind in kinds)}
    if union.kind == "customs-union" and kind != "tariff":
        kept |= {"kind": "free-trade-area", "external_tariff": None, "revenue_shares": "collected"}
    return union.model_copy(update=kept)


def _other_closures(world: World, shock: Shock, solver: CaliendoParro) -> Iterator[Variant]:
    """The same shock under every other deficit rule that needs no numeraire."""
    for rule in DEFICIT_RULES:
        if rule not in (solver.deficit_rule, "fixed_nominal"):
            yield _variant(world, shock, replace(solver, deficit_rule=rule, numeraire=None), provisions=ALL)


def _ladder(trade: TradeResult) -> Ladder | None:
    """The rungs below the answer; None where the conditional one is not reached, which does not fail the run."""
    try:
        return ladder(trade)
    except ConvergenceError:
        return None


def _path(
    effect: Effect, shock: Shock, solver: CaliendoParro, trade: TradeResult
) -> Iterator[tuple[int, TradeResult | None]]:
    """Each year of the phase-in on today's World; the effect holds what happens to carriage, phased in as all else.

    A year whose shock is the final one has the final answer: the last year, and all of a union that moves people alone.
    """
    last = effect.union.phase_in_years
    for year in range(1, last + 1) if last > 1 else ():
        now = effect.shock(year=year)
        try:
            yield year, trade if now.data.equals(shock.data) else solver.solve(effect.world, now)
        except ConvergenceError:
            yield year, None


def _variant(world: World, shock: Shock, solver: CaliendoParro, *, provisions: str) -> Variant:
    """Solved, or without a result: a variant that is not reached does not fail the run."""
    try:
        trade = solver.solve(world, shock)
    except ConvergenceError:
        trade = None
    return Variant(provisions=provisions, deficit_rule=solver.deficit_rule, trade=trade)


def _meta(
    union: Union, world: World, facts: Facts, trade: TradeResult, moved: Carriage | None, *, seconds: float
) -> dict[str, Any]:
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
        "facts_known_until": facts.known_until.isoformat(),
        "facts_hash": facts.data_hash,
        "model": "Caliendo-Parro",
        "deficit_rule": trade.deficit_rule,
        "residual": trade.residual,
        "iterations": trade.iterations,
        "carriage": None if moved is None else moved.meta(),
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
    }


def _drawn_meta(drawn: Draws | None) -> dict[str, Any]:
    """Of the draws: how many, of what, and those that failed."""
    return {
        "draws": None if drawn is None else drawn.data.sizes["draw"],
        "drawn": [] if drawn is None else list(drawn.sources),
        "failed_draws": {} if drawn is None else {str(number): why for number, why in drawn.failed.items()},
        "level": LEVEL,
    }
