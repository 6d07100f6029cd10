"""Anderson acceleration: the fixed point of a map, from the differences between its last steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LONGEST_STEP = 1.0
"""No logarithm moves by more than this in one step: a guard for large shocks, never felt near the answer."""


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """Where the iteration stopped: the point, its residual there and the steps taken."""

    point: Array
    residual: float
    iterations: int


def anderson(
    step: Callable[[Array], tuple[Array, float]],
    start: Array,
    *,
    tol: float,
    max_iterations: int,
    memory: int = 8,
) -> FixedPoint:
    """Iterate x ← x + f(x) with Anderson's mixing of the last `memory` steps (type II).

        γ = argmin ‖f − ΔF γ‖ ,   x ← x + f − (ΔX + ΔF) γ

    Anderson (1965); Walker and Ni (2011), problem LS.

    Parameters
    ----------
    step : callable
        From a point to the step f(x) and the residual of the equations at x. A step that is not finite ends the
        iteration.
    start : Array
        First point.
    tol : float
        Stop at a residual of at most this.
    max_iterations : int
        Evaluations of `step` at most.
    memory : int
        Differences kept.
    """
    point = start
    moves, changes = np.empty((memory, start.size)), np.empty((memory, start.size))
    last_point = last_step = None
    residual = np.inf
    for iteration in range(1, max_iterations + 1):
        taken, residual = step(point)
        if residual <= tol or not np.isfinite(residual):
            return FixedPoint(point, residual, iteration)
        mixed = taken
        if last_point is not None and last_step is not None:
            slot = (iteration - 2) % memory
            moves[slot], changes[slot] = point - last_point, taken - last_step
            kept = min(iteration - 1, memory)
            mixed = taken - _mixing(changes[:kept], taken) @ (moves[:kept] + changes[:kept])
        last_point, last_step = point, taken
        point = point + np.clip(mixed, -LONGEST_STEP, LONGEST_STEP)
    return FixedPoint(point, residual, max_iterations)


def _mixing(changes: Array, step: Array) -> Array:
    """The least-squares weights γ, from scaled normal equations."""
    gram = changes @ changes.T
    scale = 1 / np.sqrt(np.maximum(gram.diagonal(), np.finfo(float).tiny))
    weights = np.linalg.lstsq(gram * scale[:, None] * scale, scale * (changes @ step), rcond=1e-14)[0]
    return np.asarray(weights * scale, dtype=np.float64)
