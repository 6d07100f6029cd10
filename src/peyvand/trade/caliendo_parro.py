"""Who gains from a change of trade costs?  Caliendo and Parro (2015), many sectors with inputs and tariffs.

One sector without inputs is the one-sector Armington model of structural gravity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError, DataError, ModelError, did_you_mean
from peyvand.trade.deficits import DEFICIT_RULES, DeficitRule, IncomeRule, fixed_deficits, no_deficits
from peyvand.trade.equations import trade_flows
from peyvand.trade.kernels import Baseline, Blocks, Equilibrium, baseline, blocks, solve_equilibrium
from peyvand.trade.results import TradeResult, trade_result
from peyvand.world import Shock, World

Array = NDArray[np.float64]
_PAIRS = ("sector", "exporter", "importer")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaliendoParro:
    """The Ricardian model of Caliendo and Parro (2015) in changes.

    Parameters
    ----------
    deficit_rule : {"fixed", "eliminated"}
        `fixed`: trade deficits keep their size in units of world value added (the numeraire). `eliminated`: trade is
        balanced first, and that World is the baseline.
    tol : float
        Largest relative gap allowed in any equation.
    max_iterations : int
        Evaluations of the equations at most.

    Raises
    ------
    ModelError
        If a parameter is not one that the model knows.

    Examples
    --------
    >>> CaliendoParro(deficit_rule="eliminated").tol
    1e-10
    """

    deficit_rule: DeficitRule = "fixed"
    tol: float = 1e-10
    max_iterations: int = 1000

    def __post_init__(self) -> None:
        if self.deficit_rule not in DEFICIT_RULES:
            hint = did_you_mean(self.deficit_rule, DEFICIT_RULES)
            raise ModelError(f"no deficit rule {self.deficit_rule!r}", hint=hint, deficit_rule=self.deficit_rule)
        if not (self.tol > 0 and self.max_iterations >= 1):
            raise ModelError("tol must be positive and max_iterations at least 1")

    def solve(self, world: World, shock: Shock) -> TradeResult:
        """The equilibrium after the shock.

        Parameters
        ----------
        world : World
            Sound, see `peyvand.world.check`.
        shock : Shock
            On the same economies and sectors.

        Raises
        ------
        DataError
            If the shock was made for other economies or sectors.
        ConvergenceError
            If the equations do not hold to `tol`; `context["excess"]` has each economy's excess demand.
        """
        _expect_same_labels(world, shock)
        if self.deficit_rule == "eliminated":
            world = self.without_deficits(world)
        base = baseline_of(world)
        block = blocks(
            base,
            cost_hat=_values(shock["iceberg_cost_hat"], *_PAIRS),
            tariff_rate=_values(shock["tariff_rate_counterfactual"], *_PAIRS),
        )
        found = self._equilibrium(world, base, block, self._income_rule(base))
        return trade_result(
            baseline=world, shock=shock, base=base, block=block, found=found, deficit_rule=self.deficit_rule
        )

    def without_deficits(self, world: World) -> World:
        """The World in equilibrium with balanced trade: same shares, tariffs and factors, flows that balance.

        Raises
        ------
        ConvergenceError
            If that equilibrium was not reached.
        """
        base = baseline_of(world)
        block = Blocks(paid=base.trade_share, received=base.trade_share / (1 + base.tariff_rate))
        found = self._equilibrium(world, base, block, no_deficits(value_added=base.value_added))
        flow = trade_flows(block, found.conditions)
        return world.replace(trade_flow=world["trade_flow"].transpose(*_PAIRS).copy(data=flow))

    def _income_rule(self, base: Baseline) -> IncomeRule:
        if self.deficit_rule == "eliminated":
            return no_deficits(value_added=base.value_added)
        return fixed_deficits(value_added=base.value_added, trade_deficit=base.trade_deficit)

    def _equilibrium(self, world: World, base: Baseline, block: Blocks, income: IncomeRule) -> Equilibrium:
        """Solve, or say where it failed."""
        found = solve_equilibrium(base, block, income=income, tol=self.tol, max_iterations=self.max_iterations)
        if not found.residual <= self.tol:  # "not <=" also catches nan
            raise _not_reached(world, found, self.tol)
        return found


def baseline_of(world: World) -> Baseline:
    """The World's arrays as the kernel wants them: here the labels end."""
    return baseline(
        trade_flow=_values(world["trade_flow"], *_PAIRS),
        tariff_rate=_values(world["tariff_rate"], *_PAIRS),
        value_added_share=_values(world["value_added_share"], "sector", "economy"),
        input_share=_values(world["input_share"], "economy", "input_sector", "sector"),
        trade_elasticity=_values(world["trade_elasticity"], "sector"),
    )


def _values(array: xr.DataArray, *dims: str) -> Array:
    return np.ascontiguousarray(array.transpose(*dims).values, dtype=np.float64)


def _expect_same_labels(world: World, shock: Shock) -> None:
    there = shock.data.indexes
    for dim in _PAIRS:
        if not world.data.indexes[dim].equals(there[dim]):
            raise DataError(
                f"the shock's labels of {dim} are not those of the World {world.name}, in the same order",
                hint="make it with Shock.of(world, …)",
                dim=dim,
            )


def _not_reached(world: World, found: Equilibrium, tol: float) -> ConvergenceError:
    """The error that names the economy furthest from equilibrium, or the one left with nothing to spend."""
    gaps = found.conditions
    excess = xr.DataArray(gaps.wage_gap, {"economy": list(world.economies)}, name="excess")
    broke = [code for code, left in zip(world.economies, gaps.final_expenditure, strict=True) if not left > 0]
    if found.share_of_shock < 1:
        hint = f"it was reached for {100 * found.share_of_shock:.3g} % of the shock: make the shock smaller"
        if broke:
            hint += f"; beyond that nothing is left to spend in {', '.join(broke[:5])}, try deficit_rule='eliminated'"
    else:
        worst = world.economies[int(np.argmax(np.abs(gaps.wage_gap)))]
        hint = f"the largest excess demand is in {worst}: raise max_iterations or make the shock smaller"
    return ConvergenceError(
        f"the trade equilibrium was not reached: residual {found.residual:.1e} after {found.iterations} steps, "
        f"{tol:.0e} asked",
        hint=hint,
        residual=found.residual,
        share_of_shock=found.share_of_shock,
        iterations=found.iterations,
        excess=excess,
    )
