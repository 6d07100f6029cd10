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
class Decomposition:
    """First-order sources of welfare, shares of income, (sector, economy)."""

    terms_of_trade: Array
    volume_of_trade: Array
    trade_cost_saving: Array


def decompose(
    *,
    trade_flow: Array,
    trade_flow_counterfactual: Array,
    tariff_rate: Array,
    unit_cost_hat: Array,
    cost_hat: Array,
    final_expenditure: Array,
) -> Decomposition:
    """The three first-order sources of each economy's welfare by sector.

    Parameters
    ----------
    trade_flow, trade_flow_counterfactual, tariff_rate, cost_hat : Array (sector, exporter, importer)
        M USD net of tariff, shares before the change, d̂.
    unit_cost_hat : Array (sector, economy)
        ĉ.
    final_expenditure : Array (economy)
        I, M USD before the change.
    """
    dearer = unit_cost_hat - 1
    paid_to_exporters = np.matmul(dearer[:, None, :], trade_flow)[:, 0, :]
    taxed_flow = tariff_rate * trade_flow
    real_change = (tariff_rate * trade_flow_counterfactual - taxed_flow).sum(axis=1)
    taxed_dearer = np.matmul(dearer[:, None, :], taxed_flow)[:, 0, :]
    return Decomposition(
        terms_of_trade=(trade_flow.sum(axis=2) * dearer - paid_to_exporters) / final_expenditure,
        volume_of_trade=(real_change - taxed_dearer) / final_expenditure,
        trade_cost_saving=-((trade_flow + taxed_flow) * (cost_hat - 1)).sum(axis=1) / final_expenditure,
    )
