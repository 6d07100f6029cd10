"""What could an economy do alone?  Its optimal tariffs, and the Nash tariffs of a few: the outside option of a union.

A player levies one tariff a goods sector on everybody (MFN, from 0 to 300 %). Its best reply is the vector that gives
it the most real income, the others' tariffs held: a quasi-Newton search with bounds, then a check of every sector on a
grid; where the grid finds better, the search goes on from there. Nash tariffs are best replies to one another,
approached from three starts; starts that end apart are all reported. In one sector the optimal tariff of an economy
that is small to the others is 1/θ, and between two economies 1/(θ π'_ff) with f the other (Gros 1987).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from peyvand.errors import ConvergenceError, ModelError
from peyvand.trade import CaliendoParro
from peyvand.trade.batch import welfare_of
from peyvand.trade.deficits import IncomeRule
from peyvand.trade.equations import Baseline, no_change
from peyvand.trade.kernels import blocks, reached, solve_equilibrium
from peyvand.world import Shock, World, check

Array = NDArray[np.float64]
HIGHEST = 3.0
MOST_PLAYERS = 4
STARTS = ("free_trade", "today", "high")
FINE_GRID = (-0.05, -0.01, -0.001, 0.001, 0.01, 0.05)
COARSE_GRID = (0.0, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
NOISE = 1e-9
"""Share of real income below which the grid finds nothing better: ten times what the equations are solved to."""
STEP, SETTLED, ROUNDS, DAMPING = 1e-5, 5e-4, 40, 0.8


@dataclass(frozen=True, eq=False, kw_only=True)
class TariffPoint:
    """Tariffs that are best replies to one another (of one player: its optimal tariffs).

    Parameters
    ----------
    tariff : DataFrame
        A row a player, a column a goods sector; shares.
    welfare_hat : Series
        Real income of every economy over today's.
    from_starts : tuple of str
        The starts that ended here.
    settled : bool
        Whether replies stopped moving.
    improvable : Series
        What the best point of the grid would give each player more, share of real income.
    """

    tariff: pd.DataFrame
    welfare_hat: pd.Series[float]
    from_starts: tuple[str, ...]
    settled: bool
    improvable: pd.Series[float]


def goods_sectors(world: World) -> tuple[str, ...]:
    """Sectors in which somebody levies a tariff today; all where nobody does.

    >>> len(goods_sectors(World.embedded()))
    8
    """
    levied = (world["tariff_rate"] > 0).any(("exporter", "importer"))
    found = tuple(sector for sector in world.sectors if bool(levied.sel(sector=sector)))
    return found or world.sectors


def optimal_tariffs(
    world: World,
    economy: str,
    *,
    sectors: Sequence[str] = (),
    model: CaliendoParro | None = None,
    progress: Callable[[float], None] | None = None,
) -> TariffPoint:
    """The tariffs that give one economy most if nobody answers; see `nash_tariffs`."""
    return nash_tariffs(world, [economy], sectors=sectors, model=model, progress=progress)[0]


def nash_tariffs(
    world: World,
    players: Iterable[str],
    *,
    sectors: Sequence[str] = (),
    model: CaliendoParro | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[TariffPoint, ...]:
    """Tariffs of a few economies that are best replies to one another.

    Parameters
    ----------
    world : World
    players : iterable of str
        One to four, by code or name.
    sectors : sequence of str, optional
        In which tariffs are set; `goods_sectors` by default.
    model : CaliendoParro, optional
        The closure.
    progress : callable, optional
        Told the share of starts that have come to their end.

    Returns
    -------
    tuple of TariffPoint
        One for each point that some start ended in.

    Raises
    ------
    ModelError
        If there are no players, or too many, or one is named twice.
    """
    check(world)
    codes = world.resolve_economies(list(players))
    if not 1 <= len(codes) <= MOST_PLAYERS or len(set(codes)) < len(codes):
        raise ModelError(f"{len(codes)} players", hint=f"1 to {MOST_PLAYERS}, each once")
    solver = model or CaliendoParro()
    chosen = world.resolve_sectors(sectors) if sectors else goods_sectors(world)
    setting = _Setting.of(world, codes, chosen, solver)
    points: list[TariffPoint] = []
    for number, name in enumerate(STARTS):
        tariff, settled = _replies(setting, setting.start(name))
        points = _added(points, setting, tariff, settled, name)
        if progress:
            progress((number + 1) / len(STARTS))
    return tuple(points)


@dataclass(eq=False, kw_only=True)
class _Setting:
    """The game in bare arrays; it remembers the last equilibrium, from which the next begins."""

    world: World
    players: tuple[str, ...]
    at: NDArray[np.int64]
    sectors: tuple[str, ...]
    sector_at: NDArray[np.int64]
    base: Baseline
    income: IncomeRule
    max_iterations: int
    state: Array = field(repr=False)

    @classmethod
    def of(cls, world: World, players: tuple[str, ...], sectors: tuple[str, ...], solver: CaliendoParro) -> _Setting:
        if solver.deficit_rule == "eliminated":
            world = solver.without_deficits(world)
        base = solver.problem(world, Shock.none(world)).base
        return cls(
            world=world,
            players=players,
            at=np.array([world.economies.index(code) for code in players]),
            sectors=sectors,
            sector_at=np.array([world.sectors.index(name) for name in sectors]),
            base=base,
            income=solver.income_rule(world, base),
            max_iterations=solver.max_iterations,
            state=no_change(base),
        )

    def start(self, name: str) -> Array:
        """(player, sector): no tariffs, today's means by what is imported, or 50 %."""
        if name == "free_trade":
            return np.zeros((len(self.players), len(self.sectors)))
        if name == "high":
            return np.full((len(self.players), len(self.sectors)), 0.5)
        flow = self.base.trade_flow * (np.eye(len(self.base.value_added)) == 0)
        collected, bought = (self.base.tariff_rate * flow).sum(axis=1), flow.sum(axis=1)
        mean = np.divide(collected, bought, out=np.zeros_like(bought), where=bought > 0)
        return np.asarray(mean[np.ix_(self.sector_at, self.at)].T)

    def welfare(self, tariff: Array) -> Array:
        """(economy) real income over today's, with these tariffs (player, sector)."""
        rates = self.base.tariff_rate.copy()
        for player, place in enumerate(self.at):
            rates[self.sector_at, :, place] = tariff[player][:, None]
            rates[self.sector_at, place, place] = 0.0
        block = blocks(self.base, cost_hat=np.ones_like(rates), tariff_rate=rates)
        found = solve_equilibrium(
            self.base, block, income=self.income, start=self.state, tol=1e-11, max_iterations=self.max_iterations
        )
        if not reached(found, 1e-9):
            raise ConvergenceError(
                f"no equilibrium with these tariffs: residual {found.residual:.1e}",
                hint="try deficit_rule='eliminated': with fixed deficits very high tariffs may leave nothing to spend",
            )
        self.state = found.state
        return welfare_of(self.base, found, 1e-9)

    def loss(self, tariff: Array, player: int) -> Callable[[Array], float]:
        """What a player minimises: −1000 ln of its real income, by its own tariffs (sector)."""

        def minus(rates: Array) -> float:
            asked = tariff.copy()
            asked[player] = rates
            return -1e3 * float(np.log(self.welfare(asked)[self.at[player]]))

        return minus


def _best_reply(setting: _Setting, tariff: Array, player: int) -> Array:
    """A player's best tariffs (sector) against the others'."""
    minus = setting.loss(tariff, player)

    def slope(rates: Array) -> Array:
        here = minus(rates)
        moves = np.where(rates + STEP <= HIGHEST, STEP, -STEP)
        steps = np.eye(len(rates)) * moves
        return np.array([(minus(rates + step) - here) / move for step, move in zip(steps, moves, strict=True)])

    starts = [tariff[player], *(np.full(len(tariff[player]), level) for level in COARSE_GRID)]
    best = min(starts, key=minus)  # a search from far off may end at the bound
    for _ in range(4):
        found = minimize(
            minus, best, jac=slope, method="L-BFGS-B", bounds=[(0.0, HIGHEST)] * len(best),
            options={"ftol": 1e-13, "gtol": 1e-7, "maxiter": 60},
        )  # fmt: skip
        best = np.clip(found.x, 0.0, HIGHEST)
        best, more = _on_grid(minus, best)
        if more <= NOISE:
            break
    return np.asarray(best)


def _on_grid(minus: Callable[[Array], float], rates: Array) -> tuple[Array, float]:
    """The best point of the grid, and what it gives more, share of real income.

    The grid: one sector moved by a step or to a level of its own, or all sectors to one level.
    """
    here = minus(rates)
    moves = [np.full(len(rates), level) for level in COARSE_GRID]
    for place, rate in enumerate(rates):
        for other in (*(rate + step for step in FINE_GRID), *COARSE_GRID):
            moved = rates.copy()
            moved[place] = np.clip(other, 0.0, HIGHEST)
            moves.append(moved)
    best, least = rates, here
    for moved in moves:
        value = minus(moved)
        if value < least - 1e3 * NOISE:
            best, least = moved, value
    return best, 1e-3 * (here - least)


def _replies(setting: _Setting, tariff: Array) -> tuple[Array, bool]:
    """Best replies in turn, damped, until nobody moves by more than `SETTLED`."""
    tariff = tariff.copy()
    alone = len(setting.players) == 1
    for _ in range(ROUNDS):
        moved = 0.0
        for player in range(len(setting.players)):
            reply = _best_reply(setting, tariff, player)
            moved = max(moved, float(np.abs(reply - tariff[player]).max()))
            tariff[player] = reply if alone else tariff[player] + DAMPING * (reply - tariff[player])
        if alone or moved < SETTLED:
            return tariff, True
    return tariff, False


def _added(points: list[TariffPoint], setting: _Setting, tariff: Array, settled: bool, start: str) -> list[TariffPoint]:
    """The points with one more, or with its start beside the point that it equals."""
    welfare = setting.welfare(tariff)
    for place, point in enumerate(points):
        near = np.abs(point.tariff.to_numpy() - tariff).max() < 0.01
        alike = np.abs(point.welfare_hat.to_numpy() - welfare).max() < 1e-6
        if near or alike:
            twin = TariffPoint(
                tariff=point.tariff, welfare_hat=point.welfare_hat, from_starts=(*point.from_starts, start),
                settled=point.settled and settled, improvable=point.improvable,
            )  # fmt: skip
            return [*points[:place], twin, *points[place + 1 :]]
    more = [_on_grid(setting.loss(tariff, player), tariff[player])[1] for player in range(len(setting.players))]
    fresh = TariffPoint(
        tariff=pd.DataFrame(tariff, index=list(setting.players), columns=list(setting.sectors)),
        welfare_hat=pd.Series(welfare, index=list(setting.world.economies), name="welfare_hat"),
        from_starts=(start,),
        settled=settled,
        improvable=pd.Series(more, index=list(setting.players), name="improvable"),
    )
    return [*points, fresh]
