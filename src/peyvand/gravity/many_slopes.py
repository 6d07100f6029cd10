"""How are hundreds of slopes fitted that each concern few rows?  One for each agreement or pair, beside fixed effects.

Regressors and the dummies of all fixed effects but one are columns of a sparse Z; the effect with most levels (the
pair), P, is eliminated by sums. With W = diag(μ) and the working residual r = (y − μ)/μ a Newton step δ solves

    [Z'WZ − B'D⁻¹B] δ = Z'Wr − B'D⁻¹ P'Wr ,    B = P'WZ ,  D = P'W1

whose left side costs a few sums for each row and one Cholesky factor of a matrix as large as there are columns. A panel
of 28,566 rows with 932 slopes takes seconds, where residualised regressors, dense, take minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpstrf

from peyvand.gravity.absorb import Absorber
from peyvand.gravity.design import Design, FixedEffect, restricted
from peyvand.gravity.finite import fit_sample
from peyvand.gravity.kernels import Array
from peyvand.gravity.layout import absorber_for, panel_shape
from peyvand.gravity.newton import PoissonFit

Codes = NDArray[np.intp]
Mask = NDArray[np.bool_]
Sparse = Any  # scipy.sparse.csr_array, of which SciPy says no types
Reasons = list[tuple[Mask, str]]
MANY, MOST_COLUMNS = 30, 6_000
"""Regressors from which this way pays, and columns (dummies with them) up to which it fits in memory."""
MOST_STEPS, SMALL_STEP, LEAST_SHARE = 40, 3e-9, 1e-6
IDENTIFIED, INDEPENDENT = 1e-9, 1e-10
"""Share of a regressor's squares that must be left without what stands before it; the same of a dummy."""
VANISHED = 1e-7
"""Share of its group's total below which a zero flow's fitted flow may be running away."""
BLOCK = 64


def fit_many_slopes(design: Design) -> tuple[PoissonFit, Absorber, Mask, Reasons] | None:
    """Drop separated rows and fit, as `finite.fit_sample` does; None where that is the better way.

    That is where slopes are few or fixed effects many or none, and where a zero flow that is not separated by the
    effects or by one regressor runs away all the same.
    """
    if len(design.names) < MANY or not design.effects:
        return None
    *others, largest = sorted(design.effects, key=lambda effect: effect.count)
    if len(design.names) + sum(effect.count for effect in others) > MOST_COLUMNS:
        return None
    start, absorber, keep, reasons = fit_sample(_together(design), separation="full", layout="auto")
    linear = absorber.to_rows(start.log_fitted)
    for name, separated in zip(design.names, _separated_by_one(design, keep, largest), strict=True):
        if (fresh := separated & keep).any():
            reasons.append((fresh, f"separated (regressor): no positive outcome on one side of {name}"))
            keep = keep & ~fresh
    system = _System(restricted(design, keep, ()))
    found = _newton(system, linear[keep])
    if found is None:
        return None
    absorber = absorber_for(design, panel_shape(design), keep)

    def to_cells(values: Array) -> Array:
        rows = np.zeros(len(keep))
        rows[keep] = values
        return absorber.to_cells(rows)

    return _in_cells(system, *found, to_cells), absorber, keep, reasons


def _together(design: Design) -> Design:
    """The design with one regressor, the sum of all: a start, and what the effects alone separate."""
    return replace(design, regressors=(np.sum(design.regressors, axis=0),), names=("all",))


def _separated_by_one(design: Design, keep: Mask, largest: FixedEffect) -> Iterator[Mask]:
    """For each regressor the rows that it separates, alone or with the levels of the largest effect that it touches.

    Alone: it has one sign, and no flow where it is not zero is positive. With its levels: it is 0 or a number c, and no
    flow where it is 0 is positive among them; then it rises against all of them for ever, and they fall.
    """
    positive = design.outcome > 0
    for values in design.regressors:
        rows = keep & (values != 0)
        held = values[rows]
        one_sign = len(held) and (held.min() > 0 or held.max() < 0)
        separated = rows if one_sign and not positive[rows].any() else np.zeros_like(rows)
        if one_sign and np.ptp(held) == 0:
            touched = np.zeros(largest.count, dtype=bool)
            touched[largest.codes[rows]] = True
            others = keep & touched[largest.codes] & ~rows
            separated = separated if positive[others].any() else separated | others
        yield separated


class _System:
    """The normal equations of a design: Z of the identified regressors, then dummies; P of what is eliminated."""

    def __init__(self, design: Design) -> None:
        rows = len(design.outcome)
        self.flow = design.outcome
        self.prior = np.ones(rows) if design.weights is None else design.weights
        self.offset = np.zeros(rows) if design.offset is None else design.offset
        *others, largest = sorted(design.effects, key=lambda effect: effect.count)
        self.group, self.groups = largest.codes, _dummies(largest)
        regressors = sparse.hstack([sparse.csc_array(values[:, None]) for values in design.regressors], format="csr")
        whole = sparse.hstack([regressors, *(_dummies(effect) for effect in others)], format="csr")
        count = len(design.regressors)
        left = self._left(whole, np.ones(rows))[0]
        basis = count + _independent(left[count:, count:])
        squares: Array = np.asarray(regressors.multiply(regressors).sum(axis=0)).ravel()
        self.kept = _identified_in_order(_beside(left, count, basis)[0], squares)
        self.slopes = len(self.kept)
        self.columns = whole[:, [*self.kept, *basis]]

    def solve(self, weight: Array, residual: Array) -> tuple[Array, Array, Array]:
        """Weighted least squares of a residual: its fitted values, the coefficients of Z, and the left side.

        Raises
        ------
        LinAlgError
            If the weights are so far apart that columns are no longer independent.
        """
        left, crossed, totals, weighted = self._left(self.columns, weight)
        sums = self.groups.T @ (weight * residual)
        right = weighted.T @ residual - crossed.T @ (sums / totals)
        found = cho_solve(cho_factor(left, lower=True), right)
        return self.columns @ found + ((sums - crossed @ found) / totals)[self.group], found, left

    def residual_regressors(self, weight: Array) -> Iterator[tuple[slice, Array]]:
        """(row, regressor) without effects, a few regressors at a time."""
        left, crossed, totals, _ = self._left(self.columns, weight)
        _, partial = _beside(left, self.slopes, np.arange(self.slopes, len(left)))
        for first in range(0, self.slopes, BLOCK):
            some = slice(first, min(first + BLOCK, self.slopes))
            combined = np.concatenate([np.eye(self.slopes)[:, some], -partial[:, some]])
            yield some, self.columns @ combined - ((crossed @ combined) / totals[:, None])[self.group]

    def likelihood(self, linear: Array) -> float:
        return float(self.prior @ (self.flow * linear - np.exp(linear)))

    def _left(self, columns: Sparse, weight: Array) -> tuple[Array, Sparse, Array, Sparse]:
        """Z'WZ − B'D⁻¹B, and B, D and WZ."""
        weighted = sparse.csr_array(columns.multiply(weight[:, None]))
        crossed = sparse.csr_array(self.groups.T @ weighted)
        totals = self.groups.T @ weight
        scaled = sparse.csr_array(crossed.multiply(1 / np.sqrt(totals)[:, None]))
        return (columns.T @ weighted - scaled.T @ scaled).toarray(), crossed, totals, weighted


def _newton(system: _System, linear: Array) -> tuple[Array, int, float, Array] | None:
    """ln μ, steps, and size and values of the last step; None if it does not end, or a zero flow runs away."""
    zero, likelihood = system.flow == 0, system.likelihood(linear)
    for step in range(1, MOST_STEPS + 1):
        fitted = np.exp(linear)
        try:
            moved = system.solve(system.prior * fitted, (system.flow - fitted) / fitted)[0]
        except np.linalg.LinAlgError:
            return None
        size = float(np.sqrt((system.prior * fitted) @ moved**2 / (system.prior @ fitted)))
        share = 1.0
        while size > SMALL_STEP and not system.likelihood(linear + share * moved) >= likelihood:
            share /= 2
            if share < LEAST_SHARE:
                return None
        linear = linear + share * moved
        likelihood = system.likelihood(linear)
        if size <= SMALL_STEP:
            fitted = np.exp(linear)
            reach = (system.groups.T @ fitted)[system.group]
            return None if np.any(fitted[zero] < VANISHED * reach[zero]) else (linear, step, size, moved)
    return None


def _in_cells(
    system: _System, linear: Array, steps: int, size: float, moved: Array, to_cells: Callable[[Array], Array]
) -> PoissonFit:
    """The fit as the cells of an absorber hold it."""
    weight = system.prior * np.exp(linear)
    found, left = system.solve(weight, linear - system.offset)[1:]
    residual = np.empty((system.slopes, len(to_cells(linear))))
    for some, values in system.residual_regressors(weight):
        for at, column in zip(range(some.start, some.stop), values.T, strict=True):
            residual[at] = to_cells(column)
    return PoissonFit(
        slopes=found[: system.slopes], kept=tuple(system.kept), log_fitted=to_cells(linear),
        fitted_weight=to_cells(weight), residual_regressors=residual,
        information=_beside(left, system.slopes, np.arange(system.slopes, len(left)))[0], iterations=steps,
        converged=True, step_size=size, last_step=to_cells(moved),
    )  # fmt: skip


def _beside(left: Array, count: int, others: Codes) -> tuple[Array, Array]:
    """The first columns' part of a left side without other columns, and the coefficients of these."""
    across = left[others, :count]
    if not len(others):
        return left[:count, :count], across
    partial = cho_solve(cho_factor(left[np.ix_(others, others)], lower=True), across)
    return left[:count, :count] - across.T @ partial, partial


def _dummies(effect: FixedEffect) -> Sparse:
    rows = len(effect.codes)
    return sparse.csr_array((np.ones(rows), effect.codes, np.arange(rows + 1)), shape=(rows, effect.count))


def _independent(gram: Array) -> Codes:
    """Columns that span all of them."""
    if not len(gram):
        return np.empty(0, dtype=np.intp)
    root = np.sqrt(np.maximum(gram.diagonal(), np.finfo(float).tiny))
    _, order, rank, _ = dpstrf(gram / np.outer(root, root), tol=INDEPENDENT, lower=1)
    return np.sort(order[:rank] - 1)


def _identified_in_order(gram: Array, squares: Array) -> list[int]:
    """Columns that those before them do not explain: eliminated one after the other."""
    rest, kept = gram.copy(), []
    for at in range(len(rest)):
        if rest[at, at] > IDENTIFIED * squares[at]:
            kept.append(at)
            rest[at:, at:] -= np.outer(rest[at:, at], rest[at, at:] / rest[at, at])
    return kept
