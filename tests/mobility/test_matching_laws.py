"""Laws of balanced exchange: feasible, wanted, balanced, efficient, and no student gains by a false list."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from tests.mobility.rounds import dominating, is_feasible, market_of, position, truncated_lists

from peyvand.mobility.trading_cycles import top_trading_cycles


def random_market(rng, count, students, *, tolerance):
    home = sorted(rng.integers(0, count, students).tolist())
    choices = []
    for place in home:
        others = rng.permutation([u for u in range(count) if u != place]).tolist()
        choices.append(tuple(others[: rng.integers(0, count)]))
    quotas = [rng.integers(0, 4, count).tolist() for _ in range(2)]
    slack = rng.integers(0, tolerance + 1, count).tolist()
    lottery = rng.permutation(count).tolist()
    return market_of(home, choices, exports=quotas[0], imports=quotas[1], tolerance=slack, lottery=lottery), home


def assert_no_false_list_helps(market, home, outcome):
    for student, place in enumerate(home):
        truth = market.choices[student]
        honest = position(truth, outcome.placed[student])
        for lie in truncated_lists(place, len(market.own)):
            told = replace(market, choices=[*market.choices[:student], lie, *market.choices[student + 1 :]])
            got = top_trading_cycles(told).placed[student]
            if got == -1 or got in truth:
                assert position(truth, got) >= honest, (market, student, lie)


@pytest.mark.parametrize("tolerance", [0, 1])
def test_every_list_of_three_students_and_three_universities(tolerance):
    """One student a university: all 5³ profiles of strict truncated lists, each with every lie of each student."""
    for choices in product(*(truncated_lists(home, 3) for home in range(3))):
        market = market_of([0, 1, 2], choices, exports=[1] * 3, imports=[1] * 3, tolerance=tolerance)
        outcome = top_trading_cycles(market)
        assert is_feasible(market, outcome.placed)
        assert dominating(market, outcome.placed) is None, (market, outcome.placed)
        assert_no_false_list_helps(market, [0, 1, 2], outcome)


@pytest.mark.parametrize("tolerance", [0, 1, 2])
def test_random_rounds_are_feasible_and_efficient(tolerance):
    rng = np.random.default_rng(tolerance)
    for _ in range(400):
        market, _ = random_market(rng, 4, 6, tolerance=tolerance)
        outcome = top_trading_cycles(market)
        assert is_feasible(market, outcome.placed)
        assert dominating(market, outcome.placed) is None, (market, outcome.placed)


@pytest.mark.parametrize("tolerance", [0, 2])
def test_no_false_list_helps_in_random_rounds(tolerance):
    rng = np.random.default_rng(10 + tolerance)
    for _ in range(60):
        market, home = random_market(rng, 4, 5, tolerance=tolerance)
        assert_no_false_list_helps(market, home, top_trading_cycles(market))


@pytest.mark.slow
@pytest.mark.parametrize("tolerance", [0, 2])
def test_twenty_thousand_random_rounds_of_five_by_five(tolerance, test_size):
    rng = np.random.default_rng(20 + tolerance)
    for _ in range(int(10_000 * test_size)):
        market, home = random_market(rng, 5, 5, tolerance=tolerance)
        outcome = top_trading_cycles(market)
        assert is_feasible(market, outcome.placed)
        assert dominating(market, outcome.placed) is None
        assert_no_false_list_helps(market, home, outcome)
