"""Which sets of bilateral agreements would hold?  Pairwise stability, Jackson and Wolinsky (1996).

A network says who of the candidates has an agreement with whom. It is pairwise stable if nobody gains by ending one of
its agreements, and no two without one would sign: not both of them gain, nor does one gain and the other not lose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import ModelError, ScenarioError
from peyvand.scenarios import Union
from peyvand.scenarios.provisions import AnyProvision
from peyvand.trade import CaliendoParro, UnionSweep, union_sweep
from peyvand.trade.batch import Solved
from peyvand.unions.blocks import Progress, hash_of, solve_blocks
from peyvand.unions.deviations import Deviation
from peyvand.unions.game import NOTICED, Array, places
from peyvand.unions.searches import together
from peyvand.unions.terms import Terms, terms_of
from peyvand.world import World, check

MOST_ECONOMIES = 6
BLOCK_BITS = 11
Links = tuple[tuple[int, int], ...]


def links_of(k: int) -> Links:
    """Pairs of k economies, in the order of a network's bits.

    >>> links_of(3)
    ((0, 1), (0, 2), (1, 2))
    """
    return tuple(combinations(range(k), 2))


@dataclass(frozen=True, eq=False, kw_only=True)
class NetworkGame:
    """Payoffs of every set of bilateral agreements.

    Parameters
    ----------
    players : tuple of str
    payoff : Array (network, player)
        M USD; row number Σ 2^place over `links_of`.
    threshold : Array (player)
        M USD.
    """

    players: tuple[str, ...]
    payoff: Array
    threshold: Array

    @cached_property
    def links(self) -> Links:
        return links_of(len(self.players))

    def agreements(self, network: int) -> tuple[tuple[str, str], ...]:
        """Who has an agreement with whom."""
        pairs = (self.links[place] for place in places(network))
        return tuple((self.players[i], self.players[j]) for i, j in pairs)

    def stable(self) -> NDArray[np.bool_]:
        """(network): whether it is pairwise stable."""
        return np.array([self.deviation(network) is None for network in range(len(self.payoff))])

    def deviation(self, network: int) -> Deviation | None:
        """The agreement that somebody would end, or two would sign; the one that presses most. None if stable."""
        found: list[tuple[float, Deviation]] = []
        for place, (i, j) in enumerate(self.links):
            other = network ^ 1 << place
            change = self.payoff[other] - self.payoff[network]
            pressing = change / np.where(self.threshold > 0, self.threshold, 1.0)
            gains, unharmed = change > self.threshold, change >= -self.threshold
            if network >> place & 1:
                for mover, partner in ((i, j), (j, i)):
                    if gains[mover]:
                        found.append((pressing[mover], self._move("cut", network, other, (mover, partner), change)))
            elif (gains[i] and unharmed[j]) or (gains[j] and unharmed[i]):
                found.append((pressing[[i, j]].max(), self._move("link", network, other, (i, j), change)))
        return max(found, key=lambda row: row[0])[1] if found else None

    def _move(self, move: str, network: int, other: int, pair: tuple[int, int], change: Array) -> Deviation:
        return Deviation(
            concept="pairwise", rule=None, move="cut" if move == "cut" else "link", union=network, result=other,
            movers=pair, gains=(float(change[pair[0]]), float(change[pair[1]])),
        )  # fmt: skip


@dataclass(frozen=True, eq=False, kw_only=True)
class Networks:
    """Every set of bilateral agreements among some candidates, solved.

    Parameters
    ----------
    terms : Terms
    welfare_hat : Array (network, economy)
    residual : Array (network)
    """

    terms: Terms
    welfare_hat: Array
    residual: Array

    @cached_property
    def game(self) -> NetworkGame:
        """The candidates' payoffs."""
        world, players = self.terms.world, self.terms.unions.candidates
        at = [world.economies.index(code) for code in players]
        income = np.asarray(world["final_expenditure"].values)[at]
        return NetworkGame(players=players, payoff=(self.welfare_hat[:, at] - 1) * income, threshold=NOTICED * income)

    def rows(self) -> list[NetworkRow]:
        """Every set of agreements, from none to all."""
        game, at = self.game, [self.terms.world.economies.index(code) for code in self.game.players]
        percent = 100 * (self.welfare_hat[:, at] - 1)
        return [
            NetworkRow(
                agreements=game.agreements(number),
                holds=bool(holds),
                members_gain_musd=float(game.payoff[number].sum()),
                gain_percent=dict(zip(game.players, percent[number].tolist(), strict=True)),
            )
            for number, holds in enumerate(game.stable())
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRow:
    """One set of agreements: whether it holds, and what it gives.

    Parameters
    ----------
    agreements : tuple of (str, str)
    holds : bool
        Pairwise stable.
    members_gain_musd : float
        Of all candidates together.
    gain_percent : dict of str to float
        Real income of each.
    """

    agreements: tuple[tuple[str, str], ...]
    holds: bool
    members_gain_musd: float
    gain_percent: dict[str, float]


def search_networks(
    world: World,
    candidates: Union | Iterable[str],
    provisions: Sequence[AnyProvision] = (),
    *,
    model: CaliendoParro | None = None,
    tol: float = 1e-8,
    store: str | Path | None = None,
    executor: Executor | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> Networks:
    """Solve every set of bilateral agreements among some candidates.

    Parameters
    ----------
    world, candidates, provisions, model, tol, store, executor, workers, progress
        As of `peyvand.unions.search`: what the provisions say holds between two that have an agreement.

    Raises
    ------
    ModelError
        If there are more than `MOST_ECONOMIES` candidates.
    ScenarioError
        If the union is a customs union: bilateral agreements have no common tariff.
    """
    check(world)
    solver = model or CaliendoParro()
    terms = terms_of(world, candidates, provisions, model=solver)
    k = len(terms.unions.candidates)
    if terms.transit is not None:
        raise ScenarioError(
            "a crossing eased for some eases the way of all, so that transit is no matter of two",
            hint="search for networks without transit provisions; `peyvand unions search` takes them",
        )
    if terms.unions.outside is not None or not terms.has_mask:
        raise ScenarioError("bilateral agreements have no common external tariff", hint='kind = "free-trade-area"')
    if k > MOST_ECONOMIES:
        raise ModelError(
            f"{k} economies have 2^{k * (k - 1) // 2} sets of agreements", hint=f"{MOST_ECONOMIES} economies at most"
        )
    sweep = union_sweep(terms.world, terms.unions, model=solver, tol=tol)
    count = 1 << max(0, k * (k - 1) // 2 - BLOCK_BITS)
    key = hash_of(
        "networks", terms.unions.candidates, sweep.base, sweep.masked, sweep.deficit_rule, sweep.numeraire, tol
    )
    blocks = solve_blocks(
        NetworkTask(sweep=sweep), count, key=key, economies=terms.world.economies,
        store=None if store is None else Path(store), executor=executor, workers=workers, processes=count > 1,
        progress=progress,
    )  # fmt: skip
    solved = together([held for _, held in blocks])
    return Networks(terms=terms, welfare_hat=solved.welfare_hat, residual=solved.residual)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkTask:
    """A block of networks."""

    sweep: UnionSweep

    def __call__(self, block: int) -> Solved:
        k = self.sweep.masked.candidates
        pairs = links_of(k)
        first = block << BLOCK_BITS
        numbers = np.arange(first, min(first + (1 << BLOCK_BITS), 1 << len(pairs)))
        links = np.zeros((k, k, len(numbers)))
        for place, (i, j) in enumerate(pairs):
            links[i, j] = links[j, i] = numbers >> place & 1
        solved = self.sweep.chosen(links)
        return Solved(
            numbers=numbers,
            welfare_hat=solved.welfare_hat,
            residual=solved.residual,
            failed={int(numbers[at]): why for at, why in solved.failed.items()},
        )
