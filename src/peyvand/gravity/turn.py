"""What is fitted in one turn?  Some rows of a design as cells of an absorber, their fit, and the fit of all rows kept.

Small designs whose flows lie far apart are finished with a column for each dummy (`dense.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError
from peyvand.gravity.absorb import Absorber
from peyvand.gravity.dense import dense_poisson_fit, flops
from peyvand.gravity.design import Design, renumbered
from peyvand.gravity.kernels import Array, Columns
from peyvand.gravity.layout import absorber_for
from peyvand.gravity.newton import PoissonFit, poisson_fit
from peyvand.gravity.panel import PanelShape

Mask = NDArray[np.bool_]
SMALL_SPARSE = 12_000
"""Rows up to which the levels that are left are counted anew."""
MOST_LEFT = 0.9
"""Share of its rows that are left up to which the cells of the turn before are given up."""
FEW_FLOPS, MOST_FLOPS = 1e7, 1e9
"""Cost of a step with dummies that is always afforded, and that is afforded rather than no estimate."""
FAR_APART = 1e-8
"""Share of the largest weight below which a small one may be lost in sums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Rows of a design and their values in the cells of an absorber.

    Parameters
    ----------
    rows : Mask
        The rows that are fitted.
    flow, prior, offset : Array
        (cell,); `prior` is the weight of a row and zero where there is none.
    regressors : sequence of Array
        (cell,) each.
    """

    design: Design
    shape: PanelShape | None
    rows: Mask
    absorber: Absorber
    flow: Array
    regressors: Columns
    prior: Array
    offset: Array | None

    @classmethod
    def of(cls, design: Design, shape: PanelShape | None, rows: Mask, *, before: Turn | None = None) -> Turn:
        """Some rows of a design; in the cells of the turn before if nearly all of its rows are there still."""
        absorber = before.absorber if before and before.holds_nearly(rows) else absorber_for(design, shape, rows)
        return cls(
            design=design, shape=shape, rows=rows, absorber=absorber, flow=absorber.to_cells(design.outcome),
            regressors=[absorber.to_cells(values) for values in design.regressors],
            prior=prior_in_cells(design, absorber, rows),
            offset=None if design.offset is None else absorber.to_cells(design.offset),
        )  # fmt: skip

    def holds_nearly(self, rows: Mask) -> bool:
        """Whether some rows are among these, and most of them."""
        most = np.count_nonzero(rows) > MOST_LEFT * np.count_nonzero(self.rows)
        return bool(most and not np.any(rows & ~self.rows))

    @property
    def zeros(self) -> Mask:
        """The rows without flow."""
        return np.asarray(self.rows & (self.design.outcome == 0))

    def rows_of(self, cells: Mask) -> Mask:
        return np.asarray(self.absorber.to_rows(cells.astype(np.float64)) > 0)

    def cells_of(self, rows: Mask) -> Mask:
        return np.asarray(self.absorber.to_cells(rows.astype(np.float64)) > 0)


def prior_in_cells(design: Design, absorber: Absorber, keep: Mask) -> Array:
    """The weight of each row in cells, zero for a row that is not kept."""
    values = keep.astype(np.float64)
    return absorber.to_cells(values if design.weights is None else values * design.weights)


def fit_of(turn: Turn, *, start: tuple[Array, Array] | None, patience: int | None) -> PoissonFit:
    """A fit with absorbed effects; in small designs finished with dummies where the weights lie far apart.

    Parameters
    ----------
    start : tuple of Array, optional
        A first ln μ (rows) and slopes.
    patience : int, optional
        Steps after which a fit ends if ln μ of a zero flow still runs away.
    """
    cost = cost_with_dummies(turn.design, turn.rows)
    try:
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # a fit out of range is an error by itself
            fit = poisson_fit(
                flow=turn.flow, regressors=turn.regressors, prior=turn.prior, absorber=turn.absorber,
                offset=turn.offset, start=start and (turn.absorber.to_cells(start[0]), start[1]),
                patience=patience,
            )  # fmt: skip
    except ConvergenceError:
        if cost > (MOST_FLOPS if patience is None else FEW_FLOPS):
            raise
        return _fit_with_dummies(turn, patience=patience)
    if fit.converged and cost <= FEW_FLOPS and _is_delicate(fit, turn):
        return _fit_with_dummies(turn, start=turn.absorber.to_rows(fit.log_fitted), patience=patience)
    return fit


def can_afford_dummies(turn: Turn) -> bool:
    """Whether a fit with dummies can be afforded rather than no estimate."""
    return cost_with_dummies(turn.design, turn.rows) <= MOST_FLOPS


def cost_with_dummies(design: Design, rows: Mask) -> float:
    """What a step with a column for each dummy costs."""
    count = int(np.count_nonzero(rows))
    if count <= SMALL_SPARSE:  # the rows kept may have few of the levels
        levels = sum(len(np.unique(effect.codes[rows])) for effect in design.effects)
    else:
        levels = sum(effect.count for effect in design.effects)
    return flops(count, len(design.names) + levels)


def widened(fit: PoissonFit, turn: Turn, keep: Mask) -> tuple[PoissonFit, Absorber]:
    """The fit of a turn as a fit of all rows kept: the others are alone in a group, which fits them perfectly."""
    design, absorber = turn.design, turn.absorber
    if np.array_equal(turn.rows, keep):
        return fit, absorber
    everywhere = absorber_for(design, None, keep)
    others = keep & ~turn.rows

    def whole(cells: Array, elsewhere: Array | float) -> Array:
        return everywhere.to_cells(np.where(others, elsewhere, absorber.to_rows(cells)))

    residual = np.array([whole(column, 0.0) for column in fit.residual_regressors])
    logs = np.log(np.where(others, design.outcome, 1.0))
    return replace(
        fit, log_fitted=whole(fit.log_fitted, logs), last_step=whole(fit.last_step, 0.0),
        fitted_weight=whole(fit.fitted_weight, _weights(design) * design.outcome),
        residual_regressors=residual.reshape(-1, everywhere.cells),
    ), everywhere  # fmt: skip


def _is_delicate(fit: PoissonFit, turn: Turn) -> bool:
    """Whether weights lie so far apart, or a regressor was left out, that absorbed effects may have lost digits."""
    weight = fit.fitted_weight[turn.prior > 0]
    return len(fit.kept) < len(turn.regressors) or float(weight.min()) < FAR_APART * float(weight.max())


def _fit_with_dummies(turn: Turn, *, start: Array | None = None, patience: int | None = None) -> PoissonFit:
    """The fit with a column for each dummy, put into the absorber's cells."""
    design, keep, absorber = turn.design, turn.rows, turn.absorber
    fit = dense_poisson_fit(
        flow=design.outcome[keep], regressors=[values[keep] for values in design.regressors],
        codes=[renumbered(effect.codes[keep])[0] for effect in design.effects], prior=_weights(design)[keep],
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


def _weights(design: Design) -> Array:
    return np.ones(len(design.outcome)) if design.weights is None else design.weights
