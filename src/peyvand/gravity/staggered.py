"""What do agreements do when they start at different times and their effects grow?

Nagengast and Yotov (2025), after Wooldridge (2023): extended two-way fixed effects by PPML. Every cohort (units first
treated in the same period) has its own effect in every period from then on, so that no treated unit serves as a control
of another; the average effect on the treated is their mean over treated cells, with a delta-method error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from peyvand.errors import DataError, IdentificationError
from peyvand.gravity.formula import parse
from peyvand.gravity.poisson import ppml
from peyvand.gravity.results import Estimate
from peyvand.gravity.tables import column_names, listed, name_beside, numeric, read_columns

SEPARATOR = "·"
ALWAYS = "treated from the first period on: there is no before"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StaggeredEffects:
    """Effects of a treatment by cohort and period, in log points.

    Parameters
    ----------
    estimate : Estimate
        The PPML fit with a slope for each cohort and period.
    cells : DataFrame
        `cohort`, `period`, `estimate`, `std_error`, `rows` (treated rows of the cell).
    always_treated : int
        Rows of units treated from the first period on: they have no before, and are left out (and listed as dropped).
    """

    estimate: Estimate
    cells: pd.DataFrame
    always_treated: int

    def average(self) -> tuple[float, float]:
        """The average effect on the treated and its standard error."""
        return self._mean(np.ones(len(self.cells), dtype=bool))

    def by_age(self) -> pd.DataFrame:
        """The average effect by periods since the start."""
        age = (self.cells["period"] - self.cells["cohort"]).to_numpy()
        rows = [(since, *self._mean(age == since)) for since in np.unique(age)]
        return pd.DataFrame(rows, columns=["age", "estimate", "std_error"])

    def _mean(self, some: np.ndarray) -> tuple[float, float]:
        weight = np.where(some, self.cells["rows"], 0.0)
        weight = weight / weight.sum()
        names = self.cells["name"]
        matrix = self.estimate.vcov.loc[names, names].to_numpy()
        return float(weight @ self.cells["estimate"]), float(np.sqrt(weight @ matrix @ weight))


def staggered_effects(
    formula: str,
    data: Any,
    *,
    treatment: str,
    unit: str | Sequence[str] = ("exporter", "importer"),
    time: str = "year",
    cluster: object = None,
) -> StaggeredEffects:
    """Estimate cohort-by-period effects of a treatment that, once begun, lasts.

    Parameters
    ----------
    formula : str
        The equation without the treatment, with its fixed effects; `outcome ~ 1 | …` has no other regressor.
    treatment : str
        A column of 0 and 1.

    Raises
    ------
    DataError
        If the treatment is not 0 or 1, or ends for some unit.
    IdentificationError
        If no unit is treated after the first period.
    """
    parse(formula)
    unit = listed(unit)
    frame = pd.DataFrame(read_columns(data, dict.fromkeys([*column_names(data), treatment, *unit, time])))
    treated = numeric(frame[treatment].to_numpy(), treatment)
    if not np.isin(treated, (0.0, 1.0)).all():
        row = int(np.flatnonzero(~np.isin(treated, (0.0, 1.0)))[0])
        raise DataError(
            f"{treatment} is 0 or 1, and {treated[row]:g} in row {row}", hint="a yes/no treatment; use i() for others"
        )
    period = numeric(frame[time].to_numpy(), time)
    keys = frame.groupby(unit, sort=False, dropna=False).ngroup().to_numpy()
    start = pd.Series(np.where(treated > 0, period, np.inf)).groupby(keys).transform("min").to_numpy()
    ended = (period >= start) & (treated == 0)
    if ended.any():
        row = int(np.flatnonzero(ended)[0])
        raise DataError(
            f"{treatment} ends for a unit in row {row}", hint="treatments that end are not staggered starts"
        )
    always = start <= np.nanmin(period)
    if not (np.isfinite(start) & ~always).any():
        raise IdentificationError("no unit is treated after the first period", hint="look at the treatment's dates")
    active = (treated > 0) & ~always & np.isfinite(period)
    cells = [f"{_short(s)}{SEPARATOR}{_short(p)}" for s, p in zip(start[active], period[active], strict=True)]
    cell, now = (name_beside(name, frame.columns) for name in ("cohort_period", "treated_now"))
    frame[cell] = pd.Series("0", index=frame.index, dtype=object).mask(always)  # what has no before is left out
    frame.loc[active, cell] = cells
    frame[now] = active.astype(float)
    head, _, tail = formula.partition("|")
    terms = f"i({cell}, {now}, ref='0')"
    left, _, right = head.partition("~")
    right = terms if right.strip() in ("1", "") else f"{right} + {terms}"
    fit = ppml(f"{left} ~ {right}" + (f" | {tail}" if tail else ""), frame, cluster=cluster)
    left_out = fit.dropped["reason"] == f"{cell} is missing"
    fit = replace(fit, dropped=fit.dropped.assign(reason=fit.dropped["reason"].mask(left_out, ALWAYS)))
    counts = pd.Series(cells).value_counts()
    rows = []
    for name in fit.names:
        if name.startswith(f"{cell}::"):
            label = name.removeprefix(f"{cell}::").removesuffix(f":{now}")
            cohort, at = (float(part) for part in label.split(SEPARATOR))
            rows.append((name, cohort, at, fit.coefficients[name], fit.std_errors[name], int(counts[label])))
    table = pd.DataFrame(rows, columns=["name", "cohort", "period", "estimate", "std_error", "rows"])
    return StaggeredEffects(estimate=fit, cells=table, always_treated=int(always.sum()))


def _short(value: float) -> str:
    return f"{value:g}"
