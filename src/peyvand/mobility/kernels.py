"""People across borders in numpy: what rules change, what a full destination takes, how places are allotted.

Arrays are (origin, destination) unless said otherwise; `log_change` is ln of new over old by a pair's own rule alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def partial(*, persons: Array, log_change: Array) -> Array:
    """(…, N, N) people if every destination had room: F exp(Δ)."""
    return np.asarray(persons * np.exp(log_change))


def conditional(*, persons: Array, log_change: Array, others: Array) -> Array:
    """(…, N, N) people if every destination takes as many as before: F' = F exp(Δ) K / Σ_o F exp(Δ).

    Parameters
    ----------
    persons : Array
        Today's people; a missing figure counts as nobody in the sums and stays missing.
    log_change : Array
        ln of new over old.
    others : Array
        (…, N) people at a destination from origins that are not in the table; their rule stays.

    Returns
    -------
    Array
        With the same Σ_o F + others at every destination: the others are crowded out, or return, alike.
    """
    moved = partial(persons=persons, log_change=log_change)
    before = np.nansum(persons, axis=-2) + others
    after = np.nansum(moved, axis=-2) + others
    room = np.divide(before, after, out=np.ones_like(after), where=after > 0)
    return np.asarray(moved * room[..., None, :])


def shared_out(*, weight: Array, persons: Array, group: NDArray[np.intp]) -> Array:
    """(row,) each group's total, shared by weight; a group without weights shares alike."""
    total = np.bincount(group, weights=persons)
    even = np.where(np.bincount(group, weights=weight)[group] > 0, weight, 1.0)
    return np.asarray(total[group] * even / np.bincount(group, weights=even)[group])


def misplaced_share(*, persons: Array, placed: Array) -> float:
    """The part of people put where they are not: ½ Σ |placed − persons| / Σ persons, for equal totals."""
    return float(0.5 * np.abs(placed - persons).sum() / persons.sum())


def allotted(*, weight: Array, places: int) -> NDArray[np.int_]:
    """Whole places by pair, as many out as in for every economy.

    A symmetric weight gives each pair ½ · places · w_ij / Σ_{i<j} w_ij in both directions; the remainders are filled
    from the largest (Hamilton), ties by position. An odd number of places leaves one unused.

    Parameters
    ----------
    weight : Array
        (N, N) symmetric, none negative, zero on the diagonal and where the provision does not hold.
    places : int
        In all, both directions together.
    """
    pairs = np.triu(weight, k=1)
    if not pairs.sum() > 0:
        return np.zeros(weight.shape, dtype=int)
    exact = pairs / pairs.sum() * (places // 2)
    whole = np.floor(exact).astype(int)
    left = places // 2 - int(whole.sum())
    order = np.argsort(-(exact - whole), axis=None, kind="stable")[:left]
    whole.ravel()[order] += 1
    return np.asarray(whole + whole.T)


def calibrated(*, prior: Array, known: Array, total: Array) -> Array:
    """A prior scaled to what is known: known cells stand, the rest of each destination's total is shared by the prior.

    Parameters
    ----------
    prior : Array
        (N, N) relative sizes.
    known : Array
        (N, N) published figures, NaN where there is none.
    total : Array
        (N,) of the destination; NaN where it is not published: the prior stands as it is.
    """
    given = np.nansum(known, axis=0)
    open_prior = np.where(np.isfinite(known), 0.0, prior)
    weight = open_prior.sum(axis=0)
    rest = np.maximum(total - given, 0.0)
    scale = np.where(np.isfinite(total) & (weight > 0), rest / np.where(weight > 0, weight, 1.0), 1.0)
    return np.asarray(np.where(np.isfinite(known), known, open_prior * scale))
