"""Which of these unions is best for whom? The main figures of up to four runs in one table."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of every run: its name, the values, their decimals; `inside` marks the runs it is a member of."""

    name: str
    values: tuple[float, ...]
    decimals: int
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
    lines = {code: Line(voice.name(code), tuple(income.loc[code]), 2, tuple(inside.loc[code])) for code in income.index}
    return Comparison(
        wholes=tuple(
            Line(voice.t(name), tuple(float(table[column][group]) for table in groups), decimals)
            for name, group, column, decimals in wholes
        ),
        economies=tuple(lines[code] for code in members),
        outsiders=tuple(lines[code] for code in outside),
        most=float(income.loc[[*members, *outside]].abs().to_numpy().max()) or 1.0,
    )


def _table(settings: Settings, work: queue.Work, name: str) -> pd.DataFrame:
    return pd.read_parquet(result_file(settings, work.code, f"{name}.parquet"))
