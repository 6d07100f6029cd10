"""How is the Poisson score brought to zero?  Newton steps in the space of slopes and fixed effects.

Each step is a weighted least-squares fit of the working residual (y − μ)/μ on regressors and fixed effects. The effects
are absorbed (`absorb.py`), so a step costs one projection of the residual and, only at some steps, of the regressors:
between refreshes the residualised regressors of an earlier step span the same space. Projections are loose while far
from the solution; near it even the factors of the last weights serve on. The last step is exact, regressors included:
convergence is judged on its size, hence on the score, and the covariance stands on it.

Bound: memory. A step reads a few times weights, residual regressors and blocks, some 100 bytes a cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError
from peyvand.gravity.absorb import Absorber, Effects, NoEffects
from peyvand.gravity.kernels import Array, Columns
from peyvand.gravity.threads import FEW, each

CHUNK = 1 << 15
SWEEPS = 4
LOOSE, FINE, TIGHT = 1e-2, 1e-6, 1e-9
NEAR, LAST, SMALL_STEP = 1e-4, 1e-6, 3e-9
MOST_HALVED = 1e-6
SCORE_GAP = 1e-6
LEAST_LOG = -690.0
SETTLED = 1.0
"""Largest move of ln μ of a positive flow in a step after which it is near where it stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoissonFit:
    """A Poisson fit in cells.

    Parameters
    ----------
    slopes : Array
        One for each regressor kept.
    kept : tuple of int
        Which regressors are identified.
    log_fitted, fitted_weight : Array
        ln μ and prior weight × μ in cells.
    residual_regressors : Array
        Regressors without their fixed effects under the final weights, (regressor, cell).
    information : Array
        X̃'WX̃, (regressor, regressor).
    last_step : Array
        The last step of ln μ in cells: near −1 where a separated row runs away.
    """

    slopes: Array
    kept: tuple[int, ...]
    log_fitted: Array
    fitted_weight: Array
    residual_regressors: Array
    information: Array
    iterations: int
    converged: bool
    step_size: float
    last_step: Array


def poisson_fit(
    *,
    flow: Array,
    regressors: Columns,
    prior: Array,
    absorber: Absorber,
    offset: Array | None = None,
    start: tuple[Array, Array] | None = None,
    max_iterations: int = 50,
    patience: int | None = None,
) -> PoissonFit:
    """Maximise Σ prior [y ln μ − μ], ln μ = offset + Xβ + effects.

    Parameters
    ----------
    flow, prior, offset : Array
        Cells; `prior` is the weight of a row and zero where the panel has none.
    start : tuple of Array, optional
        A first ln μ (cells) and the slopes in it, 0 for a regressor that is not.
    regressors : sequence of Array
        (cell,) each.
    patience : int, optional
        Return unconverged after this many steps, or three times as many where positive flows have not settled yet, if
        some ln μ of a zero flow still runs away.

    Raises
    ------
    ConvergenceError
        If the step is not small after `max_iterations`.
    """
    work = _Work(flow=flow, regressors=regressors, prior=prior, absorber=absorber, offset=offset, start=start)
    previous, stalled = np.inf, False
    for iteration in range(max_iterations):
        work.refuse_overflow(iteration)
        anew, last = stalled or work.halved, previous <= LAST
        if anew or last or previous > NEAR:
            work.absorber.weigh(work.weight)
        if not iteration:
            work.find_identified()
        elif anew or last:
            work.residualise(tol=TIGHT if last else LOOSE)
        work.step(tol=max(FINE, min(LOOSE, previous**1.5)))  # the more exact, the smaller the step will be
        size = work.step_size()
        work.advance()
        if last and size <= SMALL_STEP:
            work.check_score()
            return work.result(iteration + 1, converged=True, size=size)
        if patience is not None and work.shows_runaways(soon=iteration < patience, late=iteration >= 3 * patience):
            return work.result(iteration + 1, converged=False, size=size)
        previous, stalled = size, size > previous / 10
    raise ConvergenceError(
        f"the Poisson fit did not converge: the last step moved ln μ by {previous:.1e} (root mean square)",
        hint="look for separated rows, or for a regressor that nearly repeats others",
        iterations=max_iterations,
    )


class _Work:
    """The arrays that a fit updates in place."""

    def __init__(
        self, *, flow: Array, regressors: Columns, prior: Array, absorber: Absorber, offset: Array | None,
        start: tuple[Array, Array] | None,
    ) -> None:  # fmt: skip
        self.flow, self.regressors, self.prior, self.absorber, self.offset = flow, regressors, prior, absorber, offset
        self.chunks = chunks_of(absorber.cells)
        self.full = bool(np.all(prior > 0))
        self.weight, self.target = np.empty(absorber.cells), np.empty(absorber.cells)
        self.log_fitted = self._scaled_guess() if start is None else start[0].copy()
        self.halved = False
        self.move = np.empty(absorber.cells)
        self.kept: list[int] = list(range(len(regressors)))
        self.residual = np.empty((0, absorber.cells))
        self.slopes = np.zeros(len(regressors)) if start is None else start[1].copy()
        self.change = np.zeros(len(regressors))
        self.information = np.zeros((len(regressors), len(regressors)))
        self.likelihood = self._refresh_weights()
        self.whole = False
        if start is None:
            self._fit_whole_guess()

    def find_identified(self) -> None:
        """Take the fixed effects out of the regressors, and leave out those that nothing identifies."""
        if not len(self.regressors):
            return
        kept, self.residual = identified(self.regressors, self.weight, self.absorber, present=self.prior > 0)
        if len(kept) == len(self.regressors):
            return
        lost = [at for at in range(len(self.regressors)) if at not in kept]
        if self.slopes[lost].any():
            self._begin_anew()
        self.kept, self.slopes, self.residual = kept, self.slopes[kept], self.residual[kept]
        self.change, self.information = np.zeros(len(kept)), np.zeros((len(kept), len(kept)))

    def residualise(self, *, tol: float) -> None:
        """Take out of the regressors what the effects explain of them under the present weights."""
        if len(self.residual):
            found = self.absorber.project(self.residual, tol=tol, against=1.0, weight=self.weight)
            self.absorber.take_out(found, self.residual)

    def step(self, *, tol: float) -> None:
        """The Newton step: `change` of the slopes and `move` of ln μ."""
        effects = self.absorber.project(self.target[None], tol=tol, weight=self.weight)
        self.absorber.expand(effects, 0, self.move)

        def moments(chunk: slice) -> tuple[Array, Array]:
            weighted = self.residual[:, chunk] * self.weight[chunk]
            return weighted @ self.residual[:, chunk].T, weighted @ (self.target[chunk] - self.move[chunk])

        if len(self.residual):
            parts = each(moments, self.chunks)
            self.information = np.sum([part[0] for part in parts], axis=0)
            self.change = _solve(self.information, np.sum([part[1] for part in parts], axis=0))

            def add(chunk: slice) -> None:
                self.move[chunk] += self.change @ self.residual[:, chunk]

            each(add, self.chunks)

    def step_size(self) -> float:
        """Root mean square of the step of ln μ, weighted by μ; a step that fits ln μ itself counts as large."""
        if self.whole:
            self.whole = False
            return np.inf

        def square(chunk: slice) -> tuple[float, float]:
            weight = self.weight[chunk]
            return float((weight * self.move[chunk]) @ self.move[chunk]), float(weight.sum())

        parts = each(square, self.chunks)
        return float(np.sqrt(sum(part[0] for part in parts) / sum(part[1] for part in parts)))

    def advance(self) -> None:
        """Take the step, or as much of it as does not lower the likelihood."""
        self.log_fitted += self.move
        share, likelihood = 1.0, self._refresh_weights()
        slack = 1e-10 * abs(self.likelihood) if np.isfinite(self.likelihood) else 0.0
        while not (np.isfinite(likelihood) and likelihood >= self.likelihood - slack) and share > MOST_HALVED:
            share /= 2
            self.log_fitted -= share * self.move
            likelihood = self._refresh_weights()
        self.halved, self.likelihood = share < 1, likelihood
        if len(self.residual):
            self.slopes = self.slopes + share * self.change

    def check_score(self) -> None:
        """Σ (y − μ) must be zero over every group: a small step alone may come from weights too small to solve with."""
        gaps = self.absorber.group_sums(self.flow * self.prior - self.weight)
        totals = self.absorber.group_sums(self.weight)
        typical = float(self.weight.sum()) / max(int(np.count_nonzero(self.prior)), 1)
        worst = max((float(np.max(np.abs(g) / (t + typical))) for g, t in zip(gaps, totals, strict=True)), default=0.0)
        if not worst <= SCORE_GAP:
            raise ConvergenceError(
                f"the score is not zero: in one group fitted and observed flows differ by the share {worst:.1e}",
                hint="the data are nearly separated: few positive flows for as many effects", gap=worst,
            )  # fmt: skip

    def refuse_overflow(self, iteration: int) -> None:
        """A fitted flow beyond all numbers: the step that led here was solved with weights too far apart."""
        if not np.isfinite(self.likelihood) and iteration:
            raise _out_of_range()

    def shows_runaways(self, *, soon: bool, late: bool) -> bool:
        """Whether some zero flow runs away, and no positive flow still moves far (or it is late): then these show."""
        if soon or not np.any((self.move < -0.5) & (self.flow == 0) & (self.prior > 0)):
            return False
        if late:
            return True
        moved = self.move[(self.flow > 0) & (self.weight > 0)]
        return float(np.abs(moved).max(initial=0.0)) <= SETTLED

    def result(self, iterations: int, *, converged: bool, size: float) -> PoissonFit:
        return PoissonFit(
            slopes=self.slopes, kept=tuple(self.kept), log_fitted=self.log_fitted, fitted_weight=self.weight,
            residual_regressors=self.residual, information=self.information, iterations=iterations,
            converged=converged, step_size=size, last_step=self.move,
        )  # fmt: skip

    def _scaled_guess(self) -> Array:
        """ln μ after proportional scaling of the effects, which lies in the space of the model."""
        reach = self.prior if self.offset is None else self.prior * np.exp(self.offset)
        fitted = self.absorber.scaled_start(self.flow * self.prior, reach, SWEEPS)
        np.divide(fitted, self.prior, out=fitted, where=self.prior > 0)
        return np.log(fitted, out=self._base(), where=fitted > 0)

    def _begin_anew(self) -> None:
        """From the guess again: the first ln μ holds a regressor that is not identified any more."""
        self.log_fitted, self.slopes = self._scaled_guess(), np.zeros(len(self.slopes))
        self.likelihood = self._refresh_weights()
        self.absorber.weigh(self.weight)
        self._fit_whole_guess()

    def _fit_whole_guess(self) -> None:
        """Without effects the guess lies outside the model: let the first step fit ln μ itself."""
        if isinstance(self.absorber, NoEffects):
            self.whole = True
            self.target += self.log_fitted
            self.target -= self._base()
            self.log_fitted, self.likelihood = self._base(), -np.inf

    def _base(self) -> Array:
        """A fresh ln μ without slopes and effects."""
        return np.zeros(self.absorber.cells) if self.offset is None else self.offset.copy()

    def _refresh_weights(self) -> float:
        """Weights and working residuals at ln μ; returns Σ prior (y ln μ − μ)."""

        def refresh(chunk: slice) -> float:
            logs, flow, prior = self.log_fitted[chunk], self.flow[chunk], self.prior[chunk]
            if not self.full:
                logs *= prior > 0
            fitted = np.exp(np.maximum(logs, LEAST_LOG))
            np.divide(flow, fitted, out=self.target[chunk])
            self.target[chunk] -= 1.0
            np.multiply(fitted, prior, out=self.weight[chunk])
            return float((flow * prior) @ logs - self.weight[chunk].sum())

        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            return sum(each(refresh, self.chunks))


def chunks_of(cells: int) -> list[slice]:
    """Runs of cells that stay in a core's cache; one run where there are too few to share."""
    return [slice(at, at + CHUNK) for at in range(0, cells, CHUNK)] if cells >= FEW else [slice(0, cells)]


def weighted_gram(columns: Array, weight: Array) -> Array:
    """X'WX of (regressor, cell) columns, without a second copy of them."""
    parts = each(lambda run: (columns[:, run] * weight[run]) @ columns[:, run].T, chunks_of(len(weight)))
    return np.asarray(np.sum(parts, axis=0))


def subtract(absorber: Absorber, effects: Effects, columns: Columns, out: Array) -> None:
    """Columns less their fitted effects, written into `out`."""
    for column, rest in zip(columns, out, strict=True):
        rest[...] = column
    absorber.take_out(effects, out)


def identified(
    regressors: Columns,
    weight: Array,
    absorber: Absorber,
    *,
    present: NDArray[np.bool_] | None = None,
    ratio: float = 1e-10,
) -> tuple[list[int], Array]:
    """Which regressors add something to the fixed effects and to the regressors before them.

    A regressor whose weighted sum of squares falls by the factor `ratio` when the effects and the earlier regressors
    are taken out is not identified – unless it adds something where the weights are small: that is seen with the rows
    `present`, if given, weighted alike. The absorber must hold the weights already, and does at the end.

    Returns
    -------
    tuple
        The regressors that are identified, and all of them without their effects, loosely projected.
    """
    effects: Effects | None = None
    rest = np.empty((len(regressors), absorber.cells))
    for tol in (LOOSE, 1e-4, 1e-7):
        effects = absorber.project(regressors, tol=tol, start=effects)
        subtract(absorber, effects, regressors, rest)
        shares = _shares(rest, weight, regressors)
        if min(shares, default=1.0) >= 10 * tol**2:  # a loose projection leaves about tol² by itself
            break
    if present is not None and min(shares, default=1.0) <= ratio:
        alike = present.astype(np.float64)
        absorber.weigh(alike)
        plain = np.empty_like(rest)
        subtract(absorber, absorber.project(regressors, tol=1e-7), regressors, plain)
        shares = np.maximum(shares, _shares(plain, alike, regressors)).tolist()
        absorber.weigh(weight)
    return [column for column, share in enumerate(shares) if share > ratio], rest


def _solve(information: Array, score: Array) -> Array:
    """The Newton change of the slopes; of least length where the weights of a run-away flow leave it undetermined."""
    if not np.all(np.isfinite(information)) or not np.all(np.isfinite(score)):
        raise _out_of_range()
    scale = np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    scaled = information / np.outer(scale, scale)
    return np.asarray(np.linalg.lstsq(scaled, score / scale, rcond=1e-13)[0] / scale)


def _out_of_range() -> ConvergenceError:
    return ConvergenceError(
        "the Poisson fit ran out of range: a fitted flow is beyond all numbers",
        hint="look for separated rows, or for a regressor that nearly repeats others",
    )


def _shares(rest: Array, weight: Array, regressors: Columns) -> list[float]:
    """What share of each column's sum of squares is left after the effects and the earlier columns kept."""
    before = np.array([float((weight * column) @ column) for column in regressors])
    gram = weighted_gram(rest, weight)
    left, shares = gram.copy(), []
    for column in range(len(gram)):
        share = left[column, column] / before[column] if before[column] > 0 else 0.0
        shares.append(float(share))
        if share > 1e-10:
            left = left - np.outer(left[:, column], left[column]) / left[column, column]
    return shares
