"""Which unions are good where there are too many to solve?  Local search from many starts; it may miss the best.

From a union every union that differs by one economy is solved, and the search goes to the one that is best for the aim,
until none is better. All searches go on side by side, so that their unions are solved in one batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import ModelError, did_you_mean
from peyvand.trade import UnionSweep
from peyvand.trade.batch import Solved
from peyvand.unions.terms import Terms

Array = NDArray[np.float64]
Aim = Literal["members", "world", "worst"]
AIMS: tuple[Aim, ...] = ("members", "world", "worst")
"""The members' gain together, everyone's, or that of the member who gets least for its income."""
STARTS, MOST_STEPS, MOST_LOCAL = 12, 60, 60


def climb(
    sweep: UnionSweep,
    terms: Terms,
    *,
    aim: Aim = "members",
    starts: int = STARTS,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Solved:
    """Every union that the searches came by, by its number Σ 2^place.

    Parameters
    ----------
    sweep : UnionSweep
    terms : Terms
    aim : {"members", "world", "worst"}
    starts : int
        Unions from which a search sets out: all candidates, and the others at random.
    seed : int
    progress : callable, optional
        Told the share of searches that have come to their end.

    Raises
    ------
    ModelError
        If the aim is not known or there is no start.
    """
    if aim not in AIMS:
        raise ModelError(f"no aim {aim!r}", hint=did_you_mean(aim, AIMS))
    if starts < 1:
        raise ModelError(f"{starts} starts", hint="1 or more")
    k = len(terms.unions.candidates)
    rng = np.random.default_rng(seed)
    income = np.asarray(terms.world["final_expenditure"].values)
    candidate = np.array([terms.world.economies.index(code) for code in terms.unions.candidates])
    known: dict[int, tuple[Array, float]] = {}
    failed: dict[int, str] = {}

    def solve(numbers: set[int]) -> None:
        fresh = np.array(sorted(numbers - known.keys()), dtype=np.int64)
        if not len(fresh):
            return
        found = sweep.chosen((fresh[None, :] >> np.arange(k)[:, None] & 1).astype(np.float64))
        for column, number in enumerate(fresh.tolist()):
            known[number] = (found.welfare_hat[column], float(found.residual[column]))
        failed.update({int(fresh[column]): why for column, why in found.failed.items()})

    def worth(number: int) -> float:
        welfare = known[number][0]
        inside = candidate[(number >> np.arange(k) & 1) == 1]
        gain = (welfare - 1) * income
        if len(inside) < 2 or not np.isfinite(welfare).all():
            return 0.0 if len(inside) < 2 else -np.inf
        if aim == "worst":
            return float((welfare[inside] - 1).min())
        return float(gain.sum() if aim == "world" else gain[inside].sum())

    here = [(1 << k) - 1, *(_random_union(rng, k) for _ in range(starts - 1))]
    moving = list(range(starts))
    for _ in range(MOST_STEPS):
        around = {at: {here[at]} | {here[at] ^ 1 << place for place in range(k)} for at in moving}
        solve(set().union(*around.values()))
        still = []
        for at in moving:
            best = max(around[at], key=lambda number: (worth(number), -number))
            if best != here[at] and worth(best) > worth(here[at]):
                here[at] = best
                still.append(at)
        moving = still
        if progress:
            progress(1 - len(moving) / starts)
        if not moving:
            break
    numbers = np.array(sorted(known), dtype=np.int64)
    return Solved(
        numbers=numbers,
        welfare_hat=np.array([known[number][0] for number in numbers.tolist()]),
        residual=np.array([known[number][1] for number in numbers.tolist()]),
        failed=failed,
    )


def _random_union(rng: np.random.Generator, k: int) -> int:
    """A union of a size between 2 and k, all sizes alike likely."""
    members = rng.choice(k, size=int(rng.integers(2, k + 1)), replace=False)
    return int(sum(1 << int(place) for place in members))
