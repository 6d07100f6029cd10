"""Who trades with whom, in all goods?  Totals of pairs for 2019 from the years around it.

Two sources bracket the base year: exports of 2016 as exporters report them (UN Comtrade, World Bank DTA) and BACI
2023.  Each is brought to 2019 by the growth of the split economy's exports or imports (WDI).  Where both know a pair,
2016 counts twice as much: it lies before the rerouting of 2022.  What neither knows is left to the gravity prior.
Totals are `estimated` and pull softly.

Left out: partners that hide others (`Other Asia, nes` stands under TWN in Iran's reports: its unnamed oil buyers),
reporters that name no partner for most of their exports (Iraq 2016), and BACI's missing pairs of non-reporters.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from peyvand.world.compile.concordance import Economy
from peyvand.world.compile.facts import members_with_data
from peyvand.world.compile.inputs import BASE_YEAR, PAIRS_YEAR, Inputs

_BACI_YEAR = 2023
_WEIGHT_2016 = 2 / 3
_HIDES_OTHERS = (("IRN", "TWN"),)
_UNNAMED = "UNS"
_OLD_CODES = {"BLX": "BEL", "ROM": "ROU", "ZAR": "COD"}


def pair_totals(inputs: Inputs, economies: tuple[Economy, ...], split: tuple[str, ...]) -> pd.DataFrame:
    """Goods trade of 2019 in M USD (exporter × importer) where one of the two is split; nan where not known."""
    held = members_with_data(economies, inputs.gdp_musd)
    group = {member: code for code, members in held.items() for member in members}
    before = _grouped(_exports_2016(inputs), group, economies)
    after = _grouped(inputs.baci.dropna(subset=["trade_musd"]), group, economies)
    before, after = (
        _in_base_year(table, inputs.indicators, year, split)
        for table, year in ((before, PAIRS_YEAR), (after, _BACI_YEAR))
    )
    both = _WEIGHT_2016 * before + (1 - _WEIGHT_2016) * after
    found = both.fillna(before).fillna(after)
    for exporter, importer in _HIDES_OTHERS:
        found.loc[exporter, importer] = np.nan
    inside = np.array([code in split for code in found.index])
    wanted = (inside[:, None] | inside[None, :]) & ~np.eye(len(found), dtype=bool)
    return found.where(wanted)


def _exports_2016(inputs: Inputs) -> pd.DataFrame:
    """Positive exports of those that reported partners for at least half of their exports."""
    rows = inputs.pairs_2016.replace({"exporter": _OLD_CODES, "importer": _OLD_CODES})
    rows = rows[rows["trade_musd"] > 0]
    total = rows.groupby("exporter")["trade_musd"].sum()
    unnamed = rows[rows["importer"] == _UNNAMED].groupby("exporter")["trade_musd"].sum()
    silent = unnamed.index[unnamed / total.reindex(unnamed.index) > 0.5]
    return rows[~rows["exporter"].isin(silent)]


def _grouped(rows: pd.DataFrame, group: dict[str, str], economies: tuple[Economy, ...]) -> pd.DataFrame:
    codes = [economy.code for economy in economies]
    rows = rows[rows["trade_musd"] > 0]
    rows = rows.assign(exporter=rows["exporter"].map(group), importer=rows["importer"].map(group))
    table = rows.groupby(["exporter", "importer"])["trade_musd"].sum().unstack()
    return table.reindex(index=codes, columns=codes)


def _in_base_year(table: pd.DataFrame, indicators: pd.DataFrame, year: int, split: tuple[str, ...]) -> pd.DataFrame:
    """The table with rows of split exporters, else columns of split importers, grown to the base year."""
    growth = {}
    for flow in ("exports", "imports"):
        values = indicators[f"merchandise_{flow}_musd"].unstack("year")
        growth[flow] = values[BASE_YEAR] / values[year]
    inside = table.index.isin(split)
    rows = growth["exports"].reindex(table.index).fillna(1.0).to_numpy()
    columns = growth["imports"].reindex(table.columns).fillna(1.0).to_numpy()
    factor = np.where(inside[:, None], rows[:, None], np.where(inside[None, :], columns[None, :], 1.0))
    return table * factor
