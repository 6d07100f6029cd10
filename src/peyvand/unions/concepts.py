"""Which unions hold against a single member or a single outsider?  And the deviation that breaks each of the others.

For a union C with v its payoffs, ε_i the threshold of player i and S(·) what those left settle on (`game.settled`):

    internal            no i ∈ C:  v_i(S(C∖i)) − v_i(C) > ε_i
    external, open      no i ∉ C:  v_i(C∪i) − v_i(C) > ε_i
    external, exclusive no i ∉ C:  the same, and v_j(C∪i) ≥ v_j(C) − ε_j for every j ∈ C
    individual          internal and external with exclusive membership

d'Aspremont, Jacquemin, Gabszewicz and Weymark (1983) for internal and external; Yi (1997) for open and exclusive
membership.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import ModelError, did_you_mean
from peyvand.unions.core import cannot_be_shared, core_deviation, transfer_deviation
from peyvand.unions.deviations import Deviation
from peyvand.unions.farsighted import MOST_FARSIGHTED, consistent_set
from peyvand.unions.game import Array, Game, Rule, places, settled, without_and_with

Concept = Literal[
    "internal", "external_open", "external_exclusive", "individual", "core", "core_with_transfers", "farsighted"
]
CONCEPTS: tuple[Concept, ...] = (
    "internal", "external_open", "external_exclusive", "individual", "core", "core_with_transfers", "farsighted",
)  # fmt: skip
MOST_CORE = 12
"""Candidates up to which the core is asked of every union; beyond, of those that are asked for."""

Deviate = Callable[[int], Deviation | None]


@dataclass(frozen=True, eq=False, kw_only=True)
class Stability:
    """Which unions are stable in one sense.

    Parameters
    ----------
    concept : str
    rule : str
        What those left behind do.
    game : Game
    asked : array of bool (union)
        Unions that were asked: two members or more, with an answer.
    stable : array of bool (union)
        False where not asked.
    """

    concept: Concept
    rule: Rule
    game: Game
    asked: NDArray[np.bool_]
    stable: NDArray[np.bool_]
    _deviate: Deviate

    def deviation(self, union: int) -> Deviation | None:
        """What breaks a union; None for a stable one.

        Raises
        ------
        ModelError
            If the union was not asked.
        """
        if not self.asked[union]:
            raise ModelError(
                f"the {self.concept} stability of union {union} was not asked", hint="unions of two members or more"
            )
        return None if self.stable[union] else self._deviate(int(union))

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Numbers of the stable unions."""
        return np.flatnonzero(self.stable)


def stability(
    game: Game, concept: Concept, *, rule: Rule = "stay", unions: NDArray[np.int64] | None = None
) -> Stability:
    """Ask one kind of stability of every union.

    Parameters
    ----------
    game : Game
    concept : str
        One of `CONCEPTS`.
    rule : {"stay", "dissolve", "best_reply"}
        What those left behind do after somebody walked out; external stability does not ask.
    unions : array of int, optional
        Ask these only; needed for the core of more than `MOST_CORE` players.

    Raises
    ------
    ModelError
        If the concept or rule is not known, or there are too many players for it.
    """
    if concept not in CONCEPTS:
        raise ModelError(f"no concept {concept!r}", hint=did_you_mean(concept, CONCEPTS))
    asked = game.is_union
    if unions is not None:
        asked = asked & np.isin(game.numbers, unions)
    stable, deviate = _ASKERS[concept](game, rule, asked)
    return Stability(concept=concept, rule=rule, game=game, asked=asked, stable=stable & asked, _deviate=deviate)


Answer = tuple[NDArray[np.bool_], Deviate]
Mask = NDArray[np.bool_]


def _internal(game: Game, rule: Rule, _: Mask) -> Answer:
    after = settled(game, rule)
    stable = np.ones(len(game.payoff), dtype=bool)
    for i, limit in enumerate(game.threshold):
        there, here = without_and_with(game.numbers, i)
        leaves = game.payoff[after[there], i] - game.payoff[here, i] > limit
        stable[here[leaves]] = False

    def deviate(union: int) -> Deviation:
        moves = [(int(after[union & ~(1 << i)]), i) for i in places(union)]
        return _strongest(game, "internal", "leave", union, moves, rule)

    return stable, deviate


def _external(game: Game, *, exclusive: bool) -> Answer:
    concept: Concept = "external_exclusive" if exclusive else "external_open"
    stable = np.ones(len(game.payoff), dtype=bool)
    for i, limit in enumerate(game.threshold):
        outside, inside = without_and_with(game.payoff, i)
        number = without_and_with(game.numbers, i)[0]
        joins = inside[..., i] - outside[..., i] > limit
        if exclusive:
            for j, other in enumerate(game.threshold):
                if j != i:
                    loses = inside[..., j] < outside[..., j] - other
                    joins &= ~(loses & (number >> j & 1 == 1))
        stable[number[joins]] = False

    def deviate(union: int) -> Deviation:
        moves = [
            (union | 1 << i, i)
            for i in range(len(game.players))
            if not union >> i & 1 and (not exclusive or welcome(game, union, i))
        ]
        return _strongest(game, concept, "join", union, moves, None)

    return stable, deviate


def welcome(game: Game, union: int, newcomer: int) -> bool:
    """Whether no member of a union loses by a newcomer."""
    wider = union | 1 << newcomer
    return all(game.payoff[wider, j] >= game.payoff[union, j] - game.threshold[j] for j in places(union))


def _individual(game: Game, rule: Rule, asked: Mask) -> Answer:
    inner, leave = _internal(game, rule, asked)
    outer, join = _external(game, exclusive=True)

    def deviate(union: int) -> Deviation | None:
        return join(union) if inner[union] else leave(union)

    return inner & outer, deviate


def _core(game: Game, rule: Rule, asked: Mask) -> Answer:
    deviate = partial(core_deviation, game, rule=rule)
    return _one_by_one(game, asked, lambda union: deviate(union) is None), deviate


def _core_with_transfers(game: Game, rule: Rule, asked: Mask) -> Answer:
    deviate = partial(transfer_deviation, game, rule=rule)

    def stable(union: int) -> bool:
        return not cannot_be_shared(game, union, rule=rule) and deviate(union) is None

    return _one_by_one(game, asked, stable), deviate


def _farsighted(game: Game, _: Rule, __: Mask) -> Answer:
    if len(game.players) > MOST_FARSIGHTED:
        raise ModelError(
            f"farsighted stability of {len(game.players)} players", hint=f"{MOST_FARSIGHTED} at most: every path counts"
        )
    found = consistent_set(game)
    return found.stable, found.deviation


def _one_by_one(game: Game, asked: Mask, is_stable: Callable[[int], bool]) -> Mask:
    """Where every union is a problem of its own."""
    if len(game.players) > MOST_CORE and asked.sum() > 1 << MOST_CORE:
        raise ModelError(
            f"the core of all unions of {len(game.players)} players",
            hint=f"{MOST_CORE} players at most, or ask for some unions: unions=…",
        )
    stable = np.zeros(len(game.payoff), dtype=bool)
    for union in np.flatnonzero(asked):
        stable[union] = is_stable(int(union))
    return stable


_ASKERS: dict[Concept, Callable[[Game, Rule, Mask], Answer]] = {
    "internal": _internal,
    "external_open": lambda game, _, __: _external(game, exclusive=False),
    "external_exclusive": lambda game, _, __: _external(game, exclusive=True),
    "individual": _individual,
    "core": _core,
    "core_with_transfers": _core_with_transfers,
    "farsighted": _farsighted,
}


def _strongest(
    game: Game, concept: Concept, move: Literal["leave", "join"], union: int, moves: list[tuple[int, int]],
    rule: Rule | None,
) -> Deviation:  # fmt: skip
    """Of single movers, the one that gains most for its income."""
    pressing: Array = np.array(
        [(game.payoff[result, i] - game.payoff[union, i]) / game.scale[i] for result, i in moves]
    )
    result, i = moves[int(pressing.argmax())]
    return Deviation(
        concept=concept, rule=rule, move=move, union=union, result=result, movers=(i,),
        gains=game.gains(union, result, (i,)),
    )  # fmt: skip
