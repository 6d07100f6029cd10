"""How near are two economies in everything at once?  One pair's trade, transit, travel, students and institutions.

Each measure says where the pair stands among the pairs of the region: 0 is the farthest or most closed, 1 the nearest
or most open. What is not known has no place. `profile_picture` draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from peyvand.corridors import AllenArkolakis, Network, routes
from peyvand.errors import DataError
from peyvand.gravity import Thickness, thickness
from peyvand.mobility import Visas
from peyvand.mobility.baseline import REGION, PeopleToday
from peyvand.mobility.openness import OPENNESS, usual_rules
from peyvand.registry.closeness import INDICATORS, closeness
from peyvand.registry.shipped import shipped_registry
from peyvand.registry.store import Registry
from peyvand.sources.passport_index import REGIMES
from peyvand.world import World

Array = NDArray[np.float64]
GOODS = "machinery_equipment"
"""Whose carriage is shown."""
GROUPS = ("trade", "transit", "travel", "students", "institutions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure of a pair.

    Parameters
    ----------
    group, name, unit : str
        Keys of the locale under `mobility.profile`.
    values : tuple of float
        One for both directions, or first → second and second → first; NaN where not known.
    places : tuple of float
        Of the same, 0 (farthest) to 1 (nearest) among the pairs of the region; NaN where it has none.
    """

    group: str
    name: str
    unit: str
    values: tuple[float, ...]
    places: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A pair in everything that is measured."""

    pair: tuple[str, str]
    day: date
    measures: tuple[Measure, ...]
    route: tuple[str, ...]


def border_profile(
    one: str,
    other: str,
    *,
    day: date | None = None,
    world: World | None = None,
    registry: Registry | None = None,
    borders: Thickness | None = None,
) -> Profile:
    """The profile of a pair.

    Parameters
    ----------
    one, other : str
        Codes or names.
    day : date, optional
        Of visa rules and institutions; the last day with rules by default.
    world : World, optional
        eurasia-2019 by default: trade and carriage are of its base year.
    registry : Registry, optional
        The one that ships, by default.
    borders : Thickness, optional
        Of the World, where they have been measured already.

    Raises
    ------
    UnknownEconomyError
        If the World does not hold an economy.
    DataError
        If both are one.
    """
    held = world or World.embedded()
    first, second = held.resolve_economies([one, other])
    if first == second:
        raise DataError(f"{first} has no border with itself", hint="name two economies")
    asked = day or Visas.shipped().snapshot_of()
    codes = tuple(code for code in dict.fromkeys((first, second, *REGION)) if code in held.economies)
    hours, route = _way(first, second)
    measures = (
        *_trade(held, borders or thickness(held), codes),
        *_transit(codes),
        *hours,
        *_people(codes, asked),
        *_institutions(codes, asked, registry),
    )
    return Profile(pair=(first, second), day=asked, measures=measures, route=route)


def place_among(values: Array, *, nearer_is_lower: bool = False, directed: bool = True) -> tuple[float, ...]:
    """Where the pair of the first two economies stands among all pairs: the share of others below it, ties by half.

    Parameters
    ----------
    values : Array
        (N, N) by economy, the pair first; NaN where not known.

    >>> place_among(np.array([[np.nan, 3.0, 1.0], [2.0, np.nan, 1.0], [1.0, 1.0, np.nan]]), directed=False)
    (1.0,)
    """
    sign = -1.0 if nearer_is_lower else 1.0
    if not directed:
        values = np.triu(values, k=1) + np.tril(np.full_like(values, np.nan))
    known = sign * values[np.isfinite(values) & ~np.eye(len(values), dtype=bool)]
    cells = ((0, 1), (1, 0)) if directed else ((0, 1),)
    return tuple(_share_below(known, sign * values[cell]) for cell in cells)


def _share_below(known: Array, mine: float) -> float:
    if not np.isfinite(mine) or len(known) < 2:
        return float("nan")
    return float(((known < mine).sum() + 0.5 * ((known == mine).sum() - 1)) / (len(known) - 1))


def _measure(
    group: str, name: str, unit: str, values: Array, *, directed: bool = True, nearer_is_lower: bool = False
) -> Measure:
    """A measure of the first two economies of (N, N) values."""
    both = (float(values[0, 1]), float(values[1, 0])) if directed else (float(values[0, 1]),)
    places = place_among(values, nearer_is_lower=nearer_is_lower, directed=directed)
    return Measure(group=group, name=name, unit=unit, values=both, places=places)


def _trade(world: World, borders: Thickness, codes: tuple[str, ...]) -> tuple[Measure, ...]:
    cells = {"exporter": list(codes), "importer": list(codes)}
    wall = borders["pair_thickness"].sel(cells).transpose("exporter", "importer").values
    flow = world["trade_flow"].sum("sector").sel(cells).transpose("exporter", "importer").values.astype(float)
    percent = 100 * np.expm1(wall)
    return (
        _measure("trade", "thickness", "percent", percent, directed=False, nearer_is_lower=True),
        _measure("trade", "exports", "musd", flow),
    )


def _transit(codes: tuple[str, ...]) -> tuple[Measure, ...]:
    cost = _carriage()
    values = np.full((len(codes),) * 2, np.nan)
    known = [at for at, code in enumerate(codes) if code in cost.indexes["exporter"]]
    names = [codes[at] for at in known]
    values[np.ix_(known, known)] = 100 * (cost.sel(exporter=names, importer=names).values - 1)
    values[~np.isfinite(values)] = np.nan
    return (_measure("transit", "carriage", "percent", values, directed=False, nearer_is_lower=True),)


def centres_of(first: str, second: str) -> tuple[str, str] | None:
    """The largest centre of each of two economies on the shipped network; None where one has none."""
    nodes = Network.embedded().nodes
    centres = nodes[nodes["kind"] == "centre"].sort_values("centre_weight", ascending=False)
    one, other = (centres.loc[centres["economy"] == code, "name"].head(1).tolist() for code in (first, second))
    return (str(one[0]), str(other[0])) if one and other else None


@cache
def _way(first: str, second: str) -> tuple[tuple[Measure, ...], tuple[str, ...]]:
    """Hours and dollars of the best route between the largest centres; nothing where there is no way."""
    ends = centres_of(first, second)
    if ends is None:
        return (), ()
    found = routes(*ends, by="generalised", k=1)
    if not len(found):
        return (), ()
    best, nowhere = found[0], (float("nan"),)
    return (
        Measure(group="transit", name="hours", unit="hours", values=(best.hours,), places=nowhere),
        Measure(group="transit", name="freight", unit="usd_per_t", values=(best.usd_per_t,), places=nowhere),
    ), ends


def _people(codes: tuple[str, ...], day: date) -> tuple[Measure, ...]:
    visas, today = Visas.shipped(), PeopleToday.shipped()
    ruled = [code for code in codes if code in visas.economies]
    score = {rule: 100 * OPENNESS.get(rule, 0.0) for rule in REGIMES}
    rules = usual_rules(visas, ruled, day).apply(lambda column: column.map(score))
    openness = rules.reindex(index=list(codes), columns=list(codes)).to_numpy(float)
    flows = (("travel", "journeys"), ("students", "students"), ("students", "migrants"))
    return (
        _measure("travel", "openness", "percent", openness),
        *(_measure(group, name, "persons", today.matrix(name, codes)) for group, name in flows),
    )


def _institutions(codes: tuple[str, ...], day: date, registry: Registry | None) -> tuple[Measure, ...]:
    if registry is not None:
        table = closeness(registry, codes, day)
    else:
        with shipped_registry() as made:
            table = closeness(made, codes, day)
    at = {code: place for place, code in enumerate(codes)}
    found = []
    for name in (name for name in INDICATORS if name in table):
        values = np.full((len(codes),) * 2, np.nan)
        for one, other, value in zip(table["economy"], table["partner"], table[name], strict=True):
            values[at[one], at[other]] = values[at[other], at[one]] = value
        found.append(_measure("institutions", name, "count", values, directed=False))
    return tuple(found)


@cache
def _carriage() -> xr.DataArray:
    """τ of the shipped network (exporter, importer) for one sort of goods."""
    return AllenArkolakis().cost(Network.embedded(), (GOODS,)).between_economies().isel(sector=0, drop=True)
