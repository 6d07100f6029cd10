"""How are all unions of k candidates solved at once?  Batches of unions, one shared Newton step, warm starts.

A batch holds the unions that agree on all but the first few candidates. Every batch takes chord steps Z ← Z − J⁻¹ gaps
with one J for all, that of a union in which every candidate is in by `REFERENCE`. J⁻¹ is what each economy would do by
itself, one small block an economy, plus a matrix of low rank for what they do to one another, found by random
projections (Halko, Martinsson and Tropp 2011); both in single precision: a step need not be exact, gaps are. A batch
starts from its sub-unions, by inclusion and exclusion over the last candidates to join:
Z(C) ≈ Σ_{T ≠ ∅} (−1)^(|T|+1) Z(C less T), which misses only their joint interaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_solve

from peyvand.trade.deficits import IncomeRule
from peyvand.trade.equations import Baseline, no_change
from peyvand.trade.jacobian import factorised, jacobian
from peyvand.trade.kernels import solve_equilibrium
from peyvand.trade.masks import ManyConditions, MaskedBlocks, dense_blocks, many_conditions

Array = NDArray[np.float64]
Single = NDArray[np.float32]

BATCH_BITS = 7
"""A batch holds 2^7 unions: wide enough for matrix products, small enough for the cache."""

REFERENCE = 0.7
RANK = 40
ORDER = 5
"""So many of the last candidates take part in the warm start."""


@dataclass(frozen=True, slots=True)
class ChordStep:
    """−J⁻¹ as H + U V in single precision: H a block (own unknown, own unknown) for each economy, U and V thin."""

    at_home: Single
    left: Single
    right: Single

    def take(self, state: Array, gaps: Array) -> None:
        """Move the state by one step, in place."""
        economies, own, _ = self.at_home.shape
        single = gaps.astype(np.float32)
        state += self.left @ (self.right @ single)
        alone = np.matmul(self.at_home, single.reshape(own, economies, -1).swapaxes(0, 1))
        cells = state.reshape(own, economies, -1)
        cells += alone.swapaxes(0, 1)


@dataclass(frozen=True, slots=True)
class Batch:
    """Unions solved together: their numbers, final expenditure, ln P̂ of consumers, residuals, and chord steps taken."""

    numbers: NDArray[np.int64]
    wage_hat: Array
    final_expenditure: Array
    log_consumer_price: Array
    residual: Array
    iterations: int


def chord_step(base: Baseline, masked: MaskedBlocks, income: IncomeRule) -> ChordStep:
    """The shared step; `income` is the rule for one union.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the equations are singular there, as in a world of which a part does not trade with the rest.
    """
    block = dense_blocks(masked, np.full(masked.candidates, REFERENCE))
    found = solve_equilibrium(base, block, income=income, tol=1e-9)
    slopes = jacobian(base, block, found.conditions, income)
    size, economies = len(slopes), len(base.value_added)
    own = slopes.reshape(size // economies, economies, size // economies, economies)
    at_home = -np.linalg.inv(np.einsum("anbn->nab", own))
    factors = factorised(slopes)

    def remainder(vectors: Array, *, transposed: bool = False) -> Array:
        """(−J⁻¹ − H) times vectors, or its transpose."""
        blocks = at_home.swapaxes(1, 2) if transposed else at_home
        alone = np.matmul(blocks, vectors.reshape(-1, economies, vectors.shape[1]).swapaxes(0, 1))
        whole = -lu_solve(factors, vectors, trans=1 if transposed else 0)
        return np.asarray(whole - alone.swapaxes(0, 1).reshape(vectors.shape))

    rank = min(RANK, size)
    start = np.random.default_rng(0).standard_normal((size, min(size, rank + 20)))
    basis = np.linalg.qr(remainder(start))[0]
    basis = np.linalg.qr(remainder(remainder(basis, transposed=True)))[0]
    left, values, right = np.linalg.svd(remainder(basis, transposed=True).T, full_matrices=False)
    return ChordStep(
        at_home=at_home.astype(np.float32),
        left=np.ascontiguousarray((basis @ left[:, :rank]) * values[:rank], dtype=np.float32),
        right=np.ascontiguousarray(right[:rank], dtype=np.float32),
    )


def solve_part(
    base: Baseline,
    masked: MaskedBlocks,
    income: IncomeRule,
    step: ChordStep,
    *,
    part: int,
    parts: int,
    tol: float,
    max_iterations: int = 40,
) -> Iterator[Batch]:
    """All unions whose highest candidates are those of `part`, batch after batch.

    Parameters
    ----------
    income : callable
        The rule for many unions at once: vectors as columns.
    part, parts : int
        The number of this part; `parts` is a power of two. Parts share nothing, so that they may run side by side.
    tol : float
        Largest relative gap in any equation; a union that misses it after `max_iterations` says so in its residual.
    """
    k = masked.candidates
    low = min(BATCH_BITS, k)
    high = k - low - (parts.bit_length() - 1)
    inner = (np.arange(1 << low)[None, :] >> np.arange(low)[:, None]) & 1
    kept: dict[int, Single] = {}
    consumers = base.final_share[:, :, None]
    for number in range(1 << high):
        outer = (part << high) | number
        bits = (outer >> np.arange(k - low)) & 1
        membership = np.concatenate([inner, np.repeat(bits[:, None], 1 << low, axis=1)]).astype(np.float64)
        state, found, iterations = _chord(
            base, masked, income, step, _start(kept, number, base, columns=1 << low), membership, tol, max_iterations
        )
        kept[number] = state.astype(np.float32)
        yield Batch(
            numbers=(outer << low) + np.arange(1 << low),
            wage_hat=found.wage_hat,
            final_expenditure=found.final_expenditure,
            log_consumer_price=(consumers * found.log_price).sum(axis=0),
            residual=found.residual,
            iterations=iterations,
        )


def solve_columns(
    base: Baseline,
    masked: MaskedBlocks,
    income: IncomeRule,
    step: ChordStep,
    membership: Array,
    *,
    tol: float,
    first: int = 0,
    max_iterations: int = 60,
) -> Batch:
    """Any unions as one batch, from no change; membership (candidate, union) or links (candidate, candidate, union)."""
    columns = membership.shape[-1]
    state = np.zeros((len(no_change(base)), columns))
    _, found, iterations = _chord(base, masked, income, step, state, membership, tol, max_iterations)
    return Batch(
        numbers=first + np.arange(columns),
        wage_hat=found.wage_hat,
        final_expenditure=found.final_expenditure,
        log_consumer_price=(base.final_share[:, :, None] * found.log_price).sum(axis=0),
        residual=found.residual,
        iterations=iterations,
    )


def _chord(
    base: Baseline,
    masked: MaskedBlocks,
    income: IncomeRule,
    step: ChordStep,
    state: Array,
    membership: Array,
    tol: float,
    max_iterations: int,
) -> tuple[Array, ManyConditions, int]:
    """Chord steps until every union of the batch is there, or no more is allowed."""
    with np.errstate(all="ignore"):
        for iteration in range(1, max_iterations + 1):
            found = many_conditions(base, masked, income, state, membership)
            residual = found.residual
            open_still = residual[np.isfinite(residual)] > tol
            if not open_still.any() or iteration == max_iterations:
                break
            step.take(state, found.gaps)
    return state, found, iteration


def _start(kept: dict[int, Single], number: int, base: Baseline, *, columns: int) -> Array:
    """Where a batch begins: from its sub-unions without the last members, or from no change."""
    members = [bit for bit in range(number.bit_length()) if number >> bit & 1][-ORDER:]
    state = np.zeros((len(no_change(base)), columns), dtype=np.float32)
    for size in range(1, len(members) + 1):
        for away in combinations(members, size):
            without = number & ~sum(1 << bit for bit in away)
            if size % 2:
                state += kept[without]
            else:
                state -= kept[without]
    return np.nan_to_num(state.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
