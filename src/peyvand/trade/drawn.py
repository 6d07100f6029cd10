"""Many draws side by side: a scenario's arrays with other elasticities, coefficients and flows, and its answers there.

The draws of a batch are one more axis in front of every array that differs between them; what they share is held once.
They start from the central equilibrium and use the economies' replies there (`peyvand.trade.home`); a draw that gets
nowhere in company is solved by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from peyvand.trade import figures
from peyvand.trade.balancing import scale_to_margins
from peyvand.trade.barriers import Accounts, Pool, Problem, problem
from peyvand.trade.caliendo_parro import CaliendoParro, accounts_of, pool_of
from peyvand.trade.carried import CarriedCosts
from peyvand.trade.equations import Conditions, trade_flows
from peyvand.trade.faded import FadedBorders
from peyvand.trade.home import HomeReply, home_reply
from peyvand.trade.kernels import reached, reason, solve_equilibrium, solve_together, unchanged
from peyvand.variables import KERNEL_CELL
from peyvand.world import Shock, World

Array = NDArray[np.float64]
Source = Literal["elasticity", "gravity", "flow", "time"]
SOURCES: tuple[Source, ...] = ("elasticity", "gravity", "flow", "time")
ANSWERS = (
    "welfare_hat", "real_income_change_musd", "final_expenditure", "real_wage_hat", "consumer_price_hat",
    "exports_hat", "imports_hat", "tariff_revenue", "tariff_revenue_counterfactual", "output_hat", "pair_trade",
    "pair_trade_counterfactual",
)  # fmt: skip
"""What is kept of a draw, variables of `variables.csv`."""

CELLS = 2**18
"""Cells of pairs and sectors that are solved together: 2 MB an array, small enough for the cache."""


@dataclass(frozen=True, eq=False, kw_only=True)
class GravityEffect:
    """Coefficients behind a shock: ln d̂ = −Σ_k β_k z_k / θ on the cells of z.

    Parameters
    ----------
    coefficient : Array (coefficient)
        β, the values that the shock was made with.
    covariance : Array (coefficient, coefficient)
        Of their estimates.
    cells : DataArray (coefficient, exporter, importer, sector)
        z: how far each coefficient holds; mostly 0 or 1.
    """

    coefficient: Array
    covariance: Array
    cells: xr.DataArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Drawn:
    """Some draws of what a scenario rests on.

    Parameters
    ----------
    accounts : Accounts
        The World's arrays; those that were drawn have the draw as first axis.
    log_cost : Array ([draw,] sector, exporter, importer)
        ln d̂.
    failed : mapping of int to str
        Draws, by place, whose flows could not be balanced; they hold today's.
    """

    accounts: Accounts
    log_cost: Array
    failed: dict[int, str]

    def alone(self, place: int) -> tuple[Accounts, Array]:
        """The arrays of one draw, without the draws' axis."""
        theta, flow = self.accounts.trade_elasticity, self.accounts.trade_flow
        accounts = replace(
            self.accounts, trade_elasticity=theta[place], trade_flow=flow[place] if flow.ndim == 4 else flow
        )
        return accounts, self.log_cost[place] if self.log_cost.ndim == 4 else self.log_cost


@dataclass(frozen=True, eq=False, kw_only=True)
class Centre:
    """The central values of a scenario in bare arrays, its answer there, and how to solve it away from them."""

    world: World
    solver: CaliendoParro
    accounts: Accounts
    log_cost: Array
    tariff_rate: Array
    pool: Pool | None
    elasticity_deviation: Array | None
    flow_deviation: Array | None
    effect: tuple[Array, Array, Array] | None
    """β, a root of its covariance, and z (coefficient, sector, exporter, importer)"""
    faded: FadedBorders | None
    carried: CarriedCosts | None
    start: Array
    reply: HomeReply
    answers: dict[str, Array]
    """`ANSWERS` at the central values"""
    tol: float

    @classmethod
    def of(
        cls,
        world: World,
        shock: Shock,
        gravity: GravityEffect | None,
        solver: CaliendoParro,
        tol: float,
        faded: FadedBorders | None = None,
        carried: CarriedCosts | None = None,
    ) -> Centre:
        """A scenario at its central values.

        Raises
        ------
        ConvergenceError
            If the scenario has no answer at the central values.
        """
        _, posed, found = solver.equilibrium(world, shock)
        effect = None
        if gravity is not None:
            values, vectors = np.linalg.eigh(np.atleast_2d(gravity.covariance))
            root = vectors * np.sqrt(np.maximum(values, 0.0))
            cells = gravity.cells.transpose("coefficient", *KERNEL_CELL).values.astype(np.float64)
            effect = (np.atleast_1d(np.asarray(gravity.coefficient, dtype=np.float64)), root, cells)
        held = world.data.data_vars
        cv = world["trade_flow_cv"].transpose(*KERNEL_CELL).values if "trade_flow_cv" in held else None
        return cls(
            world=world,
            solver=solver,
            accounts=accounts_of(world),
            log_cost=np.log(shock.by_sector["iceberg_cost_hat"]),
            tariff_rate=shock.by_sector["tariff_rate_counterfactual"],
            pool=pool_of(shock),
            elasticity_deviation=world["trade_elasticity_se"].values if "trade_elasticity_se" in held else None,
            flow_deviation=None if cv is None else np.sqrt(np.log1p(np.nan_to_num(cv) ** 2)),
            effect=effect,
            faded=faded,
            carried=carried,
            start=found.state,
            reply=home_reply(posed.base, posed.block, found.conditions),
            answers=_answers(posed, found.conditions),
            tol=tol,
        )

    @property
    def sources(self) -> tuple[Source, ...]:
        has = (
            self.elasticity_deviation is not None,
            self._coefficients > 0,
            self.flow_deviation is not None,
            self.carried is not None,
        )
        return tuple(name for name, known in zip(SOURCES, has, strict=True) if known)

    @property
    def _coefficients(self) -> int:
        """Gravity coefficients that the shock rests on: of agreements, then of the causes of faded borders."""
        return (0 if self.effect is None else len(self.effect[0])) + (0 if self.faded is None else self.faded.size)

    @property
    def together(self) -> int:
        """Draws solved side by side."""
        return max(1, CELLS // self.accounts.trade_flow.size)

    def shape_of(self, source: Source) -> tuple[int, ...]:
        """Of the normal numbers that a source takes."""
        if source == "gravity":
            return (self._coefficients,)
        if source == "time":
            return (1,)
        return self.accounts.trade_elasticity.shape if source == "elasticity" else self.accounts.trade_flow.shape

    def normals(self, numbers: Sequence[int], *, seed: int, sources: Collection[Source]) -> dict[Source, Array]:
        """Standard normal numbers (draw, …) that depend on the seed, the source and the draw's number alone."""
        found: dict[Source, Array] = {}
        for source in sources:
            found[source] = np.empty((len(numbers), *self.shape_of(source)))
            for place, number in enumerate(numbers):
                stream = np.random.default_rng([seed, SOURCES.index(source), number])
                stream.standard_normal(out=found[source][place])
        return found

    def drawn(self, normals: Mapping[Source, Array]) -> Drawn:
        """The World's arrays and ln d̂ with some sources drawn, trade balanced where the closure asks for it."""
        today, log_cost = self.accounts, self.log_cost
        draws = next((len(values) for values in normals.values()), 1)
        theta = np.repeat(today.trade_elasticity[None], draws, axis=0)
        if "elasticity" in normals and self.elasticity_deviation is not None:
            theta *= np.exp(self.elasticity_deviation * normals["elasticity"])
        if self.effect is not None:
            central, root, cells = self.effect
            beta = np.repeat(central[None], draws, axis=0)
            if "gravity" in normals:
                beta += normals["gravity"][:, : len(central)] @ root.T
            per_theta = beta[:, :, None] / theta[:, None, :] - central[:, None] / today.trade_elasticity
            log_cost = log_cost - np.einsum("dks,ksin->dsin", per_theta, cells)
        flow, failed = today.trade_flow, dict[int, str]()
        if "flow" in normals and self.flow_deviation is not None:
            flow, failed = _measured_again(flow, deviation=self.flow_deviation, normals=normals["flow"])
        if self.faded is not None:
            drawn_slopes = (
                normals["gravity"][:, self._coefficients - self.faded.size :] if "gravity" in normals else None
            )
            moved = self.faded.change(
                theta=theta,
                flow=flow,
                normals=drawn_slopes,
                today_theta=today.trade_elasticity,
                today_flow=today.trade_flow,
            )
            log_cost = log_cost if moved is None else log_cost + moved
        if self.carried is not None and "time" in normals:
            log_cost = log_cost + self.carried.change(normals["time"][:, 0])
        drawn = Drawn(
            accounts=replace(today, trade_elasticity=theta, trade_flow=flow), log_cost=log_cost, failed=failed
        )
        return self._balanced(drawn) if self.solver.deficit_rule == "eliminated" else drawn

    def solve(self, normals: Mapping[Source, Array]) -> tuple[dict[str, Array], dict[int, str]]:
        """`ANSWERS` (draw, …) for draws of some sources, and by place why a draw has none; its figures are NaN."""
        drawn = self.drawn(normals)
        posed, after, failed = self._solved(drawn, changed=True)
        answers = _answers(posed, after)
        failed = failed | drawn.failed
        draws = len(drawn.accounts.trade_elasticity)
        for name, values in answers.items():
            if values.ndim == self.answers[name].ndim:  # the same before the change in every draw
                answers[name] = np.repeat(values[None], draws, axis=0)
            answers[name][list(failed)] = np.nan
        return answers, failed

    def _balanced(self, drawn: Drawn) -> Drawn:
        """The same draws, each in equilibrium with balanced trade."""
        posed, after, failed = self._solved(drawn, changed=False)
        flow = trade_flows(unchanged(posed.base), after)
        flow[list(failed)] = self.accounts.trade_flow
        failed = {place: f"trade was not balanced: {why}" for place, why in failed.items()}
        return replace(drawn, accounts=replace(drawn.accounts, trade_flow=flow), failed=failed | drawn.failed)

    def _solved(self, drawn: Drawn, *, changed: bool) -> tuple[Problem, Conditions, dict[int, str]]:
        """The draws after the change, or before it under the closure's rule, and by place why one was not reached."""
        posed = self._problem(drawn.accounts, drawn.log_cost)
        found = solve_together(
            posed.base,
            posed.block if changed else unchanged(posed.base),
            income=self.solver.income_rule(self.world, posed.base, columns=True),
            reply=self.reply,
            start=np.repeat(
                self.start[None] if changed else 0 * self.start[None], len(drawn.accounts.trade_elasticity), 0
            ),
            tol=self.tol,
        )
        failed = {}
        for place in np.flatnonzero(~(found.residual <= self.tol)):
            one = self._problem(*drawn.alone(int(place)))
            last = solve_equilibrium(
                one.base,
                one.block if changed else unchanged(one.base),
                income=self.solver.income_rule(self.world, one.base),
                tol=self.tol,
                max_iterations=self.solver.max_iterations,
            )
            for field in fields(Conditions):
                getattr(found.conditions, field.name)[place] = getattr(last.conditions, field.name)
            if not reached(last, self.tol):
                failed[int(place)] = reason(last)
        return posed, found.conditions, failed

    def _problem(self, accounts: Accounts, log_cost: Array) -> Problem:
        return problem(
            accounts,
            cost_hat=np.exp(log_cost),
            tariff_rate=self.tariff_rate,
            supply_elasticity=self.solver.supply_elasticity,
            barrier=self.solver.barrier,
            rent_keeper=self.solver.rent_keeper,
            pool=self.pool,
        )


def _measured_again(flow: Array, *, deviation: Array, normals: Array) -> tuple[Array, dict[int, str]]:
    """Flows (draw, sector, exporter, importer) with other errors, scaled to today's sums; draws that failed, today's.

    `deviation` is that of ln X; a lognormal's mean stands above its median by half the variance.
    """
    noisy = normals * deviation
    noisy -= np.square(deviation) / 2
    np.exp(noisy, out=noisy)
    noisy *= flow
    scaled = scale_to_margins(noisy, rows=flow.sum(axis=2), columns=flow.sum(axis=1), tol=1e-9)
    missed = np.flatnonzero(~(scaled.residual <= 1e-8))
    scaled.values[missed] = flow
    why = {int(place): f"flows were not balanced: off by {scaled.residual[place]:.1e}" for place in missed}
    return scaled.values, why


def _answers(posed: Problem, after: Conditions) -> dict[str, Array]:
    """`ANSWERS` at an equilibrium, or at many."""
    base = posed.base
    price, welfare = figures.consumer_price_hat(base, after), figures.welfare_hat(base, after)
    before, later = posed.trade_flow.sum(axis=-3), figures.pair_trade(posed.block, after)
    duties, duties_after = figures.duties(posed, after)
    return {
        "welfare_hat": welfare,
        "real_income_change_musd": (welfare - 1) * base.final_expenditure,
        "final_expenditure": base.final_expenditure,
        "real_wage_hat": after.wage_hat / price,
        "consumer_price_hat": price,
        "exports_hat": figures.ratio(figures.sold_abroad(later), figures.sold_abroad(before)),
        "imports_hat": figures.ratio(figures.bought_abroad(later), figures.bought_abroad(before)),
        "tariff_revenue": duties,
        "tariff_revenue_counterfactual": duties_after,
        "output_hat": np.moveaxis(figures.ratio(after.output, base.output), -2, -1),
        "pair_trade": before,
        "pair_trade_counterfactual": later,
    }
