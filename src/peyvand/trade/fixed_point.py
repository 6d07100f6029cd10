"""Anderson acceleration: the fixed point of a map, from the differences between its last steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LONGEST_STEP = 1.0
"""No logarithm moves by more than this in one step: a guard for large shocks, never felt near the answer."""


RIDGE = 1e-12
"""On the diagonal of the scaled normal equations, which are singular once steps repeat."""


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """Where the iteration stopped: the point, its residual there and the steps taken."""

    point: Array
    residual: Array
    iterations: int


def anderson(
    step: Callable[[Array], tuple[Array, Array]],
    start: Array,
    *,
    tol: float,
    max_iterations: int,
    memory: int = 8,
) -> FixedPoint:
    """Iterate x ← x + f(x) with Anderson's mixing of the last `memory` steps (type II).

        γ = argmin ‖f − ΔF γ‖ ,   x ← x + f − (ΔX + ΔF) γ

    Anderson (1965); Walker and Ni (2011), problem LS. Axes before the last are separate problems, mixed each by itself;
    those that are done, or whose step is not finite, stay where they are while others go on.

    Parameters
    ----------
    step : callable
        From a point to the step f(x) and the residual of the equations at x, one a problem.
    start : Array (..., unknown)
        First point.
    tol : float
        Stop at a residual of at most this.
    max_iterations : int
        Evaluations of `step` at most.
    memory : int
        Differences kept.
    """
    point, slots = start, (*start.shape[:-1], memory, start.shape[-1])
    changes, advances = np.empty(slots), np.empty(slots)
    last_step = last_sum = None
    for iteration in range(1, max_iterations + 1):
        taken, residual = step(point)
        running = np.isfinite(residual) & (residual > tol)
        if not running.any():
            return FixedPoint(point, residual, iteration)
        mixed, reached = taken, point + taken
        if last_step is not None and last_sum is not None:
            slot = (iteration - 2) % memory
            np.subtract(taken, last_step, out=changes[..., slot, :])
            np.subtract(reached, last_sum, out=advances[..., slot, :])
            kept = min(iteration - 1, memory)
            weights = _mixing(changes[..., :kept, :], taken)
            mixed = taken - np.matmul(weights[..., None, :], advances[..., :kept, :])[..., 0, :]
        last_step, last_sum = taken, reached
        mixed = np.minimum(np.maximum(mixed, -LONGEST_STEP), LONGEST_STEP)
        point = point + (mixed if running.all() else np.where(running[..., None], mixed, 0.0))
    return FixedPoint(point, residual, max_iterations)


def _mixing(changes: Array, step: Array) -> Array:
    """The least-squares weights γ, from scaled normal equations."""
    gram = np.matmul(changes, changes.swapaxes(-1, -2))
    scale = 1 / np.sqrt(np.maximum(np.einsum("...kk->...k", gram), np.finfo(float).tiny))
    gram = gram * scale[..., None] * scale[..., None, :] + RIDGE * np.eye(gram.shape[-1])
    weights = np.linalg.solve(gram, (scale * np.matmul(changes, step[..., None])[..., 0])[..., None])[..., 0]
    return np.asarray(weights * scale, dtype=np.float64)
