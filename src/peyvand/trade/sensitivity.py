"""Which border matters most, and to whom?  The derivative of every economy's welfare by every border's cost.

One factorisation of the equilibrium's Jacobian and one adjoint solve an economy, Jᵀ λ = −∂ ln W/∂ state, give the
effect of all N²S costs at once. With y and r what one more unit of output and of revenue does to ln W by way of the
equations (λ), the derivative by ln κ_ins is

    λ^P_ns π'_ins  −  θ_s (y_is X'_ins − π'_ins Σ_j y_js X'_jns)  +  r_n θ_s E'_ns (φ_ins − F_ns π'_ins)

and a tariff's, by ln (1+t'), adds −X'_ins y_is + r_n E'_ns φ_ins: the money that suppliers lose and importers collect.
A barrier that is a rent has a tariff's slope where importers keep it, and (r_i − r_n) X'_ins more where exporters do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.linalg import lu_solve

from peyvand.errors import ModelError
from peyvand.trade.caliendo_parro import CaliendoParro
from peyvand.trade.deficits import IncomeRule
from peyvand.trade.equations import Baseline, Blocks, Conditions, trade_flows, unchanged
from peyvand.trade.jacobian import factorised, income_slopes, jacobian, shares_after, value_added_weights
from peyvand.trade.kernels import solve_equilibrium
from peyvand.variables import KERNEL_CELL, labelled
from peyvand.world import Shock, World

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class BorderSensitivity:
    """Derivatives of welfare by costs at today's equilibrium.

    Parameters
    ----------
    data : Dataset
        `welfare_by_cost` and `welfare_by_tariff` (economy, exporter, importer, sector): d ln W of the economy by d ln
        of the barrier's cost, iceberg or rent as the model says, and by d ln (1+t).
    world : World
        The one whose equilibrium it is.
    model : CaliendoParro
        The closure.
    """

    data: xr.Dataset
    world: World
    model: CaliendoParro

    def __getitem__(self, name: str) -> xr.DataArray:
        return self.data[name]

    def ranking(
        self, economies: Iterable[str] | None = None, *, by: str = "pair", top: int | None = 20
    ) -> pd.DataFrame:
        """The foreign borders that matter most to some economies together, the most first.

        Parameters
        ----------
        economies : iterable of str, optional
            Members of a union, say; all that were asked for by default. Their gains are summed in M USD.
        by : {"pair", "cell"}
            All sectors of an exporter and importer together, or each by itself.
        top : int, optional
            Rows.

        Returns
        -------
        DataFrame
            `gain_musd`: what 1 % less cost is worth to them a year, to first order.

        Raises
        ------
        ModelError
            If `by` is neither.
        """
        if by not in ("pair", "cell"):
            raise ModelError(f"no ranking by {by!r}", hint="by='pair' or by='cell'")
        slope = self.data["welfare_by_cost"]
        codes = self.world.resolve_economies(economies) if economies is not None else tuple(slope.indexes["economy"])
        income = self.world["final_expenditure"].sel(economy=list(codes))
        gain = -0.01 * (slope.sel(economy=list(codes)) * income).sum("economy")
        gain = gain.where(gain["exporter"] != gain["importer"], drop=False)
        gain = gain.sum("sector", skipna=False) if by == "pair" else gain
        table = gain.to_series().dropna().rename("gain_musd").sort_values(ascending=False, key=abs)
        return table.head(top).reset_index() if top else table.reset_index()

    def first_order(self, shock: Shock) -> xr.DataArray:
        """ln Ŵ of each economy by the derivatives alone: exact for small shocks only."""
        cost = np.log(shock["iceberg_cost_hat"])
        tariff = np.log1p(shock["tariff_rate_counterfactual"]) - np.log1p(self.world["tariff_rate"])
        effect = self.data["welfare_by_cost"] * cost + self.data["welfare_by_tariff"] * tariff
        return effect.sum(["exporter", "importer", "sector"])

    def beside_exact(self, shock: Shock) -> pd.DataFrame:
        """First-order and exact change of real income side by side, per cent, with the difference."""
        logs = self.first_order(shock)
        linear = logs.copy(data=100 * np.expm1(logs.values))
        exact = 100 * (self.model.solve(self.world, shock)["welfare_hat"] - 1)
        table = pd.DataFrame({"first_order_percent": linear.to_series(), "exact_percent": exact.to_series()}).dropna()
        return table.assign(missed_percent=table["exact_percent"] - table["first_order_percent"]).reset_index()


def border_sensitivity(
    world: World, *, economies: Iterable[str] | None = None, model: CaliendoParro | None = None
) -> BorderSensitivity:
    """d ln welfare of each economy / d ln cost of each (exporter, importer, sector), at today's equilibrium.

    Parameters
    ----------
    world : World
    economies : iterable of str, optional
        Whose welfare; everybody's by default. The result has N²S figures for each.
    model : CaliendoParro, optional
        The closure, and whether barriers melt or are rents. With deficits eliminated, the derivatives are those of the
        balanced World.

    Raises
    ------
    UnknownEconomyError
        If the World has no such economy.
    ModelError
        If the equations are singular.
    ConvergenceError
        If balanced trade was not reached.
    """
    solver = model or CaliendoParro()
    if solver.deficit_rule == "eliminated":
        world = solver.without_deficits(world)
    codes = world.resolve_economies(economies) if economies is not None else world.economies
    base = solver.problem(world, Shock.none(world)).base
    income = solver.income_rule(world, base)
    block = unchanged(base)
    found = solve_equilibrium(base, block, income=income, tol=solver.tol)
    places = np.array([world.economies.index(code) for code in codes], dtype=np.int64)
    try:
        by_cost, by_tariff, by_revenue = welfare_slopes(base, block, found.conditions, income, economies=places)
    except np.linalg.LinAlgError as error:
        raise ModelError(
            "the equations of this World are singular", hint="a part of it does not trade with the rest: leave it out"
        ) from error
    if solver.barrier == "rent":
        by_cost = by_tariff
        if solver.rent_keeper == "exporter":
            moved = by_revenue[:, None, :, None] - by_revenue[:, None, None, :]
            by_cost = by_tariff + moved * trade_flows(block, found.conditions)
    labels = {"economy": list(codes), **{dim: world.data.indexes[dim] for dim in KERNEL_CELL}}
    dims = ("economy", *KERNEL_CELL)
    arrays = {"welfare_by_cost": by_cost, "welfare_by_tariff": by_tariff}
    data = {name: labelled(xr.DataArray(values, labels, dims), name) for name, values in arrays.items()}
    return BorderSensitivity(data=xr.Dataset(data), world=world, model=solver)


def welfare_slopes(
    base: Baseline, block: Blocks, found: Conditions, income: IncomeRule, *, economies: NDArray[np.int64]
) -> tuple[Array, Array, Array]:
    """d ln W_e by ln d̂ and by ln (1+t'), each (economy e, sector, exporter, importer), and by revenue, r (e, economy).

    At an equilibrium, of barriers that melt.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the Jacobian is singular.
    """
    sectors, everybody = base.expenditure.shape
    slopes = jacobian(base, block, found, income)
    share, kept = shares_after(block, found)
    flow = trade_flows(block, found)
    by_wage, by_revenue = income_slopes(income, wage_hat=found.wage_hat, tariff_revenue=found.tariff_revenue)

    direct = _direct_slopes(base, found, share, kept, by_wage, by_revenue)[economies]
    factors = factorised(slopes)
    adjoint = -lu_solve(factors, direct.T, trans=1).T

    on_wage = adjoint[:, :everybody]
    on_price, on_spending = np.moveaxis(adjoint[:, everybody:].reshape(-1, 2, sectors, everybody), 1, 0)
    spent = np.where(base.expenditure > 0, found.expenditure, np.inf)
    earned = (base.value_added_share * found.output).sum(axis=0)
    per_money = on_spending / spent
    by_output = base.value_added_share * (on_wage / earned)[:, None, :]
    by_output = by_output + np.einsum("nrs,ern->esn", base.input_share, per_money)
    by_final = (base.final_share * per_money).sum(axis=1)
    by_final[np.arange(len(economies)), economies] += 1 / found.final_expenditure[economies]
    on_revenue = by_final @ by_revenue

    theta = base.trade_elasticity[:, None, None]
    by_cost = np.empty((len(economies), *flow.shape))
    by_tariff = np.empty_like(by_cost)
    for place in range(len(economies)):
        sold = by_output[place][:, :, None] * flow
        collected = (on_revenue[place] * found.expenditure)[:, None, :]
        lost = collected * (kept - found.kept_share[:, None, :] * share)
        by_cost[place] = share * (on_price[place][:, None, :] + theta * sold.sum(axis=1, keepdims=True))
        by_cost[place] += theta * (lost - sold)
        by_tariff[place] = by_cost[place] - sold + collected * kept
    return by_cost, by_tariff, on_revenue


def _direct_slopes(
    base: Baseline, found: Conditions, share: Array, kept: Array, by_wage: Array, by_revenue: Array
) -> Array:
    """∂ ln W_e / ∂ state, (economy, state): ln W = ln I' − Σ_s α_s ln P̂_s, costs held."""
    sectors, economies = base.expenditure.shape
    theta = base.trade_elasticity[:, None, None]
    reached = kept - found.kept_share[:, None, :] * share
    # d revenue_n / d ln x_is, and by ln x the unit cost's wages and prices
    by_supply = -(found.expenditure[:, None, :] * reached)
    chained = -theta * by_supply
    by_own_wage = np.einsum("sin,si->ni", chained, base.wage_exponent)
    by_own_price = np.einsum("sin,irs->nri", chained, base.price_exponent)
    taxed = (1 - found.kept_share) * found.expenditure
    by_spending = np.zeros((economies, sectors, economies))
    np.einsum("nsn->ns", by_spending)[:] = taxed.T

    per_income = 1 / found.final_expenditure[:, None]
    wage = (by_wage + by_revenue @ by_own_wage) * per_income
    wage = wage - wage.sum(axis=1)[:, None] * value_added_weights(base, found)
    price = np.tensordot(by_revenue, by_own_price, 1) * per_income[:, :, None]
    np.einsum("nsn->ns", price)[:] -= base.final_share.T
    spending = np.tensordot(by_revenue, by_spending, 1) * per_income[:, :, None]
    return np.concatenate([wage, price.reshape(economies, -1), spending.reshape(economies, -1)], axis=1)
