"""Which union is best, for whom, and what would it cost to make nobody lose?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from peyvand.unions.game import NOTICED, Array, Numbers
from peyvand.unions.landscape import Landscape


@dataclass(frozen=True, eq=False, kw_only=True)
class Ranking:
    """Unions by what they give.

    Parameters
    ----------
    table : DataFrame
        A row a union of two or more: `union`, `members`, `size`, `members_gain_musd`, `outsiders_gain_musd`,
        `world_gain_musd`, `worst_member`, `worst_member_percent`, `losers` (members that lose), `compensation_musd`
        (the least that makes them whole; NaN where the winners among the members do not gain so much), `pareto`
        (no other union gives its members more together and its worst member more).
    best_for : mapping of str to int
        The best union for `world`, `members` and every economy of the World, by its number.
    """

    table: pd.DataFrame
    best_for: dict[str, int]


def ranking(landscape: Landscape) -> Ranking:
    """Rank every union that was solved."""
    chosen = (landscape.sizes >= 2) & np.isfinite(landscape.welfare_hat).all(axis=1)
    numbers, payoff, inside = landscape.numbers[chosen], landscape.payoff[chosen], landscape.is_member[chosen]
    members_gain = np.where(inside, payoff, 0.0).sum(axis=1)
    percent = 100 * (landscape.welfare_hat[chosen] - 1)
    among = np.where(inside, percent, np.inf)
    worst = among.argmin(axis=1)
    worst_percent = among.min(axis=1)
    noticed = NOTICED * landscape.income
    losses = np.where(inside & (payoff < -noticed), -payoff, 0.0)
    total_loss = losses.sum(axis=1)
    affordable = members_gain >= 0
    table = pd.DataFrame(
        {
            "union": numbers,
            "members": [" ".join(landscape.members(int(number))) for number in numbers],
            "size": landscape.sizes[chosen],
            "members_gain_musd": members_gain,
            "outsiders_gain_musd": payoff.sum(axis=1) - members_gain,
            "world_gain_musd": payoff.sum(axis=1),
            "worst_member": np.array(landscape.economies)[worst],
            "worst_member_percent": worst_percent,
            "losers": (losses > 0).sum(axis=1),
            "compensation_musd": np.where(affordable, total_loss, np.nan),
            "pareto": pareto(members_gain, worst_percent),
        }
    ).sort_values("members_gain_musd", ascending=False, ignore_index=True)
    best = {"world": _best(numbers, payoff.sum(axis=1)), "members": _best(numbers, members_gain)}
    best |= {code: _best(numbers, payoff[:, place]) for place, code in enumerate(landscape.economies)}
    return Ranking(table=table, best_for=best)


def pareto(gain: Array, worst: Array) -> Any:
    """Which points no other beats in one and equals in the other.

    >>> pareto(np.array([3.0, 2.0, 1.0]), np.array([0.1, 0.3, 0.2]))
    array([ True,  True, False])
    """
    order = np.lexsort((-worst, -gain))
    sorted_gain, sorted_worst = gain[order], worst[order]
    best_before = np.concatenate([[-np.inf], np.maximum.accumulate(sorted_worst)[:-1]])
    first = np.concatenate([[True], np.diff(sorted_gain) != 0]) if len(gain) else np.zeros(0, dtype=bool)
    same = np.concatenate([[False], (np.diff(sorted_gain) == 0) & (np.diff(sorted_worst) == 0)]) if len(gain) else first
    kept = sorted_worst > best_before
    for at in np.flatnonzero(same):  # twins stand or fall together
        kept[at] = kept[at - 1]
    out = np.zeros(len(gain), dtype=bool)
    out[order] = kept
    return out


def compensation(landscape: Landscape, number: int) -> pd.DataFrame:
    """The smallest transfers among a union's members that leave no member worse off than today.

    Losers get what they lose; winners pay in proportion to what they gain. Columns `economy`, `gain_musd`,
    `transfer_musd` (positive: received), `after_musd`. Empty where the winners do not gain enough.
    """
    at = landscape.row(number)
    inside = np.flatnonzero(landscape.is_member[at])
    gain = landscape.payoff[at, inside]
    lost, won = np.maximum(-gain, 0.0), np.maximum(gain, 0.0)
    if lost.sum() > won.sum() or not np.isfinite(gain).all():
        return pd.DataFrame(columns=["economy", "gain_musd", "transfer_musd", "after_musd"])
    share = won / won.sum() if won.sum() > 0 else won
    transfer = lost - share * lost.sum()
    return pd.DataFrame(
        {
            "economy": np.array(landscape.economies)[inside],
            "gain_musd": gain,
            "transfer_musd": transfer,
            "after_musd": gain + transfer,
        }
    )


def _best(numbers: Numbers, worth: Array) -> int:
    return int(numbers[int(np.argmax(worth))])
