"""Does a union create trade or divert it?  What each member buys from members, from outsiders and at home.

Quantities are flows at today's factory-gate prices, X'_ins / ĉ_is, so that a dearer exporter is not counted as more
trade. Of the rise of a member's purchases from members, sector by sector,

    diversion = the part that outsiders lose, at most the whole rise
    creation  = the rest: it replaces home goods or is new demand

after Viner (1950). The two always add up to the rise. Neither is a welfare measure: in general equilibrium a union may
divert trade and still raise real income.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from peyvand.trade.results import TradeResult
from peyvand.variables import labelled_dataset

Array = NDArray[np.float64]


def creation_and_diversion(result: TradeResult, members: Iterable[str]) -> xr.Dataset:
    """Changes of purchases by where they come from, and what of it is creation and what diversion.

    Parameters
    ----------
    result : TradeResult
    members : iterable of str
        Of the union, by code or name.

    Returns
    -------
    Dataset
        `from_members_change`, `from_outsiders_change`, `at_home_change`, `trade_creation` and `trade_diversion`
        (economy, sector), M USD at today's prices; the last two are NaN for outsiders.

    Raises
    ------
    UnknownEconomyError
        If the World has no such member.
    """
    world = result.baseline
    codes = world.resolve_economies(members)
    pairs = ("sector", "exporter", "importer")
    flow = world["trade_flow"].transpose(*pairs).values
    quantity = result["trade_flow_counterfactual"].transpose(*pairs).values
    quantity = quantity / result["unit_cost_hat"].transpose("sector", "economy").values[:, :, None]
    member = np.isin(world.economies, codes)
    parts = purchases_by_origin(quantity - flow, member=member)
    gained, outside = parts["from_members_change"], parts["from_outsiders_change"]
    diverted = np.where(member, np.clip(-outside, 0.0, np.maximum(gained, 0.0)), np.nan)
    parts |= {"trade_creation": gained - diverted, "trade_diversion": diverted}
    return labelled_dataset({name: values.T for name, values in parts.items()}, world.data.indexes)


def purchases_by_origin(flow: Array, *, member: NDArray[np.bool_]) -> dict[str, Array]:
    """Columns of (sector, exporter, importer) summed over members, outsiders and the importer itself."""
    abroad = ~np.eye(len(member), dtype=bool)
    origin = {
        "from_members_change": abroad & member[:, None],
        "from_outsiders_change": abroad & ~member[:, None],
        "at_home_change": ~abroad,
    }
    return {name: (flow * mask).sum(axis=1) for name, mask in origin.items()}
