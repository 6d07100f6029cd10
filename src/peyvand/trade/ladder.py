"""How far does trade move on each rung: by own costs alone, with everybody's prices, with incomes too?

Partial: every flow by its own cost, X̃ κ̂^-θ with X̃ = X (1+t). Conditional: those flows scaled, sector by sector, so that
each exporter sells and each importer spends what it did before (Anderson and van Wincoop 2003):

    X̃'_in = X̃_in κ̂_in^-θ Π̂_i^θ P̂_n^θ ,   Σ_n X̃'_in = Σ_n X̃_in ,   Σ_i X̃'_in = E_n

Π̂ and P̂ are the changes of outward and inward resistance, P̂ = 1 in the reference economy. Full: the equilibrium, with
wages, incomes and inputs. Flows are net of the new tariff, and of rents where barriers are rents
(X̃ holds both). Pair arrays are (sector, exporter, importer).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError
from peyvand.trade.balancing import Scaled, scale_to_margins
from peyvand.trade.barriers import rent_rates
from peyvand.trade.results import TradeResult
from peyvand.variables import KERNEL_CELL, labelled_dataset

Array = NDArray[np.float64]
RUNGS = ("partial", "conditional", "full")


@dataclass(frozen=True, eq=False, kw_only=True)
class Ladder:
    """The three rungs of one scenario.

    Parameters
    ----------
    data : Dataset
        `trade_flow_partial`, `trade_flow_conditional`, `trade_flow_counterfactual` (exporter, importer, sector), M USD
        net of tariff, `inward_resistance_hat` and `outward_resistance_hat` (economy, sector) of the conditional rung.
    reference : str
        The economy whose inward resistance does not change on the conditional rung.
    result : TradeResult
        The full rung and its baseline.
    """

    data: xr.Dataset
    reference: str
    result: TradeResult

    def __getitem__(self, name: str) -> xr.DataArray:
        return self.data[name]

    def to_frame(self) -> pd.DataFrame:
        """One row an economy: exports and imports today and on each rung, new / old."""
        flow = {"today": self.result.baseline["trade_flow"]}
        names = ("trade_flow_partial", "trade_flow_conditional", "trade_flow_counterfactual")
        flow |= {rung: self.data[name] for rung, name in zip(RUNGS, names, strict=True)}
        table = {}
        for side, other in (("exports", "importer"), ("imports", "exporter")):
            totals = {rung: _abroad(array).sum(other).values for rung, array in flow.items()}
            table[f"{side}_musd"] = totals["today"]
            before = np.where(totals["today"] > 0, totals["today"], np.nan)
            table |= {f"{side}_hat_{rung}": totals[rung] / before for rung in RUNGS}
        index = pd.Index(self.result.baseline.economies, name="economy")
        return pd.DataFrame(table, index=index).reset_index()


def ladder(result: TradeResult, *, reference: str | None = None, tol: float = 1e-10) -> Ladder:
    """Partial and conditional answers to the scenario of a full one.

    Parameters
    ----------
    result : TradeResult
        The full rung; its baseline and shock are used on the others.
    reference : str, optional
        P̂ = 1 here; the first economy of the World by default. Flows do not depend on it.
    tol : float
        Largest relative gap allowed between an exporter's sales and those of the baseline.

    Raises
    ------
    UnknownEconomyError
        If the World has no such reference.
    ConvergenceError
        If the conditional rung was not reached.
    """
    world, shock = result.baseline, result.shock
    code = world.economy(reference) if reference else world.economies[0]
    values = (world["trade_flow"], world["tariff_rate"], shock["iceberg_cost_hat"], shock["tariff_rate_counterfactual"])
    flow, tariff, cost_hat, new_tariff = (array.transpose(*KERNEL_CELL).values for array in values)
    theta = world["trade_elasticity"].values
    on_cost, on_cost_after = 1 + tariff, 1 + new_tariff
    if result.barrier == "rent":
        before, after = rent_rates(cost_hat)
        on_cost, on_cost_after = on_cost * (1 + before), on_cost_after * (1 + after)
    paid = flow * on_cost
    partial = partial_flows(paid=paid, barrier_hat=cost_hat * (1 + new_tariff) / (1 + tariff), trade_elasticity=theta)
    scaled = scale_to_margins(partial, rows=paid.sum(axis=2), columns=paid.sum(axis=1), tol=tol)
    if not scaled.residual <= tol:
        raise ConvergenceError(
            f"the conditional answer was not reached: sales are off by {scaled.residual:.1e}, {tol:.0e} asked",
            hint="the shock takes nearly all trade away somewhere: make it smaller",
            residual=scaled.residual,
        )
    log_row, log_column = _at_reference(scaled, bought=paid.sum(axis=1) > 0, place=world.economies.index(code))
    found = {
        "trade_flow_partial": np.moveaxis(partial / on_cost_after, 0, 2),
        "trade_flow_conditional": np.moveaxis(scaled.values / on_cost_after, 0, 2),
        "outward_resistance_hat": np.exp(log_row / theta[:, None]).T,
        "inward_resistance_hat": np.exp(log_column / theta[:, None]).T,
    }
    data = labelled_dataset(found, world.data.indexes)
    full = result["trade_flow_counterfactual"]
    return Ladder(data=data.assign(trade_flow_counterfactual=full), reference=code, result=result)


def partial_flows(*, paid: Array, barrier_hat: Array, trade_elasticity: Array) -> Array:
    """X̃ κ̂^-θ: every flow by its own cost."""
    return np.asarray(paid * barrier_hat ** -trade_elasticity[:, None, None])


def _at_reference(scaled: Scaled, *, bought: Array, place: int) -> tuple[Array, Array]:
    """The scalings in logs with none in the reference's column; sectors that it does not buy stay as they are."""
    shift = np.where(bought[:, place], scaled.log_column[:, place], 0.0)[:, None]
    return scaled.log_row + shift, np.where(bought, scaled.log_column - shift, 0.0)


def _abroad(flow: xr.DataArray) -> xr.DataArray:
    values = flow.sum("sector")
    return values.where(values["exporter"] != values["importer"], 0.0)
