"""Small games for tests: random ones with ties, and the symmetrical three of the papers."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from peyvand.unions import Game


def game_of(table, *, threshold=0.0):
    """A game from {members as a string of letters: payoffs in the order of the letters}; today is zero."""
    players = tuple(max(table, key=len))
    payoff = np.zeros((1 << len(players), len(players)))
    for members, values in table.items():
        payoff[sum(1 << players.index(name) for name in members)] = values
    return Game(players=players, payoff=payoff, threshold=np.full(len(players), float(threshold)))


def cartel():
    """Three alike: two in a union get 2 and the third 5 outside; the union of all gives 3 to each."""
    return game_of({"AB": (2, 2, 5), "AC": (2, 5, 2), "BC": (5, 2, 2), "ABC": (3, 3, 3)})


@st.composite
def games(draw, most=4):
    """Random games with whole payoffs, so that ties happen, and a threshold that is none or swallows a gain of one."""
    k = draw(st.integers(2, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**20)))
    payoff = rng.integers(-4, 5, (1 << k, k)).astype(float)
    payoff[np.bitwise_count(np.arange(1 << k)) < 2] = 0
    threshold = np.full(k, draw(st.sampled_from([0.0, 0.5, 1.5])))
    return Game(players=tuple("ABCDE"[:k]), payoff=payoff, threshold=threshold)
