"""How are tables made to add up?  The nearest table to a prior, in cross-entropy, with given sums.

    min  Σ x ln(x / prior) − x   subject to   Σ_{cells of g} x = total_g

is reached by scaling the cells of each margin in turn (iterative proportional fitting; RAS in two dimensions): Deming
and Stephan (1940), Ireland and Kullback (1968).  A margin that is only roughly known enters as a penalty
strength × KL(sums | totals); its scaling is then damped to the power strength / (1 + strength): Chizat, Peyré,
Schmitzer and Vialard (2018), Scaling algorithms for unbalanced optimal transport.  Zeros of the prior stay zero.

NumPy only; a table has any dims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """Sums that a table should have.

    Parameters
    ----------
    group : array of int, of the table's shape
        Which sum each cell belongs to; −1 for none.
    total : array (groups,)
        The sums; nan where nothing is known.
    strength : float
        inf: the sums hold exactly.  Else the weight of the distance of the sums from their totals against that of the
        cells from the prior.
    """

    group: NDArray[np.int64]
    total: Array
    strength: float = np.inf


def margin(*, kept: tuple[int, ...], total: Array, shape: tuple[int, ...], strength: float = np.inf) -> Margin:
    """The sums over all axes that are not kept, as a Margin; `total` has the kept axes in the table's order.

    >>> margin(kept=(0,), total=np.array([1.0, 2.0]), shape=(2, 3)).group
    array([[0, 0, 0], [1, 1, 1]])
    """
    sizes = [shape[axis] for axis in kept]
    numbers = np.arange(int(np.prod(sizes))).reshape([size if axis in kept else 1 for axis, size in enumerate(shape)])
    return Margin(group=np.broadcast_to(numbers, shape).copy(), total=np.ravel(total), strength=strength)


@dataclass(frozen=True, slots=True)
class Balanced:
    """A table with its sums, and how it was reached.

    Parameters
    ----------
    values : array
        The table.
    residual : float
        Largest distance from a total that must hold, relative to the largest total of its margin.
    moved : float
        Largest change of a margin's log scaling in the last round: 0 when soft margins have settled too.
    iterations : int
        Rounds over all margins.
    """

    values: Array
    residual: float
    moved: float
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
        Exact totals must agree with one another; those of the last margin hold exactly when the rounds end.
    tol : float
        The rounds end when residual and last move are both below it.
    max_iterations : int
        Rounds at most; the residual then says how far it came.

    Returns
    -------
    Balanced
        The caller decides whether its residual is small enough.
    """
    values = np.array(prior, dtype=np.float64).ravel()
    parts = [_Part(margin, values) for margin in margins]
    residual, moved = np.inf, np.inf
    for iteration in range(1, max_iterations + 1):
        moved = max((part.scale(values) for part in parts), default=0.0)
        residual = max((part.residual(values) for part in parts if part.exact), default=0.0)
        if residual <= tol and moved <= max(tol, 1e-9):
            return Balanced(values.reshape(prior.shape), residual, moved, iteration)
    return Balanced(values.reshape(prior.shape), residual, moved, max_iterations)


class _Part:
    """One margin while it is being fitted: its cells, and the log scaling that it has given them so far."""

    def __init__(self, margin: Margin, values: Array) -> None:
        group = margin.group.ravel()
        known = (group >= 0) & ~np.isnan(margin.total)[group] & (values > 0)
        self.cells = np.flatnonzero(known)
        self.group = group[self.cells]
        self.size = len(margin.total)
        self.total = margin.total
        self.exact = np.isinf(margin.strength)
        self.power = 1.0 if self.exact else margin.strength / (1 + margin.strength)
        self.logs = np.zeros(self.size)
        self.held = np.bincount(self.group, minlength=self.size) > 0
        self.largest = float(np.abs(self.total[self.held]).max()) if self.held.any() else 1.0

    def sums(self, values: Array) -> Array:
        return np.asarray(np.bincount(self.group, values[self.cells], self.size), dtype=np.float64)

    def scale(self, values: Array) -> float:
        """Scale the margin's cells towards its totals; the largest change of a log scaling."""
        sums = self.sums(values)
        change = np.zeros(self.size)
        fit = self.held & (self.total > 0) & (sums > 0)
        free = np.log(sums[fit]) - self.logs[fit]
        change[fit] = self.power * (np.log(self.total[fit]) - free) - self.logs[fit]
        factor = np.where(self.held & (self.total <= 0), 0.0, np.exp(change))
        values[self.cells] *= factor[self.group]
        self.logs += change
        return float(np.abs(change).max(initial=0.0))

    def residual(self, values: Array) -> float:
        gap = np.abs(self.sums(values) - self.total)[self.held]
        return float(gap.max(initial=0.0)) / (self.largest or 1.0)
