"""What do the two ways to absorb fixed effects have in common?

An absorber holds cells (rows of the data in its own order), takes weights, and fits effects to columns of cell values
by weighted least squares. `panel.py` does it for full panels, `groups.py` for any groups; `unabsorbed` for none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from peyvand.gravity.kernels import Array, Columns, inverse_or_zero

ROUNDING = 1e-8
"""By default a residual is not asked to be small against less than this share of a column's own sum of squares."""


@dataclass(frozen=True, slots=True)
class Effects:
    """Fitted effects of several columns at once, in the absorber's own layout.

    Parameters
    ----------
    parts : tuple of Array
        Of the effects that are eliminated, (level or block, column, ...).
    solved : Array, optional
        Of the effects that conjugate gradients solve for, (column, ...).
    iterations : int
        The steps of conjugate gradients.
    residual : float
        The largest relative residual left.
    """

    parts: tuple[Array, ...]
    solved: Array | None = None
    iterations: int = 0
    residual: float = 0.0


class Absorber(Protocol):
    """Weighted least squares on fixed effects."""

    @property
    def cells(self) -> int:
        """Number of cells; a column of values is an array of this length."""

    def to_cells(self, values: Array) -> Array:
        """Values of the rows, put into cells (zero where the panel has no row)."""

    def to_rows(self, cells: Array) -> Array:
        """Values of the cells, taken back to the rows (zero for a row that is not among the cells)."""

    def weigh(self, weight: Array) -> None:
        """Take new weights (cells) and prepare the normal equations."""

    def project(
        self, columns: Columns, *, tol: float, start: Effects | None = None, against: float = ROUNDING,
        weight: Array | None = None,
    ) -> Effects:  # fmt: skip
        """Effects that fit each of the columns (regressor, cells) best under the weights.

        Their residual is small by `tol` against what the effects explain of the column, or against the share `against`
        of its sum of squares where that is more. `weight` (cells) stands in the sums of the columns while the factors
        of earlier, nearly equal weights serve on: the effects are then right but for a share as small as the change.
        """

    def expand(self, effects: Effects, column: int, out: Array) -> None:
        """Write the fitted values of one column into `out` (cells)."""

    def take_out(self, effects: Effects, columns: Array) -> None:
        """Subtract their fitted values from the columns (regressor, cells), in place."""

    def group_sums(self, values: Array) -> list[Array]:
        """For each effect, the sums of the values over its groups."""

    def scaled_start(self, flow: Array, reach: Array, sweeps: int) -> Array:
        """Fitted values after some sweeps of proportional scaling, reach × Π of group factors."""

    def levels(self, effects: Effects) -> list[Array]:
        """The effect of each row's group, one array (rows) for each fixed effect, for the first column."""


class NoEffects:
    """The absorber of a model without fixed effects."""

    def __init__(self, rows: int) -> None:
        self.cells = rows

    def to_cells(self, values: Array) -> Array:
        return values

    def to_rows(self, cells: Array) -> Array:
        return cells

    def weigh(self, weight: Array) -> None:
        """Nothing depends on the weights."""

    def project(
        self, columns: Columns, *, tol: float, start: Effects | None = None, against: float = ROUNDING,
        weight: Array | None = None,
    ) -> Effects:  # fmt: skip
        return Effects(())

    def expand(self, effects: Effects, column: int, out: Array) -> None:
        out[...] = 0.0

    def take_out(self, effects: Effects, columns: Array) -> None:
        """No effects, nothing to subtract."""

    def group_sums(self, values: Array) -> list[Array]:
        return []

    def scaled_start(self, flow: Array, reach: Array, sweeps: int) -> Array:
        present = reach > 0
        middle = flow[present].sum() / reach[present].sum()
        return np.where(present, (flow + middle * reach) / 2.0, 0.0)

    def levels(self, effects: Effects) -> list[Array]:
        return []


def conjugate_gradients(
    operator: Callable[[Array], Array],
    *,
    right: Array,
    precondition: Callable[[Array], Array],
    reference: Array,
    start: Array | None,
    tol: float,
    max_steps: int = 300,
) -> tuple[Array, int, float]:
    """Solve A e = right for several columns at once, with a preconditioner P ≈ A⁻¹.

    Stops when every column's residual r'Pr is below tol² × `reference`.

    Parameters
    ----------
    operator, precondition : callable
        A and P: map (regressor, ...) to the same shape.
    right : Array
        (regressor, ...).
    reference : Array
        (regressor,), the size against which a residual is small.

    Returns
    -------
    tuple
        The solution, the steps taken and the largest relative residual.
    """
    solution = np.zeros_like(right) if start is None else start.copy()
    residual = right.copy() if start is None else right - operator(solution)
    pull = precondition(residual)
    direction = pull.copy()
    size = _dots(residual, pull)
    goal = tol * tol * np.maximum(reference, np.finfo(float).tiny)
    steps = 0
    while steps < max_steps and np.any(size > goal):
        image = operator(direction)
        curvature = _dots(direction, image)
        length = np.divide(size, curvature, out=np.zeros_like(size), where=curvature > 0)
        shape = (-1,) + (1,) * (right.ndim - 1)
        solution += length.reshape(shape) * direction
        residual -= length.reshape(shape) * image
        pull = precondition(residual)
        fresh = _dots(residual, pull)
        direction *= np.divide(fresh, size, out=np.zeros_like(size), where=size > 0).reshape(shape)
        direction += pull
        size = fresh
        steps += 1
    return solution, steps, float(np.sqrt(np.max(size / np.maximum(reference, np.finfo(float).tiny), initial=0.0)))


def by_diagonal(diagonal: Array) -> Callable[[Array], Array]:
    """The inverse diagonal as preconditioner; zero marks an effect without rows, which stays zero."""
    inverse = inverse_or_zero(diagonal)
    return lambda residual: residual * inverse


def _dots(left: Array, right: Array) -> NDArray[np.float64]:
    return np.asarray(np.vecdot(left.reshape(len(left), -1), right.reshape(len(right), -1)))
