"""Who trades with whom, in all goods?  Totals of pairs for 2019 from the years around it.

- `named`: the five largest partners that a reporter names for 2019 itself (WITS; Iran's of 2018, brought to 2019).
- `between`: two sources bracket the base year, exports of 2016 as exporters report them (UN Comtrade, World Bank DTA)
  and BACI 2023.  Each is brought to 2019 by the growth of the split economy's exports or imports (WDI).  Where both
  know a pair, 2016 counts twice as much: it lies before the rerouting of 2022.  Iran's largest buyers of goods other
  than oil in the Iranian year 1401 (IRICA) stand in BACI's place.

Both are `estimated` and pull softly, the first harder.  A pair that neither knows is pulled weakly to the gravity
prior at the scale of the economy's known pairs.  Left out: partners that hide others (`Other Asia, nes` stands under
TWN in Iran's reports: its unnamed oil buyers), reporters that name no partner for most of their exports (Iraq 2016),
and BACI's missing pairs of non-reporters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from peyvand.world.compile.concordance import Economy
from peyvand.world.compile.facts import members_with_data
from peyvand.world.compile.inputs import BASE_YEAR, PAIRS_YEAR, Inputs

_BACI_YEAR = 2023
_WEIGHT_2016 = 2 / 3
_HIDES_OTHERS = (("IRN", "TWN"),)
_LAST_OF_IRAN = 2018
_NOTHING_MUSD = 0.1
"""Stands for a flow that a reporter does not have: the gravity prior would fill it."""
CIF_TO_FOB = 0.95
"""Goods imports are recorded with freight and insurance, flows without: a twentieth is taken off (`assumed`)."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Goods trade of 2019 in M USD (exporter × importer) where one of the two is split; nan where not known."""

    named: pd.DataFrame
    between: pd.DataFrame


def pair_totals(inputs: Inputs, economies: tuple[Economy, ...], crude_share_of_iran: float) -> Pairs:
    """What is known of pairs; `between` is nan where `named` knows.

    Parameters
    ----------
    crude_share_of_iran : float
        Of its goods exports: its named buyers of 1401 share the rest.
    """
    split = tuple(economy.code for economy in economies if economy.kind == "split")
    held = members_with_data(economies, inputs.gdp_musd)
    group = {member: code for code, members in held.items() for member in members}
    before = _grouped(_exports_2016(inputs), group, economies)
    after = _grouped(inputs.baci, group, economies)
    before, after = (
        _in_base_year(table, inputs.indicators, year, split)
        for table, year in ((before, PAIRS_YEAR), (after, _BACI_YEAR))
    )
    if "IRN" in split:
        after = _buyers_of_iran(inputs, crude_share_of_iran, before).combine_first(after).reindex_like(after)
    between = (_WEIGHT_2016 * before + (1 - _WEIGHT_2016) * after).fillna(before).fillna(after)
    between = between.clip(lower=_NOTHING_MUSD)
    for exporter, importer in _HIDES_OTHERS:
        between.loc[exporter, importer] = np.nan
    inside = np.array([code in split for code in between.index])
    wanted = (inside[:, None] | inside[None, :]) & ~np.eye(len(between), dtype=bool)
    named = _largest_partners(inputs, economies).where(wanted)
    return Pairs(named, between.where(wanted & named.isna().to_numpy()))


def _largest_partners(inputs: Inputs, economies: tuple[Economy, ...]) -> pd.DataFrame:
    """Trade of reporters with the five largest partners that they name; imports as they were valued, less freight.

    Only partners that are a World's economy by themselves: a member of a bloc says little of the bloc.  Where both of a
    pair report, the importer's figure stands.
    """
    codes = [economy.code for economy in economies]
    single = {economy.members[0]: economy.code for economy in economies if len(economy.members) == 1}
    rows = inputs.top_partners
    rows = rows[rows["economy"].isin(single) & rows["partner"].isin(single)]
    rows = rows[(rows["year"] == BASE_YEAR) | ((rows["economy"] == "IRN") & (rows["year"] == _LAST_OF_IRAN))]
    table = pd.DataFrame(np.nan, index=codes, columns=codes)
    for row in rows.sort_values("flow").to_dict("records"):
        reporter, partner = single[row["economy"]], single[row["partner"]]
        value = row["trade_musd"] * _growth(inputs.indicators, f"{row['flow']}s", row["economy"], row["year"])
        if row["flow"] == "export":
            table.loc[reporter, partner] = value
        else:
            table.loc[partner, reporter] = value * CIF_TO_FOB
    for exporter, importer in _HIDES_OTHERS:
        table.loc[exporter, importer] = np.nan
    return table


def _growth(indicators: pd.DataFrame, flow: str, economy: str, year: int) -> float:
    """Of an economy's goods exports or imports from a year to the base year."""
    if year == BASE_YEAR:
        return 1.0
    totals = indicators[f"merchandise_{flow}_musd"]
    return float(totals[economy, BASE_YEAR] / totals[economy, year])


def _buyers_of_iran(inputs: Inputs, crude_share: float, like: pd.DataFrame) -> pd.DataFrame:
    """Exports to the buyers that IRICA names for 1401: their shares of all that is not crude oil, of 2019's exports."""
    facts = inputs.facts
    rows = facts[(facts["economy"] == "IRN") & (facts["topic"] == "exports") & (facts["item"] == "non-oil goods")]
    rows = rows[(rows["period_start"] == "2022-03-21") & (rows["days"] == 336)]
    bought = rows.set_index("partner")["value_musd"]
    other = (1 - crude_share) * inputs.base_year["merchandise_exports_musd"]["IRN"]
    table = pd.DataFrame(np.nan, index=like.index, columns=like.columns)
    named = bought[bought.index != "WLD"] / bought["WLD"] * other
    table.loc["IRN", named.index] = named.to_numpy()
    return table


def _exports_2016(inputs: Inputs) -> pd.DataFrame:
    """Exports of those that named partners for at least half of what the World Bank has for them."""
    rows = inputs.pairs_2016
    named = rows.groupby("exporter")["trade_musd"].sum()
    totals = inputs.indicators["merchandise_exports_musd"].xs(PAIRS_YEAR, level="year")
    silent = totals.index[named.reindex(totals.index).fillna(0.0) < totals / 2]
    return rows[~rows["exporter"].isin(silent)]


def _grouped(rows: pd.DataFrame, group: dict[str, str], economies: tuple[Economy, ...]) -> pd.DataFrame:
    codes = [economy.code for economy in economies]
    rows = rows.assign(exporter=rows["exporter"].map(group), importer=rows["importer"].map(group))
    table = rows.dropna(subset=["trade_musd"]).groupby(["exporter", "importer"])["trade_musd"].sum().unstack()
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
