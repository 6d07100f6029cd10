"""How sure is it that a union holds, and that it pays?  All unions, solved again for draws of what they rest on.

The draws are those of `peyvand.trade.draw`: elasticities and measured flows, the same random numbers for every union,
so that unions are compared in the same world. What the union changes is held at its central values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.errors import ModelError
from peyvand.trade import CaliendoParro, union_sweep
from peyvand.trade.batch import Solved
from peyvand.trade.drawn import Centre, Source
from peyvand.unions.blocks import Progress, hash_of, solve_blocks
from peyvand.unions.concepts import Concept, stability
from peyvand.unions.game import NOTICED, Array, Rule
from peyvand.unions.landscape import Landscape
from peyvand.unions.searches import together
from peyvand.world import Shock

MOST_DRAWN = 14
"""Candidates up to which all unions are drawn."""


@dataclass(frozen=True, eq=False, kw_only=True)
class UnionDraws:
    """All unions, many times.

    Parameters
    ----------
    landscape : Landscape
        At the central values.
    welfare_hat : Array (draw, union, economy)
        Of the draws with an answer.
    failed : mapping of int to str
        Draws without an answer, with the reason.
    seed : int
    sources : tuple of str
        What was drawn.
    """

    landscape: Landscape
    welfare_hat: Array
    failed: Mapping[int, str]
    seed: int
    sources: tuple[Source, ...]

    def drawn(self) -> list[Landscape]:
        """Every draw as a landscape of its own; gains in M USD are those of today's income."""
        return [replace(self.landscape, welfare_hat=welfare) for welfare in self.welfare_hat]

    def probability_of_stability(self, concept: Concept, *, rule: Rule = "stay") -> Array:
        """(union): in which share of the draws it is stable."""
        held = [stability(landscape.game, concept, rule=rule).stable for landscape in self.drawn()]
        return np.asarray(np.mean(held, axis=0))

    def everyone_gains(self) -> Array:
        """(union): in which share of the draws no member loses, and one at least gains, more than is noticed."""
        inside = self.landscape.is_member
        worst = np.where(inside, self.welfare_hat - 1, np.inf).min(axis=2)
        best = np.where(inside, self.welfare_hat - 1, -np.inf).max(axis=2)
        return np.asarray(((worst >= -NOTICED) & (best > NOTICED)).mean(axis=0))

    def probability_of_gain(self) -> Array:
        """(union, economy): in which share of the draws an economy gains, more than is noticed."""
        return np.asarray((self.welfare_hat - 1 > NOTICED).mean(axis=0))

    def regret(self, aim: str = "members") -> pd.DataFrame:
        """What one loses on average, and at worst, by a union chosen before the truth is known.

        In every draw the regret of a union is the aim of the best union of that draw less its own, M USD: of `members`,
        the members' gain together; of `world`, everyone's; of an economy by its code, its own.

        Returns
        -------
        DataFrame
            `union`, `members`, `mean_regret_musd`, `worst_regret_musd`, `best_share` (draws in which it is the best);
            least mean regret first.
        """
        worth = np.array([worth_of(landscape, aim) for landscape in self.drawn()])
        lost = worth.max(axis=1, keepdims=True) - worth
        chosen = self.landscape.sizes >= 2
        numbers = self.landscape.numbers[chosen]
        best = np.bincount(worth.argmax(axis=1), minlength=worth.shape[1]) / len(worth)
        return pd.DataFrame(
            {
                "union": numbers,
                "members": [" ".join(self.landscape.members(int(number))) for number in numbers],
                "mean_regret_musd": lost.mean(axis=0)[chosen],
                "worst_regret_musd": lost.max(axis=0)[chosen],
                "best_share": best[chosen],
            }
        ).sort_values("mean_regret_musd", ignore_index=True)


def draw_unions(
    landscape: Landscape,
    *,
    draws: int = 50,
    seed: int = 0,
    freeze: Collection[Source] = (),
    model: CaliendoParro | None = None,
    tol: float = 1e-8,
    store: str | Path | None = None,
    executor: Executor | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> UnionDraws:
    """Solve all unions of a search for many draws.

    Parameters
    ----------
    landscape : Landscape
        Of all unions, of terms that have a mask.
    draws, seed : int
        How many, and from where; a draw is a block, so that more draws of the same seed go on from those kept.
    freeze : collection of str
        Sources held at their central values.
    model, tol, store, executor, workers, progress
        As of `peyvand.unions.search`.

    Raises
    ------
    ModelError
        If there is nothing to draw, not every union was solved, or there are too many.
    """
    terms, solver = landscape.terms, model or CaliendoParro()
    if draws < 1:
        raise ModelError(f"{draws} draws", hint="draws=50")
    if not landscape.exhaustive or len(landscape.candidates) > MOST_DRAWN or not terms.has_mask:
        raise ModelError(
            f"draws of {len(landscape.numbers)} unions of {len(landscape.candidates)} candidates",
            hint=f"all unions of {MOST_DRAWN} candidates at most, with terms that depend on who is in only",
        )
    centre = Centre.of(terms.world, Shock.none(terms.world), None, solver, tol)
    sources = tuple(name for name in centre.sources if name not in freeze)
    if not sources:
        raise ModelError("nothing is left to draw", hint="the World needs trade_elasticity_se or trade_flow_cv")
    task = DrawTask(landscape=landscape, centre=centre, model=solver, tol=tol, seed=seed, sources=sources)
    key = hash_of("draws", landscape.meta["sweep"], terms.world.data_hash, seed, sources, solver, tol)
    blocks = solve_blocks(
        task, draws, key=key, economies=landscape.economies, store=None if store is None else Path(store),
        executor=executor, workers=workers, processes=len(landscape.numbers) * draws > 2**13, progress=progress,
    )  # fmt: skip
    solved = dict(sorted(blocks))
    failed = {number: next(iter(held.failed.values())) for number, held in solved.items() if held.failed}
    kept = [held.welfare_hat for number, held in solved.items() if number not in failed]
    if not kept:
        raise ModelError("no draw has an answer", hint=f"the first says: {failed[0]}")
    welfare = np.array(kept)
    welfare[:, landscape.sizes < 2] = 1.0
    return UnionDraws(landscape=landscape, welfare_hat=welfare, failed=failed, seed=seed, sources=sources)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawTask:
    """All unions of one draw."""

    landscape: Landscape
    centre: Centre
    model: CaliendoParro
    tol: float
    seed: int
    sources: tuple[Source, ...]

    def __call__(self, block: int) -> Solved:
        drawn = self.centre.drawn(self.centre.normals([block], seed=self.seed, sources=self.sources))
        terms, numbers = self.landscape.terms, self.landscape.numbers
        if drawn.failed:
            none = np.full((len(numbers), len(self.landscape.economies)), np.nan)
            return Solved(numbers=numbers, welfare_hat=none, residual=none[:, 0], failed=drawn.failed)
        sweep = union_sweep(terms.world, terms.unions, model=self.model, tol=self.tol, accounts=drawn.alone(0)[0])
        return together(list(sweep.part(0, 1)))


def worth_of(landscape: Landscape, aim: str) -> Array:
    """(union): what an aim is worth, M USD; nothing of unions of fewer than two, −∞ without an answer.

    Raises
    ------
    UnknownEconomyError
        If the aim is neither `members` nor `world` nor an economy.
    """
    payoff = landscape.payoff
    if aim == "world":
        worth = payoff.sum(axis=1)
    elif aim == "members":
        worth = np.where(landscape.is_member, payoff, 0.0).sum(axis=1)
    else:
        worth = payoff[:, landscape.economies.index(landscape.terms.world.economy(aim))]
    return np.where(np.isfinite(worth), worth, -np.inf)


def regret_between(truths: Mapping[str, Landscape], aim: str = "members") -> pd.DataFrame:
    """What is lost by the union that is best under one assumption if another is the truth, M USD.

    Parameters
    ----------
    truths : mapping of str to Landscape
        The same candidates under other assumptions: another closure, other provisions, another World.
    aim : str
        As of `UnionDraws.regret`.

    Returns
    -------
    DataFrame
        Assumptions in rows, truths in columns; zero on the diagonal.
    """
    worth = {name: worth_of(landscape, aim) for name, landscape in truths.items()}
    chosen = {name: int(values.argmax()) for name, values in worth.items()}
    table = [[worth[truth].max() - worth[truth][chosen[assumed]] for truth in truths] for assumed in truths]
    return pd.DataFrame(table, index=list(truths), columns=list(truths))
