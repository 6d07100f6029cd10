"""Which scalings of rows and columns give a table the sums that it must have?  RAS, quickened.

With the columns scaled exactly, v_n = c_n / Σ_i z_in e^{u_i}, the logs u of the row scalings close the gaps of the row
sums, y_i = e^{u_i} Σ_n z_in v_n. In trade most of each row and column is one home flow h_i = e^{u_i} z_ii v_i, so that
plain RAS needs hundreds of rounds; letting each economy's home flow reply,

    u_i ← u_i + ln(r_i / y_i) / (1 − h_i² / (c_i y_i)) ,

and mixing such steps (`peyvand.trade.fixed_point`) takes some fifteen rounds of two products each.

Where that fails, u is found by Newton's method as the lowest point of a convex function,

    f(u) = Σ_n c_n ln Σ_i z_in e^{u_i} − Σ_i r_i u_i ,

whose slope is the gap of the row sums and whose curvature is diag(row sums) − Z diag(1/c) Zᵀ, Z the scaled table. Its
third derivative along a step is at most the step's spread s (largest less smallest entry) times the second, so that a
step shortened to ln(1 + s)/s always goes down (Sun and Tran-Dinh 2019, generalised self-concordant functions with
ν = 2); near the answer nothing is shortened and the digits double.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peyvand.trade.fixed_point import anderson

Array = NDArray[np.float64]

ROUNDS = 40
"""Of mixed steps, before Newton's method takes over."""

LOOSEST = 1e-9
"""An economy of which less than this share of its sales can move keeps its scaling."""

RIDGE = 1e-13
"""Relative weight on the diagonal of the curvature, which is singular: scalings may trade a common factor."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """A table scaled to given sums: the table, the two scalings in logs (sector, economy), and how far off.

    Of many tables, along axes before these, `residual` has one entry each.
    """

    values: Array
    log_row: Array
    log_column: Array
    residual: Array
    iterations: int


def scale_to_margins(
    table: Array, *, rows: Array, columns: Array, tol: float = 1e-10, max_iterations: int = 200
) -> Scaled:
    """Scale rows and columns of each sector's table until both sums hold.

    Parameters
    ----------
    table : Array (..., sector, exporter, importer)
        Not negative; axes before these are tables of their own.
    rows, columns : Array (..., sector, economy)
        The sums; zero where the table has nothing.
    tol : float
        Largest relative gap of a row; columns hold exactly.
    max_iterations : int
        Rounds and Newton steps at most.

    Returns
    -------
    Scaled
        Also where it stopped short: the caller asks whether `residual <= tol`.
    """
    with np.errstate(all="ignore"):
        log_row, iterations = _mixed_rounds(
            table, rows=rows, columns=columns, tol=tol, max_iterations=min(ROUNDS, max_iterations)
        )
        while True:
            values, log_column = _columns_held(table, log_row, columns)
            sums, iterations = values.sum(axis=-1), iterations + 1
            gap = np.where(rows > 0, sums / np.where(rows > 0, rows, 1.0) - 1, 0.0)
            residual = np.abs(gap).max(axis=(-2, -1), initial=0.0)
            running = np.isfinite(residual) & (residual > tol)
            if not running.any() or iterations >= max_iterations:
                return Scaled(values, log_row, log_column, residual, iterations)
            step = _newton_step(values, sums=sums, rows=rows, columns=columns)
            log_row = log_row + np.where(running[..., None, None], step, 0.0)


def _mixed_rounds(table: Array, *, rows: Array, columns: Array, tol: float, max_iterations: int) -> tuple[Array, int]:
    """The logs of the rows' scalings after rounds in which home flows reply; zero where these lead nowhere."""
    squared_home = np.einsum("...nn->...n", table) ** 2
    unspent, unsold = (columns <= 0).astype(np.float64), (rows <= 0).astype(np.float64)

    def step(log_row: Array) -> tuple[Array, Array]:
        row = np.exp(log_row)
        bought = np.matmul(row[..., None, :], table)[..., 0, :] + unspent
        column = columns / bought
        sold = np.matmul(table, column[..., None])[..., 0] + unsold
        at_home = squared_home * (row / sold) * (column / bought)
        ratio = np.log((rows + unsold) / (row * sold))
        return ratio / np.where(at_home < 1 - LOOSEST, 1 - at_home, np.inf), np.abs(np.expm1(-ratio)).max(axis=-1)

    start = np.zeros(np.broadcast_shapes(rows.shape, table.shape[:-1]))
    end = anderson(step, start, tol=tol, max_iterations=max_iterations, memory=5)
    good = np.all(end.residual < 0.1, axis=-1)  # "<" is also false of nan
    return np.where(np.asarray(good)[..., None, None], end.point, 0.0), end.iterations


def _columns_held(table: Array, log_row: Array, columns: Array) -> tuple[Array, Array]:
    """The table with its rows scaled and its columns' sums exact, and the logs of the columns' scalings."""
    by_row = table * np.exp(log_row)[..., None]
    sums = by_row.sum(axis=-2)
    scaling = np.where((columns > 0) & (sums > 0), columns / np.where(sums > 0, sums, 1.0), 1.0)
    by_row *= scaling[..., None, :]
    return by_row, np.log(scaling)


def _newton_step(values: Array, *, sums: Array, rows: Array, columns: Array) -> Array:
    """The shortened Newton step of the rows' logs, (sector, economy)."""
    per_column = values / np.where(columns > 0, columns, 1.0)[..., None, :]
    curvature = -np.matmul(per_column, values.swapaxes(-1, -2))
    own = np.arange(rows.shape[-1])
    curvature[..., own, own] += sums + RIDGE * rows + (rows <= 0)
    step = np.linalg.solve(curvature, (rows - sums)[..., None])[..., 0]
    used = rows > 0
    spread = np.where(used, step, -np.inf).max(axis=-1) - np.where(used, step, np.inf).min(axis=-1)
    shorter = np.where(spread > 0, np.log1p(spread) / np.where(spread > 0, spread, 1.0), 1.0)
    return np.asarray(np.where(used, step, 0.0) * shorter[..., None])
