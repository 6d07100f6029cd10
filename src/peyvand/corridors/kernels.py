"""What does it cost to get from each place to each other over all paths?  Allen and Arkolakis (2022) in numpy.

Arrays: an edge e runs from `tail[e]` to `head[e]` at cost g_e, a share of value in logs. The cost of a pair sums over
all paths that end at the first arrival:  A_kl = exp(−μ g_kl),  b = (I − A)^-1,  τ_ij = (b_ij / b_jj)^(-1/μ).
An edge of sign −1 takes paths out again: A_kl = −exp(−μ g_kl).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.sparse import csc_array, csr_array, eye_array
from scipy.sparse.linalg import ArpackError, SuperLU, eigs, splu

from peyvand.errors import DispersionError

Array = NDArray[np.float64]
Index = NDArray[np.int64]

RADIUS_ITERATIONS = 2000
RADIUS_TOLERANCE = 1e-9
SMALL = 100
"""Places up to which a matrix is left to power iteration."""
BRACKET = 1.5
LARGEST_LOG_DISPERSION = 50.0


@dataclass(frozen=True, eq=False)
class Paths:
    """All paths from C sources to C sinks on n places, summed; a centre may be its own source and sink.

    Parameters
    ----------
    factors : SuperLU
        Of I − A.
    inward : array (n, C)
        b_lj, from every place to each sink.
    sources, sinks : array (C,)
    dispersion : float
        μ.
    final : bool
        Nothing leaves the sinks: no path goes on after it arrived.
    """

    factors: SuperLU
    inward: Array
    sources: Index
    sinks: Index
    dispersion: float
    final: bool

    @property
    def between(self) -> Array:
        """(C, C) b_ij, from sources to sinks."""
        return np.asarray(self.inward[self.sources])

    @property
    def again(self) -> Array:
        """(C,) b_jj at the sinks."""
        return np.asarray(self.inward[self.sinks, np.arange(len(self.sinks))])

    @cached_property
    def outward(self) -> Array:
        """(C, n) b_ik, from each source to every place."""
        return self._from(self.sources)

    @cached_property
    def returning(self) -> Array:
        """(C, n) b_jk, from each sink to every place: paths that go on after they arrived, to be taken out."""
        return self.outward if np.array_equal(self.sources, self.sinks) else self._from(self.sinks)

    @property
    def log_cost(self) -> Array:
        """(C, C) ln τ_ij; infinite where no path leads."""
        between = self.between
        ratio = np.divide(self.again, between, out=np.full_like(between, np.inf), where=between > 0)
        return np.asarray(np.log(ratio) / self.dispersion)

    def _from(self, places: Index) -> Array:
        units = _units(len(self.inward), places)
        return np.asarray(self.factors.solve(units, "T")).T  # type: ignore[call-overload]


def adjacency(
    *, tail: Index, head: Index, edge_cost: Array, dispersion: float, places: int, sign: Array | float = 1.0
) -> csr_array:
    """A (n, n): exp(−μ g) of every edge with its sign, parallel edges added up."""
    return csr_array((sign * np.exp(-dispersion * edge_cost), (tail, head)), shape=(places, places))


def spectral_radius(matrix: csr_array) -> float:
    """The largest eigenvalue of a matrix that is nowhere negative; by Perron and Frobenius it is real.

    Arnoldi's iteration; power iteration on I + A for small matrices and where Arnoldi's finds nothing to hold on to, as
    on a network without loops.
    """
    if matrix.shape[0] > SMALL:
        with suppress(ArpackError):
            found = eigs(
                matrix, k=1, which="LR", v0=np.ones(matrix.shape[0]), tol=RADIUS_TOLERANCE, return_eigenvectors=False
            )
            return float(found[0].real)
    return _by_powers(matrix)


def _by_powers(matrix: csr_array) -> float:
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
    """The μ at which A has the wanted spectral radius, from above: the radius falls as μ rises.

    Bracketed by doubling, then found by Brent's method on ln μ.

    Raises
    ------
    DispersionError
        If every loop is free, so that no μ makes the sum over paths converge, or there are no loops at all.
    """

    def gap(log_dispersion: float) -> float:
        found = adjacency(tail=tail, head=head, edge_cost=edge_cost, dispersion=np.exp(log_dispersion), places=places)
        return float(np.log(max(spectral_radius(found), 1e-300) / radius))

    low = high = -float(np.log(edge_cost.max()))
    while gap(low) < 0:
        low -= BRACKET
        _refuse_past(low, "the network has no loops: no routing dispersion gives its paths this spectral radius")
    while gap(high) > 0:
        high += BRACKET
        _refuse_past(high, "going round costs nothing somewhere: the sum over paths diverges at any dispersion")
    found = low if low == high else float(brentq(gap, low, high, xtol=1e-9))
    return float(np.exp(found + 1e-8))


def _refuse_past(log_dispersion: float, why: str) -> None:
    if abs(log_dispersion) > LARGEST_LOG_DISPERSION:
        raise DispersionError(why, hint="give the links of the network hours or dollars")


def paths(
    *,
    tail: Index,
    head: Index,
    edge_cost: Array,
    dispersion: float,
    places: int,
    sources: Index,
    sinks: Index,
    sign: Array | float = 1.0,
) -> Paths:
    """b among sources, sinks and every place, from one factorisation of I − A.

    Without signs I − A is an M-matrix: eliminated without pivoting, small entries keep their relative accuracy.
    """
    matrix = adjacency(tail=tail, head=head, edge_cost=edge_cost, dispersion=dispersion, places=places, sign=sign)
    system = csc_array(eye_array(places, format="csc") - matrix)
    factors = splu(system, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    inward = np.asarray(factors.solve(_units(places, sinks)))
    return Paths(
        factors=factors,
        inward=inward,
        sources=sources,
        sinks=sinks,
        dispersion=dispersion,
        final=not np.isin(sinks, tail).any(),
    )


def edge_use(
    found: Paths, *, tail: Index, head: Index, edge_cost: Array, weight: Array, sign: Array | float = 1.0
) -> Array:
    """(E,) Σ_ij W_ij · ∂ ln τ_ij / ∂ g_e: traffic if W is tonnes, the gain from a cheaper edge if W is money.

    ∂ ln τ_ij / ∂ g_kl = a_kl (b_ik b_lj / b_ij − b_jk b_lj / b_jj), the derivative of the formula above.
    """
    reached = found.between > 0
    sent = np.where(reached, weight, 0.0)
    places, at = np.unique(tail, return_inverse=True)
    left = found.outward[:, places].T @ (sent / np.where(reached, found.between, 1.0))
    if not found.final:
        left -= found.returning[:, places].T * (sent.sum(axis=0) / found.again)
    chance = sign * np.exp(-found.dispersion * edge_cost)
    return np.asarray(chance * np.einsum("ec,ec->e", left[at], found.inward[head]))


def pair_use(found: Paths, *, tail: Index, head: Index, edge_cost: Array, sign: Array | float = 1.0) -> Array:
    """(E, C, C) ∂ ln τ_ij / ∂ g_e of every edge and pair; large: give it the few edges that matter."""
    reached = found.between > 0
    chance = np.broadcast_to(sign * np.exp(-found.dispersion * edge_cost), edge_cost.shape)
    to_end = found.inward[head][:, None, :]
    use = found.outward[:, tail].T[:, :, None] * to_end / np.where(reached, found.between, 1.0)
    if not found.final:
        use -= found.returning[:, tail].T[:, None, :] * to_end / found.again
    return np.asarray(chance[:, None, None] * use * reached)


def part_of_cost(found: Paths, *, tail: Index, head: Index, edge_cost: Array, sign: Array | float = 1.0) -> Array:
    """(C, C) Σ_e g_e ∂ ln τ_ij / ∂ g_e over the edges given: what they cost on the way, by how much they are used."""
    weight = sign * edge_cost * np.exp(-found.dispersion * edge_cost)
    spent = csr_array((weight, (tail, head)), shape=2 * (len(found.inward),))
    onward = np.asarray(spent @ found.inward)
    reached = found.between > 0
    part = (found.outward @ onward) / np.where(reached, found.between, 1.0)
    if not found.final:
        part -= (found.returning @ onward) / found.again
    return np.asarray(part * reached)


def _units(places: int, at: Index) -> Array:
    """(n, C) a one in each column."""
    unit = np.zeros((places, len(at)))
    unit[at, np.arange(len(at))] = 1.0
    return unit
