"""What is a union's change of tariffs and costs worth as one figure a pair?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from peyvand.scenarios import kernels
from peyvand.scenarios.kernels import Array, Mask


def pair_cuts(
    changes: Mapping[str, Array],
    *,
    economies: Sequence[str],
    membership: Mask,
    paid: Array,
    trade_elasticity: Array,
) -> pd.DataFrame:
    """The cut of every pair of members and every other pair whose cost changes, in per cent; one row per direction.

    Parameters
    ----------
    changes : mapping of Array (exporter, importer, sector)
        By what changes (`tariff`, `cost`, `transport`): log points of the cost.
    economies : sequence of str
    membership : Mask (economy)
    paid : Array (exporter, importer, sector)
        What importers pay today, M USD: the weights of the logs.
    trade_elasticity : Array (sector)

    Returns
    -------
    DataFrame
        `exporter`, `importer`, `<change>_cut_percent` in the order of `changes`, `total_cut_percent` of all of them,
        `partial_trade_ratio` (trade by its own cost alone, new / old). NaN where no trade is recorded.
    """
    touched = np.any([(log_change != 0).any(axis=-1) for log_change in changes.values()], axis=0)
    rows, columns = np.nonzero(touched | kernels.pairs_between(membership))
    weight = kernels.paid_trade_weights(paid=paid)[rows, columns]
    own = {name: log_change[rows, columns] for name, log_change in changes.items()}
    own["total"] = np.sum(list(own.values()), axis=0)
    names = np.array(economies)
    table = pd.DataFrame({"exporter": names[rows], "importer": names[columns]})
    for name, log_change in own.items():
        table[f"{name}_cut_percent"] = _cut_percent(weight, log_change)
    table["partial_trade_ratio"] = kernels.partial_trade_ratio(
        weight=weight, log_cost_hat=own["total"], trade_elasticity=trade_elasticity
    )
    return table


def _cut_percent(weight: Array, log_change: Array) -> Array:
    """100 (1 − κ̂), from log points weighted over sectors."""
    return np.asarray(0.0 - 100 * np.expm1((weight * log_change).sum(axis=-1)))
