"""Small exchange rounds, and every feasible outcome of one by brute force."""

from __future__ import annotations

from itertools import permutations, product

from peyvand.mobility.trading_cycles import UNPLACED, Market


def market_of(home, choices, *, exports, imports, tolerance=0, lottery=None):
    """A round of len(exports) universities; students of one home stand in the order of their numbers."""
    count = len(exports)
    slack = [tolerance] * count if isinstance(tolerance, int) else tolerance
    return Market(
        own=[[s for s, place in enumerate(home) if place == u] for u in range(count)],
        choices=choices,
        export_quota=exports,
        import_quota=imports,
        tolerance=slack,
        lottery=lottery or list(range(count)),
    )


def truncated_lists(home, count):
    """Every strict list, of any length, of the universities other than home."""
    others = [u for u in range(count) if u != home]
    return [order for size in range(len(others) + 1) for order in permutations(others, size)]


def flows(market, placed):
    """What each university sends and takes."""
    count = len(market.own)
    sent, taken = [0] * count, [0] * count
    for university, own in enumerate(market.own):
        for student in own:
            if placed[student] != UNPLACED:
                sent[university] += 1
                taken[placed[student]] += 1
    return sent, taken


def is_feasible(market, placed):
    """Within quotas, balanced within tolerance, and nobody where she did not want to go."""
    sent, taken = flows(market, placed)
    inside = all(
        s <= e and t <= i and abs(t - s) <= slack
        for s, t, e, i, slack in zip(
            sent, taken, market.export_quota, market.import_quota, market.tolerance, strict=True
        )
    )
    return inside and all(
        place == UNPLACED or place in choices for place, choices in zip(placed, market.choices, strict=True)
    )


def position(choices, place):
    """How good a place is: 0 is the first choice, no place comes after every choice."""
    return len(choices) if place == UNPLACED else list(choices).index(place)


def dominating(market, placed):
    """A feasible outcome that nobody likes less and somebody more; None if there is none."""
    here = [position(choices, place) for choices, place in zip(market.choices, placed, strict=True)]
    better = [[c for c in choices if position(choices, c) <= at] + [UNPLACED] * (at == len(choices))
              for choices, at in zip(market.choices, here, strict=True)]  # fmt: skip
    for other in product(*better):
        if list(other) != list(placed) and is_feasible(market, other):
            return other
    return None
