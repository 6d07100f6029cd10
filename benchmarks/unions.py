"""How fast is the question which union would hold?  All unions with stability, draws of all unions, memory.

Wall and processor time, since a busy machine stretches the first only. The peer is the same question answered one union
after the other by the single-scenario solver, from a sample in the same run.
"""

from __future__ import annotations

import resource
from time import perf_counter

import numpy as np

from benchmarks._many_equilibria import CANDIDATES, timed
from peyvand.scenarios import BorderCost, Tariff
from peyvand.trade import CaliendoParro
from peyvand.unions import search, stability
from peyvand.unions.draws import draw_unions
from peyvand.world import World

SIZES = {
    "toy": {"candidates": (6,), "drawn": 4, "draws": 2, "alone": 2},
    "full": {"candidates": (12, 16), "drawn": 12, "draws": 50, "alone": 10},
    "large": {"candidates": (20,), "drawn": 12, "draws": 50, "alone": 10},
}
TERMS = (Tariff(kind="tariff", cut_share=1.0), BorderCost(kind="border_cost", cut_percent=5))
CONCEPTS = ("internal", "external_open", "external_exclusive", "individual")


def main(size: str) -> None:
    chosen = SIZES[size]
    world = World.embedded()
    for k in chosen["candidates"]:
        print(search_row(world, k, alone=chosen["alone"]), flush=True)
    print(draws_row(world, chosen["drawn"], chosen["draws"]))


def search_row(world: World, k: int, *, alone: int) -> str:
    """All unions of k candidates and four kinds of stability."""
    candidates = candidates_of(world, k)
    before = _processor()
    found, wall, _ = timed(lambda: search(world, candidates, TERMS))
    cpu = _processor() - before
    held, told, _ = timed(lambda: [stability(found.game, concept) for concept in CONCEPTS])
    stable = ", ".join(f"{concept} {len(one.numbers)}" for concept, one in zip(CONCEPTS, held, strict=True))
    solver, start, off = CaliendoParro(), perf_counter(), 0.0
    for number in np.random.default_rng(0).integers(3, 1 << k, alone):
        one = solver.solve(found.terms.world, found.terms.shock(found.members(int(number))))
        off = max(off, float(np.abs(one["welfare_hat"].values - found.welfare_hat[int(number)]).max()))
    single = (perf_counter() - start) / alone
    return (
        f"2^{k} unions: {wall:.1f} s (processor {cpu:.1f} s), stability {told:.1f} s; {len(found.failed)} failed, "
        f"within {off:.0e} of {alone} solved alone; {single * (1 << k) / wall:.0f} times faster than one by one; "
        f"at most {_memory_gb():.2f} GB; {stable}"
    )


def draws_row(world: World, k: int, draws: int) -> str:
    """All unions of k candidates for many draws."""
    found = search(world, candidates_of(world, k), TERMS)
    before = _processor()
    drawn, wall, _ = timed(lambda: draw_unions(found, draws=draws))
    cpu = _processor() - before
    likely = float(drawn.probability_of_stability("individual").max())
    return (
        f"2^{k} unions × {draws} draws: {wall:.1f} s (processor {cpu:.1f} s), {len(drawn.failed)} failed; "
        f"the surest union holds in {100 * likely:.0f} % of the draws"
    )


def candidates_of(world: World, k: int) -> list[str]:
    """The region first, then others."""
    return list(dict.fromkeys([code for code in (*CANDIDATES, *world.economies) if code in world.economies]))[:k]


def _processor() -> float:
    """Processor seconds of this process and of its workers that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _memory_gb() -> float:
    """The largest memory of this process and of any one worker, together."""
    return sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1e6
