"""What are fuel exports worth where customs do not say?  Physical balances times two prices.

The prices are those at which the balances of Azerbaijan and Kazakhstan (Energy Institute) make their reported fuel
exports (WITS): two equations, two prices.  They divide fuels into crude oil and gas, and refined products.  All of it
is `estimated`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

TONNES_PER_BARREL_A_DAY = 49.8
"""A barrel a day for a year, Energy Institute's approximate conversion factor."""
PRICED_BY = ("AZE", "KAZ")
COAL = ("AFG", "MNG")
"""Economies without a full balance whose fuel exports are coal (World Factbook); the others' are products."""


def fuel_prices(energy: pd.DataFrame, fuel_exports: pd.Series) -> tuple[float, float]:
    """M USD per million tonnes of oil and per billion cubic metres of gas.

    Parameters
    ----------
    energy : DataFrame
        Index economy, with oil_balance_mt and gas_balance_bcm of one year.
    fuel_exports : Series
        Index economy, M USD, of `PRICED_BY`, the same year.
    """
    quantities = energy.loc[list(PRICED_BY), ["oil_balance_mt", "gas_balance_bcm"]].to_numpy(float)
    oil, gas = np.linalg.solve(quantities, fuel_exports.loc[list(PRICED_BY)].to_numpy(float))
    return float(oil), float(gas)


def fuel_values(balance: pd.Series, prices: tuple[float, float]) -> pd.Series:
    """Exports of `oil_gas` (crude and gas) and `refining_chemicals` (products) in M USD that a balance allows."""
    oil, gas = prices
    known = balance.fillna(0.0)
    refined = known["refinery_throughput_kbd"] * TONNES_PER_BARREL_A_DAY / 1e3
    crude = max(known["oil_production_mt"] - refined, 0.0) * oil
    products = max(refined - known["oil_consumption_mt"], 0.0) * oil
    return pd.Series({"oil_gas": crude + max(known["gas_balance_bcm"], 0.0) * gas, "refining_chemicals": products})


def fuel_gaps(balance: pd.Series, prices: tuple[float, float]) -> pd.Series:
    """Imports of `oil_gas` (crude and gas) and `refining_chemicals` (products) in M USD that a balance needs."""
    oil, gas = prices
    known = balance.fillna(0.0)
    refined = known["refinery_throughput_kbd"] * TONNES_PER_BARREL_A_DAY / 1e3
    crude = max(refined - known["oil_production_mt"], 0.0) * oil
    products = max(known["oil_consumption_mt"] - refined, 0.0) * oil
    missing_gas = max(known["gas_consumption_bcm"] - known["gas_production_bcm"], 0.0) * gas
    return pd.Series({"oil_gas": crude + missing_gas, "refining_chemicals": products})


def fuel_division(economy: str, energy: pd.DataFrame, prices: tuple[float, float]) -> pd.Series:
    """Shares of crude and gas, coal, and products in an economy's fuel exports."""
    values = fuel_values(energy.T[economy], prices) if economy in energy.index else pd.Series(dtype=float)
    if values.sum() > 0:
        return values / values.sum()
    return pd.Series({"mining": 1.0} if economy in COAL else {"refining_chemicals": 1.0})
