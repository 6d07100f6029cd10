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
    names = ("terms_of_trade", "volume_of_trade", "trade_cost_saving")
    by_sector = {name: np.empty_like(unit_cost_hat) for name in names}
    by_pair = {name: np.zeros(trade_flow.shape[1:]) for name in names}
    for sector, (flow, tariff) in enumerate(zip(trade_flow, tariff_rate, strict=True)):
        sold_dearer = flow * (unit_cost_hat[sector] - 1)[:, None]
        taxed_more = trade_flow_counterfactual[sector] - flow
        taxed_more -= sold_dearer
        taxed_more *= tariff
        saved = (1 + tariff) * flow
        saved *= 1 - cost_hat[sector]
        for name, cells in zip(names, (sold_dearer, taxed_more, saved), strict=True):
            by_pair[name] += cells
            by_sector[name][sector] = cells.sum(axis=0)
        by_sector["terms_of_trade"][sector] = sold_dearer.sum(axis=1) - by_sector["terms_of_trade"][sector]
    by_partner = {name: pair.T for name, pair in by_pair.items()}
    by_partner["terms_of_trade"] = by_pair["terms_of_trade"] - by_pair["terms_of_trade"].T
    income = final_expenditure
    return {
        name: Source(by_sector=by_sector[name] / income, by_partner=by_partner[name] / income[:, None])
        for name in names
    }
