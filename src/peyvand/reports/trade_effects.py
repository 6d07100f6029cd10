"""How far does trade move, what does it replace, and with whom is the gain made?  Tables of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.reports.figures import Array, flow_cells, growth
from peyvand.trade import creation_and_diversion
from peyvand.trade.ladder import RUNGS

if TYPE_CHECKING:
    from peyvand.run import Run

FLOWS = dict(zip(RUNGS, ("trade_flow_partial", "trade_flow_conditional", "trade_flow_counterfactual"), strict=True))
"""The flows of each rung of the ladder."""

_SOURCES = {
    "terms_of_trade": "terms_of_trade_percent",
    "volume_of_trade": "volume_of_trade_percent",
    "trade_cost_saving": "trade_costs_saved_percent",
}


def ladder(run: Run) -> pd.DataFrame | None:
    """One row an economy: exports, imports and trade with members on each rung, change in per cent.

    Partial: each flow by its own cost alone; conditional: with everybody's sales and purchases as before; full: the
    equilibrium. None where the conditional rung was not reached.
    """
    if run.ladder is None:
        return None
    world = run.trade.baseline
    member = np.isin(world.economies, run.effect.members)
    today = _trade(flow_cells(world["trade_flow"]), member)
    table = pd.DataFrame({"economy": world.economies, "member": member})
    for rung, name in FLOWS.items():
        for side, after in _trade(flow_cells(run.ladder[name]), member).items():
            table[f"{side}_{rung}_percent"] = growth(today[side], after)
    return table


def members_ladder(run: Run) -> dict[str, float]:
    """Trade among the members on each rung, change in per cent; empty where the conditional rung was not reached."""
    if run.ladder is None:
        return {}
    inside = np.flatnonzero(np.isin(run.trade.baseline.economies, run.effect.members))
    among = {name: _foreign(flow_cells(run.ladder[name]))[np.ix_(inside, inside)].sum() for name in FLOWS.values()}
    today = _foreign(flow_cells(run.trade.baseline["trade_flow"]))[np.ix_(inside, inside)].sum()
    return {rung: float(growth(today, among[name])) for rung, name in FLOWS.items()}


def creation(run: Run) -> pd.DataFrame:
    """One row an economy and sector: purchases by where they come from, creation and diversion, M USD.

    At today's factory-gate prices, see `peyvand.trade.creation`; creation and diversion are those of members.
    """
    found = creation_and_diversion(run.trade, run.effect.members)
    frame = found.to_dataframe(dim_order=["economy", "sector"]).add_suffix("_musd").reset_index()
    frame.insert(2, "member", frame["economy"].isin(run.effect.members))
    return frame


def partners(run: Run) -> pd.DataFrame:
    """One row an economy and partner: first-order sources of the economy's income that come from the partner."""
    frame = run.trade.to_frame("partners")
    found = frame[["economy", "partner"]].copy()
    found["both_members"] = frame["economy"].isin(run.effect.members) & frame["partner"].isin(run.effect.members)
    for name, column in _SOURCES.items():
        found[column] = 100 * frame[f"{name}_by_partner"]
    return found.assign(first_order_percent=found[list(_SOURCES.values())].sum(axis=1))


def sources_by_sector(run: Run) -> pd.DataFrame:
    """Columns of the table of sectors: first-order sources, value added and employment, an economy and sector a row."""
    result = run.trade.data
    rows = {
        **{column: 100 * result[f"{name}_by_sector"] for name, column in _SOURCES.items()},
        "value_added_musd": result["sector_value_added"],
        "value_added_counterfactual_musd": result["sector_value_added_counterfactual"],
        "employment_percent": 100 * result["employment_share"],
        "employment_counterfactual_percent": 100 * result["employment_share_counterfactual"],
    }
    return pd.DataFrame({name: array.transpose("economy", "sector").values.ravel() for name, array in rows.items()})


def _trade(flow: Array, member: NDArray[np.bool_]) -> dict[str, Array]:
    """Exports, imports and trade both ways with members of each economy, M USD."""
    abroad = _foreign(flow)
    with_members = (abroad + abroad.T)[:, member].sum(axis=1)
    return {"exports": abroad.sum(axis=1), "imports": abroad.sum(axis=0), "trade_with_members": with_members}


def _foreign(flow: Array) -> Array:
    """(exporter, importer), all sectors, nothing at home."""
    return np.asarray(flow.sum(axis=2) * (1 - np.eye(len(flow))))
