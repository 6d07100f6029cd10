"""The solver of the Caliendo–Parro equilibrium: numpy in, numpy out.

The equations are in `peyvand.trade.equations`, the preconditioner in `peyvand.trade.home`. Most scenarios are solved
directly in some twenty evaluations of the equations; where that fails, the shock is applied in stages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from peyvand.trade.deficits import IncomeRule, fixed_deficits
from peyvand.trade.equations import Baseline, Blocks, Conditions, baseline, blocks, conditions, no_change, unchanged
from peyvand.trade.fixed_point import anderson
from peyvand.trade.home import HomeReply, home_reply, step_at_home

__all__ = ["Baseline", "Blocks", "Equilibrium", "baseline", "blocks", "solve_equilibrium", "unchanged"]

Array = NDArray[np.float64]

ROUND = 25
"""After so many evaluations the economies' replies are linearised again, where the iteration then is."""

DIRECT = 75
"""Evaluations allowed to the direct way; a stage of the slow way gets as many."""

SHORTEST_STAGE = 1e-3
"""The slow way gives up where not even this share of the shock can be added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equilibrium:
    """Where the solver stopped: the conditions there, the log state for a warm start, and the work done."""

    conditions: Conditions
    state: Array
    residual: float
    iterations: int
    share_of_shock: float = 1.0
    """How much of the shock these conditions hold; below one the solver gave up on the way"""


def solve_equilibrium(
    base: Baseline,
    block: Blocks,
    *,
    income: IncomeRule,
    start: Array | None = None,
    tol: float = 1e-10,
    max_iterations: int = 1000,
) -> Equilibrium:
    """The equilibrium of a scenario: Anderson's mixing of steps that let each economy reply at home.

    Parameters
    ----------
    base, block
        From `baseline` and `blocks`.
    income : callable
        Final expenditure from ŵ and tariff revenue: the deficit rule, see `peyvand.trade.deficits`.
    start : Array, optional
        `Equilibrium.state` of a nearby scenario.
    tol : float
        Largest relative gap allowed in any equation.
    max_iterations : int
        Evaluations of the equations at most.

    Returns
    -------
    Equilibrium
        Also when it stopped short: the caller asks whether `residual <= tol` and the whole shock was reached.
    """
    state = no_change(base) if start is None else start
    with np.errstate(all="ignore"):
        direct = _solve(base, block, income, state, tol=tol, max_iterations=min(DIRECT, max_iterations))
        if direct.residual <= tol or max_iterations <= DIRECT:
            return direct
        return _solve_in_stages(base, block, income, tol=tol, max_iterations=max_iterations - direct.iterations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Where many scenarios stopped that were solved side by side: every array has them as first axis."""

    conditions: Conditions
    state: Array
    residual: Array
    iterations: int


def solve_together(
    base: Baseline,
    block: Blocks,
    *,
    income: IncomeRule,
    reply: HomeReply,
    start: Array,
    tol: float = 1e-8,
    max_iterations: int = 50,
) -> Together:
    """Many scenarios near one another, each with arrays of its own: Anderson's mixing for each, products for all.

    Parameters
    ----------
    base, block
        From `baseline` and `blocks`; what differs between scenarios has them as first axis.
    income : callable
        The rule with its vectors as columns, a scenario each.
    reply : HomeReply
        Of one equilibrium in the midst of them.
    start : Array (scenario, state)
    tol, max_iterations
        As of `solve_equilibrium`; which scenarios missed it is in the residual.
    """
    found = None

    def step(point: Array) -> tuple[Array, Array]:
        nonlocal found
        found = conditions(base, block, income, point)
        return step_at_home(reply, found), found.residual

    with np.errstate(all="ignore"):
        end = anderson(step, start, tol=tol, max_iterations=max_iterations)
    assert found is not None
    return Together(conditions=found, state=end.point, residual=end.residual, iterations=end.iterations)


def reached(found: Equilibrium, tol: float) -> bool:
    """Whether all equations hold, for the whole of the shock."""
    return found.residual <= tol and found.share_of_shock == 1


def reason(found: Equilibrium) -> str:
    """Why there is no answer."""
    if found.share_of_shock < 1:
        return f"no equilibrium beyond {100 * found.share_of_shock:.3g} % of the shock"
    return f"residual {found.residual:.1e} after {found.iterations} steps"


def _solve(
    base: Baseline, block: Blocks, income: IncomeRule, state: Array, *, tol: float, max_iterations: int
) -> Equilibrium:
    """Rounds of Anderson's mixing, each with the economies' replies linearised where it begins."""
    iterations = 0
    found = conditions(base, block, income, state)
    while iterations < max_iterations:
        reply = home_reply(base, block, found)

        def step(point: Array, reply: HomeReply = reply) -> tuple[Array, Array]:
            nonlocal found
            found = conditions(base, block, income, point)
            return step_at_home(reply, found), found.residual

        end = anderson(step, state, tol=tol, max_iterations=min(ROUND, max_iterations - iterations))
        state, iterations = end.point, iterations + end.iterations
        if found.residual <= tol or not np.isfinite(found.residual):
            break
    return Equilibrium(conditions=found, state=state, residual=float(found.residual), iterations=iterations)


def _solve_in_stages(
    base: Baseline, block: Blocks, income: IncomeRule, *, tol: float, max_iterations: int
) -> Equilibrium:
    """From no change to the scenario along A = π (A'/π)^λ: longer stages after success, shorter ones after failure."""
    state, share, stage, iterations = no_change(base), 0.0, 0.25, 0
    while share < 1 and stage > SHORTEST_STAGE and iterations < max_iterations:
        goal = min(1.0, share + stage)
        budget = min(DIRECT, max_iterations - iterations)
        last = _solve(
            base, _part_of(base, block, goal), _part_of_rule(base, income, goal), state, tol=tol, max_iterations=budget
        )
        iterations += last.iterations
        if last.residual <= tol:
            state, share, stage = last.state, goal, 2 * stage
        else:
            stage /= 4
    return replace(last, iterations=DIRECT + iterations, share_of_shock=share)


def _part_of(base: Baseline, block: Blocks, share: float) -> Blocks:
    """The blocks of a scenario of which only a share has happened."""
    if share == 1:
        return block
    traded = base.trade_share > 0
    paid = np.where(traded, base.trade_share, 1.0)
    received = paid / (1 + base.tariff_rate)
    partly = np.where(traded, received * (block.received / received) ** share, 0.0)
    rent = None
    if block.rent is not None and base.rent_rate is not None:
        new_rate = block.rent / np.where(traded, block.received, 1.0)
        rent = partly * ((1 - share) * base.rent_rate + share * new_rate)
    pooled = None
    if block.pooled is not None:
        pooled = partly * (share * block.pooled / np.where(traded, block.received, 1.0))
    return Blocks(
        paid=np.where(traded, paid * (block.paid / paid) ** share, 0.0),
        received=partly,
        rent=rent,
        pooled=pooled,
        pool_key=block.pool_key,
    )


def _part_of_rule(base: Baseline, income: IncomeRule, share: float) -> IncomeRule:
    """A deficit rule on the way from today's deficits to the rule asked for."""
    today = fixed_deficits(value_added=base.value_added, trade_deficit=base.trade_deficit)

    def partly(wage_hat: Array, tariff_revenue: Array) -> Array:
        return (1 - share) * today(wage_hat, tariff_revenue) + share * income(wage_hat, tariff_revenue)

    return partly
