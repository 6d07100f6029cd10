"""How do services divide?  ICIO's one services total into transport, engineering and other services, for every pair.

The total of each pair is ICIO's and is kept exactly; the division is `estimated`: what an economy imports follows the
WTO's items, what it exports and sells at home its donor's table.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.world.balance import Array, fit_margins, margin
from peyvand.world.compile.concordance import SERVICES, Economy

_HOME_FLOOR = 0.05
"""A service sold at home keeps at least this part of its donor's share, however much of it is exported."""
_NEIGHBOURS = ("KAZ", "UZB", "KGZ", "TJK", "AZE", "TUR", "PAK", "IRQ")
"""Their reported mix stands in for an economy whose imports of services have no items (Iran, Turkmenistan)."""


def split_services(*, flow: Array, output_share: Array, export_share: Array, import_share: Array) -> Array:
    """Flows of three services (exporter, importer, service) that add up to the flows of all services.

    Abroad: the least cross-entropy from flow × export share × import share, with every pair's total and every
    importer's mix kept.  At home: the output that the mix implies less exports.

    Parameters
    ----------
    flow : array (exporter, importer)
        All services, M USD, domestic sales on the diagonal.
    output_share, export_share : array (exporter, service)
        Of all services sold, and of those sold abroad; they sum to one.
    import_share : array (importer, service)
        Of all services bought abroad; sums to one.
    """
    abroad = flow * (1 - np.eye(len(flow)))
    prior = abroad[:, :, None] * export_share[:, None, :] * import_share[None, :, :]
    bought = abroad.sum(axis=0)[:, None] * import_share
    margins = (
        margin(kept=(1, 2), total=bought, shape=prior.shape),
        margin(kept=(0, 1), total=abroad, shape=prior.shape),
    )
    pairs = fit_margins(prior, margins, tol=1e-10).values
    sold = output_share * flow.sum(axis=1)[:, None]
    left = np.maximum(sold - pairs.sum(axis=1), _HOME_FLOOR * output_share * np.diag(flow)[:, None])
    left *= (np.diag(flow) / left.sum(axis=1))[:, None]
    pairs[np.arange(len(flow)), np.arange(len(flow))] = left
    return pairs


def donor_service_shares(donors: xr.Dataset, economies: tuple[Economy, ...]) -> tuple[Array, Array]:
    """Output and export shares of the three services (economy, service), each economy's from its donor."""
    chosen = donors.sel(donor=[economy.donor for economy in economies], sector=list(SERVICES))
    output = chosen["output_share"].to_numpy()
    return output / output.sum(axis=1, keepdims=True), chosen["export_share"].to_numpy()


def import_shares(wto: pd.DataFrame, economies: tuple[Economy, ...], *, engineering_part: float) -> Array:
    """Shares of the three services in an economy's imports of services (economy, service), WTO estimates for 2019.

    Engineering is construction and `engineering_part` of other business services.  An economy without items has the
    mix of the neighbours that report; the rest of the world that of every economy that no other holds.

    Parameters
    ----------
    wto : DataFrame
        Index economy (ISO alpha-3), columns all_services, transport, construction, other_business, M USD; nan where
        an item is missing.
    """
    known = wto.dropna(subset=["all_services", "transport"])
    mixes = pd.DataFrame(
        {
            "total": known["all_services"],
            "transport": known["transport"],
            "engineering": known["construction"].fillna(0.0) + engineering_part * known["other_business"].fillna(0.0),
        }
    )
    named = {code for economy in economies for code in economy.members}
    rows = []
    for economy in economies:
        members = [code for code in economy.members if code in mixes.index]
        others = [code for code in mixes.index if code not in named]
        chosen = members or (others if economy.kind == "rest" else list(_NEIGHBOURS))
        total = mixes.reindex(chosen).sum()
        transport, engineering = total["transport"] / total["total"], total["engineering"] / total["total"]
        rows.append((transport, engineering, 1 - transport - engineering))
    return np.array(rows)
