"""What does each union give to everyone?  The table on which every question of choice and stability is asked.

A state of the world is one union C among k candidates, all else as today; its number is Σ 2^i over its members. The
payoff of a player is its equivalent variation, M USD of the base year, whether it is in the union or not. One member
alone is no union: its payoff is that of today.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import ModelError, did_you_mean

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Rule = Literal["stay", "dissolve", "best_reply"]
RULES: tuple[Rule, ...] = ("stay", "dissolve", "best_reply")
"""What those who are left do after somebody walked out: see `settled`."""

NOTICED = 1e-6
"""A change below this share of income is none."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Game:
    """Payoffs of all unions of some players.

    Parameters
    ----------
    players : tuple of str
    payoff : Array (union, player)
        M USD; row number Σ 2^i.
    threshold : Array (player)
        M USD; a move is a gain only above it.

    Raises
    ------
    ModelError
        If the table does not hold every union of the players.
    """

    players: tuple[str, ...]
    payoff: Array
    threshold: Array

    def __post_init__(self) -> None:
        k = len(self.players)
        if k < 2 or self.payoff.shape != (1 << k, k) or self.threshold.shape != (k,):
            raise ModelError(
                f"payoffs {self.payoff.shape} and thresholds {self.threshold.shape} of {k} players",
                hint=f"({1 << k}, {k}) and ({k},), two players or more",
            )

    @cached_property
    def numbers(self) -> Numbers:
        """0 … 2^k − 1."""
        return np.arange(len(self.payoff))

    @cached_property
    def sizes(self) -> NDArray[np.uint8]:
        """Members of every union."""
        return np.bitwise_count(self.numbers).astype(np.uint8)

    @cached_property
    def replied(self) -> Numbers:
        """(union): where the members end who reply as well as they can; see `settled`."""
        return _replied(self)

    @property
    def is_union(self) -> NDArray[np.bool_]:
        """(union): two members or more, with an answer."""
        return np.asarray((self.sizes >= 2) & np.isfinite(self.payoff).all(axis=1))

    @property
    def scale(self) -> Array:
        """(player): by what gains of unlike players are compared; its threshold, or one M USD where that is nothing."""
        return np.where(self.threshold > 0, self.threshold, 1.0)

    def members(self, number: int) -> tuple[str, ...]:
        """Names of a union's members."""
        return tuple(self.players[place] for place in places(number))

    def number(self, members: tuple[str, ...] | list[str]) -> int:
        """A union's number.

        Raises
        ------
        ModelError
            If a name is no player's.
        """
        for name in members:
            if name not in self.players:
                raise ModelError(f"{name} is no candidate", hint=did_you_mean(name, self.players))
        return sum(1 << self.players.index(name) for name in set(members))

    def gains(self, before: int, after: int, movers: tuple[int, ...]) -> tuple[float, ...]:
        """What each mover gets more after than before, M USD."""
        return tuple(float(self.payoff[after, i] - self.payoff[before, i]) for i in movers)


def places(number: int) -> tuple[int, ...]:
    """The places of a number's bits, from the lowest.

    >>> places(0b1101)
    (0, 2, 3)
    """
    return tuple(place for place in range(int(number).bit_length()) if number >> place & 1)


def without_and_with(table: NDArray[Any], place: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Views of a table by union: those without a player, and the same ones with it, (pair of unions, …)."""
    split = table.reshape(-1, 2, 1 << place, *table.shape[1:])
    return split[:, 0], split[:, 1]


def settled(game: Game, rule: Rule) -> Numbers:
    """(union): where those end who are left as this union after others walked out.

    - `stay`: they go on as they are.
    - `dissolve`: the union ends, and all is as today.
    - `best_reply`: as long as some of them gain by leaving, the one with the largest gain for its income leaves.

    Raises
    ------
    ModelError
        If there is no such rule.
    """
    if rule not in RULES:
        raise ModelError(f"no rule {rule!r}", hint=did_you_mean(rule, RULES))
    if rule == "stay":
        return game.numbers
    return np.zeros_like(game.numbers) if rule == "dissolve" else game.replied


def _replied(game: Game) -> Numbers:
    """(union): where it ends if members leave, the one with most to gain first, until none gains by it."""
    pressing, leaver = np.zeros(len(game.payoff)), np.full(len(game.payoff), -1)
    for place, limit in enumerate(game.threshold):
        outside, inside = without_and_with(game.payoff[:, place], place)
        there = without_and_with(game.numbers, place)[1]
        gain = outside - inside
        more = (gain > limit) & (gain / game.scale[place] > pressing[there])
        pressing[there[more]], leaver[there[more]] = gain[more] / game.scale[place], place
    unrest = (leaver >= 0) & (game.sizes >= 2)
    after = np.where(unrest, game.numbers & ~(1 << np.maximum(leaver, 0)), game.numbers)
    while not np.array_equal(after, after[after]):
        after = after[after]
    return np.asarray(after)
