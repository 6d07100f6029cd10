"""How do services divide?  ICIO's one services total into transport, engineering and other services, for every pair.

The total of each pair is ICIO's and is kept exactly; the division is `estimated`: what an economy imports follows the
WTO's items, what it exports and sells at home its donor's table.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.world.balance import Array, Margin, fit_margins
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
    margins = (Margin(kept=(1, 2), total=bought), Margin(kept=(0, 1), total=abroad))
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

    Transport is item SC; engineering is construction (SE) and `engineering_part` of other business services (SJ).

    Parameters
    ----------
    wto : DataFrame
        Index economy (ISO alpha-3), columns S, SC, SE, SJ, in M USD; nan where an item is missing.
    """
    wto = wto.assign(SE=wto["SE"].fillna(0.0), SJ=wto["SJ"].fillna(0.0))
    known = wto.dropna(subset=["S", "SC"])
    mixes = pd.DataFrame({"total": known["S"], "transport": known["SC"]})
    mixes["engineering"] = known["SE"] + engineering_part * known["SJ"]
    rows = []
    for economy in economies:
        members = [code for code in economy.members if code in mixes.index]
        outside = [code for code in mixes.index if not any(code in other.members for other in economies)]
        chosen = members or (
            outside if economy.kind == "rest" else [code for code in _NEIGHBOURS if code in mixes.index]
        )
        total = mixes.loc[chosen].sum()
        transport, engineering = total["transport"] / total["total"], total["engineering"] / total["total"]
        rows.append((transport, engineering, 1 - transport - engineering))
    return np.array(rows)
