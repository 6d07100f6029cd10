"""Which of these unions is best for whom? The main figures of up to four runs in one table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from peyvand.reports.tables import MEMBERS, OUTSIDERS
from peyvand.reports.voice import Voice
from peyvand.web import queue
from peyvand.web.runs import result_file
from peyvand.web.settings import Settings

MOST_COMPARED = 4
_OUTSIDERS_SHOWN = 6
_INCOME = "real_income_change_percent"
_ENDS = {
    _INCOME: ("real_income_low_percent", "real_income_high_percent"),
    "real_income_change_musd": ("real_income_low_musd", "real_income_high_musd"),
    "trade_within_change_percent": ("trade_within_low_percent", "trade_within_high_percent"),
}
"""The columns that hold the ends of a figure's interval, where its run was drawn."""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of every run.

    Parameters
    ----------
    name : str
    values : tuple of float
        In the order of the runs.
    decimals : int
    ranges : tuple of (float, float)
        Between which nine draws in ten lie; NaN for a run without draws, or a figure that is not drawn.
    inside : tuple of bool
        The runs that the economy is a member of; empty for a union as a whole.
    """

    name: str
    values: tuple[float, ...]
    decimals: int
    ranges: tuple[tuple[float, float], ...]
    inside: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Figures of the unions as wholes, then of each economy."""

    wholes: tuple[Line, ...]
    economies: tuple[Line, ...]
    outsiders: tuple[Line, ...]
    most: float


def side_by_side(settings: Settings, works: Sequence[queue.Work], voice: Voice) -> Comparison:
    """The figures of finished runs, read from the tables that they wrote.

    Raises
    ------
    NotFoundError
        If one has no result.
    """
    groups = [_table(settings, work, "groups").set_index("group") for work in works]
    tables = [_table(settings, work, "economies").set_index("economy") for work in works]
    wholes = [
        ("tile.income", MEMBERS, _INCOME, 2),
        ("economies.musd", MEMBERS, "real_income_change_musd", 0),
        ("tile.trade", MEMBERS, "trade_within_change_percent", 1),
        ("tile.outsiders", OUTSIDERS, _INCOME, 3),
    ]
    income = pd.DataFrame({at: table[_INCOME] for at, table in enumerate(tables)})
    inside = pd.DataFrame({at: table["member"] for at, table in enumerate(tables)})
    anywhere = inside.any(axis=1)
    members = income[anywhere].mean(axis=1).sort_values(ascending=False).index
    outside = income[~anywhere].abs().max(axis=1).nlargest(_OUTSIDERS_SHOWN).index
    lines = {
        code: Line(
            voice.name(code), tuple(income.loc[code]), 2, _ranges(tables, code, _INCOME), tuple(inside.loc[code])
        )
        for code in income.index
    }
    return Comparison(
        wholes=tuple(
            Line(
                voice.t(name),
                tuple(float(table[column][group]) for table in groups),
                decimals,
                _ranges(groups, group, column),
            )
            for name, group, column, decimals in wholes
        ),
        economies=tuple(lines[code] for code in members),
        outsiders=tuple(lines[code] for code in outside),
        most=float(income.loc[[*members, *outside]].abs().to_numpy().max()) or 1.0,
    )


def _ranges(tables: Sequence[pd.DataFrame], row: str, column: str) -> tuple[tuple[float, float], ...]:
    """The ends of a figure's interval in each run; NaN where there are none."""
    low, high = _ENDS.get(column, ("", ""))
    return tuple(
        (float(table[low][row]), float(table[high][row])) if low in table else (math.nan, math.nan) for table in tables
    )


def _table(settings: Settings, work: queue.Work, name: str) -> pd.DataFrame:
    return pd.read_parquet(result_file(settings, work.code, f"{name}.parquet"))
