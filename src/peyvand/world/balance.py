"""How are tables made to add up?  The nearest table to a prior, in cross-entropy, with given margins.

The least cross-entropy Σ x ln(x / prior) subject to sums over axes is reached by scaling the prior to each margin in
turn (iterative proportional fitting, RAS in two dimensions): Deming and Stephan (1940), Ireland and Kullback (1968).
Zeros of the prior stay zero.  NumPy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """Sums that a table must have.

    Parameters
    ----------
    kept : tuple of int
        The axes of the table that the margin keeps; it sums over all others.
    total : array
        The sums, with the kept axes in the table's order; nan where nothing is known.
    """

    kept: tuple[int, ...]
    total: Array


@dataclass(frozen=True, slots=True)
class Balanced:
    """A table with its margins, and how it was reached.

    Parameters
    ----------
    values : array
        The table.
    residual : float
        Largest distance from a known total, relative to the largest total of its margin.
    iterations : int
        Rounds over all margins.
    """

    values: Array
    residual: float
    iterations: int


def fit_margins(
    prior: Array, margins: Sequence[Margin], *, tol: float = 1e-12, max_iterations: int = 10_000
) -> Balanced:
    """Scale a table to its margins in turn until all hold.

    Parameters
    ----------
    prior : array, any dims
        Not negative.
    margins : sequence of Margin
        Totals that agree with one another; the last one holds exactly when the rounds end.
    tol : float
        Largest relative residual at which the rounds end.
    max_iterations : int
        Rounds at most; the residual then says how far it came.

    Returns
    -------
    Balanced
        The caller decides whether its residual is small enough.
    """
    values = np.array(prior, dtype=np.float64)
    residual = np.inf
    for iteration in range(1, max_iterations + 1):
        for margin in margins:
            values *= _factor(values, margin)
        residual = max((_residual(values, margin) for margin in margins), default=0.0)
        if residual <= tol:
            return Balanced(values, residual, iteration)
    return Balanced(values, residual, max_iterations)


def _sums(values: Array, margin: Margin) -> Array:
    """The table's sums over the axes that the margin does not keep, with those axes at length one."""
    summed = tuple(axis for axis in range(values.ndim) if axis not in margin.kept)
    return np.asarray(values.sum(axis=summed, keepdims=True))


def _factor(values: Array, margin: Margin) -> Array:
    sums = _sums(values, margin)
    total = margin.total.reshape(sums.shape)
    known = ~np.isnan(total) & (sums > 0)
    return np.where(known, np.divide(total, sums, where=known, out=np.ones_like(sums)), 1.0)


def _residual(values: Array, margin: Margin) -> float:
    sums = _sums(values, margin)
    total = margin.total.reshape(sums.shape)
    known = ~np.isnan(total)
    if not known.any():
        return 0.0
    largest = float(np.abs(total[known]).max())
    return float(np.abs(sums - total)[known].max()) / (largest or 1.0)
