"""Which rows have a finite estimate, and what is it?  A Poisson fit and the search for separated rows, in turns.

Groups without a positive flow are dropped first. Rows alone in a group of a sparse panel are set aside: they are fitted
perfectly and tell nothing of slopes or other effects, so fits and searches go without them. A fit is tried, with
effects absorbed; where zero flows run away, or where it cannot prove that none of them does, separated rows are looked
for (`separation.py`) and the fit goes on without them. Small designs whose flows lie far apart are finished with a
column for each dummy (`dense.py`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError, IdentificationError
from peyvand.gravity.absorb import Absorber
from peyvand.gravity.checks import refuse_repeated_cells
from peyvand.gravity.dense import dense_poisson_fit, flops
from peyvand.gravity.design import Design, renumbered
from peyvand.gravity.kernels import Array, Columns
from peyvand.gravity.layout import absorber_for, panel_shape
from peyvand.gravity.newton import PoissonFit, poisson_fit
from peyvand.gravity.panel import PanelShape
from peyvand.gravity.separation import bound_rows, empty_groups, rectify, separated_rows

Mask = NDArray[np.bool_]
PATIENCE = 5
"""Steps before zero flows that run away are looked at."""
SETTLED = 0.5
"""Move of ln μ of a positive flow in the last step up to which a fit is a better start than the guess."""
SMALL, SMALL_SPARSE, LARGE = 300, 12_000, 50_000
"""Rows up to which the linear programme is the first search, also where few of all bind, and up to which the last."""
EXACT, ALONE = "linear_programme", "fixed_effect"
FEW_FLOPS, MOST_FLOPS = 1e7, 1e9
"""Cost of a step with dummies that is always afforded, and that is afforded rather than no estimate."""
FAR_APART = 1e-8
"""Share of the largest weight below which a small one may be lost in sums."""
VANISHED = 1e-7
"""Share of its groups' totals below which a zero flow's fitted flow is nothing beside their rounding."""


def fit_sample(
    design: Design, *, separation: str, layout: str, repeated_cells: str = "keep"
) -> tuple[PoissonFit, Absorber, Mask, list[tuple[Mask, str]]]:
    """Drop separated rows and fit; returns the fit, its absorber, the rows kept and the rows dropped with reasons."""
    shape = panel_shape(design) if layout != "groups" else None
    if layout == "panel" and shape is None:
        raise IdentificationError("the rows fill no panel of two or three fixed effects", hint="layout='auto'")
    if repeated_cells == "error" and shape is None:  # a panel has one row for each cell
        refuse_repeated_cells(design)
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
    sparse = separation == "full" and shape is None and bool(design.effects)
    bound = keep
    start: tuple[Array, Array] | None = None
    searched, patience, steps = separation != "full", PATIENCE, 0
    while True:
        if sparse:
            separated, bound = _bound(design, bound & keep)
            keep = _without(separated, ALONE, keep=keep, reasons=reasons)
        bound = bound & keep if bound.any() else keep
        absorber = absorber_for(design, shape, bound)
        flow, regressors, prior, offset = _cells(design, absorber, bound)
        try:
            fit = _fit(
                design, absorber, bound, flow=flow, regressors=regressors, prior=prior, offset=offset, start=start,
                patience=None if searched else patience,
            )  # fmt: skip
        except ConvergenceError:
            separated, rule = np.zeros_like(keep), EXACT
            if not searched:  # rows without a finite estimate are the likely reason
                separated, rule = _search(design, shape, bound, bound & (design.outcome == 0), thorough=True)
            if not separated.any() and (searched or _cost(design, bound) > MOST_FLOPS):
                raise
            keep, start = _without(separated, rule, keep=keep, reasons=reasons), None
            searched = rule == EXACT or not separated.any()
            continue
        steps += fit.iterations
        running = (fit.last_step < -0.5) & (flow == 0) & (prior > 0)
        still = not running.any()
        if not searched and still:
            running = _vanished(design, absorber, bound, fit)
        if searched or not running.any():
            return *_whole(replace(fit, iterations=steps), design, absorber, bound, keep), keep, reasons
        thorough = fit.converged or patience > 3 * PATIENCE
        try:
            separated, rule = _search(
                design, shape, bound, absorber.to_rows(running.astype(np.float64)) > 0, thorough=thorough
            )
        except ConvergenceError:
            if still:  # the fit stands, and nothing shows that a row is separated
                return *_whole(replace(fit, iterations=steps), design, absorber, bound, keep), keep, reasons
            raise
        keep = _without(separated, rule, keep=keep, reasons=reasons)
        searched = rule == EXACT or (thorough and not separated.any())
        patience += 0 if separated.any() else PATIENCE
        start = _goes_on(fit, absorber, len(design.names))
        if separated.any() and not _is_settled(fit, flow):
            start = None


def _without(separated: Mask, rule: str, *, keep: Mask, reasons: list[tuple[Mask, str]]) -> Mask:
    """The rows kept without the separated ones, which are listed with the rule that found them."""
    if separated.any():
        reasons.append((separated, _separated_by(rule)))
    return keep & ~separated


def prior_in_cells(design: Design, absorber: Absorber, keep: Mask) -> Array:
    """The weight of each row in cells, zero for a row that is not kept."""
    values = keep.astype(np.float64)
    return absorber.to_cells(values if design.weights is None else values * design.weights)


def _fit(
    design: Design, absorber: Absorber, keep: Mask, *, flow: Array, regressors: Columns, prior: Array,
    offset: Array | None, start: tuple[Array, Array] | None, patience: int | None,
) -> PoissonFit:  # fmt: skip
    """A fit with absorbed effects; in small designs finished with dummies where the weights lie far apart."""
    cost = _cost(design, keep)
    try:
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # a fit out of range is an error by itself
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
    rows = int(np.count_nonzero(keep))
    if rows <= SMALL_SPARSE:  # the rows kept may have few of the levels
        levels = sum(len(np.unique(effect.codes[keep])) for effect in design.effects)
    else:
        levels = sum(effect.count for effect in design.effects)
    return flops(rows, len(design.names) + levels)


def _is_delicate(fit: PoissonFit, prior: Array, regressors: int) -> bool:
    """Whether weights lie so far apart, or a regressor was left out, that absorbed effects may have lost digits."""
    weight = fit.fitted_weight[prior > 0]
    return len(fit.kept) < regressors or float(weight.min()) < FAR_APART * float(weight.max())


def _fit_by_rows(
    design: Design, absorber: Absorber, keep: Mask, *, start: Array | None = None, patience: int | None = None
) -> PoissonFit:
    """The fit with a column for each dummy, put into the absorber's cells."""
    weights = _weights(design)
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


def _whole(fit: PoissonFit, design: Design, absorber: Absorber, bound: Mask, keep: Mask) -> tuple[PoissonFit, Absorber]:
    """The fit of the rows that bind as a fit of all rows kept: the others are alone in a group, which fits them."""
    if np.array_equal(bound, keep):
        return fit, absorber
    everywhere = absorber_for(design, None, keep)
    others = keep & ~bound
    weights = _weights(design)

    def widened(cells: Array, elsewhere: Array | float) -> Array:
        return everywhere.to_cells(np.where(others, elsewhere, absorber.to_rows(cells)))

    residual = np.array([widened(column, 0.0) for column in fit.residual_regressors])
    whole = replace(
        fit, log_fitted=widened(fit.log_fitted, np.log(np.where(others, design.outcome, 1.0))),
        fitted_weight=widened(fit.fitted_weight, weights * design.outcome), last_step=widened(fit.last_step, 0.0),
        residual_regressors=residual.reshape(-1, everywhere.cells),
    )  # fmt: skip
    return whole, everywhere


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


def _weights(design: Design) -> Array:
    return np.ones(len(design.outcome)) if design.weights is None else design.weights


def _is_settled(fit: PoissonFit, flow: Array) -> bool:
    """Whether no positive flow still moves far: only then is the fit a better start than the guess."""
    return float(np.abs(fit.last_step[(flow > 0) & (fit.fitted_weight > 0)]).max(initial=0.0)) <= SETTLED


def _goes_on(fit: PoissonFit, absorber: Absorber, regressors: int) -> tuple[Array, Array]:
    """Where the next fit begins: at this one's ln μ (rows) and slopes."""
    slopes = np.zeros(regressors)
    slopes[list(fit.kept)] = fit.slopes
    return absorber.to_rows(fit.log_fitted), slopes


def _search(design: Design, shape: PanelShape | None, keep: Mask, running: Mask, *, thorough: bool) -> tuple[Mask, str]:
    """Separated rows and the rule that found them.

    Small data go to the linear programme. Others to the rectifier, first among the rows whose ln μ still runs away
    and, if the search is to be thorough, among all zero flows, and to the programme if it does not end.
    """
    rows = int(np.count_nonzero(keep))
    if rows > (SMALL_SPARSE if rows < len(keep) / 4 else SMALL):
        absorber = absorber_for(design, shape, keep)
        flow, regressors, prior, _ = _cells(design, absorber, keep)
        prior = np.asarray(prior > 0, dtype=np.float64)
        first = absorber.to_cells(running.astype(np.float64)) > 0
        for candidates in (first, np.ones_like(first))[: 2 if thorough else 1]:
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


def _bound(design: Design, keep: Mask) -> tuple[Mask, Mask]:
    """Rows kept that fixed effects alone prove separated, and those among which others may be."""
    separated, bound = np.zeros_like(keep), np.zeros_like(keep)
    separated[keep], bound[keep] = bound_rows(
        outcome=design.outcome[keep], codes=[effect.codes[keep] for effect in design.effects]
    )
    return separated, bound


def _separated_by(rule: str) -> str:
    if rule == ALONE:
        return "separated (fixed_effect): no positive outcome in a group but in rows alone in another group"
    combination = "a combination of regressors and effects is zero at every positive outcome and negative here"
    return f"separated ({rule}): {combination}"


def _cells(design: Design, absorber: Absorber, keep: Mask) -> tuple[Array, Columns, Array, Array | None]:
    """Outcome, regressors, prior weights and offset in cells; the outcome is 0 where a row is not kept."""
    regressors = [absorber.to_cells(values) for values in design.regressors]
    offset = None if design.offset is None else absorber.to_cells(design.offset)
    return absorber.to_cells(design.outcome), regressors, prior_in_cells(design, absorber, keep), offset
