"""What would every union among some candidates give to everyone?  All of them up to 20 candidates, a search beyond.

>>> from peyvand.scenarios import Tariff
>>> from peyvand.world import World
>>> found = search(World.embedded(), ["IRN", "KAZ", "UZB"], [Tariff(kind="tariff", cut_share=1.0)])
>>> found
<Landscape: 8 unions (all) of 3 candidates, 0 failed, residual ...>
>>> bool(found.union(["IRN", "KAZ"])["welfare_hat"].sel(economy="KAZ") > 1)
True
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from peyvand.errors import ModelError
from peyvand.scenarios import Union
from peyvand.scenarios.provisions import AnyProvision
from peyvand.scenarios.union import UnionKind
from peyvand.trade import CaliendoParro, UnionSweep, solve_many, union_sweep
from peyvand.trade.batch import Solved
from peyvand.trade.many import MOST_SHOCKS
from peyvand.unions.blocks import PROCESSES_FROM, Progress, hash_of, solve_blocks
from peyvand.unions.landscape import Landscape
from peyvand.unions.local import MOST_LOCAL, STARTS, Aim, climb
from peyvand.unions.terms import Terms, terms_of
from peyvand.world import World, check

MOST_EXHAUSTIVE = 20
SMALLEST_BLOCK_BITS, MOST_BLOCKS_BITS = 13, 4
"""A block holds 2^13 unions or more, and there are 2^4 blocks at most: warm starts stay within a block."""
SHOCKS_A_BLOCK = 64


def search(
    world: World,
    candidates: Union | Iterable[str],
    provisions: Sequence[AnyProvision] = (),
    *,
    kind: UnionKind = "free-trade-area",
    external_tariff: dict[str, float] | str | None = None,
    model: CaliendoParro | None = None,
    tol: float = 1e-8,
    store: str | Path | None = None,
    executor: Executor | None = None,
    workers: int = 2,
    progress: Progress | None = None,
    aim: Aim = "members",
    starts: int = STARTS,
    seed: int = 0,
) -> Landscape:
    """Solve the unions among some candidates.

    Parameters
    ----------
    world : World
    candidates : Union or iterable of str
        A union whose members are the candidates, with its provisions; or economies, by code or name.
    provisions, kind, external_tariff
        What the members agree on, where the candidates come as names; see `peyvand.scenarios.Union`.
    model : CaliendoParro, optional
        The closure.
    tol : float
        Largest relative gap in any equation.
    store : path, optional
        Folder in which blocks are kept: an interrupted search goes on where it was, a finished one is read.
    executor : Executor, optional
        Of `concurrent.futures` or a Dask client (`Client.get_executor()`); processes of this machine otherwise.
    workers : int
        Of an executor of ours.
    progress : callable, optional
        Told the share that is done.
    aim, starts, seed
        Of the search beyond `MOST_EXHAUSTIVE` candidates: what it looks for, from how many unions, drawn from where.

    Returns
    -------
    Landscape
        `exhaustive` says whether it holds all unions or those that a search came by.

    Raises
    ------
    ScenarioError
        If there are fewer than two candidates, one is named twice or unknown, or the provisions change nothing.
    ModelError
        If there are more candidates than can be solved in this form.
    """
    check(world)
    solver = model or CaliendoParro()
    terms = terms_of(world, candidates, provisions, kind=kind, external_tariff=external_tariff, model=solver)
    place = None if store is None else Path(store)
    k = len(terms.unions.candidates)
    if not terms.has_mask:
        if 1 << k > MOST_SHOCKS:
            raise ModelError(
                f"{terms.depends_on_members} depends on who is in: 2^{k} unions one by one",
                hint=f"up to 2^{MOST_SHOCKS.bit_length() - 1}: take fewer candidates, or terms without it",
            )
        task: _Task = ShocksTask(terms=terms, model=solver, tol=tol)
        count, processes = -(-(1 << k) // SHOCKS_A_BLOCK), 1 << k > SHOCKS_A_BLOCK
        key = hash_of("shocks", terms.world.data_hash, terms.scenario.to_toml(), replace(solver, tol=tol))
    else:
        sweep = union_sweep(terms.world, terms.unions, model=solver, tol=tol)
        key = hash_of("unions", terms.unions.candidates, terms.world.economies, _figures_of(sweep))
        if k > MOST_EXHAUSTIVE:
            if k > MOST_LOCAL:
                raise ModelError(f"{k} candidates", hint=f"{MOST_LOCAL} at most")
            solved = climb(sweep, terms, aim=aim, starts=starts, seed=seed, progress=progress)
            return _landscape(terms, [solved], key, solver, tol, exhaustive=False)
        count = 1 << min(MOST_BLOCKS_BITS, max(0, k - SMALLEST_BLOCK_BITS))
        task, processes = SweepTask(sweep=sweep, blocks=count), 1 << k > PROCESSES_FROM
    blocks = solve_blocks(
        task, count, key=key, economies=terms.world.economies, store=place, executor=executor, workers=workers,
        processes=processes, progress=progress,
    )  # fmt: skip
    return _landscape(terms, [solved for _, solved in blocks], key, solver, tol, exhaustive=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepTask:
    """A block of unions solved from shared matrices."""

    sweep: UnionSweep
    blocks: int

    def __call__(self, block: int) -> Solved:
        return together(list(self.sweep.part(block, self.blocks)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShocksTask:
    """A block of unions each of which has a shock of its own."""

    terms: Terms
    model: CaliendoParro
    tol: float

    def __call__(self, block: int) -> Solved:
        first = block * SHOCKS_A_BLOCK
        numbers = np.arange(first, min(first + SHOCKS_A_BLOCK, 1 << len(self.terms.unions.candidates)))
        shocks = {str(number): self.terms.shock(self.terms.unions.members(int(number))) for number in numbers}
        many = solve_many(self.terms.world, shocks, model=self.model, tol=self.tol, workers=1)
        return Solved(
            numbers=numbers,
            welfare_hat=many["welfare_hat"].values,
            residual=many["residual"].values,
            failed={int(name): why for name, why in many.failed.items()},
        )


_Task = SweepTask | ShocksTask


def together(batches: Sequence[Solved]) -> Solved:
    """Some unions and others, in the order of their numbers."""
    numbers = np.concatenate([solved.numbers for solved in batches])
    order = np.argsort(numbers, kind="stable")
    return Solved(
        numbers=numbers[order],
        welfare_hat=np.concatenate([solved.welfare_hat for solved in batches])[order],
        residual=np.concatenate([solved.residual for solved in batches])[order],
        failed={number: why for solved in batches for number, why in sorted(solved.failed.items())},
    )


def _figures_of(sweep: UnionSweep) -> tuple[Any, ...]:
    """What a sweep's answers depend on: all but the step, which only leads to them."""
    return (sweep.base, sweep.masked, sweep.deficit_rule, sweep.numeraire, sweep.tol)


def _landscape(
    terms: Terms, batches: Sequence[Solved], key: str, model: CaliendoParro, tol: float, *, exhaustive: bool
) -> Landscape:
    """All blocks as one table; one member alone is no union, whatever its tariff would be."""
    solved = together(batches)
    alone = np.bitwise_count(solved.numbers) < 2
    solved.welfare_hat[alone] = 1.0
    meta = {
        "world": terms.world.name,
        "world_hash": terms.world.data_hash,
        "scenario": terms.scenario.to_toml(),
        "model": "Caliendo-Parro",
        "deficit_rule": model.deficit_rule,
        "numeraire": model.numeraire,
        "tol": tol,
        "exhaustive": exhaustive,
        "sweep": key,
    }
    return Landscape(
        terms=terms,
        numbers=solved.numbers,
        welfare_hat=solved.welfare_hat,
        residual=solved.residual,
        failed=solved.failed,
        meta=meta,
    )
