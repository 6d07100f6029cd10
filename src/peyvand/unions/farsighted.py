"""Which unions would players keep who look to the end of every path?  Chwe's (1994) largest consistent set.

From union C a group S can make D: by walking out (S = C∖D, D ⊂ C), or by agreement of all members of D. D dominates C
indirectly if a path of such steps leads from C to D on which every group that moves prefers D to where it stands. A set
of unions is consistent if from each of them every step is deterred: after it some union of the set may come, there or
further by indirect domination, that does not please everyone of those who took it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peyvand.unions.deviations import Deviation
from peyvand.unions.game import Game, places

MOST_FARSIGHTED = 8
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class ConsistentSet:
    """The largest consistent set and, for every union that is not in it, the step that nothing deters.

    Parameters
    ----------
    stable : array of bool (union)
    steps : mapping of int to (group, union)
        The first step that broke a union.
    """

    game: Game
    stable: Mask
    steps: dict[int, tuple[int, int]]

    def deviation(self, union: int) -> Deviation | None:
        """The step that nothing deters."""
        if union not in self.steps:
            return None
        group, result = self.steps[union]
        movers = places(group)
        return Deviation(
            concept="farsighted", rule=None, move="path", union=union, result=result, movers=movers,
            gains=self.game.gains(union, result, movers),
        )  # fmt: skip


def consistent_set(game: Game) -> ConsistentSet:
    """Chwe's largest consistent set, by taking away what is not deterred until nothing more goes.

    States are today (0) and every union of two or more.
    """
    states = np.flatnonzero(game.is_union | (game.numbers == 0))
    steps = [(a, group, b) for a in range(len(states)) for b in range(len(states)) for group in groups_of(states, a, b)]
    source, group, target = (np.array(column) for column in zip(*steps, strict=True))
    group = group.astype(np.uint8)
    prefers = _prefers(game, states)  # (a, b) -> bits of those who gain by going from a to b
    dominated = _indirectly_dominated(source, group, target, prefers)  # (a, b): b dominates a
    deterrents = dominated | np.eye(len(states), dtype=bool)  # where the step to a may end
    kept = np.ones(len(states), dtype=bool)
    broken: dict[int, tuple[int, int]] = {}
    while True:
        pleased = (group[:, None] & ~prefers[source]) == 0  # (step, end): everyone of the group gains by the end
        deterred = (deterrents[target] & kept[None, :] & ~pleased).any(axis=1)
        open_steps = np.flatnonzero(~deterred & kept[source])
        if not len(open_steps):
            break
        for step in open_steps:
            if kept[source[step]]:
                kept[source[step]] = False
                broken[int(states[source[step]])] = (int(group[step]), int(states[target[step]]))
    stable = np.zeros(len(game.payoff), dtype=bool)
    stable[states[kept]] = True
    return ConsistentSet(game=game, stable=stable, steps=broken)


def groups_of(states: NDArray[np.int64], a: int, b: int) -> tuple[int, ...]:
    """The smallest groups that can turn one state into another."""
    here, there = int(states[a]), int(states[b])
    if here == there:
        return ()
    agreed = (there,) if there else ()
    if there & ~here == 0:
        walked = here & ~there
        return (walked, *agreed)
    return agreed


def _prefers(game: Game, states: NDArray[np.int64]) -> NDArray[np.uint8]:
    gains = game.payoff[states][None, :, :] - game.payoff[states][:, None, :] > game.threshold
    return np.asarray((gains * (1 << np.arange(len(game.players)))).sum(axis=2).astype(np.uint8))


def _indirectly_dominated(
    source: NDArray[np.int64], group: NDArray[np.uint8], target: NDArray[np.int64], prefers: NDArray[np.uint8]
) -> Mask:
    """(a, b): whether a path of willing groups leads from a to b."""
    count = len(prefers)
    found = np.zeros((count, count), dtype=bool)
    for end in range(count):
        willing = (group & ~prefers[source, end]) == 0
        begins, goes = source[willing], target[willing]
        reached = np.zeros(count, dtype=bool)
        reached[end] = True
        while True:
            fresh = reached.copy()
            fresh[begins[reached[goes]]] = True
            if np.array_equal(fresh, reached):
                break
            reached = fresh
        found[:, end] = reached
        found[end, end] = False
    return found
