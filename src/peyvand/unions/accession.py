"""In which order could members join so that everyone present accepts each step?  Paths through the lattice of unions.

A step takes a newcomer into a union of one or more. It is accepted if neither the newcomer nor anyone present loses by
it more than its threshold. Of all orders, the path is the one whose hardest step is easiest: whose least gain of
anybody at any step, as a share of income, is largest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from peyvand.unions.game import NOTICED, Game, places, without_and_with


@dataclass(frozen=True, eq=False, kw_only=True)
class Accession:
    """How a union can come about.

    Parameters
    ----------
    target : int
        The union asked for.
    order : tuple of int
        Places of the members, founder first, as far as they get by accepted steps.
    reached : int
        The union that the order leads to: the target, or the largest one within it.
    blocked_by : tuple of (int, int)
        Where the target is not reached: (newcomer, who would lose by it) at every step further.
    """

    target: int
    order: tuple[int, ...]
    reached: int
    blocked_by: tuple[tuple[int, int], ...]

    @property
    def complete(self) -> bool:
        """Whether the order leads to the target."""
        return self.reached == self.target


def accession(game: Game, target: int, *, founders: int = 0) -> Accession:
    """The easiest order in which the members of a union could join.

    Parameters
    ----------
    game : Game
    target : int
        The union wanted.
    founders : int
        A union that is there already and accepted; none by default.
    """
    ease, last = _easiest(game, founders)
    inside = [number for number in _subsets(target) if number & founders == founders and ease[number] > -np.inf]
    accepted = [number for number in inside if ease[number] >= -NOTICED] or [founders]
    reached = max(accepted, key=lambda number: (number.bit_count(), ease[number]))
    order: list[int] = []
    here = reached
    while here & ~founders:
        order.append(int(last[here]))
        here &= ~(1 << int(last[here]))
    order += reversed(places(founders))
    blocked = tuple(
        (newcomer, loser)
        for newcomer in places(target & ~reached)
        for loser in places(reached | 1 << newcomer)
        if _change(game, reached, newcomer, loser) < -game.threshold[loser]
    )
    return Accession(target=target, order=tuple(reversed(order)), reached=reached, blocked_by=blocked)


def steps(game: Game, order: tuple[int, ...], founders: int = 0) -> pd.DataFrame:
    """Every step of an order: a row a step and member, with what the step gives it, M USD."""
    here = founders
    rows: list[dict[str, Any]] = []
    for newcomer in order:
        if founders >> newcomer & 1:
            continue
        after = here | 1 << newcomer
        for member in places(after):
            rows.append(
                {
                    "step": after.bit_count() - 1,
                    "newcomer": game.players[newcomer],
                    "member": game.players[member],
                    "gain_musd": float(game.payoff[after, member] - game.payoff[here, member]),
                }
            )
        here = after
    return pd.DataFrame([row for row in rows if row["step"] >= 1])


def _easiest(game: Game, founders: int) -> tuple[np.ndarray, np.ndarray]:
    """(union): the least gain for its income on the easiest path to it, and who joins last."""
    k, count = len(game.players), len(game.payoff)
    income = np.where(game.threshold > 0, game.threshold / NOTICED, 1.0)
    ease, last = np.full(count, -np.inf), np.full(count, -1)
    ease[founders] = np.inf
    if founders == 0:
        ease[1 << np.arange(k)], last[1 << np.arange(k)] = np.inf, np.arange(k)
    hardest = np.empty((count, k))
    for place in range(k):
        outside, inside = without_and_with(game.payoff, place)
        number = without_and_with(game.numbers, place)[1]
        gain = (inside - outside) / income
        member = number[..., None] >> np.arange(k) & 1 == 1
        hardest[number, place] = np.where(member, gain, np.inf).min(axis=-1)
    for size in range(2, k + 1):
        unions = game.numbers[game.sizes == size]
        for place in range(k):
            here = unions[(unions >> place & 1 == 1)]
            before = here & ~(1 << place)
            path = np.minimum(ease[before], np.nan_to_num(hardest[here, place], nan=-np.inf))
            path = np.where(here & founders == founders, path, -np.inf)
            path = np.where(founders >> place & 1 == 1, -np.inf, path)
            better = path > ease[here]
            ease[here[better]], last[here[better]] = path[better], place
    return ease, last


def _change(game: Game, union: int, newcomer: int, player: int) -> float:
    return float(game.payoff[union | 1 << newcomer, player] - game.payoff[union, player])


def _subsets(number: int) -> list[int]:
    """All unions within one, itself among them."""
    found, part = [], number
    while True:
        found.append(part)
        if part == 0:
            return found
        part = (part - 1) & number
