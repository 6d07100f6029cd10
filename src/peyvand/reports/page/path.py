"""The way to the union as a picture: a line a member and a bold one for all together, year by year."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from peyvand.reports.voice import Voice

WIDTH, HEIGHT = 640.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 150.0, 14.0, 30.0
_LABEL_GAP = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: its points, where its label stands, and its figures year by year."""

    label: str
    points: tuple[tuple[float, float], ...]
    label_y: float
    values: tuple[float, ...]
    together: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PathChart:
    """Ready to be drawn in a box of `WIDTH` by `HEIGHT`: years with their x, ticks with their y, and lines."""

    years: tuple[tuple[int, float], ...]
    ticks: tuple[tuple[float, float], ...]
    lines: tuple[Line, ...]


def path_chart(table: pd.DataFrame, *, income: pd.Series[float], voice: Voice) -> PathChart:
    """Real income of the members by year, per cent; year 0 is today.

    Parameters
    ----------
    table : DataFrame
        As `peyvand.reports.path.path` gives it.
    income : Series
        Final expenditure by economy, M USD: weighs the members together.
    voice : Voice
    """
    inside = table[table["member"]]
    wide = inside.pivot(index="year", columns="economy", values="real_income_change_percent")
    money = inside.pivot(index="year", columns="economy", values="real_income_change_musd").sum(axis=1, skipna=False)
    together = 100 * money / income[wide.columns].sum()
    order = wide.iloc[-1].sort_values(ascending=False).index
    named = [(voice.name(code), wide[code], False) for code in order]
    named.append((str(voice.t("variants.together")), together, True))
    years = [0, *map(int, wide.index)]
    every = np.concatenate([[0.0], *(series.to_numpy() for _, series, _ in named)])
    known = every[np.isfinite(every)]
    ticks = _ticks(float(known.min()), float(known.max()))
    low, high = ticks[0], ticks[-1]

    def x(year: int) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * year / years[-1]

    def y(percent: float) -> float:
        return _TOP + (HEIGHT - _TOP - _BOTTOM) * (high - percent) / (high - low)

    ends = _apart([y(float(series.iloc[-1])) if np.isfinite(series.iloc[-1]) else y(0.0) for _, series, _ in named])
    lines = tuple(
        Line(
            label=label,
            points=tuple(
                (x(year), y(value)) for year, value in zip(years, [0.0, *series], strict=True) if np.isfinite(value)
            ),
            label_y=end,
            values=tuple(map(float, series)),
            together=bold,
        )
        for (label, series, bold), end in zip(named, ends, strict=True)
    )
    return PathChart(
        years=tuple((year, x(year)) for year in years), ticks=tuple((tick, y(tick)) for tick in ticks), lines=lines
    )


def _ticks(low: float, high: float) -> list[float]:
    """Four to eight round steps that hold both ends."""
    span = max(high - low, 1e-6)
    power = 10.0 ** np.floor(np.log10(span))
    step = next(power * part for part in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0) if span / (power * part) <= 6)
    first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
    return [float(step * number) for number in np.arange(first, max(last, first + 1) + 1)]


def _apart(wanted: list[float]) -> list[float]:
    """Heights of labels moved as little as keeps them from touching, top to bottom."""
    order = np.argsort(wanted, kind="stable")
    placed = np.array(wanted, dtype=float)
    for above, here in pairwise(order):
        placed[here] = max(placed[here], placed[above] + _LABEL_GAP)
    overflow = placed[order[-1]] - (HEIGHT - 4)
    if overflow > 0:
        placed[order[-1]] -= overflow
        for here, above in pairwise(order[::-1]):
            placed[above] = min(placed[above], placed[here] - _LABEL_GAP)
    return [float(value) for value in placed]
