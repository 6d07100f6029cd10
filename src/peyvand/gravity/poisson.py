"""What moves trade?  Poisson pseudo-maximum likelihood with any fixed effects (Santos Silva and Tenreyro 2006).

`ppml("trade ~ rta | exporter^year + importer^year + exporter^importer", data)` reads the columns, drops what has no
finite estimate and lists it, brings the score to zero and returns an `Estimate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError, DataError, IdentificationError, UnknownNameError, did_you_mean
from peyvand.gravity.absorb import Absorber
from peyvand.gravity.covariance import read_vcov
from peyvand.gravity.dense import dense_poisson_fit, flops
from peyvand.gravity.design import Design, build_design, renumbered
from peyvand.gravity.formula import parse
from peyvand.gravity.kernels import Array, Columns
from peyvand.gravity.layout import absorber_for, panel_shape
from peyvand.gravity.newton import PoissonFit, poisson_fit
from peyvand.gravity.panel import PanelShape
from peyvand.gravity.results import Estimate, Sample, sample_covariance
from peyvand.gravity.separation import empty_groups, rectify, separated_rows
from peyvand.gravity.threads import one_blas_thread

Mask = NDArray[np.bool_]
SEPARATION = ("full", "fe", "none")
LAYOUTS = ("auto", "panel", "groups")
REPEATED = ("error", "keep")
PATIENCE = 5
SETTLED = 0.5
SMALL, LARGE = 3000, 50_000
EXACT = "linear_programme"
FEW_FLOPS, MOST_FLOPS = 1e7, 1e9
FAR_APART = 1e-8
VANISHED = 1e-7


def ppml(
    formula: str,
    data: Any,
    *,
    vcov: str | Mapping[str, str] | None = None,
    cluster: object = None,
    weights: str | None = None,
    offset: str | None = None,
    separation: str = "full",
    small_sample: str = "fixest",
    layout: str = "auto",
    repeated_cells: str = "error",
) -> Estimate:
    """Estimate a gravity equation by Poisson pseudo-maximum likelihood.

    Parameters
    ----------
    formula : str
        `outcome ~ regressors | fixed effects`, see `peyvand.gravity.formula`.
    data : table, mapping or path
        pandas, polars or pyarrow table, mapping of arrays, or a .csv, .parquet or .dta file.
    vcov : str or mapping, optional
        `iid`, `hetero` (HC1) or {"CRV1": "a + b"}. By default clustered by the last of three fixed effects (the pair),
        else `hetero`.
    cluster : str or sequence of str, optional
        Columns to cluster by, in any number of ways; `exporter^importer` joins columns.
    weights, offset : str, optional
        Columns: weights multiply the likelihood of a row, the offset is added to ln μ with slope one.
    separation : str
        `full`: groups without positive flows, then the iterative rectifier; `fe`: the first only; `none`.
    small_sample : str
        Factors of the covariance: `fixest` (its defaults), `stata` (G/(G − 1) alone) or `none`.
    layout : str
        `auto`; `groups` never uses the panel's array structure (same numbers, slower on full panels).
    repeated_cells : str
        `error` refuses two rows for one exporter, importer and year of a three-way panel; `keep` takes them as they
        are (products, say).

    Returns
    -------
    Estimate

    Raises
    ------
    FormulaError, UnknownNameError, DataError
        If formula, columns or values are not what they should be.
    IdentificationError
        If no slope and no effect is identified, or the outcome is zero throughout.
    ConvergenceError
        If the score is not brought to zero.

    References
    ----------
    Santos Silva and Tenreyro (2006); separation: Correia, Guimarães and Zylkin (2019, 2020).
    """
    for name, value, choices in (
        ("separation", separation, SEPARATION), ("layout", layout, LAYOUTS),
        ("repeated_cells", repeated_cells, REPEATED),
    ):  # fmt: skip
        if value not in choices:
            raise UnknownNameError(f"no {name} {value!r}", hint=did_you_mean(value, choices))
    asked = parse(formula)
    if vcov is None and cluster is None and len(asked.effects) == 3:
        cluster = ["^".join(asked.effects[-1])]
    kind, clusters = read_vcov(vcov, cluster)
    design = build_design(asked, data, cluster=clusters, weights=weights, offset=offset)
    _refuse(design)
    with one_blas_thread():
        fit, absorber, keep, reasons = fit_sample(
            design, separation=separation, layout=layout, repeated_cells=repeated_cells
        )
        sample = poisson_sample(design, fit, absorber, keep)
        covariance = sample_covariance(sample, kind, clusters, small_sample=small_sample)
    return Estimate(
        estimator="ppml", formula=asked.text, names=tuple(design.names[at] for at in fit.kept), values=fit.slopes,
        covariance=covariance, dropped=dropped_table(design, reasons), collinear=unidentified(design, fit.kept),
        iterations=fit.iterations, converged=fit.converged, step_size=fit.step_size, sample=sample,
    )  # fmt: skip


def fit_sample(
    design: Design, *, separation: str, layout: str, repeated_cells: str = "keep"
) -> tuple[PoissonFit, Absorber, Mask, list[tuple[Mask, str]]]:
    """Drop separated rows and fit; returns the fit, its absorber, the rows kept and the rows dropped with reasons."""
    shape = panel_shape(design) if layout != "groups" else None
    if layout == "panel" and shape is None:
        raise IdentificationError("the rows fill no panel of two or three fixed effects", hint="layout='auto'")
    if repeated_cells == "error" and shape is None:  # a panel has one row for each cell
        _refuse_repeated_cells(design)
    keep = np.ones(len(design.outcome), dtype=bool)
    reasons: list[tuple[Mask, str]] = []
    if separation != "none":
        for effect, empty in zip(
            design.effects, empty_groups(design.outcome, [effect.codes for effect in design.effects]), strict=True
        ):
            fresh = empty & keep
            if fresh.any():
                reasons.append((fresh, f"separated (fixed_effect): no positive outcome in its {effect.name}"))
                keep &= ~fresh
    start: tuple[Array, Array] | None = None
    searched, patience, steps = separation != "full", PATIENCE, 0
    while True:
        absorber = absorber_for(design, shape, keep)
        flow, regressors, prior, offset = _cells(design, absorber, keep)
        try:
            fit = _fit(
                design, absorber, keep, flow=flow, regressors=regressors, prior=prior, offset=offset, start=start,
                patience=None if searched else patience,
            )  # fmt: skip
        except ConvergenceError:
            separated = np.zeros_like(keep)
            if not searched:  # rows without a finite estimate are the likely reason
                separated, rule = _search(design, shape, keep, (flow == 0) & (prior > 0), thorough=True)
            if not separated.any() and (searched or _cost(design, keep) > MOST_FLOPS):
                raise
            if separated.any():
                reasons.append((separated, _separated_by(rule)))
            keep, start, searched = keep & ~separated, None, True
            continue
        steps += fit.iterations
        running = (fit.last_step < -0.5) & (flow == 0) & (prior > 0)
        if not searched and not running.any():
            running = _vanished(design, absorber, keep, fit)
        if searched or not running.any():
            return replace(fit, iterations=steps), absorber, keep, reasons
        thorough = fit.converged or patience > 3 * PATIENCE
        separated, rule = _search(design, shape, keep, running, thorough=thorough)
        if separated.any():
            reasons.append((separated, _separated_by(rule)))
            keep = keep & ~separated
        searched = thorough or rule == EXACT
        patience += 0 if separated.any() else PATIENCE
        start = _goes_on(fit, absorber, len(design.names))
        if separated.any() and not _is_settled(fit, flow):
            start = None


def _fit(
    design: Design, absorber: Absorber, keep: Mask, *, flow: Array, regressors: Columns, prior: Array,
    offset: Array | None, start: tuple[Array, Array] | None, patience: int | None,
) -> PoissonFit:  # fmt: skip
    """A fit with absorbed effects; in small designs finished with dummies where the weights lie far apart."""
    cost = _cost(design, keep)
    try:
        fit = poisson_fit(
            flow=flow, regressors=regressors, prior=prior, absorber=absorber, offset=offset,
            start=start and (absorber.to_cells(start[0]), start[1]), patience=patience,
        )  # fmt: skip
    except ConvergenceError:
        if cost > (MOST_FLOPS if patience is None else FEW_FLOPS):
            raise
        return _fit_by_rows(design, absorber, keep, patience=patience)
    if fit.converged and cost <= FEW_FLOPS and _is_delicate(fit, prior, len(regressors)):
        return _fit_by_rows(design, absorber, keep, start=absorber.to_rows(fit.log_fitted), patience=patience)
    return fit


def _cost(design: Design, keep: Mask) -> float:
    """What a step with a column for each dummy costs."""
    columns = len(design.names) + sum(effect.count for effect in design.effects)
    return flops(int(np.count_nonzero(keep)), columns)


def _is_delicate(fit: PoissonFit, prior: Array, regressors: int) -> bool:
    """Whether weights lie so far apart, or a regressor was left out, that absorbed effects may have lost digits."""
    weight = fit.fitted_weight[prior > 0]
    return len(fit.kept) < regressors or float(weight.min()) < FAR_APART * float(weight.max())


def _fit_by_rows(
    design: Design, absorber: Absorber, keep: Mask, *, start: Array | None = None, patience: int | None = None
) -> PoissonFit:
    """The fit with a column for each dummy, put into the absorber's cells."""
    weights = np.ones(len(keep)) if design.weights is None else design.weights
    fit = dense_poisson_fit(
        flow=design.outcome[keep], regressors=[values[keep] for values in design.regressors],
        codes=[renumbered(effect.codes[keep])[0] for effect in design.effects], prior=weights[keep],
        offset=None if design.offset is None else design.offset[keep],
        start=None if start is None else start[keep], patience=patience,
    )  # fmt: skip

    def cells(values: Array) -> Array:
        rows = np.zeros(len(keep))
        rows[keep] = values
        return absorber.to_cells(rows)

    residual = np.array([cells(column) for column in fit.residual_regressors]).reshape(-1, absorber.cells)
    return replace(
        fit, log_fitted=cells(fit.log_fitted), fitted_weight=cells(fit.fitted_weight),
        last_step=cells(fit.last_step), residual_regressors=residual,
    )  # fmt: skip


def _vanished(design: Design, absorber: Absorber, keep: Mask, fit: PoissonFit) -> Mask:
    """Zero flows whose fitted flow is nothing beside the least total of their groups: only they may be separated.

    At a finite optimum the zero flows' −μ and the others' residuals are orthogonal to regressors and effects, which
    proves that no row is separated – if every such μ is above the rounding of its groups' totals.
    """
    weight = absorber.to_rows(fit.fitted_weight)
    zero = keep & (design.outcome == 0)
    found = zero & (weight < VANISHED * weight.sum())
    for effect in design.effects:
        if not found.any():
            break
        found &= weight < VANISHED * np.bincount(effect.codes, weight)[effect.codes]
    return absorber.to_cells(found.astype(np.float64)) > 0


def _is_settled(fit: PoissonFit, flow: Array) -> bool:
    """Whether no positive flow still moves far: only then is the fit a better start than the guess."""
    return float(np.abs(fit.last_step[(flow > 0) & (fit.fitted_weight > 0)]).max(initial=0.0)) <= SETTLED


def _goes_on(fit: PoissonFit, absorber: Absorber, regressors: int) -> tuple[Array, Array]:
    """Where the next fit begins: at this one's ln μ (rows) and slopes."""
    slopes = np.zeros(regressors)
    slopes[list(fit.kept)] = fit.slopes
    return absorber.to_rows(fit.log_fitted), slopes


def poisson_sample(design: Design, fit: PoissonFit, absorber: Absorber, keep: Mask) -> Sample:
    """What later questions (another covariance, effects, predictions) need of a fit."""
    flow = absorber.to_cells(design.outcome)
    prior = _prior(design, absorber, keep)
    score = np.where(prior > 0, flow * prior, 0.0) - fit.fitted_weight
    return Sample(
        design=design, keep=keep, absorber=absorber, linear=absorber.to_rows(fit.log_fitted),
        fit_weight=fit.fitted_weight, residual_regressors=fit.residual_regressors, score_weight=score,
        bread=np.asarray(np.linalg.inv(fit.information), dtype=np.float64), variance=None,
    )  # fmt: skip


def dropped_table(design: Design, reasons: list[tuple[Mask, str]]) -> pd.DataFrame:
    """Every row of the input that the estimate does not use, with its reason."""
    parts = [*design.dropped, *((design.rows[mask], reason) for mask, reason in reasons)]
    rows = np.concatenate([rows for rows, _ in parts]) if parts else np.empty(0, dtype=np.intp)
    causes = np.repeat(np.array([why for _, why in parts], dtype=object), [len(r) for r, _ in parts])
    order = np.argsort(rows, kind="stable")
    return pd.DataFrame({"row": rows[order], "reason": pd.Series(causes[order], dtype=object)})


def unidentified(design: Design, kept: tuple[int, ...]) -> dict[str, str]:
    """Regressors that were left out because nothing identifies them."""
    why = (
        "explained by the fixed effects and the regressors before it"
        if design.effects
        else ("explained by the regressors before it")
    )
    return {name: why for at, name in enumerate(design.names) if at not in kept}


def _search(design: Design, shape: PanelShape | None, keep: Mask, running: Mask, *, thorough: bool) -> tuple[Mask, str]:
    """Separated rows and the rule that found them.

    Small data go to the linear programme. Others to the rectifier, first among the cells whose ln μ still runs away
    and, if the search is to be thorough, among all zero flows, and to the programme if it does not end.
    """
    rows = int(np.count_nonzero(keep))
    if rows > SMALL:
        absorber = absorber_for(design, shape, keep)
        flow, regressors, prior, _ = _cells(design, absorber, keep)
        prior = np.asarray(prior > 0, dtype=np.float64)
        for candidates in (running, np.ones_like(running))[: 2 if thorough else 1]:
            found = rectify(absorber=absorber, regressors=regressors, flow=flow, prior=prior, candidates=candidates)
            if found is not None and found.any():
                return np.asarray(absorber.to_rows(found.astype(np.float64)) > 0), "rectifier"
        if found is not None:
            return np.zeros_like(keep), "rectifier"
    if rows > LARGE:
        raise ConvergenceError(
            f"the search for separated rows did not end, and {rows:,} rows are too many for a linear programme",
            hint="separation='fe' keeps to the groups without positive flows", rows=rows,
        )  # fmt: skip
    separated = np.zeros_like(keep)
    separated[keep] = separated_rows(
        outcome=design.outcome[keep], regressors=np.array([values[keep] for values in design.regressors]),
        codes=[effect.codes[keep] for effect in design.effects],
    )  # fmt: skip
    return separated, EXACT


def _separated_by(rule: str) -> str:
    combination = "a combination of regressors and effects is zero at every positive outcome and negative here"
    return f"separated ({rule}): {combination}"


def _cells(design: Design, absorber: Absorber, keep: Mask) -> tuple[Array, Columns, Array, Array | None]:
    """Outcome, regressors, prior weights and offset in cells; the outcome is 0 where a row is not kept."""
    regressors = [absorber.to_cells(values) for values in design.regressors]
    offset = None if design.offset is None else absorber.to_cells(design.offset)
    return absorber.to_cells(design.outcome), regressors, _prior(design, absorber, keep), offset


def _prior(design: Design, absorber: Absorber, keep: Mask) -> Array:
    values = keep.astype(np.float64)
    return absorber.to_cells(values if design.weights is None else values * design.weights)


def _refuse(design: Design) -> None:
    outcome, name = design.outcome, design.formula.outcome
    if outcome.min() < 0:
        row = int(np.argmin(outcome))
        raise DataError(
            f"{name} is negative in row {design.rows[row]}: {outcome[row]:g}",
            hint="a Poisson outcome is zero or more; look for re-exports or corrections", row=int(design.rows[row]),
        )  # fmt: skip
    if not outcome.any():
        raise IdentificationError(f"{name} is zero in every row", hint="is the right column or year in use?")


def _refuse_repeated_cells(design: Design) -> None:
    """Two rows for one exporter, importer and year: refused where three joined fixed effects describe a panel."""
    effects = design.effects
    if len(effects) != 3 or any(len(effect.columns) < 2 for effect in effects):
        return
    columns = tuple(dict.fromkeys(column for effect in effects for column in effect.columns))
    codes = np.zeros(len(design.outcome), dtype=np.int64)
    for column in columns:
        codes = codes * len(design.axes[column][1]) + design.axes[column][0]
    if len(codes) > 1 and np.all(codes[1:] > codes[:-1]):
        return
    order = np.argsort(codes, kind="stable")
    twins = np.flatnonzero(np.diff(codes[order]) == 0)
    if len(twins):
        first, second = design.rows[order[twins[0]]], design.rows[order[twins[0] + 1]]
        raise DataError(
            f"rows {first} and {second} are one cell of {' × '.join(columns)} ({len(twins)} such pairs)",
            hint="add the missing column to the fixed effects, or repeated_cells='keep'",
            rows=(int(first), int(second)),
        )  # fmt: skip
