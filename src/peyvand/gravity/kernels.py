"""The arithmetic of fixed-effects PPML on a full panel, in NumPy.

Arrays over cells are (block, row, column): a block is a year (of a sector), its rows are exporters, its columns
importers; `weight` is zero where the panel has no row. An effect of rows is a_bi, of columns g_bj, of pairs e_ij.
Several regressors are carried along together as one more dim, so that the sums are matrix products.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
STRIP = 24
"""Rows of a triangular factor that are inverted at once."""

Columns = Sequence[Array] | Array
"""Several columns of values over the same rows or cells: a list of arrays, or an array (column, cell)."""


def inverse_or_zero(values: Array) -> Array:
    """1 / values, and 0 where the value is not positive: an effect without rows stays 0."""
    return np.divide(1.0, values, out=np.zeros_like(values), where=values > 0)


def cell_sums(weight: Array, values: Array) -> tuple[Array, Array, Array, float]:
    """Sums of w v over columns (block, row), over rows (block, column) and over blocks (row, column), and Σ w v²."""
    blocks, rows, columns = weight.shape
    row_sums, column_sums = np.empty((blocks, rows)), np.empty((blocks, columns))
    pair_sums, product = np.zeros((rows, columns)), np.empty((rows, columns))
    row_ones, column_ones, energy = np.ones(rows), np.ones(columns), 0.0
    for block in range(blocks):
        np.multiply(weight[block], values[block], out=product)
        row_sums[block] = product @ column_ones
        column_sums[block] = row_ones @ product
        pair_sums += product
        energy += float(np.vdot(product, values[block]))
    return row_sums, column_sums, pair_sums, energy


def sums_of_pair_effects(weight: Array, pair_effects: Array) -> Array:
    """Σ_j w_bij e_cij as (row, block, regressor): one matrix product for each row.

    Parameters
    ----------
    weight : Array
        (block, row, column).
    pair_effects : Array
        (row, column, regressor).
    """
    return np.asarray(np.matmul(weight.transpose(1, 0, 2), pair_effects))


def pair_sums_of_effects(weight: Array, effects: Array) -> Array:
    """Σ_b w_bij a_bci as (row, regressor, column): one matrix product for each row.

    Parameters
    ----------
    weight : Array
        (block, row, column).
    effects : Array
        (row, regressor, block).
    """
    return np.asarray(np.matmul(effects, weight.transpose(1, 0, 2)))


def column_effects_root(
    weight: Array, row_sum: Array, column_sum: Array, component: NDArray[np.intp] | None = None
) -> Array:
    """K with K'K = (diag(column_sum) − W' diag(1/row_sum) W)⁺: the columns of each block without its rows.

    Works on the scaled I − M'M, M = row_sum^-½ W column_sum^-½, whose null vectors n = column_sum^½ (one for each
    connected part) are filled in by n n', so that a Cholesky factor exists.

    Parameters
    ----------
    weight : Array
        (block, row, column).
    row_sum, column_sum : Array
        (block, row) and (block, column).
    component : array or None
        The connected part of each column; None when the blocks are connected.
    """
    scale = np.sqrt(inverse_or_zero(column_sum))
    scaled = weight * np.sqrt(inverse_or_zero(row_sum))[:, :, None]
    scaled *= scale[:, None, :]
    gap = np.matmul(scaled.transpose(0, 2, 1), scaled)
    null = _null_vectors(np.sqrt(column_sum), component)
    np.subtract(np.matmul(null.transpose(0, 2, 1), null), gap, out=gap)
    np.einsum("bii->bi", gap)[...] += 1.0
    root = _inverse_root(gap)
    root *= scale[:, None, :]
    return root


def two_way_effects(
    *,
    weight: Array,
    weight_turned: Array,
    row_inverse: Array,
    column_root: Array,
    row_sums: Array,
    column_sums: Array,
) -> tuple[Array, Array]:
    """Exact weighted two-way fit of each block, from the sums of its rows and columns.

    Parameters
    ----------
    weight, weight_turned : Array
        (block, row, column) and the same with rows and columns exchanged.
    row_inverse : Array
        1 / Σ_j w, (block, row).
    column_root : Array
        From `column_effects_root`, (block, column, column).
    row_sums, column_sums : Array
        Right-hand sides, (block, regressor, row) and (block, regressor, column).

    Returns
    -------
    tuple of Array
        Row effects (block, regressor, row) and column effects (block, regressor, column).
    """
    scaled = row_sums * row_inverse[:, None, :]
    column_effects = ((column_sums - scaled @ weight) @ column_root.transpose(0, 2, 1)) @ column_root
    row_effects = (row_sums - column_effects @ weight_turned) * row_inverse[:, None, :]
    return row_effects, column_effects


def sums_by(code: NDArray[np.intp], values: Array, count: int) -> Array:
    """The sum of the values of each of `count` levels."""
    return np.bincount(code, values, count).astype(np.float64, copy=False)


def proportional_step(flow: Array, reach: Array) -> Array:
    """flow / reach: the multiplicative effect that makes a fitted sum equal to the observed one (0 where none is)."""
    return np.divide(flow, reach, out=np.zeros_like(flow), where=reach > 0)


def _null_vectors(root: Array, component: NDArray[np.intp] | None) -> Array:
    """Of length one, (block, part, column)."""
    vectors = root[:, None, :]
    if component is not None:
        vectors = np.where(component == np.unique(component)[:, None], vectors, 0.0)
    norm = np.linalg.norm(vectors, axis=2, keepdims=True)
    return np.asarray(vectors / np.where(norm > 0, norm, 1.0))


def _inverse_root(gap: Array) -> Array:
    """K with K'K = gap⁻¹, of each (column, column) block; where a block is singular, of its pseudo-inverse.

    NumPy's own Cholesky factor and products leave the other threads free, SciPy's LAPACK does not.
    """
    try:
        factor = np.linalg.cholesky(gap)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(gap)
        values[values < values.max() * np.finfo(float).eps * len(values.T)] = np.inf
        return np.asarray((vectors / np.sqrt(values)[:, None, :]).transpose(0, 2, 1))
    inverse = np.zeros_like(factor)
    size = factor.shape[-1]
    for start in range(0, size, STRIP):
        stop = min(start + STRIP, size)
        corner = np.linalg.inv(factor[:, start:stop, start:stop])
        inverse[:, start:stop, start:stop] = corner
        inverse[:, start:stop, :start] = corner @ (factor[:, start:stop, :start] @ -inverse[:, :start, :start])
    return inverse
