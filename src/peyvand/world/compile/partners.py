"""Who trades with whom, in all goods?  Totals of pairs for 2019 from the years around it.

- `named`: the five largest partners that a reporter names for 2019 itself (WITS; Iran's of 2018, brought to 2019).
  Gold that goes to or comes from its hubs is in no pair's total: `gold` holds it.
- `between`: two sources bracket the base year, exports of 2016 as exporters report them (UN Comtrade, World Bank DTA)
  and BACI 2023.  Each is brought to 2019 by the growth of the split economy's exports or imports (WDI).  Where both
  know a pair, 2016 counts twice as much: it lies before the rerouting of 2022.
- Iran traded under sanctions in 2019 as in 2023, but not in 2016.  With partners outside the region its pairs are the
  geometric mean of the two, 2023 weighted by three quarters (`assumed`); neighbours traded on, and count as others do.
  Korea, which BACI 2023 has not, fell as Japan did (`assumed`): both stopped buying in May 2019.  What Iran reports by
  partner leaves out its crude oil, so its exports of every year are brought to what it sold in 2019 beside crude.
  Its largest buyers of 1401 (IRICA) stand in BACI's place; where BACI has the importer's figure too, the geometric
  mean.  Its pairs add up to its totals and pull as `named` do.

Both are `estimated` and pull softly, the first harder.  A pair that neither knows is pulled weakly to the gravity
prior at the scale of the economy's known pairs.  Left out: partners that hide others (`Other Asia, nes` stands under
TWN in Iran's reports: its unnamed oil buyers), reporters that name no partner for most of their exports (Iraq 2016),
BACI's missing pairs of non-reporters, and its Kyrgyz–Tajik pair: that border was closed in 2023 and open in 2019.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from peyvand.world.compile.concordance import Economy
from peyvand.world.compile.facts import members_with_data
from peyvand.world.compile.inputs import BASE_YEAR, PAIRS_YEAR, Inputs
from peyvand.world.compile.mixes import Mixes

_BACI_YEAR = 2023
_WEIGHT_2016 = 2 / 3
_HIDES_OTHERS = (("IRN", "TWN"),)
_LAST_OF_IRAN = 2018
_HIDDEN_BUYERS = ("Other Asia, nes", "Unspecified")
_CLOSED_IN_2023 = (("KGZ", "TJK"), ("TJK", "KGZ"))
_FELL_AS = {"KOR": "JPN"}
_WEIGHT_2023_OF_IRAN = 0.75
_NEAR_IRAN = ("AFG", "ARM", "AZE", "GEO", "IRQ", "KAZ", "KGZ", "PAK", "QAT", "RUS", "TJK", "TKM", "TUR", "UZB")
GOLD_HUBS = ("CHE", "GBR", "HKG")
"""Where gold is refined and cleared: first partners of those whose first export it is (World Factbook; `assumed`)."""
_LEAST_GOLD = 0.01
"""Part of goods trade from which an economy is one of gold (`assumed`)."""
_NOTHING_MUSD = 0.1
"""Stands for a flow that a reporter does not have: the gravity prior would fill it."""
CIF_TO_FOB = 0.95
"""Goods imports are recorded with freight and insurance, flows without: a twentieth is taken off (`assumed`)."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Goods trade of 2019 in M USD (exporter × importer) where one of the two is split; nan where not known.

    `gold` is that part of trade with gold's hubs, 0 elsewhere; it is in neither of the others.
    """

    named: pd.DataFrame
    between: pd.DataFrame
    gold: pd.DataFrame


def pair_totals(inputs: Inputs, economies: tuple[Economy, ...], mixes: Mixes) -> Pairs:
    """What is known of pairs; `between` is nan where `named` knows."""
    split = tuple(economy.code for economy in economies if economy.kind == "split")
    held = members_with_data(economies, inputs.gdp_musd)
    group = {member: code for code, members in held.items() for member in members}
    raw_before, raw_after = _grouped(_exports_2016(inputs), group, economies), _grouped(inputs.baci, group, economies)
    for exporter, importer in _CLOSED_IN_2023:
        raw_after.loc[exporter, importer] = np.nan
    before = _in_base_year(raw_before, inputs.indicators, PAIRS_YEAR, split)
    after = _in_base_year(raw_after, inputs.indicators, _BACI_YEAR, split)
    between = (_WEIGHT_2016 * before + (1 - _WEIGHT_2016) * after).fillna(before).fillna(after)
    beside_crude = (1 - mixes.fuel_share("IRN")) * inputs.base_year["merchandise_exports_musd"]["IRN"]
    if "IRN" in split:
        sold = _exports_of_iran(inputs, raw_before.T["IRN"], raw_after.T["IRN"], beside_crude)
        between.loc["IRN"] = sold.reindex(between.columns)
        between["IRN"] = _under_sanctions(before["IRN"], after["IRN"], near=between["IRN"])
    between = between.clip(lower=_NOTHING_MUSD)
    for exporter, importer in _HIDES_OTHERS:
        between.loc[exporter, importer] = np.nan
    inside = np.array([code in split for code in between.index])
    wanted = (inside[:, None] | inside[None, :]) & ~np.eye(len(between), dtype=bool)
    named = _largest_partners(inputs, economies, mixes).where(wanted)
    between = between.where(wanted & named.isna().to_numpy())
    if "IRN" in split:
        bought, sold = named["IRN"].fillna(between["IRN"]), named.T["IRN"].fillna(between.T["IRN"])
        named["IRN"] = bought / bought.sum() * inputs.base_year["merchandise_imports_musd"]["IRN"] * CIF_TO_FOB
        named.loc["IRN"] = sold / sold.sum() * beside_crude
        between.loc["IRN"] = between["IRN"] = np.nan
    gold = _gold(named.fillna(between), inputs, mixes, split)
    return Pairs(named.where(gold == 0), between.where(gold == 0), gold)


def _gold(known: pd.DataFrame, inputs: Inputs, mixes: Mixes, split: tuple[str, ...]) -> pd.DataFrame:
    """Gold between its economies and its hubs, divided as all that is known of their trade, at most all of it."""
    table = pd.DataFrame(0.0, known.index, known.columns)
    hubs = [code for code in GOLD_HUBS if code in known.index]
    year = inputs.base_year.T
    for code in split:
        sold, bought = mixes.gold_share(code), mixes.gold_import_share(code)
        if sold > _LEAST_GOLD:
            pairs = known.loc[code, hubs].fillna(0.0)
            whole = sold * year[code]["merchandise_exports_musd"]
            table.loc[code, hubs] = pairs * min(whole / pairs.sum(), 1.0) if pairs.sum() > 0 else 0.0
        if bought > _LEAST_GOLD:
            pairs = known.loc[hubs, code].fillna(0.0)
            whole = bought * year[code]["merchandise_imports_musd"] * CIF_TO_FOB
            table.loc[hubs, code] = pairs * min(whole / pairs.sum(), 1.0) if pairs.sum() > 0 else 0.0
    return table


def _largest_partners(inputs: Inputs, economies: tuple[Economy, ...], mixes: Mixes) -> pd.DataFrame:
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
        value = row["trade_musd"] * _growth(inputs, f"{row['flow']}s", row["economy"], row["year"], mixes)
        if row["flow"] == "export":
            table.loc[reporter, partner] = value
        else:
            table.loc[partner, reporter] = value * CIF_TO_FOB
    for exporter, importer in _HIDES_OTHERS:
        table.loc[exporter, importer] = np.nan
    return table


def _growth(inputs: Inputs, flow: str, economy: str, year: int, mixes: Mixes) -> float:
    """Of an economy's goods exports or imports from a year to the base year; Iran's exports beside crude oil."""
    if year == BASE_YEAR:
        return 1.0
    totals = inputs.indicators[f"merchandise_{flow}_musd"]
    if economy == "IRN" and flow == "exports":
        rows = inputs.top_partners
        rows = rows[(rows["economy"] == "IRN") & (rows["year"] == year) & (rows["flow"] == "export")]
        hidden = rows.loc[rows["partner_title"].isin(_HIDDEN_BUYERS), "trade_musd"].sum()
        sections = inputs.exports_by_section
        sold = sections.loc[(sections["economy"] == "IRN") & (sections["year"] == year), "exports_musd"].sum()
        return float((1 - mixes.fuel_share("IRN")) * totals["IRN", BASE_YEAR] / (sold - hidden))
    return float(totals[economy, BASE_YEAR] / totals[economy, year])


def _exports_of_iran(inputs: Inputs, before: pd.Series, after: pd.Series, beside_crude: float) -> pd.Series:
    """Iran's exports beside crude by buyer, M USD of 2019, from 2016, BACI 2023 and the buyers that IRICA names.

    Parameters
    ----------
    before, after : Series
        M USD of their own year, by importer.
    beside_crude : float
        Exports of 2019 without crude oil, M USD.
    """
    facts = inputs.facts
    rows = facts[(facts["economy"] == "IRN") & (facts["topic"] == "exports") & (facts["item"] == "non-oil goods")]
    whole = rows[(rows["period_start"] == "2023-03-21") & (rows["partner"] == "WLD")]["value_musd"].iloc[0]
    bought = rows[(rows["period_start"] == "2022-03-21") & (rows["days"] == 336)].set_index("partner")["value_musd"]
    shown = before.drop([importer for _, importer in _HIDES_OTHERS], errors="ignore")
    before = shown / shown.sum() * beside_crude
    after = after / whole * beside_crude
    named = (bought / bought["WLD"] * beside_crude).drop("WLD").reindex(after.index)
    after = ((named * after) ** 0.5).fillna(named).fillna(after)
    before = before.reindex(after.index)
    near = (_WEIGHT_2016 * before + (1 - _WEIGHT_2016) * after).fillna(before).fillna(after)
    return _under_sanctions(before, after, near=near)


def _under_sanctions(before: pd.Series, after: pd.Series, *, near: pd.Series) -> pd.Series:
    """The geometric mean of a year without sanctions and one with them; where one is missing, the other.

    Parameters
    ----------
    before, after : Series
        M USD of 2019, by partner.
    near : Series
        What stands for the partners around.

    >>> before = pd.Series({"JPN": 160.0, "KOR": 32.0, "TUR": 5.0})
    >>> after = pd.Series({"JPN": 10.0, "KOR": np.nan, "TUR": 2.0})
    >>> _under_sanctions(before, after, near=pd.Series({"TUR": 4.0})).round(9).tolist()
    [20.0, 4.0, 4.0]
    """
    before, after = (series.clip(lower=_NOTHING_MUSD) for series in (before, after))
    for code, like in _FELL_AS.items():
        if np.isnan(after[code]):
            after[code] = before[code] * after[like] / before[like]
    mean = before ** (1 - _WEIGHT_2023_OF_IRAN) * after**_WEIGHT_2023_OF_IRAN
    found: pd.Series = mean.fillna(before).fillna(after)
    return near.reindex(found.index).where(found.index.isin(_NEAR_IRAN), found)


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
