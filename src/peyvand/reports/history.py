"""How did a border come to be what it is?  Trade and thickness of a pair over the years, as rows and as two charts.

The years are those of `peyvand.gravity.history`, and the World's base year where no record holds it. Time runs from
left to right in both languages.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from peyvand.gravity.history import PairHistory
from peyvand.reports.rows import records
from peyvand.world import STATUSES, World

WIDTH, HEIGHT = 420.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 408.0, 16.0, 196.0
WORLD = "world"
"""The record of the World's own base year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairYear:
    """Goods trade of a pair in one year by one record.

    Parameters
    ----------
    year : int
    record : str
        A key of `peyvand.gravity.history.SOURCES`, or `WORLD`.
    exports_musd, imports_musd : float
        First to second, second to first; NaN where not known.
    thickness_log_points : float
        Of goods; NaN outside the record `icio`.
    status : str
    doubtful : bool
        More likely a gap in the record than in trade.
    """

    year: int
    record: str
    exports_musd: float
    imports_musd: float
    thickness_log_points: float
    status: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Point:
    """A year on a chart."""

    x: float
    y: float
    year: PairYear
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """One line or row of marks: which figure, of which record, joined where the record has every year."""

    name: str
    record: str
    points: tuple[Point, ...]

    @property
    def joined(self) -> str:
        """The points of a polyline through the years that are not doubtful; empty for a record with gaps."""
        if self.record != "icio":
            return ""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points if not point.year.doubtful)


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure over the years `first` to `last`: ticks as (value, y), years as (year, x)."""

    first: int
    last: int
    ticks: tuple[tuple[float, float], ...]
    years: tuple[tuple[int, float], ...]
    series: tuple[Series, ...]

    def across(self, when: float) -> float:
        """Where a time stands, in years: 2019.5 is the middle of 2019."""
        return _across(when, self.first, self.last)


def pair_years(one: str, other: str, *, world: World) -> tuple[PairYear, ...]:
    """Every known year of a pair, the oldest first; with the World's base year where no record has it.

    Raises
    ------
    DataError
        If both are one.
    """
    found = [
        PairYear(**{name: row[name] for name in PairYear.__slots__})
        for row in records(PairHistory.shipped().of(one, other))
    ]
    base = _base_year(one, other, world)
    if base.year not in {year.year for year in found if year.record == "icio"}:
        found.append(base)
    return tuple(sorted(found, key=lambda year: (year.year, year.record)))


def trade_chart(years: Sequence[PairYear]) -> Chart | None:
    """Both ways' trade; None without any."""
    return _chart(years, {"exports": lambda year: year.exports_musd, "imports": lambda year: year.imports_musd})


def thickness_chart(years: Sequence[PairYear]) -> Chart | None:
    """Thickness of goods in per cent, 100 (exp(h) − 1); None without any."""
    return _chart(years, {"thickness": lambda year: 100 * math.expm1(year.thickness_log_points)})


def nice_ticks(most: float, *, count: int = 4) -> tuple[float, ...]:
    """Round values from 0 to at least `most`, which is positive or 0.

    >>> nice_ticks(2057.0), nice_ticks(0.9)
    ((0.0, 1000.0, 2000.0, 3000.0), (0.0, 0.5, 1.0))
    """
    rough = max(most, 1e-9) / (count - 1)
    unit = 10 ** math.floor(math.log10(rough))
    step = next(size * unit for size in (1, 2, 5, 10) if size * unit >= 0.999 * rough)
    return tuple(float(step * at) for at in range(math.ceil(most / step - 1e-9) + 1))


def _chart(years: Sequence[PairYear], figures: dict[str, Callable[[PairYear], float]]) -> Chart | None:
    """The figures over the years; a doubtful one that would stretch the scale stands in the table only."""
    known = [(name, year, value) for name, of in figures.items() for year in years if math.isfinite(value := of(year))]
    if not known:
        return None
    first, last = min(year.year for _, year, _ in known), max(year.year for _, year, _ in known)
    ticks = nice_ticks(max((value for _, year, value in known if not year.doubtful), default=known[0][2]))
    known = [one for one in known if one[2] <= ticks[-1]]

    def up(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * value / ticks[-1]

    groups: dict[tuple[str, str], list[Point]] = {}
    for name, year, value in known:
        groups.setdefault((name, year.record), []).append(
            Point(_across(year.year + 0.5, first, last), up(value), year, value)
        )
    every = next(step for step in (1, 2, 4, 5, 10) if (last - first) / step <= 7)
    return Chart(
        first=first,
        last=last,
        ticks=tuple((tick, up(tick)) for tick in ticks),
        years=tuple((year, _across(year + 0.5, first, last)) for year in range(first, last + 1, every)),
        series=tuple(Series(name, record, tuple(points)) for (name, record), points in groups.items()),
    )


def _across(when: float, first: int, last: int) -> float:
    return LEFT + (RIGHT - LEFT) * (when - first) / (last + 1 - first)


def _base_year(one: str, other: str, world: World) -> PairYear:
    """Goods trade of the World itself, with the least certain status of what it sums."""
    goods = [sector for sector in world.sectors if not sector.endswith("_services")]
    ways = [{"exporter": a, "importer": b, "sector": goods} for a, b in ((one, other), (other, one))]
    flows = [float(world["trade_flow"].sel(way).sum()) for way in ways]
    worst = max((int(np.max(world["trade_flow_status"].sel(way).values)) for way in ways), default=0)
    return PairYear(
        year=world.base_year, record=WORLD, exports_musd=flows[0], imports_musd=flows[1],
        thickness_log_points=math.nan, status=STATUSES[worst], doubtful=False,
    )  # fmt: skip
