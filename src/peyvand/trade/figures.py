"""What does an equilibrium say of every economy?  Real income, wages, duties and trade, from the kernel's arrays.

Axes before (sector, economy) are scenarios solved side by side, as in `peyvand.trade.equations`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from peyvand.trade.barriers import Problem, rent_income
from peyvand.trade.equations import Baseline, Blocks, Conditions, trade_flows

Array = NDArray[np.float64]


def consumer_price_hat(base: Baseline, after: Conditions) -> Array:
    """P̂_n = Π_s P̂_ns^α_ns, (economy)."""
    return np.asarray(np.exp((base.final_share * np.log(after.price_index_hat)).sum(axis=-2)))


def welfare_hat(base: Baseline, after: Conditions) -> Array:
    """Ŵ_n = Î_n / P̂_n: real final expenditure, new / old (economy)."""
    return after.final_expenditure / base.final_expenditure / consumer_price_hat(base, after)


def duties(posed: Problem, after: Conditions) -> tuple[Array, Array]:
    """Tariff revenue before and after, M USD (economy): what is levied less the rents that importers keep."""
    levied, levied_after = levies(posed, after)
    rents = rent_income(trade_flow=posed.trade_flow, rent_rate=posed.rent_rate, keeper="importer")
    if posed.rent_rate_counterfactual is None:
        return levied, levied_after
    flow_after = trade_flows(posed.block, after)
    rents_after = rent_income(trade_flow=flow_after, rent_rate=posed.rent_rate_counterfactual, keeper="importer")
    return levied - rents, levied_after - rents_after


def levies(posed: Problem, after: Conditions) -> tuple[Array, Array]:
    """What buyers pay above suppliers' prices before and after, tariffs and rents, M USD (economy)."""
    base = posed.base
    levied = (base.expenditure - posed.trade_flow.sum(axis=-2)).sum(axis=-2)
    return levied, ((1 - after.kept_share) * after.expenditure).sum(axis=-2)


def pair_trade(block: Blocks, after: Conditions) -> Array:
    """Σ_s X'_ins, M USD net of tariff (exporter, importer)."""
    return np.asarray(trade_flows(block, after).sum(axis=-3))


def sold_abroad(pair_flow: Array) -> Array:
    """Exports of every economy (economy) from flows of all sectors (exporter, importer)."""
    return np.asarray(pair_flow.sum(axis=-1) - np.einsum("...nn->...n", pair_flow))


def bought_abroad(pair_flow: Array) -> Array:
    """Imports of every economy (economy) from flows of all sectors (exporter, importer)."""
    return np.asarray(pair_flow.sum(axis=-2) - np.einsum("...nn->...n", pair_flow))


def ratio(after: Array, before: Array) -> Array:
    """New / old; NaN where there was nothing."""
    return np.where(before > 0, after / np.where(before > 0, before, 1.0), np.nan)
