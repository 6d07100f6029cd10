"""How are the normal equations of sparse fixed effects solved exactly?  Light levels first, then a dense rest.

Levels that share rows with few others are eliminated in rounds. No two levels of a round share a row, so a round is one
product of sparse matrices; it leaves the levels around it tied to one another. What remains when most levels are tied
to many is factored as dense matrices, one for each connected part.

Bound: arithmetic, for each part a third of the cube of its levels that remain. `factor_of` refuses what costs too much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve
from scipy.linalg.lapack import dpotrf
from scipy.sparse import csr_array, diags_array, eye_array
from scipy.sparse.csgraph import connected_components

from peyvand.gravity.kernels import Array, inverse_or_zero

Codes = NDArray[np.intp]
RIDGES = (1e-11, 1e-8)
"""Added to the diagonal, which is scaled to 1: effects are free by a constant in each connected part. In step."""
FEW_TIES = 100
"""A level that is tied to more others stays for the dense part."""
LEAST_ROUND = 0.01
"""A round with a smaller share of the levels left does not pay."""
MOST_FLOPS, MOST_LEVELS = 5e11, 12_000
"""Cost of the dense parts together and size of each beyond which there is no factor: some 20 s and 1 GB."""


@dataclass(frozen=True, slots=True)
class Round:
    """Levels eliminated together, the others then left, the inverse diagonal and the ties between them."""

    levels: Codes
    others: Codes
    inverse: Array
    ties: csr_array


@dataclass(frozen=True, slots=True)
class Factor:
    """Normal equations, factored: rounds of light levels, then (levels, lower triangle) of each dense part."""

    scale: Array
    rounds: tuple[Round, ...]
    parts: tuple[tuple[Codes, Array], ...]

    def solve(self, right: Array) -> Array:
        """The effects of right-hand sides (level, column)."""
        left, eliminated = right * self.scale[:, None], []
        for step in self.rounds:
            own = left[step.levels] * step.inverse[:, None]
            left = left[step.others] - step.ties.T @ own
            eliminated.append(own)
        solution = np.empty_like(left)
        for levels, triangle in self.parts:
            solution[levels] = cho_solve((triangle, True), left[levels], check_finite=False)
        for step, own in zip(reversed(self.rounds), reversed(eliminated), strict=True):
            whole = np.empty((len(step.levels) + len(step.others), right.shape[1]))
            whole[step.others] = solution
            whole[step.levels] = own - step.inverse[:, None] * (step.ties @ solution)
            solution = whole
        return solution * self.scale[:, None]


def factor_of(*, codes: Sequence[Codes], counts: Sequence[int], weight: Array) -> Factor | None:
    """Factor D'WD of the dummies D of all effects, or None where that costs too much or the weights lie too far apart.

    Parameters
    ----------
    codes : sequence of array
        For each fixed effect the level of each row, numbered from 0.
    counts : sequence of int
        How many levels each effect has; those of the effects follow one another in the factor.
    weight : Array
        (row,).
    """
    for ridge in RIDGES:
        try:
            return _factor(codes, counts, weight, ridge)
        except np.linalg.LinAlgError:  # rounding made the matrix indefinite
            continue
    return None


def _factor(codes: Sequence[Codes], counts: Sequence[int], weight: Array, ridge: float) -> Factor | None:
    normal = _normal_equations(codes, counts, weight)
    scale = np.sqrt(inverse_or_zero(normal.diagonal()))
    left = csr_array(diags_array(scale) @ normal @ diags_array(scale) + ridge * eye_array(len(scale)))
    light, rounds = _levels_of_largest(counts), []
    while np.count_nonzero(light) > LEAST_ROUND * len(light):
        step = _round(left, light)
        left = csr_array(left[step.others][:, step.others] - step.ties.T @ (step.ties * step.inverse[:, None]))
        rounds.append(step)
        light = _light_levels(left)
    parts = _parts(left)
    sizes = [float(len(part)) for part in parts]
    if max(sizes, default=0.0) > MOST_LEVELS or sum(size**3 / 3 for size in sizes) > MOST_FLOPS:
        return None
    return Factor(scale, tuple(rounds), tuple((part, _triangle(left[part][:, part])) for part in parts))


def _normal_equations(codes: Sequence[Codes], counts: Sequence[int], weight: Array) -> csr_array:
    """D'WD, (level, level)."""
    before = np.cumsum([0, *counts[:-1]])
    columns = np.stack([code + start for code, start in zip(codes, before, strict=True)], axis=1)
    starts = np.arange(0, columns.size + 1, len(codes))
    dummies = csr_array((np.ones(columns.size), columns.ravel(), starts), shape=(len(weight), sum(counts)))
    weighted = csr_array((np.repeat(weight, len(codes)), columns.ravel(), starts), shape=dummies.shape)
    return csr_array(dummies.T @ weighted)


def _levels_of_largest(counts: Sequence[int]) -> NDArray[np.bool_]:
    """The levels of one effect share no row: those of the effect that has most are the first round."""
    largest = int(np.argmax(counts))
    return np.repeat(np.arange(len(counts)) == largest, counts)


def _round(left: csr_array, light: NDArray[np.bool_]) -> Round:
    levels, others = np.flatnonzero(light), np.flatnonzero(~light)
    return Round(levels, others, 1.0 / left.diagonal()[levels], csr_array(left[levels][:, others]))


def _triangle(part: csr_array) -> Array:
    """The lower triangular factor of one part; LAPACK by itself, as NumPy's takes twice as long."""
    triangle, failed = dpotrf(part.toarray(order="F"), lower=True, clean=False, overwrite_a=True)
    if failed:
        raise np.linalg.LinAlgError
    return np.asarray(triangle)


def _light_levels(left: csr_array) -> NDArray[np.bool_]:
    """Levels with few ties, and fewer than every level that they are tied to (between equals, chance decides)."""
    ties = np.diff(left.indptr)
    rank = ties + np.random.default_rng(0).random(len(ties))
    others = left.indices != np.repeat(np.arange(len(ties)), ties)
    lowest = np.minimum.reduceat(np.where(others, rank[left.indices], np.inf), left.indptr[:-1])
    return np.asarray((rank < lowest) & (ties <= FEW_TIES))


def _parts(left: csr_array) -> list[Codes]:
    """The levels of each connected part."""
    count, label = connected_components(left, directed=False)
    order = np.argsort(label, kind="stable")
    return np.split(order, np.cumsum(np.bincount(label, minlength=count))[:-1])
