"""What would another policy do, by my own gravity estimate?  The procedure of the Advanced Guide's chapter 2.

The slopes say what a policy does to costs: t̂^(1−σ) = exp(Σ β Δx). The baseline is the flows as observed, or as the
estimate fits them: costs exp(Σ β x + pair effects) scaled to what each exporter sold and each importer spent, with
missing pair effects filled by a regression on covariates. The conditional and the full answer are those of the
one-sector model (θ = σ − 1), told in the prices of a reference economy, P_R = 1. Yotov, Piermartini, Monteiro and
Larch (2016), pages 104–117.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import DataError, ModelError, UnknownNameError, did_you_mean
from peyvand.gravity.formula import parse
from peyvand.gravity.saved import SavedEstimate
from peyvand.sources.matrices import KEYS
from peyvand.trade.caliendo_parro import CaliendoParro
from peyvand.trade.deficits import DeficitRule
from peyvand.trade.estimate_baseline import Baseline, baseline_flows
from peyvand.trade.geppml import GUIDE_TOL, GuideAnswer, first_step, geppml
from peyvand.trade.ladder import Ladder, ladder
from peyvand.trade.own_matrix import own_shock, own_world

Array = NDArray[np.float64]
Method = Literal["exact", "guide", "first_step"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`column` becomes `value` on some pairs: of those that cross a border, all where nobody is named.

    Parameters
    ----------
    among : sequence of str
        Exporter and importer are both of these.
    exporters, importers : sequence of str
        The exporter, or the importer, is one of these.
    """

    column: str
    value: float
    among: Sequence[str] = ()
    exporters: Sequence[str] = ()
    importers: Sequence[str] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class EstimateAnswer:
    """A counterfactual from an estimate.

    Parameters
    ----------
    rungs : Ladder
        Baseline, conditional and full answer; its `reference` is the economy of the resistances.
    sigma : float
        Elasticity of substitution.
    baseline : str
        `observed` or `fitted`.
    filled : tuple
        (exporter, importer) whose pair effect the regression on covariates supplied.
    guide : GuideAnswer, optional
        The full answer by the Guide's rounds, where asked for.
    """

    rungs: Ladder
    sigma: float
    baseline: Baseline
    filled: tuple[tuple[str, str], ...]
    guide: GuideAnswer | None = None

    def percent(self, *, inverted: bool = False) -> pd.DataFrame:
        """One row an economy, per cent, in the reference's prices.

        Exports conditional and full; `factory_gate_price` p; `inward_resistance` P and `outward_resistance` Π on both
        rungs; `real_output` p/P. Where supply is fixed Π̂ = p̂^(−σ/(σ−1)).

        Parameters
        ----------
        inverted : bool
            The baseline over the counterfactual: what a policy of today brought.
        """
        result = self.rungs.result
        wage, index = result["wage_hat"].values, result["consumer_price_hat"].values
        unit = index[result.baseline.economies.index(self.rungs.reference)]
        price, inward = wage / unit, index / unit
        outward = price ** (-self.sigma / (self.sigma - 1))
        flow = _pairs(result["trade_flow_counterfactual"]) / unit
        if self.guide is not None:
            price, inward, outward = self.guide.price_hat, self.guide.inward_hat, self.guide.outward_hat
            flow = self.guide.flow
        today = _abroad(_pairs(result.baseline["trade_flow"]))
        sold = np.where(today > 0, today, np.nan)
        found = {
            "exports_conditional": _abroad(_pairs(self.rungs["trade_flow_conditional"])) / sold,
            "exports_full": _abroad(flow) / sold,
            "factory_gate_price": price,
            "inward_resistance_conditional": self.rungs["inward_resistance_hat"].values[:, 0],
            "inward_resistance_full": inward,
            "outward_resistance_conditional": self.rungs["outward_resistance_hat"].values[:, 0],
            "outward_resistance_full": outward,
            "real_output": price / inward,
        }
        changes = {name: 100 * (1 / hat - 1 if inverted else hat - 1) for name, hat in found.items()}
        return pd.DataFrame({"economy": list(result.baseline.economies), **changes})


def counterfactual(
    estimate: SavedEstimate,
    data: pd.DataFrame,
    changes: Sequence[Change],
    *,
    sigma: float,
    reference: str,
    baseline: Baseline = "observed",
    year: int | None = None,
    fill: str | None = None,
    margins: tuple[str, str] | None = None,
    deficit_rule: DeficitRule = "multiplicative",
    method: Method = "exact",
    tol: float = GUIDE_TOL,
    absent_is_zero: bool = False,
) -> EstimateAnswer:
    """What changes of the regressors do, by an estimate.

    Parameters
    ----------
    estimate : SavedEstimate
        Of a gravity equation with the flow as outcome (`trade`, or `log(trade)` with observed flows).
    data : DataFrame
        What it was fitted on, domestic sales included.
    changes : sequence of Change
    sigma : float
        Elasticity of substitution, above one; θ = σ − 1.
    reference : str
        P = 1 here.
    baseline : {"observed", "fitted"}
    year : int, optional
        Base year of a panel.
    fill : str, optional
        Covariates of missing pair effects as a formula's right side: `log(dist) + cntg`; by default those of the data
        that go by the field's names, see `peyvand.trade.estimate_baseline.COVARIATES`.
    margins : (str, str), optional
        Columns with each exporter's output and each importer's expenditure, for a fitted baseline; what the flows sum
        to by default.
    deficit_rule : str
        `multiplicative` is the Guide's E = φ Y.
    method : {"exact", "guide", "first_step"}
        The equilibrium, the Guide's own rounds, or only the first of them, which is gegravity's answer.
    tol : float
        Where the Guide's rounds stop.
    absent_is_zero : bool
        Pairs without a row do not trade; observed flows only.

    Raises
    ------
    ModelError
        If σ is not above one.
    DataError, UnknownNameError
        If the data lack a column, or nothing changes.
    IdentificationError
        If pair effects are missing and cannot be filled.
    """
    if not sigma > 1:
        raise ModelError(f"sigma must be above 1, not {sigma:g}", hint="θ = σ − 1 is the trade elasticity")
    panel = _with_keys(data)
    _expect_columns(estimate, panel)
    rows = _rows_of(panel, year)
    effect = _effect(estimate, panel, rows, changes)
    flows, filled = baseline_flows(estimate, panel, rows, baseline=baseline, fill=fill, margins=margins)
    world = own_world(flows, trade_elasticity=sigma - 1, base_year=year or 0, absent_is_zero=absent_is_zero)
    shock = own_shock(world, partial=effect)
    rungs = ladder(CaliendoParro(deficit_rule=deficit_rule).solve(world, shock), reference=reference)
    guide = None if method == "exact" else _by_the_guide(rungs, sigma=sigma, method=method, tol=tol)
    return EstimateAnswer(rungs=rungs, sigma=sigma, baseline=baseline, filled=filled, guide=guide)


def _with_keys(data: pd.DataFrame) -> pd.DataFrame:
    """The data with `exporter` and `importer` (and `year`) under these names too, rows numbered from 0."""
    data = data.reset_index(drop=True)
    held = {str(column).lower(): str(column) for column in data.columns}
    found = {}
    for key in ("exporter", "importer", "year"):
        name = next((held[other] for other in KEYS[key] if other in held), None)
        if name is None and key != "year":
            raise DataError(f"the data have no column for the {key}", hint=did_you_mean(key, list(data.columns)))
        if name is not None:
            values = data[name].to_numpy()
            found[key] = values if key == "year" else pd.Series(values, index=data.index).astype(str).str.strip()
    return data.assign(**found)


def _expect_columns(estimate: SavedEstimate, panel: pd.DataFrame) -> None:
    """The data hold what the estimate was fitted on."""
    for column in parse(estimate.formula).columns:
        if column not in panel:
            raise DataError(
                f"the data have no column {column!r}, which the estimate uses",
                hint=f"{did_you_mean(column, list(panel.columns))}; its formula is {estimate.formula}",
                column=column,
            )


def _rows_of(panel: pd.DataFrame, year: int | None) -> pd.DataFrame:
    """The rows of the base year."""
    years = sorted(pd.unique(panel["year"])) if "year" in panel else []
    if year is None and len(years) > 1:
        raise DataError(
            f"the data hold {len(years)} years, {years[0]:g} to {years[-1]:g}",
            hint=f"say which one: --year {years[-1]:g}",
        )
    if year is None:
        return panel
    if year not in years:
        raise DataError(f"the data hold no year {year}", hint=f"{years[0]:g} to {years[-1]:g}" if years else None)
    return panel[panel["year"] == year]


def _effect(
    estimate: SavedEstimate, panel: pd.DataFrame, rows: pd.DataFrame, changes: Sequence[Change]
) -> pd.DataFrame:
    """Σ β Δx of each pair that the changes touch: exporter, importer, value."""
    changed = panel.copy()
    used = parse(estimate.formula).columns
    codes = set(rows["exporter"]) | set(rows["importer"])
    for change in changes:
        if change.column not in used:
            raise UnknownNameError(
                f"the estimate has no regressor of {change.column!r}",
                hint=did_you_mean(change.column, used), name=change.column,
            )  # fmt: skip
        for code in (*change.among, *change.exporters, *change.importers):
            if code not in codes:
                raise UnknownNameError(f"the data have no economy {code!r}", hint=did_you_mean(code, sorted(codes)))
        crosses = rows["exporter"] != rows["importer"]
        for side, members in (("exporter", change.exporters), ("importer", change.importers)):
            named = [group for group in (change.among, members) if group]
            for group in named:
                crosses &= rows[side].isin(list(group))
        changed[change.column] = changed[change.column].astype(float)
        changed.loc[rows.index[crosses], change.column] = change.value
    difference = (estimate.index(changed) - estimate.index(panel))[rows.index]
    touched = np.abs(difference) > 0
    if not np.isfinite(difference).all():
        row = rows.iloc[int(np.argmin(np.isfinite(difference)))]
        raise DataError(f"{row['exporter']} → {row['importer']}: a regressor is missing or not finite")
    if not touched.any():
        raise DataError(
            "nothing changes: every pair across a border has these values already, or their slopes are zero",
            hint="look at the column and at who is named",
        )
    return rows.loc[touched, ["exporter", "importer"]].assign(value=difference[touched])


def _by_the_guide(rungs: Ladder, *, sigma: float, method: Method, tol: float) -> GuideAnswer:
    """The Guide's rounds, or the first, from the conditional rung on."""
    world, shock = rungs.result.baseline, rungs.result.shock
    flow, push = _pairs(world["trade_flow"]), _pairs(shock["iceberg_cost_hat"]) ** (1 - sigma)
    seller = rungs["outward_resistance_hat"].values[:, 0] ** (sigma - 1)
    buyer = rungs["inward_resistance_hat"].values[:, 0] ** (sigma - 1)
    if method == "first_step":
        return first_step(flow=flow, push=push, exporter_effect=seller, importer_effect=buyer, sigma=sigma)
    place = world.economies.index(rungs.reference)
    return geppml(
        flow=flow,
        push=push,
        exporter_effect=seller,
        importer_effect=buyer,
        sigma=sigma,
        reference=place,
        tol=tol,
    )


def _pairs(array: xr.DataArray) -> Array:
    """The values of a one-sector array (exporter, importer)."""
    return np.asarray(array.transpose("exporter", "importer", "sector").values[..., 0], dtype=np.float64)


def _abroad(flow: Array) -> Array:
    """Sales across borders (exporter)."""
    return np.asarray(flow.sum(axis=1) - flow.diagonal())
