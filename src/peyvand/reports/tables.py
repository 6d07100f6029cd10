"""What does a run say, as plain tables?  One function a table, a row per thing, the unit in every column's name.

The page, the workbook, the CSV and the Parquet files all show these tables; none computes a figure of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.reports.border_parts import border_parts
from peyvand.reports.borders import border_table
from peyvand.reports.corridors import crossings, journeys, links
from peyvand.reports.figures import by_economy, exports_and_imports, flow_cells, growth, percent_change
from peyvand.reports.intervals import (
    economy_intervals,
    group_intervals,
    pair_intervals,
    sector_intervals,
    uncertainty,
)
from peyvand.reports.pacts import agreements_in_force, standings
from peyvand.reports.path import path
from peyvand.reports.people import destinations, destinations_by_year, openness, people, places
from peyvand.reports.trade_effects import creation, ladder, partners, sources_by_sector
from peyvand.reports.variants import variants
from peyvand.variables import CELL
from peyvand.world import STATUSES, World

if TYPE_CHECKING:
    from peyvand.run import Run

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
MEMBERS, OUTSIDERS, EVERYONE = "members", "outsiders", "world"
_ESTIMATED = tuple(STATUSES.index(status) for status in ("estimated", "assumed"))


def economies(run: Run) -> pd.DataFrame:
    """One row an economy: real income and its parts, wages, prices, exports, imports, tariff revenue, intervals."""
    world, result = run.trade.baseline, run.trade.data
    before, after = flow_cells(world["trade_flow"]), flow_cells(result["trade_flow_counterfactual"])
    exports, imports = exports_and_imports(before)
    exports_after, imports_after = exports_and_imports(after)
    revenue = by_economy(world["tariff_revenue"])
    revenue_after = by_economy(result["tariff_revenue_counterfactual"])
    first_order = 100 * by_economy(result["first_order_welfare"])
    income = percent_change(result["welfare_hat"])
    return pd.DataFrame(
        {
            "economy": world.economies,
            "name_en": _names(world, "name_en"),
            "name_fa": _names(world, "name_fa"),
            "member": np.isin(world.economies, members_of(run)),
            "real_income_change_percent": income,
            "real_income_change_musd": by_economy(result["real_income_change_musd"]),
            "terms_of_trade_percent": 100 * by_economy(result["terms_of_trade"]),
            "volume_of_trade_percent": 100 * by_economy(result["volume_of_trade"]),
            "trade_costs_saved_percent": 100 * by_economy(result["trade_cost_saving"]),
            "first_order_percent": first_order,
            "remainder_percent": income - first_order,
            "real_wage_change_percent": percent_change(result["real_wage_hat"]),
            "consumer_price_change_percent": percent_change(result["consumer_price_hat"]),
            "exports_musd": exports,
            "exports_counterfactual_musd": exports_after,
            "exports_change_percent": growth(exports, exports_after),
            "imports_musd": imports,
            "imports_counterfactual_musd": imports_after,
            "imports_change_percent": growth(imports, imports_after),
            "tariff_revenue_musd": revenue,
            "tariff_revenue_counterfactual_musd": revenue_after,
            "tariff_revenue_change_musd": revenue_after - revenue,
            "revenue_transfer_musd": by_economy(result["revenue_transfer"]),
            "openness_percent": 100 * by_economy(result["openness"]),
            "openness_counterfactual_percent": 100 * by_economy(result["openness_counterfactual"]),
            "estimated_trade_share": _estimated_share(world),
            "final_expenditure_musd": by_economy(world["final_expenditure"]),
        }
    ).join(economy_intervals(run))


def groups(run: Run) -> pd.DataFrame:
    """Three rows: the members, the outsiders, the world. Real income is summed in M USD over baseline expenditure."""
    table = economies(run)
    before = flow_cells(run.trade.baseline["trade_flow"])
    after = flow_cells(run.trade.data["trade_flow_counterfactual"])
    member = table["member"].to_numpy()
    parts = {MEMBERS: member, OUTSIDERS: ~member, EVERYONE: np.ones_like(member)}
    rows = []
    for name, inside in parts.items():
        gain = table.loc[inside, "real_income_change_musd"].sum()
        spent = table.loc[inside, "final_expenditure_musd"].sum()
        trade, trade_after = _among(before, inside), _among(after, inside)
        rows.append(
            {
                "group": name,
                "economies": int(inside.sum()),
                "real_income_change_percent": 100 * gain / spent if spent else 0.0,
                "real_income_change_musd": gain,
                "trade_within_musd": trade,
                "trade_within_counterfactual_musd": trade_after,
                "trade_within_change_percent": float(growth(np.array(trade), np.array(trade_after))),
                "trade_across_musd": _across(before, inside),
                "trade_across_counterfactual_musd": _across(after, inside),
                "tariff_revenue_change_musd": table.loc[inside, "tariff_revenue_change_musd"].sum(),
            }
        )
    return pd.DataFrame(rows).join(group_intervals(run, [list(table["economy"][inside]) for inside in parts.values()]))


def sectors(run: Run) -> pd.DataFrame:
    """One row an economy and sector: output, trade, value added and employment, first-order sources of the gain."""
    world, result = run.trade.baseline, run.trade.data
    before, after = flow_cells(world["trade_flow"]), flow_cells(result["trade_flow_counterfactual"])
    abroad = (1 - np.eye(len(world.economies)))[:, :, None]
    output = world["output"].transpose("economy", "sector").values
    output_after = result["output_counterfactual"].transpose("economy", "sector").values
    labels = pd.MultiIndex.from_product([world.economies, world.sectors], names=["economy", "sector"]).to_frame()
    return (
        labels.reset_index(drop=True)
        .assign(
            member=np.repeat(np.isin(world.economies, members_of(run)), len(world.sectors)),
            output_musd=output.ravel(),
            output_counterfactual_musd=output_after.ravel(),
            output_change_percent=growth(output, output_after).ravel(),
            exports_musd=(before * abroad).sum(axis=1).ravel(),
            exports_counterfactual_musd=(after * abroad).sum(axis=1).ravel(),
            imports_musd=(before * abroad).sum(axis=0).ravel(),
            imports_counterfactual_musd=(after * abroad).sum(axis=0).ravel(),
        )
        .join(sources_by_sector(run))
        .join(sector_intervals(run))
    )


def pairs(run: Run) -> pd.DataFrame:
    """One row a pair of economies: trade both ways, the border's thickness and what the union takes from it."""
    world, result = run.trade.baseline, run.trade.data
    before = flow_cells(world["trade_flow"]).sum(axis=2)
    after = flow_cells(result["trade_flow_counterfactual"]).sum(axis=2)
    table = border_table(run)
    place = {code: at for at, code in enumerate(world.economies)}
    first, second = (table[end].map(place).to_numpy() for end in ("economy", "partner"))
    trade = {
        "trade_musd": before[first, second] + before[second, first],
        "trade_counterfactual_musd": after[first, second] + after[second, first],
    }
    change = growth(trade["trade_musd"], trade["trade_counterfactual_musd"])
    return table.assign(**trade, trade_change_percent=change).join(pair_intervals(run, first, second))


def flows(run: Run) -> pd.DataFrame:
    """One row an exporter, importer and sector: flow and tariff before and after, cost change, status of the flow."""
    world = run.trade.baseline
    index = pd.MultiIndex.from_product([world.economies, world.economies, world.sectors], names=CELL)
    cells = {
        "trade_flow_musd": world["trade_flow"],
        "trade_flow_counterfactual_musd": run.trade.data["trade_flow_counterfactual"],
        "tariff_rate_share": world["tariff_rate"],
        "tariff_rate_counterfactual_share": run.shock["tariff_rate_counterfactual"],
        "iceberg_cost_hat": run.shock["iceberg_cost_hat"],
    }
    table = index.to_frame(index=False).assign(**{name: flow_cells(array).ravel() for name, array in cells.items()})
    return table.assign(trade_flow_status=np.array(STATUSES)[_status(world)].ravel())


def provenance(run: Run) -> pd.DataFrame:
    """Where each figure of the World comes from."""
    return run.world.provenance.astype(str).reset_index(drop=True)


TABLES: dict[str, Callable[[Run], pd.DataFrame | None]] = {
    "economies": economies,
    "groups": groups,
    "variants": variants,
    "pacts": standings,
    "agreements": agreements_in_force,
    "uncertainty": uncertainty,
    "path": path,
    "ladder": ladder,
    "creation": creation,
    "sectors": sectors,
    "partners": partners,
    "pairs": pairs,
    "causes": border_parts,
    "people": people,
    "destinations": destinations,
    "destinations_by_year": destinations_by_year,
    "openness": openness,
    "places": places,
    "crossings": crossings,
    "corridor_links": links,
    "journeys": journeys,
    "flows": flows,
    "provenance": provenance,
}


def tables(run: Run) -> dict[str, pd.DataFrame]:
    """Every table by its name; those of which the run has nothing are left out."""
    made = ((name, make(run)) for name, make in TABLES.items())
    return {name: table for name, table in made if table is not None}


def members_of(run: Run) -> tuple[str, ...]:
    """The members by the World's codes, in the scenario's order."""
    return run.effect.members


def estimated_shares(run: Run) -> tuple[float, float]:
    """How much of the trade among members, and of its change, rests on estimated or assumed cells (0 to 1).

    Returns
    -------
    tuple of float
        By value of today's trade; by the absolute change of the flows.
    """
    world = run.trade.baseline
    before, after = flow_cells(world["trade_flow"]), flow_cells(run.trade.data["trade_flow_counterfactual"])
    inside = np.isin(world.economies, members_of(run))
    among = (np.outer(inside, inside) & ~np.eye(len(inside), dtype=bool))[:, :, None]
    estimated = np.isin(_status(world), _ESTIMATED) & among
    return _ratio(before, estimated, among), _ratio(np.abs(after - before), estimated, among)


def estimated_error(run: Run) -> float:
    """Coefficient of variation of the estimated cells among members, weighted by value; NaN where it is not known."""
    world = run.trade.baseline
    if "trade_flow_cv" not in world.data:
        return float("nan")
    flow, inside = flow_cells(world["trade_flow"]), np.isin(world.economies, members_of(run))
    among = (np.outer(inside, inside) & ~np.eye(len(inside), dtype=bool))[:, :, None]
    weight = flow * (among & np.isin(_status(world), _ESTIMATED))
    return float(np.average(flow_cells(world["trade_flow_cv"]), weights=weight)) if weight.sum() > 0 else float("nan")


# -- arithmetic ----------------------------------------------------------------------------------------------------
def _among(flow: Array, inside: Flags) -> float:
    total = flow.sum(axis=2) * (1 - np.eye(len(flow)))
    return float(total[np.ix_(inside, inside)].sum())


def _across(flow: Array, inside: Flags) -> float:
    total = flow.sum(axis=2)
    return float(total[np.ix_(inside, ~inside)].sum() + total[np.ix_(~inside, inside)].sum())


def _status(world: World) -> NDArray[np.int_]:
    """Positions in STATUSES; a World that does not say counts as assumed."""
    if "trade_flow_status" not in world.data:
        return np.full(world["trade_flow"].shape, STATUSES.index("assumed"))
    return np.asarray(world["trade_flow_status"].transpose(*CELL).values, dtype=int)


def _estimated_share(world: World) -> Array:
    """Share of each economy's exports and imports that is estimated or assumed."""
    flow = flow_cells(world["trade_flow"]) * (1 - np.eye(len(world.economies)))[:, :, None]
    doubtful = flow * np.isin(_status(world), _ESTIMATED)
    total = flow.sum(axis=(1, 2)) + flow.sum(axis=(0, 2))
    part = doubtful.sum(axis=(1, 2)) + doubtful.sum(axis=(0, 2))
    return np.asarray(np.divide(part, total, out=np.zeros_like(total), where=total > 0))


def _ratio(size: Array, part: Flags, whole: Flags) -> float:
    total = float((size * whole).sum())
    return float((size * part).sum()) / total if total > 0 else 0.0


def _names(world: World, variable: str) -> list[str]:
    return [str(name) for name in world[variable].values] if variable in world.data else list(world.economies)
