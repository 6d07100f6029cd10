"""How does a union come about, year by year?  A row a year and economy: each year an equilibrium of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from peyvand.reports.figures import Array, by_economy, growth, percent_change

if TYPE_CHECKING:
    from peyvand.run import Run


def path(run: Run) -> pd.DataFrame | None:
    """Real income and exports of every economy in every year of the phase-in, against the base year.

    None for a union that comes at once. The changes of a year without an equilibrium are NaN.
    """
    if not run.path:
        return None
    economies = run.trade.baseline.economies
    rows = []
    for year, trade in run.path:
        table = pd.DataFrame({"year": year, "economy": economies, "member": np.isin(economies, run.effect.members)})
        figures: dict[str, Array] = dict.fromkeys(
            ("real_income_change_percent", "real_income_change_musd", "exports_change_percent"),
            np.full(len(economies), np.nan),
        )
        if trade is not None:
            figures = {
                "real_income_change_percent": percent_change(trade["welfare_hat"]),
                "real_income_change_musd": by_economy(trade["real_income_change_musd"]),
                "exports_change_percent": growth(by_economy(trade.exports), by_economy(trade.exports_counterfactual)),
            }
        rows.append(table.assign(**figures))
    return pd.concat(rows, ignore_index=True)
