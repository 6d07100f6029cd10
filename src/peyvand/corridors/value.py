"""Which crossing or link is worth most?  Real income of each economy for an hour saved there, a year, in dollars.

An hour less for all that use a place or link changes ln τ by its intensity times the goods' value of time; the
derivatives of welfare by cost turn that into real income, for all places, links and economies at once:

    gain_e = −I_e Σ_ijs ∂ ln W_e/∂ ln τ_ijs · ∂ ln τ_ijs/∂ hour

The interval is that of the value of time alone: flows, routes and elasticities are held. Errors of the sectors move
together, since all come from one estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.corridors import kernels
from peyvand.corridors.allen_arkolakis import SectorCost, TransportCost
from peyvand.corridors.graph import LINK
from peyvand.variables import PAIR
from peyvand.world import World

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Z_95 = 1.96
PLACE, WAY = "place", "link"
STOPS = ("rail_crossing", "road_crossing", "sea_port", "caspian_port")


@dataclass(frozen=True, eq=False, kw_only=True)
class HourValues:
    """What an hour less is worth, to first order.

    Parameters
    ----------
    owners : DataFrame
        A row per crossing, port and link: owner ("place" or "link"), row (in the network), name, name_fa, kind (of the
        place, or the link's mode), hours (today).
    gain : DataArray (place_or_link, economy, sector)
        Real income, M USD a year per hour; the sector whose goods save the time.
    direct : DataArray (place_or_link, sector)
        What the hour saves at today's trade, before anyone buys elsewhere, M USD a year.
    relative_error : DataArray (sector)
        Standard error of the value of time over the value.
    """

    owners: pd.DataFrame
    gain: xr.DataArray
    direct: xr.DataArray
    relative_error: xr.DataArray

    def ranking(self, economies: Sequence[str] | None = None) -> pd.DataFrame:
        """Places and links by what an hour less is worth to some economies together, or to all; the most first.

        Returns
        -------
        DataFrame
            `owners`, with its index, and direct_musd, gain_musd, low_musd, high_musd (95 %), M USD a year.
        """
        chosen = self.gain if economies is None else self.gain.sel(economy=list(economies))
        by_sector = chosen.sum("economy")
        table = self.owners.assign(direct_musd=self.direct.sum("sector").values, **self._interval(by_sector))
        return table.sort_values("gain_musd", ascending=False)

    def by_economy(self, at: int) -> pd.DataFrame:
        """Every economy's gain at one of `owners`, with its interval; the largest first.

        Returns
        -------
        DataFrame
            economy, gain_musd, low_musd, high_musd.
        """
        held = self.gain.isel(place_or_link=at)
        table = pd.DataFrame({"economy": held.indexes["economy"], **self._interval(held)})
        return table.sort_values("gain_musd", ascending=False, ignore_index=True)

    def _interval(self, gain: xr.DataArray) -> dict[str, Array]:
        """Sum over sectors and its 95 % interval."""
        total = gain.sum("sector").values
        spread = Z_95 * np.abs((gain * self.relative_error).sum("sector").values)
        return {"gain_musd": total, "low_musd": total - spread, "high_musd": total + spread}


def value_of_hours(
    cost: TransportCost, world: World, welfare_by_cost: xr.DataArray, *, only: pd.DataFrame | None = None
) -> HourValues:
    """What an hour less at every crossing, port and link is worth to each economy.

    Parameters
    ----------
    cost : TransportCost
    world : World
    welfare_by_cost : DataArray (economy, exporter, importer, sector)
        d ln W of the economy by d ln of the iceberg cost, at the World's equilibrium.
    only : DataFrame, optional
        With owner and row: those to be priced; every crossing, port and open link by default.
    """
    owners = _owners(cost)
    if only is not None:
        owners = only[["owner", "row"]].merge(owners, on=["owner", "row"], validate="one_to_one")
    edges, owner_of = _steps(cost, owners)
    names = [str(code) for code in welfare_by_cost.indexes["economy"]]
    income = world["final_expenditure"].sel(economy=names)
    gain = -(welfare_by_cost * income).transpose("economy", *PAIR, "sector")
    flow = world["trade_flow"].transpose(*PAIR, "sector")
    found = np.zeros((len(owners), len(names) + 1, len(cost.sectors)))
    here = {dim: list(cost.economies) for dim in PAIR}
    gain, flow = (array.reindex(here, fill_value=0.0) for array in (gain, flow))
    for at, each in enumerate(cost.sectors):
        of = {"sector": each.goods.sector}
        for column, weight in enumerate([*gain.sel(of).values, flow.sel(of).values]):
            found[:, column, at] = _per_hour(cost, each, weight, edges, owner_of, len(owners))
    sectors = {"sector": [each.goods.sector for each in cost.sectors]}
    errors = [each.goods.time_value_se / each.goods.time_value_share_per_day for each in cost.sectors]
    return HourValues(
        owners=owners,
        gain=xr.DataArray(found[:, :-1], {"economy": names, **sectors}, ("place_or_link", "economy", "sector")),
        direct=xr.DataArray(found[:, -1], sectors, ("place_or_link", "sector")),
        relative_error=xr.DataArray(errors, sectors, ("sector",)),
    )


def an_hour_less(cost: TransportCost, world: World, owner: str, row: int) -> xr.DataArray:
    """τ̂ on the World's labels when a place or link takes an hour less: exp(−∂ ln τ / ∂ hour)."""
    here = list(cost.economies)
    slices = [
        xr.DataArray(np.exp(-cost.sensitivity(row, each, owner=owner)), dict.fromkeys(PAIR, here), PAIR)
        for each in cost.sectors
    ]
    sectors = pd.Index([each.goods.sector for each in cost.sectors], name="sector")
    like = world["trade_flow"]
    return xr.concat(slices, sectors).reindex_like(like, fill_value=1.0).transpose(*like.dims)


def _owners(cost: TransportCost) -> pd.DataFrame:
    """Crossings, ports and open links."""
    nodes, links = cost.graph.network.nodes, cost.graph.network.links
    stops = nodes[nodes["kind"].isin(STOPS)]
    ways = links[links["open"].astype(bool)]
    called = nodes.set_index("name")["name_fa"]
    called = called.where(called != "", called.index.to_series())
    places = pd.DataFrame(
        {
            "owner": PLACE, "row": stops.index, "name": stops["name"], "name_fa": stops["name"].map(called),
            "kind": stops["kind"], "hours": stops["pass_h"].where(stops["pass_h"] > 0, stops["transfer_h"]),
        }
    )  # fmt: skip
    between = pd.DataFrame(
        {
            "owner": WAY, "row": ways.index, "name": ways["from_node"] + " – " + ways["to_node"],
            "name_fa": ways["from_node"].map(called) + " – " + ways["to_node"].map(called),
            "kind": ways["mode"], "hours": ways["hours"],
        }
    )  # fmt: skip
    return pd.concat([places, between], ignore_index=True)


def _steps(cost: TransportCost, owners: pd.DataFrame) -> tuple[Index, Index]:
    """Steps of the graph that the owners have, and the position of each step's owner."""
    graph = cost.graph
    position = {(owner, row): at for at, (owner, row) in enumerate(zip(owners["owner"], owners["row"], strict=True))}
    counted = np.flatnonzero(graph.stops | (graph.kind == LINK))
    keys = zip(np.where(graph.kind[counted] == LINK, WAY, PLACE), graph.owner[counted].tolist(), strict=True)
    owner_of = np.array([position.get((str(owner), row), -1) for owner, row in keys], dtype=np.int64)
    return counted[owner_of >= 0], owner_of[owner_of >= 0]


def _per_hour(
    cost: TransportCost, sector: SectorCost, weight: Array, edges: Index, owner_of: Index, owners: int
) -> Array:
    """(owners,) Σ_ij W_ij ∂ ln τ_ij / ∂ hour; τ between economies is the mean of τ between their centres."""
    graph = cost.graph
    use = kernels.edge_use(
        sector.paths, tail=graph.tail[edges], head=graph.head[edges], edge_cost=sector.step[edges],
        sign=graph.sign[edges], weight=cost.between_centres(sector, weight),
    )  # fmt: skip
    per_hour = sector.goods.time_value_share_per_day / 24.0
    return np.asarray(np.bincount(owner_of, use, owners) * per_hour)
