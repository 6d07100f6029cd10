"""What does it cost to get from each place to each other over all paths?  Allen and Arkolakis (2022) in numpy.

Arrays: an edge e runs from `tail[e]` to `head[e]` at cost g_e, a share of value in logs. The cost of a pair sums over
all paths that end at the first arrival:  A_kl = exp(−μ g_kl),  b = (I − A)^-1,  τ_ij = (b_ij / b_jj)^(-1/μ).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array, eye_array
from scipy.sparse.linalg import splu

Array = NDArray[np.float64]
Index = NDArray[np.int64]

RADIUS_ITERATIONS = 2000
RADIUS_TOLERANCE = 1e-9
DISPERSION_STEPS = 60


@dataclass(frozen=True, eq=False)
class Paths:
    """All paths among C centres on n places, summed.

    Parameters
    ----------
    outward : array (C, n)
        b_ik, from each centre to every place.
    inward : array (n, C)
        b_lj, from every place to each centre.
    between : array (C, C)
        b_ij.
    dispersion : float
        μ.
    """

    outward: Array
    inward: Array
    between: Array
    dispersion: float

    @property
    def log_cost(self) -> Array:
        """(C, C) ln τ_ij; infinite where no path leads."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.diag(self.between)[None, :] / self.between) / self.dispersion)


def adjacency(*, tail: Index, head: Index, edge_cost: Array, dispersion: float, places: int) -> csr_array:
    """A (n, n): exp(−μ g) of every edge, parallel edges added up."""
    return csr_array((np.exp(-dispersion * edge_cost), (tail, head)), shape=(places, places))


def spectral_radius(matrix: csr_array) -> float:
    """The largest eigenvalue of a matrix that is nowhere negative, by power iteration on I + A.

    The Collatz–Wielandt bounds over the places that a path still reaches bracket it; their middle is returned.
    """
    values = np.ones(matrix.shape[0])
    radius = 0.0
    for _ in range(RADIUS_ITERATIONS):
        following = values + matrix @ values
        grown = float(np.linalg.norm(following) / np.linalg.norm(values)) - 1.0
        values = following / np.linalg.norm(following)
        if abs(grown - radius) <= RADIUS_TOLERANCE * max(radius, 1e-3):
            return grown
        radius = grown
    return radius


def dispersion_of_radius(*, tail: Index, head: Index, edge_cost: Array, places: int, radius: float) -> float:
    """The μ at which A has the wanted spectral radius; the radius falls as μ rises.

    Bracketed by doubling, then found by bisection and secant steps on (ln μ, radius).
    """

    def gap(dispersion: float) -> float:
        found = adjacency(tail=tail, head=head, edge_cost=edge_cost, dispersion=dispersion, places=places)
        return spectral_radius(found) - radius

    low = 1.0 / float(edge_cost.max())
    while gap(low) < 0:
        low /= 4
    high = 4 * low
    while gap(high) > 0:
        low, high = high, 4 * high
    for _ in range(DISPERSION_STEPS):
        middle = float(np.sqrt(low * high))
        if gap(middle) > 0:
            low = middle
        else:
            high = middle
        if high / low < 1 + 1e-6:
            break
    return high


def paths(*, tail: Index, head: Index, edge_cost: Array, dispersion: float, places: int, centres: Index) -> Paths:
    """b among the centres and between them and every place, from one factorisation of I − A.

    I − A is an M-matrix: eliminated without pivoting, small entries keep their relative accuracy.
    """
    matrix = adjacency(tail=tail, head=head, edge_cost=edge_cost, dispersion=dispersion, places=places)
    system = csc_array(eye_array(places, format="csc") - matrix)
    factors = splu(system, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    unit = np.zeros((places, len(centres)))
    unit[centres, np.arange(len(centres))] = 1.0
    inward = np.asarray(factors.solve(unit))
    outward = np.asarray(factors.solve(unit, "T")).T  # type: ignore[call-overload]
    return Paths(outward=outward, inward=inward, between=inward[centres], dispersion=dispersion)


def edge_use(found: Paths, *, tail: Index, head: Index, edge_cost: Array, weight: Array) -> Array:
    """(E,) Σ_ij W_ij · ∂ ln τ_ij / ∂ g_e: traffic if W is tonnes, the gain from a cheaper edge if W is money.

    ∂ ln τ_ij / ∂ g_kl = a_kl (b_ik b_lj / b_ij − b_jk b_lj / b_jj), the derivative of the formula above.
    """
    reached = found.between > 0
    safe = np.where(reached, found.between, 1.0)
    ratio = np.where(reached, weight, 0.0) / safe
    arrived = np.where(reached, weight, 0.0).sum(axis=0) / np.diag(found.between)
    through = found.outward.T @ (ratio - np.diag(arrived))
    chance = np.exp(-found.dispersion * edge_cost)
    return np.asarray(chance * np.einsum("ec,ec->e", through[tail], found.inward[head]))


def pair_use(found: Paths, *, tail: Index, head: Index, edge_cost: Array) -> Array:
    """(E, C, C) ∂ ln τ_ij / ∂ g_e of every edge and pair; large: give it the few edges that matter."""
    reached = found.between > 0
    safe = np.where(reached, found.between, 1.0)
    chance = np.exp(-found.dispersion * edge_cost)
    to_end = found.inward[head][:, None, :]
    along = found.outward[:, tail].T[:, :, None] * to_end / safe
    again = found.outward[:, tail].T[:, None, :] * to_end / np.diag(found.between)
    return np.asarray(chance[:, None, None] * (along - again) * reached)
