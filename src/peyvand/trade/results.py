"""What the trade model answers: welfare, wages, prices, flows and where a gain comes from, all labelled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import UnknownNameError, did_you_mean
from peyvand.trade import figures
from peyvand.trade.barriers import Barrier, Problem, RentKeeper, rent_income
from peyvand.trade.decomposition import decompose
from peyvand.trade.deficits import DeficitRule
from peyvand.trade.equations import home_trade_share, pool_transfers, trade_flows
from peyvand.trade.kernels import Equilibrium
from peyvand.trade.nests import Nest, nest_of
from peyvand.variables import labelled, labelled_dataset
from peyvand.world import Shock, World

Array = NDArray[np.float64]
Table = Literal["economies", "sectors", "pairs", "partners"]
TABLES: tuple[Table, ...] = ("economies", "sectors", "pairs", "partners")


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class TradeResult:
    """An equilibrium after a shock, beside the World it was measured from.

    Parameters
    ----------
    data : Dataset
        Variables of `variables.csv`; `welfare_hat` is the headline, exact real expenditure new over old.
    baseline : World
        The World that was shocked: the balanced one where deficits were eliminated first.
    shock : Shock
        What changed.
    deficit_rule : str
        How deficits were closed.
    residual : float
        Largest relative gap left in any equation.
    iterations : int
        Evaluations of the equations.
    nest : str
        Which of the nested models the World and the parameters make of it, see `peyvand.trade.nests`.
    barrier : str
        Whether barriers melted or were rents.
    """

    data: xr.Dataset
    baseline: World
    shock: Shock
    deficit_rule: DeficitRule
    residual: float
    iterations: int
    nest: Nest
    barrier: Barrier = "iceberg"

    def __getitem__(self, name: str) -> xr.DataArray:
        """One variable by name."""
        if name not in self.data:
            hint = did_you_mean(name, map(str, self.data.data_vars))
            raise UnknownNameError(f"this TradeResult holds no {name!r}", hint=hint, name=name)
        return self.data[name]

    def __repr__(self) -> str:
        change = 100 * (self["welfare_hat"].values - 1)
        names, best, worst = self.baseline.economies, int(change.argmax()), int(change.argmin())
        return (
            f"<TradeResult of {self.baseline.name}: {len(names)} economies, real income from {names[worst]} "
            f"{change[worst]:+.2f} % to {names[best]} {change[best]:+.2f} %, deficits {self.deficit_rule}, "
            f"residual {self.residual:.0e} after {self.iterations} steps>"
        )

    @property
    def exports(self) -> xr.DataArray:
        """Sales abroad before the change (economy), M USD net of tariff."""
        return _across_borders(self.baseline["trade_flow"], "exports", keep="exporter")

    @property
    def exports_counterfactual(self) -> xr.DataArray:
        """Sales abroad after the change (economy), M USD net of tariff."""
        return _across_borders(self["trade_flow_counterfactual"], "exports_counterfactual", keep="exporter")

    @property
    def imports(self) -> xr.DataArray:
        """Purchases abroad before the change (economy), M USD net of tariff."""
        return _across_borders(self.baseline["trade_flow"], "imports", keep="importer")

    @property
    def imports_counterfactual(self) -> xr.DataArray:
        """Purchases abroad after the change (economy), M USD net of tariff."""
        return _across_borders(self["trade_flow_counterfactual"], "imports_counterfactual", keep="importer")

    @property
    def counterfactual(self) -> World:
        """The World after the change: its flows and tariffs, with today's shares and elasticities."""
        return self.baseline.replace(
            trade_flow=self["trade_flow_counterfactual"],
            tariff_rate=self.shock["tariff_rate_counterfactual"],
        )

    def to_frame(self, table: Table = "economies") -> pd.DataFrame:
        """A tidy table: a row per economy, economy and sector, exporter, importer and sector, or economy and partner.

        Raises
        ------
        UnknownNameError
            If there is no such table.
        """
        makers = dict(zip(TABLES, (self._economies, self._sectors, self._pairs, self._partners), strict=True))
        if table not in makers:
            raise UnknownNameError(f"no table {table!r}", hint=did_you_mean(table, TABLES), table=table)
        return makers[table]().reset_index()

    def _economies(self) -> pd.DataFrame:
        trade = [self.exports, self.exports_counterfactual, self.imports, self.imports_counterfactual]
        return _table([*self._over("economy"), *trade])

    def _sectors(self) -> pd.DataFrame:
        prices = self["price_index_hat"].rename(importer="economy")
        return _table([self.baseline["output"], *self._over("economy", "sector"), prices])

    def _pairs(self) -> pd.DataFrame:
        return _table([self.baseline["trade_flow"], self["trade_flow_counterfactual"]])

    def _partners(self) -> pd.DataFrame:
        return _table(self._over("economy", "partner"))

    def _over(self, *dims: str) -> list[xr.DataArray]:
        return [array for array in self.data.data_vars.values() if array.dims == dims]


def trade_result(
    *,
    baseline: World,
    shock: Shock,
    problem: Problem,
    found: Equilibrium,
    deficit_rule: DeficitRule,
    supply_elasticity: float,
    rent_keeper: RentKeeper,
) -> TradeResult:
    """The kernel's arrays as a labelled result: here the labels return."""
    base, block, after = problem.base, problem.block, found.conditions
    before, flow = problem.trade_flow, trade_flows(block, after)
    price, welfare_hat = figures.consumer_price_hat(base, after), figures.welfare_hat(base, after)
    sources = decompose(
        trade_flow=before,
        trade_flow_counterfactual=flow,
        tariff_rate=base.tariff_rate,
        unit_cost_hat=after.unit_cost_hat,
        cost_hat=problem.cost_hat,
        final_expenditure=base.final_expenditure,
    )
    levied, levied_after = figures.levies(problem, after)
    received = base.final_expenditure - base.value_added - levied
    received_after = after.final_expenditure - after.wage_hat * base.value_added - levied_after
    rents = partial(rent_income, trade_flow=before, rent_rate=problem.rent_rate)
    rents_after = partial(rent_income, trade_flow=flow, rent_rate=problem.rent_rate_counterfactual)
    value_added = base.value_added_share * base.output
    value_added_after = base.value_added_share * after.output
    earned, earned_after = value_added.sum(axis=0), value_added_after.sum(axis=0)
    transfer_gain = (received_after - received) / base.final_expenditure
    values = {
        "welfare_hat": welfare_hat,
        "real_income_change_musd": (welfare_hat - 1) * base.final_expenditure,
        "real_wage_hat": after.wage_hat / price,
        "wage_hat": after.wage_hat,
        "consumer_price_hat": price,
        "tariff_revenue": levied - rents(keeper="importer"),
        "tariff_revenue_counterfactual": levied_after - rents_after(keeper="importer"),
        "revenue_transfer": pool_transfers(
            block, supply=after.supply, real_expenditure=after.expenditure / after.price_power
        ),
        "barrier_rent": rents(keeper=rent_keeper),
        "barrier_rent_counterfactual": rents_after(keeper=rent_keeper),
        "trade_deficit_counterfactual": (after.kept_share * after.expenditure - after.output).sum(axis=0),
        "final_expenditure": base.final_expenditure,
        "final_expenditure_counterfactual": after.final_expenditure,
        **{name: source.total for name, source in sources.items()},
        "transfer_gain": transfer_gain,
        "first_order_welfare": sum(source.total for source in sources.values()) + transfer_gain,
        "openness": _crossing(before) / (earned + levied),
        "openness_counterfactual": _crossing(flow) / (earned_after + levied_after),
        "price_index_hat": after.price_index_hat.T,
        "unit_cost_hat": after.unit_cost_hat.T,
        "output_counterfactual": after.output.T,
        "domestic_trade_share": np.einsum("snn->ns", base.trade_share),
        "domestic_trade_share_counterfactual": home_trade_share(block, after).T,
        "sector_value_added": value_added.T,
        "sector_value_added_counterfactual": value_added_after.T,
        "employment_share": (value_added / earned).T,
        "employment_share_counterfactual": (value_added_after / earned_after).T,
        **{f"{name}_by_sector": source.by_sector.T for name, source in sources.items()},
        **{f"{name}_by_partner": source.by_partner for name, source in sources.items()},
        "trade_flow_counterfactual": np.moveaxis(flow, 0, 2),
    }
    labels = {**baseline.data.indexes, "partner": baseline.data.indexes["economy"].rename("partner")}
    return TradeResult(
        data=labelled_dataset(values, labels),
        baseline=baseline,
        shock=shock,
        deficit_rule=deficit_rule,
        residual=found.residual,
        iterations=found.iterations,
        nest=nest_of(baseline, supply_elasticity=supply_elasticity),
        barrier="iceberg" if problem.rent_rate is None else "rent",
    )


def _crossing(flow: Array) -> Array:
    """Exports and imports together (economy), from (sector, exporter, importer)."""
    abroad = flow.sum(axis=0)
    np.fill_diagonal(abroad, 0.0)
    return np.asarray(abroad.sum(axis=0) + abroad.sum(axis=1))


def _across_borders(flow: xr.DataArray, name: str, *, keep: str) -> xr.DataArray:
    """Flows between different economies, summed over partners and sectors."""
    values = flow.transpose("exporter", "importer", "sector").sum("sector")
    foreign = values.where(values["exporter"] != values["importer"], 0.0)
    other = {"exporter": "importer", "importer": "exporter"}[keep]
    return labelled(foreign.sum(other).rename({keep: "economy"}), name)


def _table(arrays: list[xr.DataArray]) -> pd.DataFrame:
    return pd.DataFrame({str(array.name): array.to_series() for array in arrays})
