"""Where does a gain come from?  Caliendo and Parro's (2015) first-order decomposition, equations 17–19.

With M_in = X_ins imports net of tariff and d ln x read as x̂ − 1, as in the authors' tables, shares of income I_n:

    terms of trade    Σ_i [ X_nis (ĉ_ns − 1) − M_ins (ĉ_is − 1) ] / I_n
    volume of trade   Σ_i t_ins M_ins [ (M̂_ins − 1) − (ĉ_is − 1) ] / I_n
    trade costs       −Σ_i (1 + t_ins) M_ins (d̂_ins − 1) / I_n

The last line is zero where only tariffs change; it is the extension that any change of iceberg costs needs (from the
same total differential). The sum is exact for small changes only; the headline is the exact change of real income.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One first-order source of welfare, shares of income."""

    by_sector: Array
    """(sector, economy)"""
    by_partner: Array
    """(economy, partner)"""

    @property
    def total(self) -> Array:
        """(economy)"""
        return np.asarray(self.by_sector.sum(axis=0))


def decompose(
    *,
    trade_flow: Array,
    trade_flow_counterfactual: Array,
    tariff_rate: Array,
    unit_cost_hat: Array,
    cost_hat: Array,
    final_expenditure: Array,
) -> dict[str, Source]:
    """The three first-order sources of each economy's welfare, by sector and by trading partner.

    Parameters
    ----------
    trade_flow, trade_flow_counterfactual, tariff_rate, cost_hat : Array (sector, exporter, importer)
        M USD net of tariff, shares before the change, d̂.
    unit_cost_hat : Array (sector, economy)
        ĉ.
    final_expenditure : Array (economy)
        I, M USD before the change.

    Returns
    -------
    dict of str to Source
        `terms_of_trade`, `volume_of_trade`, `trade_cost_saving`.
    """
    sold_dearer = trade_flow * (unit_cost_hat - 1)[:, :, None]
    by_pair = sold_dearer.sum(axis=0)
    taxed_more = tariff_rate * (trade_flow_counterfactual - trade_flow - sold_dearer)
    saved = (1 + tariff_rate) * trade_flow
    saved *= 1 - cost_hat
    return {
        "terms_of_trade": Source(
            by_sector=(sold_dearer.sum(axis=2) - sold_dearer.sum(axis=1)) / final_expenditure,
            by_partner=(by_pair - by_pair.T) / final_expenditure[:, None],
        ),
        "volume_of_trade": _of_purchases(taxed_more, final_expenditure),
        "trade_cost_saving": _of_purchases(saved, final_expenditure),
    }


def _of_purchases(cells: Array, final_expenditure: Array) -> Source:
    """What importers get from their purchases (sector, exporter, importer), M USD."""
    return Source(
        by_sector=cells.sum(axis=1) / final_expenditure, by_partner=cells.sum(axis=0).T / final_expenditure[:, None]
    )
