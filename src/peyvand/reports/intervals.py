"""How sure is a figure?  Intervals of the tables, from the draws of a run; nothing where none were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.run import LEVEL
from peyvand.trade.uncertainty import quantiles

if TYPE_CHECKING:
    from peyvand.run import Run

Array = NDArray[np.float64]


def economy_intervals(run: Run) -> pd.DataFrame:
    """By economy, in the World's order: ends of real income and exports, probability of a gain; no column undrawn."""
    if run.draws is None:
        return pd.DataFrame(index=range(len(run.trade.baseline.economies)))
    return _ends(
        income=100 * (_drawn(run, "welfare_hat") - 1),
        money=_drawn(run, "real_income_change_musd"),
        exports=100 * (_drawn(run, "exports_hat") - 1),
    )


def group_intervals(run: Run, groups: list[list[str]]) -> pd.DataFrame:
    """By group of economies: ends of real income, probability of a gain; no column undrawn."""
    if run.draws is None:
        return pd.DataFrame(index=range(len(groups)))
    money = run.draws["real_income_change_musd"]
    return _ends(
        income=np.column_stack([100 * (run.draws.together(codes) - 1) for codes in groups]),
        money=np.column_stack([money.sel(economy=codes).sum("economy", skipna=False).values for codes in groups]),
    )


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


def _ends(*, income: Array, money: Array, exports: Array | None = None) -> pd.DataFrame:
    """Ends of the middle of the draws, (draw, row) each."""
    found = np.isfinite(income).sum(axis=0)
    ends = {"real_income_low_percent": income, "real_income_low_musd": money}
    if exports is not None:
        ends["exports_low_percent"] = exports
    table: dict[str, Array] = {}
    for name, values in ends.items():
        low, _, high = quantiles(values, LEVEL)
        table |= {name: low, name.replace("_low_", "_high_"): high}
    gains = (income > 0).sum(axis=0)
    table["gain_probability_share"] = np.divide(gains, found, out=np.full(len(found), np.nan), where=found > 0)
    return pd.DataFrame(table)
