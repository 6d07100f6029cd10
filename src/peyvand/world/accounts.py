"""The accounts of a World: what its flows, tariffs and input shares add up to.

With X the flow net of tariff, t the tariff, γ the input shares (i exporter, n importer, r, s sectors):

    Y_is = Σ_n X_ins                      E_ns = Σ_i (1 + t_ins) X_ins
    R_n  = Σ_is t_ins X_ins               D_n  = Σ_is X_ins − Σ_s Y_ns
    I_n  = Σ_s γ_ns Y_ns + R_n + D_n      F_ns = E_ns − Σ_r γ_nsr Y_nr ,   Σ_s F_ns = I_n
"""

from __future__ import annotations

import xarray as xr

from peyvand.variables import labelled

_ACCOUNTS = (
    "output", "expenditure", "value_added", "tariff_revenue", "trade_deficit",
    "final_demand", "final_expenditure", "trade_share",
)  # fmt: skip


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
    flow, tariff = data["trade_flow"], data["tariff_rate"]
    paid = flow * (1 + tariff)
    purchases = flow.sum("exporter").rename(importer="economy")
    output = flow.sum("importer").rename(exporter="economy")
    expenditure = paid.sum("exporter")
    value_added = (data["value_added_share"] * output).sum("sector")
    revenue = (flow * tariff).sum(["exporter", "sector"]).rename(importer="economy")
    deficit = (purchases - output).sum("sector")
    inputs = (data["input_share"] * output).sum("sector").rename(input_sector="sector")
    found = xr.Dataset(
        {
            "output": output,
            "expenditure": expenditure.rename(importer="economy"),
            "value_added": value_added,
            "tariff_revenue": revenue,
            "trade_deficit": deficit,
            "final_demand": expenditure.rename(importer="economy") - inputs,
            "final_expenditure": value_added + revenue + deficit,
            "trade_share": (paid / expenditure.where(expenditure > 0)).fillna(0.0),
        }
    )
    return xr.Dataset({name: labelled(found[name], name) for name in _ACCOUNTS})
