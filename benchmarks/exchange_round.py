"""How fast is an exchange round, and is its deferred acceptance that of the library `matching`?

Trading cycles have no peer to install; deferred acceptance is timed beside `matching` (PyPI) where it is installed, on
the same students and quotas, and both must place everybody alike.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

from peyvand.mobility.deferred_acceptance import deferred_acceptance
from peyvand.mobility.trading_cycles import UNPLACED, Market, top_trading_cycles

SIZES = {"toy": [(5, 100), (10, 300)], "full": [(20, 1_000), (50, 2_000), (100, 20_000)]}
PEER_LIMIT = 2_000
"""Students; at 20,000 `matching` 1.4.3 passes Python's limit of recursion while it copies its game."""
T = TypeVar("T")


def main(size: str) -> None:
    print("universities × students | cycles, s | placed | largest imbalance | deferred, s | matching, s | ratio")
    for halls, people in SIZES[size]:
        market = a_round(halls, people)
        cycles, taken = timed(lambda market=market: top_trading_cycles(market))
        deferred, taken_deferred = timed(lambda market=market: deferred_acceptance(market))
        placed = sum(place != UNPLACED for place in cycles.placed)
        apart = max(abs(s - t) for s, t in zip(cycles.sent, cycles.taken, strict=True))
        peer = peer_seconds(market, deferred.placed) if people <= PEER_LIMIT else None
        beside = "– | –" if peer is None else f"{peer:.3f} | {peer / taken_deferred:.0f}×"
        print(f"{halls} × {people} | {taken:.3f} | {placed} | {apart} | {taken_deferred:.3f} | {beside}")


def a_round(halls: int, people: int, *, seed: int = 1) -> Market:
    """Random students with up to ten choices, quotas wide enough for half of them."""
    rng = random.Random(seed)
    own: list[list[int]] = [[] for _ in range(halls)]
    choices = []
    for student in range(people):
        home = rng.randrange(halls)
        own[home].append(student)
        others = [hall for hall in range(halls) if hall != home]
        choices.append(rng.sample(others, min(len(others), rng.randint(1, 10))))
    quota = max(1, people // (2 * halls))
    return Market(
        own=own,
        choices=choices,
        export_quota=[people] * halls,
        import_quota=[quota] * halls,
        tolerance=[2] * halls,
        lottery=list(range(halls)),
    )


def peer_seconds(market: Market, ours: list[int]) -> float | None:
    """Seconds of `matching` on the same problem; None where it is not installed."""
    try:
        from matching.games import HospitalResident
    except ImportError:
        return None
    place = {student: (rank, hall, student) for hall, own in enumerate(market.own) for rank, student in enumerate(own)}
    wanted: dict[int, list[int]] = {hall: [] for hall in range(len(market.own))}
    for student in sorted(place, key=place.__getitem__):
        for hall in market.choices[student]:
            wanted[hall].append(student)
    residents = {f"s{student}": [f"u{hall}" for hall in halls] for student, halls in enumerate(market.choices)}
    hospitals = {f"u{hall}": [f"s{student}" for student in students] for hall, students in wanted.items()}
    capacity = {f"u{hall}": quota for hall, quota in enumerate(market.import_quota)}
    game = HospitalResident.create_from_dictionaries(residents, hospitals, capacity)
    solved, taken = timed(lambda: game.solve(optimal="resident"))
    theirs = {int(s.name[1:]): int(hall.name[1:]) for hall, students in solved.items() for s in students}
    assert [theirs.get(student, UNPLACED) for student in range(len(ours))] == ours, "the two place students differently"
    return taken


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What the work gives, and its seconds."""
    started = perf_counter()
    result = work()
    return result, perf_counter() - started
