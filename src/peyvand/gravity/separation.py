"""Which zero flows have no finite estimate?  Rows that a Poisson fit would push to ln μ = −∞ for ever.

A set of zero rows is separated when some z = Xγ + effects is 0 at every positive flow, never positive at a zero flow
and negative at those rows (Correia, Guimarães and Zylkin 2019). Two rules find them: `fixed_effect` – a group without a
positive flow; `rectifier` – the iterative rectifier: regress u on regressors and effects with the positive flows held
at 0 by a large weight, put u = max(û, 0), repeat until û has no negative part: where û > 0 the row is separated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError
from peyvand.gravity.absorb import Absorber
from peyvand.gravity.kernels import Array
from peyvand.gravity.newton import subtract

Mask = NDArray[np.bool_]
HELD = 1e7
NEGLIGIBLE = 1e-4


def empty_groups(outcome: Array, codes: Sequence[NDArray[np.intp]]) -> list[Mask]:
    """For each fixed effect, the rows of groups without a positive flow.

    One look suffices: it drops zero flows only, so no other group loses a positive one.
    """
    found = []
    for code in codes:
        total = np.bincount(code, outcome)
        found.append((total == 0)[code] if np.any(total == 0) else np.zeros(len(code), dtype=bool))
    return found


def rectify(
    *,
    absorber: Absorber,
    regressors: Array,
    flow: Array,
    prior: Array,
    candidates: Mask,
    max_steps: int = 2000,
) -> Mask:
    """Cells that the iterative rectifier finds separated.

    Parameters
    ----------
    regressors : Array
        (regressor, cell).
    candidates : Mask
        Zero flows that may be separated; the other zero flows are held at 0 as the positive flows are.

    Raises
    ------
    ConvergenceError
        If û still has a negative part after `max_steps`.
    """
    zero = candidates & (flow == 0) & (prior > 0)
    weight = np.where(zero, 1.0, HELD) * (prior > 0)
    absorber.weigh(weight)
    size = np.sqrt(np.maximum((regressors**2 * (prior > 0)).sum(axis=1), np.finfo(float).tiny))
    scaled = regressors / size[:, None] * np.sqrt(np.count_nonzero(prior))
    rest = np.empty_like(scaled)
    if len(scaled):
        subtract(absorber, absorber.project(scaled, tol=1e-10), scaled, rest)
    solve = _pseudo_inverse((rest * weight) @ rest.T, np.array([(weight * column) @ column for column in scaled]))
    target = zero.astype(np.float64)
    fitted = np.empty_like(target)
    effects = None
    for _ in range(max_steps):
        effects = absorber.project(target[None], tol=1e-9, start=effects)
        absorber.expand(effects, 0, fitted)
        if len(rest):
            fitted += (solve @ ((rest * weight) @ (target - fitted))) @ rest
        scale = float(fitted[zero].max(initial=0.0))
        if scale < NEGLIGIBLE:
            return np.zeros_like(zero)
        if float(fitted[zero].min(initial=0.0)) > -NEGLIGIBLE * scale:
            return np.asarray(zero & (fitted > NEGLIGIBLE * scale))
        target = np.where(zero, np.maximum(fitted, 0.0), 0.0)
        if scale < 0.1:
            target /= scale
            effects = None
    raise ConvergenceError(
        f"the search for separated rows did not end after {max_steps} steps",
        hint="separation='fe' keeps to the groups without positive flows", candidates=int(zero.sum()),
    )  # fmt: skip


def _pseudo_inverse(gram: Array, before: Array) -> Array:
    """Inverse of X̃'WX̃ where a regressor that the effects explain, wholly or with others, gets no weight."""
    if not len(gram):
        return gram
    root = np.sqrt(np.maximum(before, np.finfo(float).tiny))
    return np.asarray(np.linalg.pinv(gram / np.outer(root, root), rcond=1e-12, hermitian=True) / np.outer(root, root))
