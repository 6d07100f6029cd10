"""From the publishers' files to the history of every pair: three records of goods trade, none of which covers all."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.gravity.head_ries import Array, Mask, head_ries, recorded_both_ways, sector_weights, weighted_total
from peyvand.gravity.history import COLUMNS, PairHistory
from peyvand.sources import baci, deep_agreements, icio, wdi
from peyvand.world import World
from peyvand.world.compile.concordance import GOODS, REST, economies
from peyvand.world.compile.icio import icio_flows_and_tariffs

ICIO_YEARS = range(2011, 2023)
FIRST_COMTRADE_YEAR = 1996
"""World Bank totals start in 1995; the panel has every fourth year."""
LEAST_COVERED = 0.75
"""Of an exporter's total exports by what it reported: past this its shares do not stand for the whole."""
STEP, LARGE_MUSD = 10.0, 100.0
"""A flow above `LARGE_MUSD` that falls or grows by `STEP` in a year is more often a gap in the record than in trade."""
_SIGNIFICANT = 4


def build_history(folder: str | Path) -> PairHistory:
    """Every record of every pair of the World's economies.

    Parameters
    ----------
    folder : str or Path
        Holds one folder a source.
    """
    root = Path(folder)
    table = pd.concat([_icio(root), _comtrade(root), _baci(root)], ignore_index=True)
    for name in ("exports_musd", "imports_musd"):
        table[name] = _rounded(table[name].to_numpy(float))
    table["thickness_log_points"] = table["thickness_log_points"].round(4)
    table["doubtful"] = table["doubtful"].fillna(value=False).astype(bool)
    known = table[["exports_musd", "imports_musd"]].notna().any(axis=1)
    return PairHistory(table.loc[known, list(COLUMNS)].reset_index(drop=True))


def thickness_over_years(*, trade: Array, trade_elasticity: Array) -> Array:
    """Thickness of pairs (year, N, N) with weights that do not move.

    Head and Ries's thickness of each sector, weighted by the sector's mean share in the two economies' expenditure,
    over the sectors in which both trade with one another in every year: so a change is never one of weights.

    Parameters
    ----------
    trade : Array
        (year, exporter, importer, sector), inclusive of tariff.
    trade_elasticity : Array
        (sector,)
    """
    always = np.all([recorded_both_ways(trade=one) for one in trade], axis=0)
    weight = sector_weights(expenditure=trade.sum(axis=1).mean(axis=0), recorded=always)
    walls = (head_ries(trade=one, trade_elasticity=trade_elasticity) for one in trade)
    return np.stack([weighted_total(weight=weight, part=np.where(always, wall, 0.0)) for wall in walls])


def below_a_step(flow: Array) -> Mask:
    """Years on the lower side of a step, of (year, …) flows: from a fall to the next rise, or to the record's end.

    >>> below_a_step(np.array([500.0, 3.0, 4.0, 600.0, 650.0])).tolist()
    [False, True, True, False, False]
    """
    earlier, later = flow[:-1], flow[1:]
    large = np.maximum(earlier, later) > LARGE_MUSD
    fall, rise = large & (later * STEP < earlier), large & (earlier * STEP < later)
    low = np.zeros(flow.shape, dtype=bool)
    for year in range(1, len(flow)):
        low[year] = fall[year - 1] | (low[year - 1] & ~rise[year - 1])
    for year in range(len(flow) - 2, -1, -1):
        low[year] |= rise[year] | (low[year + 1] & ~fall[year])
    return low


def _icio(root: Path) -> pd.DataFrame:
    shelf = root / "oecd-icio-trade-tariffs-2011-2022"
    tables = {year: icio.read_icio(shelf / f"icio_{year}.parquet", year=year).frame for year in ICIO_YEARS}
    years = [icio_flows_and_tariffs(table, economies()).sel(sector=list(GOODS)) for table in tables.values()]
    held = xr.concat(years, dim=pd.Index(ICIO_YEARS, name="year")).transpose("year", "exporter", "importer", "sector")
    theta = World.embedded()["trade_elasticity"].sel(sector=list(GOODS)).values
    flow = held["trade_flow"].values
    wall = thickness_over_years(
        trade=flow * (1 + np.nan_to_num(held["tariff_rate"].values)), trade_elasticity=np.asarray(theta, dtype=float)
    )
    goods, codes = flow.sum(axis=-1), list(map(str, held.indexes["exporter"]))
    low = below_a_step(goods)
    low |= low.swapaxes(1, 2)
    rows = [
        ("icio", codes[i], codes[j], year, goods[t, i, j], goods[t, j, i], wall[t, i, j], "reported", low[t, i, j])
        for i, j in combinations(range(len(codes)), 2)
        if REST not in (codes[i], codes[j])
        for t, year in enumerate(ICIO_YEARS)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _comtrade(root: Path) -> pd.DataFrame:
    path = root / "trade-and-rta-provisions-1964-2016" / "trade.parquet"
    flows = deep_agreements.read_exports(path).frame
    flows = flows[(flows["year"] >= FIRST_COMTRADE_YEAR) & (flows["trade_musd"] > 0)]
    flows = flows.merge(deep_agreements.read_export_totals(path).frame, on=["exporter", "year"])
    totals = wdi.read_indicators(root / "wdi-trade-transport-region-1995-on" / "wdi_region.csv").frame
    totals = totals[["economy", "year", "merchandise_exports_musd"]].rename(columns={"economy": "exporter"})
    found = flows.merge(totals.dropna(), on=["exporter", "year"])
    covered = found["total_musd"] / found["merchandise_exports_musd"]
    found = found[covered.between(LEAST_COVERED, 1 / LEAST_COVERED)]
    share = _rounded((found["trade_musd"] / found["total_musd"]).to_numpy(float))
    return _both_ways(
        found.assign(trade_musd=share * found["merchandise_exports_musd"]), record="comtrade", status="estimated"
    )


def _baci(root: Path) -> pd.DataFrame:
    flows = baci.read_trade(root / "baci-2023-bilateral-goods-194" / "trade_2023.parquet").frame
    return _both_ways(flows, record="baci", status="reported")


def _both_ways(flows: pd.DataFrame, *, record: str, status: str) -> pd.DataFrame:
    """Rows of pairs of the World's single economies, from rows of exporter, importer, year and trade_musd."""
    codes = [economy.code for economy in economies() if economy.kind in ("reported", "split")]
    inside = flows[flows["exporter"].isin(codes) & flows["importer"].isin(codes)]
    flow = inside.set_index(["year", "exporter", "importer"])["trade_musd"].unstack(["exporter", "importer"])
    nothing = pd.Series(np.nan, index=flow.index)
    parts = [
        pd.DataFrame(
            {
                "record": record, "economy": one, "partner": other, "year": flow.index,
                "exports_musd": flow.get((one, other), nothing), "imports_musd": flow.get((other, one), nothing),
                "thickness_log_points": np.nan, "status": status,
            }
        )
        for one, other in combinations(codes, 2)
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _rounded(values: Array) -> Array:
    """To four significant digits."""
    size = np.floor(np.log10(np.where(values > 0, values, 1.0)))
    unit = 10.0 ** (size - (_SIGNIFICANT - 1))
    return np.asarray(np.where(values > 0, np.round(values / unit) * unit, values))
