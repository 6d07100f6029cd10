"""Who gains from a change of trade costs?  Caliendo and Parro (2015), many sectors with inputs and tariffs.

One sector without inputs is the one-sector Armington model of structural gravity; with `supply_elasticity` it is
universal gravity (Allen, Arkolakis and Takahashi 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError, DataError, ModelError, did_you_mean
from peyvand.trade.barriers import BARRIERS, RENT_KEEPERS, Accounts, Barrier, Pool, Problem, RentKeeper, problem
from peyvand.trade.deficits import DEFICIT_RULES, DeficitRule, IncomeRule, income_rule
from peyvand.trade.equations import trade_flows
from peyvand.trade.kernels import Baseline, Blocks, Equilibrium, baseline, solve_equilibrium, unchanged
from peyvand.trade.results import TradeResult, trade_result
from peyvand.variables import KERNEL_CELL
from peyvand.world import Shock, World

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaliendoParro:
    """The Ricardian model of Caliendo and Parro (2015) in changes.

    Parameters
    ----------
    deficit_rule : {"fixed", "fixed_nominal", "multiplicative", "eliminated"}
        `fixed`: trade deficits keep their size in units of world value added (the numeraire). `fixed_nominal`: in units
        of one economy's wage. `multiplicative`: final expenditure keeps its ratio to income, up to a common factor.
        `eliminated`: trade is balanced first, and that World is the baseline.
    numeraire : str, optional
        The economy of `fixed_nominal`, which needs one.
    supply_elasticity : float
        ψ: output supply is (ĉ/P̂)^ψ. Of one-sector Worlds without inputs only.
    barrier : {"iceberg", "rent"}
        What changes of `iceberg_cost_hat` are: costs that melt, or rents that somebody keeps.
    rent_keeper : {"importer", "exporter"}
        Who keeps the rents.
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
    numeraire: str | None = None
    supply_elasticity: float = 0.0
    barrier: Barrier = "iceberg"
    rent_keeper: RentKeeper = "importer"
    tol: float = 1e-10
    max_iterations: int = 1000

    def __post_init__(self) -> None:
        _expect_one_of("deficit rule", self.deficit_rule, DEFICIT_RULES)
        _expect_one_of("barrier", self.barrier, BARRIERS)
        _expect_one_of("rent keeper", self.rent_keeper, RENT_KEEPERS)
        if (self.deficit_rule == "fixed_nominal") != (self.numeraire is not None):
            raise ModelError(
                "fixed_nominal deficits are kept in one economy's wage, and only they are",
                hint="numeraire='USA' with deficit_rule='fixed_nominal'; --numeraire USA with --deficits fixed_nominal",
            )
        if not 0 <= self.supply_elasticity < np.inf:
            raise ModelError(
                f"supply_elasticity must be a number from 0 up, not {self.supply_elasticity}",
                hint="0 is a fixed supply",
            )
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
        baseline, posed, found = self.equilibrium(world, shock)
        return trade_result(
            baseline=baseline,
            shock=shock,
            problem=posed,
            found=found,
            deficit_rule=self.deficit_rule,
            supply_elasticity=self.supply_elasticity,
            rent_keeper=self.rent_keeper,
        )

    def equilibrium(self, world: World, shock: Shock) -> tuple[World, Problem, Equilibrium]:
        """`solve` without labels on the answer: the World that is shocked, what the kernel solves, where it stopped.

        Raises
        ------
        DataError, ConvergenceError
            As `solve`.
        """
        _expect_same_labels(world, shock)
        if self.deficit_rule == "eliminated":
            world = self.without_deficits(world, shock)
        posed = self.problem(world, shock)
        return world, posed, self._equilibrium(world, posed.base, posed.block, self.income_rule(world, posed.base))

    def problem(self, world: World, shock: Shock) -> Problem:
        """The World and the shock as the kernel wants them, barriers read as the model says.

        Raises
        ------
        DataError, ModelError
            If the shock was made for other economies or sectors, or the World does not fit the model.
        """
        _expect_same_labels(world, shock)
        if self.supply_elasticity and (len(world.sectors) > 1 or float(abs(world["input_share"]).max()) > 0):
            raise ModelError(
                "supply_elasticity is of the one-sector model without inputs",
                hint="inputs make supply elastic themselves: leave it at 0",
            )
        return problem(
            accounts_of(world),
            cost_hat=shock.by_sector["iceberg_cost_hat"],
            tariff_rate=shock.by_sector["tariff_rate_counterfactual"],
            supply_elasticity=self.supply_elasticity,
            barrier=self.barrier,
            rent_keeper=self.rent_keeper,
            pool=pool_of(shock),
        )

    def income_rule(self, world: World, base: Baseline, *, columns: bool = False) -> IncomeRule:
        """The deficit rule with the baseline's figures; `columns` for many scenarios at once, which may share them.

        Raises
        ------
        UnknownEconomyError
            If the World has no such numeraire.
        """
        vectors = {name: getattr(base, name) for name in ("value_added", "tariff_revenue", "trade_deficit")}
        if columns:
            vectors = {name: np.atleast_2d(vector).T for name, vector in vectors.items()}
        place = world.economies.index(world.economy(self.numeraire)) if self.numeraire else 0
        return income_rule(self.deficit_rule, numeraire=place, **vectors)

    def without_deficits(self, world: World, shock: Shock | None = None) -> World:
        """The World in equilibrium with balanced trade: same shares, tariffs and factors, flows that balance.

        Parameters
        ----------
        world : World
        shock : Shock, optional
            Tells today's rents, where barriers are rents.

        Raises
        ------
        ConvergenceError
            If that equilibrium was not reached.
        """
        base = self.problem(world, Shock.none(world) if shock is None else shock).base
        block = unchanged(base)
        rule = replace(self, deficit_rule="eliminated", numeraire=None).income_rule(world, base)
        found = self._equilibrium(world, base, block, rule)
        flow = trade_flows(block, found.conditions)
        return world.replace(trade_flow=world["trade_flow"].transpose(*KERNEL_CELL).copy(data=flow))

    def _equilibrium(self, world: World, base: Baseline, block: Blocks, income: IncomeRule) -> Equilibrium:
        """Solve, or say where it failed."""
        found = solve_equilibrium(base, block, income=income, tol=self.tol, max_iterations=self.max_iterations)
        if not found.residual <= self.tol:  # "not <=" also catches nan
            raise _not_reached(world, found, self.tol)
        return found


def baseline_of(world: World) -> Baseline:
    """The World's accounts and shares as the kernel wants them, without rents and with a fixed supply."""
    given = accounts_of(world)
    return baseline(**{field.name: getattr(given, field.name) for field in fields(given)})


def accounts_of(world: World) -> Accounts:
    """The World's arrays: here the labels end."""
    return Accounts(
        trade_flow=world.by_sector["trade_flow"],
        tariff_rate=world.by_sector["tariff_rate"],
        value_added_share=_values(world["value_added_share"], "sector", "economy"),
        input_share=_values(world["input_share"], "economy", "input_sector", "sector"),
        trade_elasticity=_values(world["trade_elasticity"], "sector"),
    )


def pool_of(shock: Shock) -> Pool | None:
    """Whose duties a shock puts into a pool and who gets them; None where everybody keeps its own."""
    if "pool_key" not in shock.data:
        return None
    return Pool(share=_values(shock["pooled_duty_share"], *KERNEL_CELL), key=_values(shock["pool_key"], "economy"))


def _values(array: xr.DataArray, *dims: str) -> Array:
    return np.ascontiguousarray(array.transpose(*dims).values, dtype=np.float64)


def _expect_one_of(what: str, name: str, names: Sequence[str]) -> None:
    if name not in names:
        raise ModelError(f"no {what} {name!r}", hint=did_you_mean(name, names), name=name)


def _expect_same_labels(world: World, shock: Shock) -> None:
    there = shock.data.indexes
    for dim in KERNEL_CELL:
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
            hint += f"; beyond that nothing is left to spend in {', '.join(broke[:5])}, try deficits 'eliminated'"
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
