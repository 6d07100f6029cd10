"""Where do queues grow with traffic?  Only where a capacity is published: free time × (1 + 0.15 (v/c)^4).

Reported hours already hold the queues of today's traffic, so hours change by the ratio of the two factors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ALPHA, BETA = 0.15, 4.0
"""Of the Bureau of Public Roads (1964)."""


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Traffic and times that agree, and how it was found."""

    traffic: Array
    time: Array
    gap: float
    iterations: int


def delayed(*, free: Array, traffic: Array, capacity: Array, alpha: float = ALPHA, beta: float = BETA) -> Array:
    """free (1 + α (v/c)^β); without a capacity (NaN), free.

    >>> delayed(free=np.array([10.0, 10.0]), traffic=np.array([2.0, 2.0]), capacity=np.array([2.0, np.nan])).tolist()
    [11.5, 10.0]
    """
    load = np.where(np.isnan(capacity), 0.0, traffic / np.where(np.isnan(capacity), 1.0, capacity))
    return np.asarray(free * (1 + alpha * load**beta))


def requeued(*, hours: Array, before: Array, after: Array, capacity: Array) -> Array:
    """Hours reported at the traffic `before`, at the traffic `after`."""
    ratio = delayed(free=np.ones_like(hours), traffic=after, capacity=capacity) / delayed(
        free=np.ones_like(hours), traffic=before, capacity=capacity
    )
    return np.asarray(hours * ratio)


def settle(
    traffic_at: Callable[[Array], Array],
    time_at: Callable[[Array], Array],
    *,
    start: Array,
    tol: float = 1e-6,
    max_iterations: int = 5000,
) -> Settled:
    """The fixed point of traffic → time → traffic, by averaging with steps that shrink when the gap grows.

    The gap is the largest difference between the traffic and the traffic that its own times cause, over the largest
    traffic.
    """
    traffic, step, last = start, 1.0, np.inf
    for iteration in range(1, max_iterations + 1):
        time = time_at(traffic)
        wanted = traffic_at(time)
        gap = float(np.abs(wanted - traffic).max() / max(float(np.abs(wanted).max()), 1e-300))
        if gap <= tol:
            return Settled(traffic, time, gap, iteration)
        step = step * 0.7 if gap >= last else min(1.0, step * 1.05)
        traffic, last = traffic + step * (wanted - traffic), gap
    return Settled(traffic, time_at(traffic), gap, max_iterations)
