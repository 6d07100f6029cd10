"""Which zero flows have no finite estimate?  Rows that a Poisson fit would push to ln μ = −∞ for ever.

A set of zero rows is separated when some z = Xγ + effects is 0 at every positive flow, never positive at a zero flow
and negative at those rows (Correia, Guimarães and Zylkin 2019). Three rules find them: `fixed_effect` – a group without
a positive flow that binds; `rectifier` – the iterative rectifier: regress u on regressors and effects with the positive
flows held at 0 by a large weight, take û's negative part out of u, repeat until there is none: where û > 0 the row is
separated; `linear_programme` – the definition itself, exact: for small data, and where the rectifier is slow to end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError
from peyvand.gravity.absorb import Absorber
from peyvand.gravity.design import renumbered
from peyvand.gravity.kernels import Array, Columns
from peyvand.gravity.newton import subtract, weighted_gram

Mask = NDArray[np.bool_]
HELD = 1e6
"""Weight of the cells held at 0; others weigh 1."""
CLEAR, NEARLY, NOTHING = 1e-3, 1e-4, 1e-6
"""Shares of the largest û: from which a cell is found separated; up to which negative ones show that the end is near,
and are rounding."""
LEAST_LARGEST = 0.5
"""The largest û below which no candidate is separated: it would be at least 1, but for rounding."""
LONGEST = 1e4
"""Longest step of the rectifier; the shortest is 1, which is its own."""


def empty_groups(outcome: Array, codes: Sequence[NDArray[np.intp]]) -> list[Mask]:
    """For each fixed effect, the rows of groups without a positive flow.

    One look suffices: it drops zero flows only, so no other group loses a positive one.
    """
    found = []
    for code in codes:
        total = np.bincount(code, outcome)
        found.append((total == 0)[code] if np.any(total == 0) else np.zeros(len(code), dtype=bool))
    return found


def bound_rows(*, outcome: Array, codes: Sequence[NDArray[np.intp]]) -> tuple[Mask, Mask]:
    """Rows that fixed effects alone prove separated, and the rows among which all others are to be looked for.

    In turn, until nothing changes: a group without a positive flow is separated; a row alone in a group is set aside.

    Whatever the regressors and the other effects do, the effect of that group can hold z at 0 in its lone row, so the
    row forbids no direction z: a direction among the rest becomes one of all rows by setting these effects, the row
    set aside last first. Rows found separated before may then have z > 0: add their own direction, many times over,
    which is 0 at all rows looked at later and, by the same effects, at those set aside. Conversely a direction of all
    rows is one of the rest. So nothing is lost and nothing is found too much, whatever the regressors.

    Parameters
    ----------
    outcome : Array
        (row,).
    codes : sequence of array
        Level of each row in each fixed effect.

    Returns
    -------
    separated : Mask
        Zero flows, (row,).
    bound : Mask
        The rows that remain, (row,): in sparse panels a small part of all.
    """
    separated = np.zeros(len(outcome), dtype=bool)
    rows, before = np.arange(len(outcome)), -1
    while len(rows) != before:
        before = len(rows)
        positive = (outcome[rows] > 0).astype(np.float64)
        empty = np.zeros(len(rows), dtype=bool)
        for code in codes:
            here = code[rows]
            empty |= np.bincount(here, positive)[here] == 0
        separated[rows[empty]] = True
        rows = rows[~empty]
        alone = np.zeros(len(rows), dtype=bool)
        for code in codes:
            here = code[rows]
            alone |= np.bincount(here)[here] == 1
        rows = rows[~alone]
    bound = np.zeros(len(outcome), dtype=bool)
    bound[rows] = True
    return separated, bound


def rectify(
    *,
    absorber: Absorber,
    regressors: Columns,
    flow: Array,
    prior: Array,
    candidates: Mask,
    max_steps: int = 100,
) -> Mask | None:
    """Cells that the iterative rectifier finds separated, or None when it has not ended after `max_steps`.

    û begins as the direction nearest to 1 at the candidates. Each step adds a multiple of the direction nearest to its
    negative part, which lowers no product û·z with a z ≥ 0 that separates rows: û·z ≥ Σ z throughout, so the largest û
    is at least 1 as long as there is such a z, and none is left when it falls below.

    Parameters
    ----------
    regressors : sequence of Array
        (cell,) each.
    candidates : Mask
        Zero flows that may be separated; the other zero flows are held at 0 as the positive flows are.
    """
    zero = candidates & (flow == 0) & (prior > 0)
    nearest = _projection(absorber, regressors, weight=np.where(zero, 1.0, HELD) * (prior > 0))
    fitted = nearest(zero.astype(np.float64))
    pull, length = np.zeros_like(fitted), 1.0
    for step in range(max_steps):
        scale = float(fitted[zero].max(initial=0.0))
        if scale < LEAST_LARGEST:
            return np.zeros(len(zero), dtype=bool)
        if -float(fitted[zero].min()) < NEARLY * scale:  # once more, from what is positive: nearer to 0 at cells held
            fitted = nearest(np.where(zero, np.maximum(fitted, 0.0), 0.0))
            if _is_direction(fitted, zero, prior > 0):
                return np.asarray(zero & (fitted > CLEAR * scale))
        before, pull = pull, nearest(np.where(zero, np.maximum(-fitted, 0.0), 0.0))
        length = _length(length * before, before - pull, long=step % 2 == 0)
        fitted += length * pull
    return None


def _projection(absorber: Absorber, regressors: Columns, *, weight: Array) -> Callable[[Array], Array]:
    """The map of values (cell,) to the nearest z = Xγ + effects under the weights, in the sense of least squares."""
    absorber.weigh(weight)
    present = weight > 0
    count, sizes = float(np.count_nonzero(present)), [float((column * column) @ present) for column in regressors]
    scaled = [  # a regressor of dropped rows alone is zero in all that remain
        column * (np.sqrt(count / size) if size > 0 else 0.0) for column, size in zip(regressors, sizes, strict=True)
    ]
    rest = np.empty((len(scaled), absorber.cells))
    if len(scaled):
        subtract(absorber, absorber.project(scaled, tol=1e-7), scaled, rest)
    solve = _pseudo_inverse(weighted_gram(rest, weight), np.array([(weight * column) @ column for column in scaled]))

    def nearest(values: Array) -> Array:
        fitted = np.empty_like(values)
        absorber.expand(absorber.project(values[None], tol=1e-6), 0, fitted)
        return fitted + (solve @ ((rest * weight) @ (values - fitted))) @ rest if len(rest) else fitted

    return nearest


def separated_rows(*, outcome: Array, regressors: Array, codes: Sequence[NDArray[np.intp]]) -> Mask:
    """Rows that the definition's linear programme finds separated, all of them at once.

    Maximise Σ t over zero flows with 0 ≤ t ≤ 1, z ≤ −t there and z = 0 at positive flows: t is 1 exactly where a row
    is separated, as any z can be scaled up.

    Parameters
    ----------
    outcome : Array
        (row,).
    regressors : Array
        (regressor, row), a constant among them if there are no fixed effects.
    codes : sequence of array
        Level of each row in each fixed effect.
    """
    from scipy.optimize import linprog  # slow to import, seldom needed
    from scipy.sparse import coo_array, eye_array, hstack

    zero = outcome == 0
    count = int(np.count_nonzero(zero))
    if not count:
        return np.zeros(len(outcome), dtype=bool)
    size = np.abs(regressors).max(axis=1, initial=0.0) if len(regressors) else np.empty(0)
    parts = [coo_array((regressors / np.where(size > 0, size, 1.0)[:, None]).T)] if len(regressors) else []
    rows = np.arange(len(outcome))
    parts += [coo_array((np.ones(len(rows)), (rows, renumbered(code)[0]))) for code in codes]
    space = hstack(parts).tocsr()
    width = space.shape[1]
    found = linprog(
        np.r_[np.zeros(width), -np.ones(count)],
        A_ub=hstack([space[zero], eye_array(count)]), b_ub=np.zeros(count),
        A_eq=hstack([space[~zero], coo_array((len(rows) - count, count))]), b_eq=np.zeros(len(rows) - count),
        bounds=np.r_[np.tile([[-np.inf, np.inf]], (width, 1)), np.tile([[0.0, 1.0]], (count, 1))],
    )  # fmt: skip
    if found.x is None:
        raise ConvergenceError(f"the search for separated rows failed: {found.message}", hint="separation='fe'")
    separated = np.zeros(len(rows), dtype=bool)
    separated[np.flatnonzero(zero)] = found.x[width:] > 0.5
    return np.asarray(separated)


def _is_direction(fitted: Array, zero: Mask, present: Mask) -> bool:
    """Whether û is nothing at the cells held, and nowhere negative among the others."""
    off = float(np.abs(fitted[present & ~zero]).max(initial=0.0))
    return max(off, -float(fitted[zero].min())) < NOTHING * float(fitted[zero].max())


def _length(moved: Array, change: Array, *, long: bool) -> float:
    """Barzilai and Borwein's (1988) length of the next step of a descent: the long one and the short one in turn."""
    across = float(moved @ change)
    if across <= 0:
        return 1.0
    return float(np.clip(moved @ moved / across if long else across / (change @ change), 1.0, LONGEST))


def _pseudo_inverse(gram: Array, before: Array) -> Array:
    """Inverse of X̃'WX̃ where a regressor that the effects explain, wholly or with others, gets no weight."""
    if not len(gram):
        return gram
    root = np.sqrt(np.maximum(before, np.finfo(float).tiny))
    return np.asarray(np.linalg.pinv(gram / np.outer(root, root), rcond=1e-12, hermitian=True) / np.outer(root, root))
