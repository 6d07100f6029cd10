"""Would gravity have foreseen where people went?  Estimated on 2015 without visa rules, judged by the years after it.

Three forecasts of each pair: `no_change`, its figure of 2015; `gravity`, what the estimate on 2015 expects of it; and
`mixed`, ln no-change moved towards ln gravity by the share that would have been best from 2010 to 2015. Only pairs with
figures in all years are judged. The scores are printed as they come, good or bad.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.mobility.kernels import Array, misplaced_share
from peyvand.mobility.panel import migrants, students, with_ties
from peyvand.mobility.ties import PAIR, TIES
from peyvand.sources.migrants import read_stocks_2020

MODELS = ("gravity", "no_change", "mixed")
BEFORE, START = 2010, 2015
_WEIGHTS = np.linspace(0, 1, 101)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How far a forecast of one flow and year is off.

    Parameters
    ----------
    pairs : int
    misplaced : dict
        By model the part of people put at another pair, after scaling to the true total (0 to 1).
    typical : dict
        By model the median of |ln forecast − ln figure| over pairs.
    weight : float
        Of gravity in `mixed`.
    """

    flow: str
    year: int
    pairs: int
    misplaced: dict[str, float]
    typical: dict[str, float]
    weight: float

    @property
    def best(self) -> str:
        """The model that misplaces least."""
        return min(self.misplaced, key=self.misplaced.__getitem__)


def forecast_scores(folder: str | Path) -> tuple[Score, ...]:
    """Scores of students 2016 to 2019 and migrants 2019 and 2020, from the publishers' files."""
    root = Path(folder)
    stocks = root / "abel-cohen-migration-flows" / "migrant_stock_1990_2020_long.parquet"
    late = read_stocks_2020(stocks, year=2020).frame.rename(columns={"migrants": "persons"})
    years = {"students": {year: students(root, year) for year in (2013, START, 2016, 2017, 2018, 2019)}}
    years["migrants"] = {year: migrants(root, year) for year in (BEFORE, START, 2019)} | {2020: late}
    found = []
    for flow, before in (("students", 2013), ("migrants", BEFORE)):
        held = years[flow]
        weight = _weight(root, held[before], held[START])
        fitted = _gravity(root, held[START])
        found += [_score(flow, year, held[START], fitted, held[year], weight) for year in held if year > START]
    return tuple(found)


def _gravity(root: Path, start: pd.DataFrame) -> pd.DataFrame:
    """What an estimate on a year, without visa rules, expects of its own pairs."""
    from peyvand.gravity.poisson import ppml

    rows = with_ties(start, root)
    fit = ppml(f"persons ~ {' + '.join(TIES)} | origin + destination", rows, vcov="iid")
    return rows[PAIR].assign(gravity=fit.fitted)


def _weight(root: Path, before: pd.DataFrame, start: pd.DataFrame) -> float:
    """The share of gravity that forecasts `start` from `before` with the smallest squared error of logs."""
    table = _together(before, _gravity(root, before), start)
    logs = {name: np.log(table[name].to_numpy(float)) for name in ("no_change", "gravity", "figure")}
    gap, miss = logs["gravity"] - logs["no_change"], logs["figure"] - logs["no_change"]
    errors = [float(np.mean((miss - weight * gap) ** 2)) for weight in _WEIGHTS]
    return float(_WEIGHTS[int(np.argmin(errors))])


def _together(start: pd.DataFrame, fitted: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Pairs with figures in both years: no_change, gravity, figure; all above zero."""
    table = start[[*PAIR, "persons"]].rename(columns={"persons": "no_change"}).merge(fitted, on=PAIR)
    table = table.merge(later[[*PAIR, "persons"]].rename(columns={"persons": "figure"}), on=PAIR)
    return table[(table[["no_change", "gravity", "figure"]] > 0).all(axis=1)]


def _score(
    flow: str, year: int, start: pd.DataFrame, fitted: pd.DataFrame, later: pd.DataFrame, weight: float
) -> Score:
    table = _together(start, fitted, later)
    figure = table["figure"].to_numpy(float)
    made: dict[str, Array] = {name: table[name].to_numpy(float) for name in ("gravity", "no_change")}
    made["mixed"] = made["no_change"] ** (1 - weight) * made["gravity"] ** weight
    scaled = {name: made[name] * figure.sum() / made[name].sum() for name in MODELS}
    return Score(
        flow=flow,
        year=year,
        pairs=len(table),
        misplaced={name: misplaced_share(persons=figure, placed=scaled[name]) for name in MODELS},
        typical={name: float(np.median(np.abs(np.log(made[name] / figure)))) for name in MODELS},
        weight=weight,
    )
