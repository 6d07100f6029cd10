"""Which scalings of rows and columns give a table the sums that it must have?  Newton's method on the dual of RAS.

With the columns scaled exactly, the logs u of the row scalings minimise a convex function,

    f(u) = Σ_n c_n ln Σ_i z_in e^{u_i} − Σ_i r_i u_i ,

whose slope is the gap of the row sums and whose curvature is diag(row sums) − Z diag(1/c) Zᵀ, Z the scaled table. Its
third derivative along a step is at most the step's spread s (largest less smallest entry) times the second, so that a
step shortened to ln(1 + s)/s always goes down (Sun and Tran-Dinh 2019, generalised self-concordant functions with
ν = 2); near the answer nothing is shortened and the digits double. Plain RAS needs hundreds of rounds where, as in
trade, most of each row and column is one home flow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RIDGE = 1e-13
"""Relative weight on the diagonal of the curvature, which is singular: scalings may trade a common factor."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """A table scaled to given sums: the table, the two scalings in logs (sector, economy), and how far off."""

    values: Array
    log_row: Array
    log_column: Array
    residual: float
    iterations: int


def scale_to_margins(
    table: Array, *, rows: Array, columns: Array, tol: float = 1e-10, max_iterations: int = 200
) -> Scaled:
    """Scale rows and columns of each sector's table until both sums hold.

    Parameters
    ----------
    table : Array (sector, exporter, importer)
        Not negative.
    rows, columns : Array (sector, economy)
        The sums; zero where the table has nothing.
    tol : float
        Largest relative gap of a row; columns hold exactly.
    max_iterations : int
        Newton steps at most.

    Returns
    -------
    Scaled
        Also where it stopped short: the caller asks whether `residual <= tol`.
    """
    log_row, iterations = np.zeros_like(rows), 0
    with np.errstate(all="ignore"):
        while True:
            values, log_column = _columns_held(table, log_row, columns)
            sums, iterations = values.sum(axis=2), iterations + 1
            residual = float(np.abs(np.where(rows > 0, sums / np.where(rows > 0, rows, 1.0) - 1, 0.0)).max(initial=0.0))
            if residual <= tol or not np.isfinite(residual) or iterations == max_iterations:
                return Scaled(values, log_row, log_column, residual, iterations)
            log_row = log_row + _newton_step(values, sums=sums, rows=rows, columns=columns)


def _columns_held(table: Array, log_row: Array, columns: Array) -> tuple[Array, Array]:
    """The table with its rows scaled and its columns' sums exact, and the logs of the columns' scalings."""
    by_row = table * np.exp(log_row)[:, :, None]
    sums = by_row.sum(axis=1)
    scaling = np.where((columns > 0) & (sums > 0), columns / np.where(sums > 0, sums, 1.0), 1.0)
    return by_row * scaling[:, None, :], np.log(scaling)


def _newton_step(values: Array, *, sums: Array, rows: Array, columns: Array) -> Array:
    """The shortened Newton step of the rows' logs, (sector, economy)."""
    per_column = values / np.where(columns > 0, columns, 1.0)[:, None, :]
    curvature = -np.matmul(per_column, values.swapaxes(1, 2))
    own = np.arange(rows.shape[1])
    curvature[:, own, own] += sums + RIDGE * rows + (rows <= 0)
    step = np.linalg.solve(curvature, (rows - sums)[:, :, None])[:, :, 0]
    used = rows > 0
    spread = np.where(used, step, -np.inf).max(axis=1) - np.where(used, step, np.inf).min(axis=1)
    shorter = np.where(spread > 0, np.log1p(spread) / np.where(spread > 0, spread, 1.0), 1.0)
    return np.asarray(np.where(used, step, 0.0) * shorter[:, None])
