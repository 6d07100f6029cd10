"""What does ICIO report?  Flows and tariffs of 27 goods industries and one services aggregate, by our sectors."""

from __future__ import annotations

import pandas as pd
import xarray as xr

from peyvand.world.compile.concordance import ALL_SERVICES, GOODS, REST, Economy, sector_of

_TARIFF_DECIMALS = 3
HIGHEST_TARIFF = 0.3
"""Of an industry (`assumed`): averages near 100 % on food are carried by what alcohol and tobacco are charged."""
_DIMS = ["exporter", "importer", "sector"]


def icio_flows_and_tariffs(table: pd.DataFrame, economies: tuple[Economy, ...]) -> xr.Dataset:
    """`trade_flow` (M USD), `tariff_rate` (share) and `tariff_cut` (yes/no) over ICIO's economies as we group them.

    Sectors are the eight of goods, and services.

    Tariffs are averages weighted by trade, rounded to a tenth of a per cent, 0 at home and for services; where nothing
    is traded, the simple average; nan where the rest of the world is on either side: its rates are gaps, not zeros.
    No industry's rate is above `HIGHEST_TARIFF`; `tariff_cut` says where one was.
    Flows: OECD ICIO 2025 edition, `reported`.  Tariffs: Teti (2024) as carried by the same tables, `reported`.

    Parameters
    ----------
    table : DataFrame
        exporter, importer, sector, trade_musd, tariff_rate of one year, from `peyvand.sources.icio`.
    economies : tuple of Economy
        Those with ICIO members; split economies are inside ICIO's ROW here.
    """
    rows = _grouped(table, economies)
    rows["cut"] = rows["tariff_rate"] > HIGHEST_TARIFF
    rows["tariff_rate"] = rows["tariff_rate"].clip(upper=HIGHEST_TARIFF)
    rows["revenue"] = rows["trade_musd"] * rows["tariff_rate"]
    sums = rows.groupby(_DIMS).agg(
        trade=("trade_musd", "sum"), revenue=("revenue", "sum"), plain=("tariff_rate", "mean"), cut=("cut", "any")
    )
    data = xr.Dataset.from_dataframe(sums)
    order = [economy.code for economy in economies if economy.kind != "split"]
    data = data.sel(exporter=order, importer=order, sector=[*GOODS, ALL_SERVICES])
    flow = data["trade"]
    tariff = (data["revenue"] / flow.where(flow > 0)).where(flow > 0, data["plain"])
    dutiable = (tariff["exporter"] != tariff["importer"]) & (tariff["sector"] != ALL_SERVICES)
    gap = dutiable & ((tariff["exporter"] == REST) | (tariff["importer"] == REST))
    tariff = tariff.where(dutiable, 0.0).where(~gap).round(_TARIFF_DECIMALS)
    found = {"trade_flow": flow, "tariff_rate": tariff, "tariff_cut": data["cut"] & dutiable}
    return xr.Dataset(found).transpose(*_DIMS)


def _grouped(table: pd.DataFrame, economies: tuple[Economy, ...]) -> pd.DataFrame:
    """The table with our labels for economies and sectors."""
    group = {member: economy.code for economy in economies if economy.kind != "split" for member in economy.members}
    sector = {code: sectors[0] for code, sectors in sector_of("icio").items()} | {ALL_SERVICES: ALL_SERVICES}
    return table.assign(
        exporter=table["exporter"].map(group), importer=table["importer"].map(group), sector=table["sector"].map(sector)
    )
