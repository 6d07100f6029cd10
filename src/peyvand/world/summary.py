"""What does a World hold?  Its economies, one economy's sectors, one pair's trade, as plain tables."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import xarray as xr

from peyvand.world.world import AGREEMENT_KINDS, STATUSES, World


class Bound(NamedTuple):
    """What binds a pair: whether it trades freely, by what `kind` of `AGREEMENT_KINDS`, and how that is known."""

    in_force: bool
    kind: str
    status: str


def economies_table(world: World) -> pd.DataFrame:
    """One row per economy: name_en, name_fa, gdp_musd, output_musd, goods_exports_musd, goods_imports_musd (all in
    M USD; services are what ends in `_services`), trade_deficit_musd, estimated_share of its cross-border trade.

    Variables that the World does not hold are missing columns.
    """
    flow, accounts = world["trade_flow"], world.accounts
    abroad = _abroad(flow)
    goods = abroad.sel(sector=[name for name in world.sectors if not name.endswith("_services")])
    columns: dict[str, object] = {
        name: world[name].to_series() for name in ("name_en", "name_fa") if name in world.data
    }
    if "gdp_musd" in world.data:
        columns["gdp_musd"] = world["gdp_musd"].to_series()
    columns["output_musd"] = accounts["output"].sum("sector").to_series()
    columns["goods_exports_musd"] = goods.sum(["importer", "sector"]).to_series()
    columns["goods_imports_musd"] = goods.sum(["exporter", "sector"]).to_series()
    columns["trade_deficit_musd"] = accounts["trade_deficit"].to_series()
    if "trade_flow_status" in world.data:
        unsure = abroad.where(world["trade_flow_status"] != STATUSES.index("reported"), 0.0)
        both = [table.sum(["importer", "sector"]).to_series() for table in (unsure, abroad)]
        back = [table.sum(["exporter", "sector"]).to_series() for table in (unsure, abroad)]
        columns["estimated_share"] = (both[0] + back[0]) / (both[1] + back[1])
    return pd.DataFrame(columns).rename_axis("economy").loc[list(world.economies)]


def sectors_table(world: World, economy: str) -> pd.DataFrame:
    """One row per sector of one economy: what it makes, sells abroad, buys and spends in M USD, and its value added."""
    code = world.economy(economy)
    accounts, abroad = world.accounts, _abroad(world["trade_flow"])
    columns = {
        "output_musd": accounts["output"].sel(economy=code),
        "exports_musd": abroad.sel(exporter=code).sum("importer"),
        "imports_musd": abroad.sel(importer=code).sum("exporter"),
        "expenditure_musd": accounts["expenditure"].sel(economy=code),
        "final_demand_musd": accounts["final_demand"].sel(economy=code),
        "value_added_share": world["value_added_share"].sel(economy=code),
    }
    return pd.DataFrame({name: array.to_series() for name, array in columns.items()})


def agreement_between(world: World, first: str, second: str) -> Bound | None:
    """The agreement of two economies in the base year; None where the World knows of no agreements."""
    if "agreement_kind" not in world.data:
        return None
    one, two = world.resolve_economies([first, second])
    cell = {"exporter": one, "importer": two}
    kind, status = (int(world[f"agreement_{name}"].sel(cell)) for name in ("kind", "status"))
    return Bound(bool(world["agreement"].sel(cell)), AGREEMENT_KINDS[kind], STATUSES[status])


def pair_table(world: World, first: str, second: str) -> pd.DataFrame:
    """One row per sector: trade, tariff and how the trade is known, both ways.

    Columns `exports_musd`, `tariff_rate`, `status`, `cv` are of the first economy's sales to the second; those that end
    in `_back` are of the way back.
    """
    one, two = world.resolve_economies([first, second])
    frames = [_way(world, one, two), _way(world, two, one).add_suffix("_back")]
    return pd.concat(frames, axis=1)


def _way(world: World, exporter: str, importer: str) -> pd.DataFrame:
    at = {"exporter": exporter, "importer": importer}
    columns = {
        "exports_musd": world["trade_flow"].sel(at).to_series(),
        "tariff_rate": world["tariff_rate"].sel(at).to_series(),
    }
    if "trade_flow_status" in world.data:
        columns["status"] = world["trade_flow_status"].sel(at).to_series().map(lambda code: STATUSES[int(code)])
    if "trade_flow_cv" in world.data:
        columns["cv"] = world["trade_flow_cv"].sel(at).to_series()
    return pd.DataFrame(columns)


def _abroad(flow: xr.DataArray) -> xr.DataArray:
    return flow.where(flow["exporter"] != flow["importer"], 0.0)
