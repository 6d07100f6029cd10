"""The solver of the Caliendo–Parro equilibrium: numpy in, numpy out.

The equations are in `peyvand.trade.equations`, the preconditioner in `peyvand.trade.home`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peyvand.trade.deficits import IncomeRule
from peyvand.trade.equations import Baseline, Blocks, Conditions, baseline, blocks, conditions, no_change
from peyvand.trade.fixed_point import anderson
from peyvand.trade.home import home_reply, step_at_home

__all__ = ["Baseline", "Blocks", "Equilibrium", "baseline", "blocks", "solve_equilibrium"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Equilibrium:
    """Where the solver stopped: the conditions there, the log state for a warm start, and the work done."""

    conditions: Conditions
    state: Array
    residual: float
    iterations: int


def solve_equilibrium(
    base: Baseline,
    block: Blocks,
    *,
    income: IncomeRule,
    start: Array | None = None,
    tol: float = 1e-10,
    max_iterations: int = 200,
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
        Also when it stopped short: the caller asks whether `residual <= tol`.
    """
    state = no_change(base) if start is None else start
    with np.errstate(all="ignore"):
        found = conditions(base, block, income, state)
        reply = home_reply(base, block, found)

        def step(point: Array) -> tuple[Array, float]:
            nonlocal found
            found = conditions(base, block, income, point)
            return step_at_home(reply, found), found.residual

        end = anderson(step, state, tol=tol, max_iterations=max_iterations)
    return Equilibrium(conditions=found, state=end.point, residual=end.residual, iterations=end.iterations)
