"""How is a small fit solved whose fitted flows lie far apart?  Newton steps whose unknowns are the largest flows.

Normal equations, which absorbed effects rest on, lose as many digits as the weights μ are apart: a flow of 1e-6 beside
one of 1e6 says nothing to them. Here a set of rows, a basis, takes the place of slopes and effects: the largest flows
whose ln μ are independent, so that ln μ of every other row is a combination of those of larger flows. In these
unknowns, each scaled by √μ of its own row, the least-squares problem of a Newton step is well conditioned however far
the weights lie apart. The dummies are columns, so this is for small designs: `flops` says how small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError
from peyvand.gravity.kernels import Array, Columns
from peyvand.gravity.newton import PoissonFit

Codes = Sequence[NDArray[np.intp]]
REPEATS = 1e-7
"""A column of which less than this share is left by those before it is collinear: the rounding of a 32-bit number."""
FROM_CENTRE = 1e-3
"""A regressor of which less than this share is left around the effects is held without them."""
SETTLED = 1e-9
"""Largest last step of ln μ, relative to 1 + |ln μ|."""
MOST_HALVED, MOST_RISE = 1e-9, 20.0
"""The smallest share of a step that is tried, and by how much a step may raise ln μ."""
LEAST_LOG = -1300.0
"""Log weights are kept between this and its opposite: their roots are still numbers."""
ROUNDING = 1e-12
"""A coefficient below this is nothing."""
ALIKE = 7.0
"""Log weights that differ by less are alike: a pivot is the largest among them."""
OUTWORN = 1e3
"""A basis is made anew where a row, scaled, is more than so many times one that it is made of."""


def flops(rows: int, columns: int) -> float:
    """The cost of one factorisation, about: rows × columns²."""
    return float(rows) * float(columns) ** 2


def dense_poisson_fit(
    *,
    flow: Array,
    regressors: Columns,
    codes: Codes,
    prior: Array,
    offset: Array | None = None,
    start: Array | None = None,
    max_iterations: int = 1000,
    patience: int | None = None,
) -> PoissonFit:
    """Maximise Σ prior [y ln μ − μ], ln μ = offset + Xβ + effects, on rows rather than cells.

    Parameters
    ----------
    flow, prior, offset : Array
        (row,), every weight positive.
    regressors : sequence of Array
        (row,) each.
    codes : sequence of array
        The level of each row in each fixed effect, numbered from 0 without gaps.
    start : Array, optional
        A first ln μ, (row,).
    patience : int, optional
        Return unconverged after this many steps if some ln μ of a zero flow still runs away.

    Raises
    ------
    ConvergenceError
        If ln μ still moves after `max_iterations`.
    """
    base = np.zeros(len(flow)) if offset is None else offset
    log_prior = np.log(prior)
    space = Space.of(regressors, codes, len(flow))
    guess = np.log(flow + flow[flow > 0].mean() / 2) if start is None else start
    within = space.nearest(guess - base)
    basis = basis_of(space.columns, log_prior + base + within)
    linear = base + basis.combinations @ within[basis.rows]
    while not np.isfinite(likelihood := _likelihood(linear, flow, prior)):
        linear = (base + linear) / 2
    move = np.full(len(flow), np.inf)
    for iteration in range(max_iterations):
        log_weight = np.clip(log_prior + linear, LEAST_LOG, -LEAST_LOG)
        if basis.is_outworn(log_weight):
            basis = basis_of(space.columns, log_weight)
        root = np.exp(log_weight / 2)
        with np.errstate(over="ignore", invalid="ignore"):
            move = basis.combinations @ basis.least_squares(log_weight, prior * flow / root - root)
        if not np.all(np.isfinite(move)):
            break
        share = min(1.0, MOST_RISE / max(float(move.max()), MOST_RISE))
        fresh = _likelihood(linear + share * move, flow, prior)
        while not fresh >= likelihood - 1e-12 * abs(likelihood) and share > MOST_HALVED:
            share /= 2
            fresh = _likelihood(linear + share * move, flow, prior)
        linear, likelihood = linear + share * move, fresh
        done = share == 1.0 and np.max(np.abs(move) / (1.0 + np.abs(linear)), initial=0.0) <= SETTLED
        if done or (patience is not None and iteration >= patience and np.any((move < -0.5) & (flow == 0))):
            return _result(space, basis, linear, base, prior, move, iteration + 1, converged=bool(done))
    raise ConvergenceError(
        f"the Poisson fit did not converge: ln μ of one row is {linear.min():.0f} and still moves",
        hint="the data are nearly separated: few positive flows for as many effects", iterations=iteration + 1,
        least=float(linear.min()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Independent columns of a design, (row, column): dummies, then regressors.

    `kept` says which regressors they are, `scale` by what each is divided: a power of two, which keeps whole numbers
    exact. A regressor that varies little around the effects is held without them.
    """

    columns: Array
    dummies: int
    kept: tuple[int, ...]
    scale: Array

    @classmethod
    def of(cls, regressors: Columns, codes: Codes, rows: int) -> Space:
        parts = [code[:, None] == np.arange(int(code.max()) + 1) for code in codes]
        effects = np.concatenate(parts, axis=1).astype(np.float64) if parts else np.empty((rows, 0))
        effects = effects[:, eliminate(effects, np.zeros(rows)).columns]
        span, width = np.linalg.qr(effects)[0], effects.shape[1]
        kept, values = [], []
        for at, column in enumerate(regressors):
            rest, size = column, float(np.linalg.norm(column))
            for _ in range(2):  # twice is enough: the second pass removes what rounding left
                rest = rest - span @ (rest @ span)
            left = float(np.linalg.norm(rest))
            if size > 0 and left > REPEATS * size:
                span = np.column_stack([span, rest / left])
                kept.append(at)
                far = left < FROM_CENTRE * size
                values.append(column - span[:, :width] @ (column @ span[:, :width]) if far else column)
        scale = np.array([2.0 ** np.ceil(np.log2(np.abs(column).max())) for column in values])
        columns = np.column_stack([effects, *(column / size for column, size in zip(values, scale, strict=True))])
        return cls(columns=columns, dummies=width, kept=tuple(kept), scale=scale)

    def nearest(self, values: Array) -> Array:
        """The values of the space that are nearest to some others."""
        return np.asarray(self.columns @ np.linalg.lstsq(self.columns, values, rcond=None)[0])


@dataclass(frozen=True, slots=True)
class Basis:
    """Rows whose values of the space are free, and what they make of the other rows: values = combinations @ free."""

    rows: NDArray[np.intp]
    combinations: Array

    def is_outworn(self, log_weight: Array) -> bool:
        """Whether some row weighs much more than one that it is made of."""
        return bool(np.max(np.abs(self._scaled(log_weight)), initial=0.0) > OUTWORN)

    def least_squares(self, log_weight: Array, target: Array) -> Array:
        """Free values that fit √w target best, the unknowns scaled by √w of their own rows.

        Rows that weigh more than an unknown's own have no part in it, so their rounding does not reach it. All nan
        where the weights are beyond the range of numbers.
        """
        from scipy.linalg import cho_factor, cho_solve  # slow to import, seldom needed

        scaled = self._scaled(log_weight)
        try:
            factor = cho_factor(scaled.T @ scaled, check_finite=False)
        except np.linalg.LinAlgError:
            return np.full((len(self.rows), *target.shape[1:]), np.nan)
        solution = cho_solve(factor, scaled.T @ target, check_finite=False)
        return np.asarray((solution.T * np.exp(-log_weight[self.rows] / 2)).T)

    def _scaled(self, log_weight: Array) -> Array:
        root = np.exp((log_weight[:, None] - log_weight[self.rows]) / 2)
        return np.asarray(self.combinations * np.where(self.combinations != 0, root, 0.0))


def basis_of(columns: Array, log_weight: Array) -> Basis:
    """The basis of the largest weights.

    Parameters
    ----------
    columns : Array
        (row, column), independent.
    log_weight : Array
        (row,).
    """
    from scipy.linalg import solve_triangular  # slow to import, seldom needed

    found = eliminate(columns, log_weight)
    free = solve_triangular(found.left[:, found.rows], found.left, unit_diagonal=True, check_finite=False)
    free[np.abs(free) < ROUNDING] = 0.0
    return Basis(found.rows, np.ascontiguousarray(free.T))


@dataclass(frozen=True, slots=True)
class Elimination:
    """Pivots of an elimination in their order, and what it made of the columns: `left` (pivot, row), 1 at its row."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    left: Array


def eliminate(columns: Array, log_weight: Array) -> Elimination:
    """Gaussian elimination of (row, column) by columns, each pivot the largest among the heaviest rows that are left.

    Rows are alike in weight within the factor e^`ALIKE`. It ends when nothing is left: the pivots are the rank.
    """
    order = np.argsort(-log_weight, kind="stable")
    heavy = -log_weight[order]
    left = np.ascontiguousarray(columns[order].T)
    number = np.arange(len(left))
    rows: list[int] = []
    head = 0  # rows before it have nothing left
    while len(rows) < len(left) and head < len(order):
        rank = len(rows)
        end = int(np.searchsorted(heavy, heavy[head] + ALIKE, side="right"))
        size = np.abs(left[rank:, head:end])
        largest = size.max(axis=0)
        if not largest[0]:
            head += int(np.argmax(largest > 0)) if largest.any() else end - head
            continue
        row = int(np.argmax(largest))
        pivot, row = rank + int(np.argmax(size[:, row])), head + row
        left[[rank, pivot]], number[[rank, pivot]] = left[[pivot, rank]], number[[pivot, rank]]
        left[rank] /= left[rank, row]
        rest = left[rank + 1 :, head:]
        rest -= left[rank + 1 :, row, None] * left[rank, head:]
        rest[np.abs(rest) < ROUNDING] = 0.0
        rows.append(row)
    rank = len(rows)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return Elimination(order[rows], number[:rank], left[:rank, back])


def _likelihood(linear: Array, flow: Array, prior: Array) -> float:
    with np.errstate(over="ignore"):
        value = float(prior @ (flow * linear - np.exp(linear)))
    return value if np.isfinite(value) else -np.inf


def _result(
    space: Space, basis: Basis, linear: Array, base: Array, prior: Array, move: Array, iterations: int, *,
    converged: bool,
) -> PoissonFit:  # fmt: skip
    """Slopes in the units of the regressors, and the regressors without their effects under the final weights."""
    width = space.dummies
    slopes = np.linalg.solve(space.columns[basis.rows], (linear - base)[basis.rows])[width:] / space.scale
    columns = space.columns[:, width:]
    if width and columns.shape[1]:
        log_weight = np.clip(np.log(prior) + linear, LEAST_LOG, -LEAST_LOG)
        effects = basis_of(space.columns[:, :width], log_weight)
        fitted = effects.least_squares(log_weight, columns * np.exp(log_weight / 2)[:, None])
        columns = columns - effects.combinations @ fitted
    weight, residual = prior * np.exp(linear), (columns * space.scale).T.copy()
    return PoissonFit(
        slopes=slopes, kept=space.kept, log_fitted=linear, fitted_weight=weight, residual_regressors=residual,
        information=(residual * weight) @ residual.T, iterations=iterations, converged=converged,
        step_size=float(np.sqrt((weight @ move**2) / weight.sum())), last_step=move,
    )  # fmt: skip
