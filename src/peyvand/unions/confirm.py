"""Is a reported deviation real?  The unions that it names, solved one by one without masks or warm starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from peyvand.trade import CaliendoParro
from peyvand.unions.core import reachable
from peyvand.unions.deviations import Deviation
from peyvand.unions.landscape import Landscape


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A deviation, solved again.

    Parameters
    ----------
    holds : bool
        Whether every mover still gains more than its threshold (of `share`: whether the payoffs are the same).
    gains : tuple of float
        M USD that each mover gets more, by the single solves.
    off_share : float
        The largest difference between a payoff of the search and the single solve, share of income.
    """

    holds: bool
    gains: tuple[float, ...]
    off_share: float


def confirm(landscape: Landscape, deviation: Deviation, *, model: CaliendoParro | None = None) -> Confirmation:
    """Solve the unions of a deviation by the single-scenario solver.

    Parameters
    ----------
    landscape : Landscape
    deviation : Deviation
    model : CaliendoParro, optional
        The closure of the search.

    Raises
    ------
    ConvergenceError
        If one of the unions has no answer.
    """
    solver = model or CaliendoParro()
    game = landscape.game
    states = [deviation.union, deviation.result]
    if deviation.move == "share" and deviation.rule is not None:
        target = reachable(game, deviation.union, deviation.rule)
        states = [deviation.union, *(int(target[group]) for group in deviation.groups)]
    payoff, off = {}, 0.0
    for union in dict.fromkeys(states):
        shock = landscape.terms.shock(landscape.members(union))
        welfare = solver.solve(landscape.terms.world, shock)["welfare_hat"].values
        row = landscape.row(union)
        off = max(off, float(np.abs(welfare - landscape.welfare_hat[row]).max()))
        payoff[union] = ((welfare - 1) * landscape.income)[landscape.places_of_candidates]
    if deviation.move == "share":
        return Confirmation(holds=off < 1e-7, gains=deviation.gains, off_share=off)
    before, after = payoff[deviation.union], payoff[deviation.result]
    gains = tuple(float(after[place] - before[place]) for place in deviation.movers)
    holds = all(gain > game.threshold[place] for gain, place in zip(gains, deviation.movers, strict=True))
    return Confirmation(holds=holds or deviation.move == "path", gains=gains, off_share=off)
