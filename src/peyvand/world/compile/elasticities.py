"""How strongly does trade answer to cost?  The middle of eight published sets, and their spread."""

from __future__ import annotations

import numpy as np
import pandas as pd

from peyvand.world.balance import Array
from peyvand.world.compile.concordance import ALL_SERVICES, GOODS, SECTORS, sector_of

LOWEST, HIGHEST = 1.0, 15.0
"""Estimates outside are pulled to the edge first: Caliendo and Parro's 64.85 for petroleum rests on few tariffs."""


def elasticities(sets: pd.DataFrame, trade: pd.Series) -> tuple[Array, Array]:
    """`trade_elasticity` and the s.d. of its logarithm by sector: the median and the spread over the published sets.

    A set's figure for a sector is the average over its ICIO industries, weighted by world trade between economies.
    The three services share the figure of the services aggregate.  Status `assumed`.

    Parameters
    ----------
    sets : DataFrame
        specification, sector (ICIO), trade_elasticity, from `peyvand.sources.icio`.
    trade : Series
        World trade between economies by ICIO industry, M USD: the weights.
    """
    by_set = sets.pivot(index="specification", columns="sector", values="trade_elasticity").clip(LOWEST, HIGHEST)
    held = {sector: [code for code, names in sector_of("icio").items() if names == (sector,)] for sector in GOODS}
    middle, spread = [], []
    for sector in SECTORS:
        codes = held.get(sector, [ALL_SERVICES])
        figures = (by_set[codes] * trade[codes]).sum(axis=1) / trade[codes].sum()
        middle.append(float(figures.median()))
        spread.append(float(np.log(figures).std(ddof=1)))
    return np.array(middle), np.array(spread)
