"""Which crossing is worth most?  Real income of each economy for an hour saved there, a year, in dollars.

An hour less for all that pass a place changes ln τ by its intensity times the value of time; the trade engine turns
that into real income. The interval is that of the value of time alone: flows, routes and elasticities are held.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.corridors.allen_arkolakis import TransportCost
from peyvand.world import World

Array = NDArray[np.float64]
HOUR = 1.0
Z_95 = 1.96
STOPS = ("rail_crossing", "road_crossing", "sea_port", "caspian_port")


def direct_savings(cost: TransportCost, world: World, rows: Sequence[int] | None = None) -> pd.DataFrame:
    """What an hour less saves at today's trade, before anyone buys elsewhere.

    Returns
    -------
    DataFrame
        row, name, name_fa, kind, direct_musd (M USD a year per hour), relative_se (of the value of time), the largest
        saving first.
    """
    nodes = cost.graph.network.nodes
    chosen = np.flatnonzero(nodes["kind"].isin(STOPS)) if rows is None else np.asarray(rows)
    flow = world["trade_flow"].sel(exporter=list(cost.economies), importer=list(cost.economies))
    found = []
    for row in (int(row) for row in chosen):
        savings, variance = 0.0, 0.0
        for each in cost.sectors:
            money = flow.sel(sector=each.goods.sector).transpose("exporter", "importer").values
            saved = float((cost.sensitivity(row, each) * money).sum()) * HOUR
            savings += saved
            variance += (saved * each.goods.time_value_se / each.goods.time_value_share_per_day) ** 2
        node = nodes.iloc[row]
        found.append(
            {
                "row": row, "name": str(node["name"]), "name_fa": str(node["name_fa"]), "kind": str(node["kind"]),
                "direct_musd": savings, "relative_se": float(np.sqrt(variance)) / savings if savings > 0 else 0.0,
            }
        )  # fmt: skip
    return pd.DataFrame(found).sort_values("direct_musd", ascending=False, ignore_index=True)


def value_of_hours(
    cost: TransportCost,
    world: World,
    real_income: Callable[[xr.DataArray], xr.DataArray],
    *,
    count: int = 20,
    rows: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Real income per hour saved at the places with the largest direct savings.

    Parameters
    ----------
    cost : TransportCost
    world : World
    real_income : callable
        Gives the change of real income of each economy, M USD, for a change of carriage τ̂.
    count : int
        So many places are priced.
    rows : sequence of int, optional
        Rows of the places to choose from; every crossing and port by default.

    Returns
    -------
    DataFrame
        The columns of `direct_savings`, world_musd, world_low_musd and world_high_musd (95 %, value of time alone), and
        a column per economy, M USD a year; ranked by world_musd.
    """
    priced = direct_savings(cost, world, rows).head(count)
    gains = [real_income(_hour_less(cost, world, int(row))).to_series() for row in priced["row"]]
    table = pd.concat([priced, pd.DataFrame(gains).reset_index(drop=True)], axis=1)
    total = np.array([gain.sum() for gain in gains])
    spread = Z_95 * table["relative_se"].to_numpy() * np.abs(total)
    at = list(table.columns).index("relative_se") + 1
    for name, value in (("world_high_musd", total + spread), ("world_low_musd", total - spread), ("world_musd", total)):
        table.insert(at, name, value)
    return table.sort_values("world_musd", ascending=False, ignore_index=True)


def _hour_less(cost: TransportCost, world: World, row: int) -> xr.DataArray:
    """τ̂ on the World's labels when the place takes an hour less: exp(−∂ ln τ / ∂ hour)."""
    here = list(cost.economies)
    slices = [
        xr.DataArray(
            np.exp(-HOUR * cost.sensitivity(row, each)), {"exporter": here, "importer": here}, ("exporter", "importer")
        )
        for each in cost.sectors
    ]
    sectors = pd.Index([each.goods.sector for each in cost.sectors], name="sector")
    like = world["trade_flow"]
    return xr.concat(slices, sectors).reindex_like(like, fill_value=1.0).transpose(*like.dims)
