"""What does an estimate say that everybody sells to everybody?  The baseline of a counterfactual, observed or fitted.

Fitted flows are costs exp(Σ β x + pair effects) scaled to what each exporter sold and each importer spent. Pairs that
never trade have no effect in the estimate: a regression of the others' exp(effect) on covariates supplies it, the
Advanced Guide's stage 2 (Anderson and Yotov 2016).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError, DataError, IdentificationError, did_you_mean
from peyvand.gravity import ppml
from peyvand.gravity.expressions import names_in
from peyvand.gravity.formula import parse
from peyvand.gravity.saved import SavedEstimate
from peyvand.trade.balancing import scale_to_margins

Array = NDArray[np.float64]
Baseline = Literal["observed", "fitted"]
COVARIATES = {
    "log({})": ("dist", "distw", "distance", "distance_km"),
    "{}": ("ln_dist", "lndist", "log_dist", "cntg", "contig", "contiguity", "contiguous", "lang", "comlang_off",
           "common_language", "clny", "colony", "comcol"),
}  # fmt: skip
"""Columns that fill missing pair effects unasked, by the field's names, and how they enter."""
_SHOWN = 5


def baseline_flows(
    estimate: SavedEstimate,
    panel: pd.DataFrame,
    rows: pd.DataFrame,
    *,
    baseline: Baseline,
    fill: str | None,
    margins: tuple[str, str] | None = None,
) -> tuple[pd.DataFrame, tuple[tuple[str, str], ...]]:
    """The baseline's flows as exporter, importer, value, and the pairs whose effect was filled.

    Parameters
    ----------
    estimate : SavedEstimate
    panel : DataFrame
        What it was fitted on, with `exporter` and `importer`, its rows numbered from 0.
    rows : DataFrame
        Those of the base year.
    baseline : {"observed", "fitted"}
    fill : str, optional
        Covariates of missing pair effects; those of `COVARIATES` that the data hold by default.
    margins : (str, str), optional
        Columns of output and expenditure; outputs are scaled to what is spent in all.

    Raises
    ------
    DataError
        If a pair has no row, or two, or a regressor is missing.
    IdentificationError
        If pair effects are missing and cannot be filled.
    """
    outcome = names_in(parse(estimate.formula).outcome)
    if len(outcome) != 1:
        raise DataError(f"the outcome {parse(estimate.formula).outcome!r} is not one column of flows")
    flows = rows[["exporter", "importer"]].assign(value=rows[outcome[0]].astype(float).fillna(0.0))
    if baseline == "observed":
        return flows.reset_index(drop=True), ()
    log_cost, filled = _log_costs(estimate, panel, rows, fill)
    cost = flows.assign(value=np.exp(log_cost - log_cost.max()))
    table, observed = (_square(cells) for cells in (cost, flows))
    sold, spent = observed.to_numpy().sum(axis=1), observed.to_numpy().sum(axis=0)
    if margins is not None:
        sold, spent = (_margin(rows, side, name) for side, name in zip(("exporter", "importer"), margins, strict=True))
        sold = sold * spent.sum() / sold.sum()
    fitted = scale_to_margins(table.to_numpy()[None], rows=sold[None], columns=spent[None])
    if not fitted.residual <= 1e-9:
        raise ConvergenceError(f"the fitted baseline was not reached: sales are off by {fitted.residual:.1e}")
    names = table.index.to_numpy()
    cells = {"exporter": np.repeat(names, len(names)), "importer": np.tile(names, len(names))}
    return pd.DataFrame({**cells, "value": fitted.values[0].ravel()}), filled


def _margin(rows: pd.DataFrame, side: str, name: str) -> Array:
    """One positive figure for each economy, in the order of codes."""
    if name not in rows:
        raise DataError(f"the data have no column {name!r}", hint=did_you_mean(name, list(rows.columns)))
    figures = rows.groupby(side)[name]
    if (figures.nunique() != 1).any() or not (figures.first() > 0).all():
        raise DataError(f"{name} must be one positive figure for each {side}", hint="a total repeated on every row")
    return figures.first().sort_index().to_numpy(dtype=np.float64)


def _log_costs(
    estimate: SavedEstimate, panel: pd.DataFrame, rows: pd.DataFrame, fill: str | None
) -> tuple[Array, tuple[tuple[str, str], ...]]:
    """ln t^(1−σ) of each row: Σ β x and the effects that are of pairs, not of exporters or importers alone."""
    cost = estimate.index(panel)[rows.index]
    missing = np.zeros(len(rows), dtype=bool)
    for name, table in estimate.fixed_effects(panel).items():
        keys = name.split("^")
        labels = pd.MultiIndex.from_frame(rows[keys])
        if any(_follows(labels, rows[side]) for side in ("exporter", "importer")):
            continue
        known = table.set_index(pd.MultiIndex.from_frame(table[keys]))["effect"]
        values = known.reindex(labels).to_numpy(dtype=np.float64, copy=True)
        gone = np.isnan(values)
        if gone.any():
            values[gone] = _filled(rows, values, gone, fill)
        cost = cost + values
        missing |= gone
    if np.isnan(cost).any():
        row = rows.iloc[int(np.argmax(np.isnan(cost)))]
        raise DataError(f"{row['exporter']} → {row['importer']}: a regressor is missing, so its cost is not known")
    return cost, tuple(zip(rows.loc[missing, "exporter"], rows.loc[missing, "importer"], strict=True))


def _follows(labels: pd.MultiIndex, side: pd.Series) -> bool:
    """Whether an effect is of the exporter (or the importer) alone: one level for each of them."""
    levels, owners = labels.factorize()[0], pd.factorize(side)[0]
    pairs = np.unique(np.column_stack([owners, levels]), axis=0)
    return len(pairs) == len(np.unique(owners))


def _filled(rows: pd.DataFrame, values: Array, gone: NDArray[np.bool_], fill: str | None) -> Array:
    """Missing pair effects from exp(effect) of the others across borders: PPML, exporter and importer effects."""
    pairs = [f"{i} → {j}" for i, j in rows.loc[gone, ["exporter", "importer"]].itertuples(index=False)]
    named = ", ".join(pairs[:_SHOWN]) + (f" and {len(pairs) - _SHOWN} more" if len(pairs) > _SHOWN else "")
    fill = fill or " + ".join(covariates_of(rows))
    if not fill:
        raise IdentificationError(
            f"the estimate says nothing of {len(pairs)} pairs that never trade: {named}",
            hint="fill their effects by covariates, --fill 'log(dist) + cntg', or use observed flows",
            pairs=pairs,
        )
    across = (rows["exporter"] != rows["importer"]).to_numpy()
    if (gone & ~across).any():
        raise IdentificationError(f"no covariates tell of trade at home: {named}", hint="use observed flows")
    sample = rows[across].assign(_cost=np.exp(values[across] - np.nanmax(values)))
    found = ppml(f"_cost ~ {fill} | exporter + importer", sample[~gone[across]])
    predicted = np.log(found.predict(rows[gone])) + np.nanmax(values)
    if not np.isfinite(predicted).all():
        raise IdentificationError(f"covariates are missing for pairs to fill: {named}", hint="look at their rows")
    return np.asarray(predicted)


def covariates_of(data: pd.DataFrame) -> list[str]:
    """The terms of `COVARIATES` that the data have columns for."""
    return [form.format(name) for form, names in COVARIATES.items() for name in names if name in data]


def _square(cells: pd.DataFrame) -> pd.DataFrame:
    """A table of exporters by importers; the fitted baseline wants every pair."""
    twice = cells.duplicated(["exporter", "importer"])
    if twice.any():
        row = cells[twice].iloc[0]
        raise DataError(f"more than one row for {row['exporter']} → {row['importer']}", hint="one row a pair and year")
    table = cells.pivot(index="exporter", columns="importer", values="value")
    if table.isna().any(axis=None) or list(table.index) != list(table.columns):
        raise DataError(
            "a fitted baseline needs a row for every exporter and importer", hint="add them, or use observed flows"
        )
    return table
