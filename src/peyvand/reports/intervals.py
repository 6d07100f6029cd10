"""How sure is a figure?  Intervals of the tables, from the draws of a run; nothing where none were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.reports.figures import growth
from peyvand.run import LEVEL
from peyvand.trade.uncertainty import quantiles

if TYPE_CHECKING:
    from peyvand.run import Run

Array = NDArray[np.float64]
Places = NDArray[np.integer[Any]]


def economy_intervals(run: Run) -> pd.DataFrame:
    """By economy, in the World's order: the ends of its figures, and the probability of a gain; no column undrawn."""
    if run.draws is None:
        return pd.DataFrame(index=range(len(run.trade.baseline.economies)))
    percent = {
        "real_income": "welfare_hat",
        "real_wage": "real_wage_hat",
        "consumer_price": "consumer_price_hat",
        "exports": "exports_hat",
        "imports": "imports_hat",
    }
    revenue = _drawn(run, "tariff_revenue_counterfactual") - _drawn(run, "tariff_revenue")
    table: dict[str, Array] = {}
    for name, variable in percent.items():
        table |= _ends(name, 100 * (_drawn(run, variable) - 1), unit="percent")
    table |= _ends("real_income", _drawn(run, "real_income_change_musd"), unit="musd")
    table |= _ends("tariff_revenue", revenue, unit="musd")
    return pd.DataFrame(table | _gains(100 * (_drawn(run, "welfare_hat") - 1)))


def group_intervals(run: Run, groups: list[list[str]]) -> pd.DataFrame:
    """By group of economies: ends of real income and of trade among them, probability of a gain; no column undrawn."""
    if run.draws is None:
        return pd.DataFrame(index=range(len(groups)))
    economies = list(run.trade.baseline.economies)
    places = [[economies.index(code) for code in codes] for codes in groups]
    money, pairs = _drawn(run, "real_income_change_musd"), _pair_trade(run)
    income = np.column_stack([100 * (run.draws.together(codes) - 1) for codes in groups])
    within = np.column_stack(
        [growth(*(flow[:, ends][..., ends].sum(axis=(1, 2)) for flow in pairs)) for ends in places]
    )
    return pd.DataFrame(
        {
            **_ends("real_income", income, unit="percent"),
            **_ends("real_income", np.column_stack([money[:, ends].sum(axis=1) for ends in places]), unit="musd"),
            **_ends("trade_within", within, unit="percent"),
            **_gains(income),
        }
    )


def sector_intervals(run: Run) -> pd.DataFrame:
    """By economy and sector, in the World's order: ends of output; no column undrawn."""
    rows = len(run.trade.baseline.economies) * len(run.trade.baseline.sectors)
    if run.draws is None:
        return pd.DataFrame(index=range(rows))
    output = run.draws["output_hat"].transpose("draw", "economy", "sector").values
    return pd.DataFrame(_ends("output", 100 * (output.reshape(len(output), rows) - 1), unit="percent"))


def pair_intervals(run: Run, first: Places, second: Places) -> pd.DataFrame:
    """By pair of economies, given by their places: ends of trade both ways; no column undrawn."""
    if run.draws is None:
        return pd.DataFrame(index=range(len(first)))
    before, after = (flow[:, first, second] + flow[:, second, first] for flow in _pair_trade(run))
    return pd.DataFrame(_ends("trade", growth(before, after), unit="percent"))


def uncertainty(run: Run) -> pd.DataFrame | None:
    """What the spread comes from: by economy, and the members together last, the share of the variance of each source.

    `real_income_deviation_percent` is the standard deviation of real income in the draws.
    """
    if run.variance is None:
        return None
    names = {"sd_percent": "real_income_deviation_percent"}
    shares = {name: f"{name}_share" for name in run.variance.columns if name not in ("economy", "sd_percent")}
    return run.variance.rename(columns=names | shares)


def _drawn(run: Run, name: str) -> Array:
    """(draw, economy)"""
    assert run.draws is not None
    return np.asarray(run.draws[name].transpose("draw", "economy").values)


def _pair_trade(run: Run) -> tuple[Array, Array]:
    """Trade between different economies before and after, (draw, exporter, importer)."""
    assert run.draws is not None
    abroad = 1 - np.eye(len(run.trade.baseline.economies))
    names = ("pair_trade", "pair_trade_counterfactual")
    before, after = (run.draws[name].transpose("draw", "exporter", "importer").values * abroad for name in names)
    return before, after


def _ends(name: str, values: Array, *, unit: str) -> dict[str, Array]:
    """The low and high end of the middle of the draws, (draw, row)."""
    low, _, high = quantiles(values, LEVEL)
    return {f"{name}_low_{unit}": low, f"{name}_high_{unit}": high}


def _gains(income: Array) -> dict[str, Array]:
    """The share of the draws that have an answer in which income rises, (draw, row)."""
    found, gains = np.isfinite(income).sum(axis=0), (income > 0).sum(axis=0)
    return {
        "gain_probability_share": np.divide(gains, found, out=np.full(len(found), np.nan), where=found > 0),
    }
