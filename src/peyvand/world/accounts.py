"""The accounts of a World: what its flows, tariffs and input shares add up to.

With X the flow net of tariff, t the tariff, γ the input shares (i exporter, n importer, r, s sectors):

    Y_is = Σ_n X_ins                      E_ns = Σ_i (1 + t_ins) X_ins
    R_n  = Σ_is t_ins X_ins               D_n  = Σ_is X_ins − Σ_s Y_ns
    I_n  = Σ_s γ_ns Y_ns + R_n + D_n      F_ns = E_ns − Σ_r γ_nsr Y_nr ,   Σ_s F_ns = I_n
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from peyvand.variables import CELL, labelled_dataset


def accounts(data: xr.Dataset) -> xr.Dataset:
    """Output, expenditure, value added, revenue, deficit, final demand and trade shares, in M USD and shares.

    Parameters
    ----------
    data : Dataset
        With `trade_flow` and `tariff_rate` (exporter, importer, sector), `value_added_share` (economy, sector) and
        `input_share` (economy, input_sector, sector).

    Returns
    -------
    Dataset
        `output`, `expenditure`, `final_demand` (economy, sector); `value_added`, `tariff_revenue`, `trade_deficit`,
        `final_expenditure` (economy); `trade_share` (exporter, importer, sector), 0 where nothing is bought.
    """
    flow, tariff = (data[name].transpose(*CELL).values for name in ("trade_flow", "tariff_rate"))
    value_added_share = data["value_added_share"].transpose("economy", "sector").values
    input_share = data["input_share"].transpose("economy", "input_sector", "sector").values
    paid = flow * (1 + tariff)
    output, expenditure = flow.sum(axis=1), paid.sum(axis=0)
    value_added = (value_added_share * output).sum(axis=1)
    revenue = (paid - flow).sum(axis=(0, 2))
    deficit = flow.sum(axis=(0, 2)) - output.sum(axis=1)
    found = {
        "output": output,
        "expenditure": expenditure,
        "value_added": value_added,
        "tariff_revenue": revenue,
        "trade_deficit": deficit,
        "final_demand": expenditure - np.matmul(input_share, output[:, :, None])[:, :, 0],
        "final_expenditure": value_added + revenue + deficit,
        "trade_share": paid / np.where(expenditure > 0, expenditure, 1.0),
    }
    return labelled_dataset(found, data.indexes)
