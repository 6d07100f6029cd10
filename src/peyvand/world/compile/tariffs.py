"""What duty does each economy charge on each?  Sector averages, and how each is known.

- Importers and exporters in ICIO: Teti (2024), rounded averages (`reported`).  An industry's rate is at most 30 %, and
  where that binds the sector's is `estimated`: simple averages of food duties are carried by alcohol and tobacco.
- On split economies and the rest of the world, for which the tables hold zeros that are gaps: the middle of what the
  importer charges the others, near its most-favoured-nation rate (`estimated`).
- The Eurasian union has one tariff: Kazakhstan's rates for all five (`estimated`).  The source has Russia's on
  China and India near zero and those of Belarus twice as high, which no common tariff is.
- Preferences that the middle rate does not know, `preferences.csv`: as an economy of ICIO that has the same.
- Uzbekistan: chapters of 2025 weighted by imports (`estimated`).
- Other split importers: WITS averages by stage of processing, middle of 2015–2019, divided over sectors as imports are
  (`estimated`); Iran's last are of 2011 (`assumed`).
- Turkmenistan as Tajikistan, Iraq as Qatar, the rest of the world as the mean of its reporters (`assumed`).
- Pairs with a free-trade agreement, `free_trade.csv` from DESTA, and the Eurasian union: 0.

Averages are those of applied rates over what is imported: prohibitive duties are hardly in them.  The interim agreement
of the Eurasian union with Iran is not in them: it came into force on 27 October 2019, covers lists of products that
no source here holds, and had two months of the year.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.world.balance import Array
from peyvand.world.compile.concordance import GOODS, REST, SERVICES, Economy, rows_of, sector_of
from peyvand.world.compile.inputs import BASE_YEAR, Inputs
from peyvand.world.compile.mixes import Mixes
from peyvand.world.world import STATUSES

REPORTED, ESTIMATED, ASSUMED = (STATUSES.index(word) for word in ("reported", "estimated", "assumed"))
EAEU = ("ARM", "BLR", "KAZ", "KGZ", "RUS")
COMMON_TARIFF = "KAZ"
"""Whose rates stand for the union's."""
STANDS_FOR = {"TKM": "TJK", "IRQ": "QAT"}
"""Importers without any tariff record, and the neighbour whose rates they are given."""
_RECENT_YEARS = 5
_DECIMALS = 3


def tariffs(inputs: Inputs, mixes: Mixes, table: xr.Dataset, economies: tuple[Economy, ...]) -> xr.Dataset:
    """`tariff_rate` and `tariff_status` (exporter, importer, sector) over the World's economies and eleven sectors.

    Parameters
    ----------
    table : Dataset
        ICIO's `tariff_rate` over its own economies – those of its rest of the world, on either side, are gaps – and
        `tariff_cut`, whether an industry's rate was above the highest.
    """
    codes = [economy.code for economy in economies]
    goods = table["tariff_rate"].sel(sector=list(GOODS))
    split = [economy.code for economy in economies if economy.kind == "split"]
    abroad = goods.where(goods["exporter"] != goods["importer"])
    rate = abroad.reindex(exporter=codes, importer=codes)
    rate = rate.fillna(abroad.median("exporter").reindex(importer=codes))
    cut = table["tariff_cut"].sel(sector=list(GOODS)).reindex(exporter=codes, importer=codes, fill_value=False)
    status = xr.full_like(rate, REPORTED, dtype=np.int8).where(~cut, ESTIMATED).astype(np.int8)
    status.loc[{"exporter": [*split, REST]}] = ESTIMATED
    for code in [*split, REST]:
        own, how = _importer_rates(inputs, mixes, code, rate, economies)
        rate.loc[{"importer": code}] = own
        status.loc[{"importer": code}] = how
    _common_tariff(rate, status)
    _preferences(rate, status)
    for exporter, importer, certain in free_pairs(economies):
        if exporter in split or importer in split or {exporter, importer} <= set(EAEU):
            rate.loc[{"exporter": exporter, "importer": importer}] = 0.0
            status.loc[{"exporter": exporter, "importer": importer}] = ESTIMATED if certain else ASSUMED
    rate = rate.where(rate["exporter"] != rate["importer"], 0.0).round(_DECIMALS)
    return _with_services(rate, status)


def free_pairs(economies: tuple[Economy, ...]) -> list[tuple[str, str, bool]]:
    """Pairs whose members all share an agreement of `free_trade.csv`, and whether its entry into force is dated."""
    named = {economy.code: set(economy.members) for economy in economies if economy.kind != "rest"}
    found: dict[tuple[str, str], bool] = {}
    for row in rows_of("free_trade.csv"):
        parties = set(row["members"].split())
        inside = [code for code, members in named.items() if members <= parties]
        for pair in permutations(inside, 2):
            found[pair] = found.get(pair, False) or bool(row["in_force_year"])
    return [(exporter, importer, certain) for (exporter, importer), certain in found.items()]


def _common_tariff(rate: xr.DataArray, status: xr.DataArray) -> None:
    """One tariff for the members of the Eurasian union that ICIO reports, in place."""
    others = [code for code in rate["exporter"].values if code not in EAEU]
    for member in EAEU:
        if member != COMMON_TARIFF:
            at = {"exporter": others, "importer": member}
            rate.loc[at] = rate.sel(exporter=others, importer=COMMON_TARIFF).to_numpy()
            status.loc[at] = ESTIMATED


def _preferences(rate: xr.DataArray, status: xr.DataArray) -> None:
    """Rates of `preferences.csv`, in place."""
    for row in rows_of("preferences.csv"):
        for exporter in row["exporter"].split():
            for importer in row["importers"].split():
                rate.loc[{"exporter": exporter, "importer": importer}] = rate.sel(
                    exporter=row["like"], importer=importer
                )
                status.loc[{"exporter": exporter, "importer": importer}] = STATUSES.index(row["status"])


def _importer_rates(
    inputs: Inputs, mixes: Mixes, code: str, rate: xr.DataArray, economies: tuple[Economy, ...]
) -> tuple[xr.DataArray | Array, int]:
    """Rates of one importer without ICIO tariffs, by exporter and sector or by sector, and their status."""
    if code in EAEU:
        return rate.sel(importer=COMMON_TARIFF, drop=True), ESTIMATED
    if code == "UZB":
        return _uzbek_rates(inputs), ESTIMATED
    if code == REST:
        return _rest_rates(inputs, mixes, economies), ASSUMED
    stages, year = _stage_rates(inputs, STANDS_FOR.get(code, code))
    known = code not in STANDS_FOR and year > BASE_YEAR - _RECENT_YEARS
    return _by_sector(stages, mixes), ESTIMATED if known else ASSUMED


def _stage_rates(inputs: Inputs, code: str) -> tuple[pd.Series, int]:
    """Rates by stage of processing: the median of the last years to 2019, and the last year."""
    table = inputs.tariffs_by_stage
    rows = table[(table["economy"] == code) & (table["year"] <= BASE_YEAR) & (table["stage"] != "all")]
    last = int(rows["year"].max())
    recent = rows[rows["year"] > last - _RECENT_YEARS]
    return recent.groupby("stage")["tariff_rate_weighted"].median(), last


def _by_sector(stages: pd.Series, mixes: Mixes) -> Array:
    """Rates by sector from rates by stage: a sector's imports divide over stages as the donors' do."""
    division = mixes.stage_trade
    return np.asarray((stages.reindex(division.index).to_numpy() @ division.to_numpy()) / division.sum().to_numpy())


def _uzbek_rates(inputs: Inputs) -> Array:
    chapters = inputs.uzbek_chapters
    names = chapters["hs2"].map(lambda code: sector_of("hs2").get(code, ("",)))
    rows = chapters.assign(sector=names, duty=chapters["tariff_rate"] * chapters["imports_musd"]).explode("sector")
    sums = rows.groupby("sector")[["duty", "imports_musd"]].sum()
    return (sums["duty"] / sums["imports_musd"]).reindex(list(GOODS)).to_numpy()


def _rest_rates(inputs: Inputs, mixes: Mixes, economies: tuple[Economy, ...]) -> Array:
    """The mean over the rest's members that report tariffs, weighted by their imports."""
    named = {code for economy in economies for code in economy.members}
    table, trade = inputs.tariffs_by_stage, inputs.imports_by_stage
    recent = table[
        (table["year"] > BASE_YEAR - _RECENT_YEARS) & (table["year"] <= BASE_YEAR) & (table["stage"] != "all")
    ]
    middle = recent[~recent["economy"].isin(named)].groupby(["economy", "stage"])["tariff_rate_weighted"].median()
    bought = trade[trade["year"] == BASE_YEAR].set_index(["economy", "stage"])["trade_musd"].reindex(middle.index)
    stages = (middle * bought).groupby("stage").sum() / bought[middle.notna()].groupby("stage").sum()
    return _by_sector(stages, mixes)


def _with_services(rate: xr.DataArray, status: xr.DataArray) -> xr.Dataset:
    """Services added: no tariff."""
    free = xr.zeros_like(rate.isel(sector=[0] * len(SERVICES))).assign_coords(sector=list(SERVICES))
    known = xr.full_like(free, REPORTED, dtype=np.int8)
    return xr.Dataset(
        {
            "tariff_rate": xr.concat([rate, free], "sector").transpose("exporter", "importer", "sector"),
            "tariff_status": xr.concat([status, known], "sector").transpose("exporter", "importer", "sector"),
        }
    )
