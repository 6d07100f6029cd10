"""What does a change of trade costs do in a matrix of my own?  Long tables to a World, a shock and an answer.

With one sector this is the model of Stata's `ge_gravity` (deficits `fixed`) and `ge_gravity2` (`multiplicative`, ψ);
with sectors, inputs and tariffs it is Caliendo and Parro (2015). Tables have the columns of their keys and `value`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.errors import (
    DataError,
    ModelError,
    UnknownEconomyError,
    UnknownNameError,
    UnknownSectorError,
    did_you_mean,
)
from peyvand.trade.calibration import AccountsAdjusted, clearing_flows
from peyvand.trade.kernels import baseline
from peyvand.trade.ladder import RUNGS, Ladder
from peyvand.world import Shock, World
from peyvand.world.from_tables import world_from_arrays

Array = NDArray[np.float64]
ONE_SECTOR = "all"
"""Name of the sector of a matrix that has none."""
PAIRS = ("exporter", "importer", "sector")
LARGEST_NEGATIVE_INPUT = 0.01
"""Inputs below zero are set to zero up to this part of the cost of what they go into."""
LARGEST_LOG_COST = 300.0
"""No change of costs is larger in logs than this: beyond it a partial effect is another thing than β."""
LARGEST_MEAN_NEW_TARIFF = 3.0
"""New rates above this in the mean are taken for per cent."""
_SHOWN = 5


def own_world(
    flows: pd.DataFrame,
    *,
    trade_elasticity: float | pd.DataFrame,
    tariffs: pd.DataFrame | None = None,
    inputs: pd.DataFrame | None = None,
    value_added: pd.DataFrame | None = None,
    name: str = "own matrix",
    base_year: int = 0,
    absent_is_zero: bool = False,
) -> World:
    """A World of one's own flows.

    Parameters
    ----------
    flows : DataFrame
        exporter, importer, sector if there are several, value: in any money, net of tariff, domestic sales included.
    trade_elasticity : float or DataFrame
        θ > 0 of all sectors, or sector and value.
    tariffs : DataFrame, optional
        exporter, importer, sector if they differ, value: today's rates as shares; absent cells are 0.
    inputs, value_added : DataFrame, optional
        economy, input_sector, sector, value and economy, sector, value: both in the flows' money, or both as shares of
        output; inputs that sum to one by themselves are shares of all inputs. Neither: value added is all of output.
    absent_is_zero : bool
        Cells without a row are zero flows; otherwise they are refused.

    Raises
    ------
    DataError
        If the matrix is not square, lacks cells or domestic sales, or the costs do not add up to output.
    ModelError
        If an elasticity is not positive.

    Warns
    -----
    AccountsAdjusted
        If inputs take more than all purchases of a good: flows are then those that clear without that, see
        `peyvand.trade.calibration`.
    """
    economies = _economies(flows)
    sectors = list(pd.unique(flows["sector"])) if "sector" in flows else [ONE_SECTOR]
    labels = {"exporter": economies, "importer": economies, "economy": economies}
    labels |= {"sector": sectors, "input_sector": sectors}
    flow = _table(flows, PAIRS, labels, absent=np.nan)
    flow = _whole(flow, economies, sectors, absent_is_zero=absent_is_zero)
    _expect_domestic_sales(flow, economies)
    given: dict[str, Any] = {"trade_elasticity": _elasticities(trade_elasticity, labels)}
    if tariffs is not None:
        given["tariff_rate"] = _table(tariffs, PAIRS, labels, absent=0.0)
    if (inputs is None) != (value_added is None):
        raise DataError(
            "inputs and value added go together: one of them is missing",
            hint="give both, or neither: then value added is all of output",
        )
    if inputs is not None and value_added is not None:
        given |= _cost_shares(inputs, value_added, flow.sum(axis=1), labels)
        flow = _clearing(flow, given)
    return world_from_arrays(
        economies=economies, sectors=sectors, name=name, base_year=base_year, trade_flow=flow, **given
    )  # fmt: skip


def own_shock(
    world: World,
    *,
    cost_hat: pd.DataFrame | None = None,
    partial: pd.DataFrame | None = None,
    tariffs_new: pd.DataFrame | None = None,
) -> Shock:
    """The shock of tables on one's own World; cells without a row stay as today.

    Parameters
    ----------
    cost_hat : DataFrame, optional
        exporter, importer, sector if they differ, value: d̂, new over old iceberg cost, positive. The same d̂ on all
        sales of an exporter, those at home too, is its productivity, 1/d̂.
    partial : DataFrame, optional
        The same keys, value: β, what the change adds to ln X by itself; d̂ = exp(−β/θ).
    tariffs_new : DataFrame, optional
        The same keys, value: the new rates as shares.

    Raises
    ------
    DataError
        If both `cost_hat` and `partial` are given, a d̂ is not positive, an effect is on domestic sales, or
        new tariffs look like per cent.
    UnknownEconomyError, UnknownSectorError
        If a table names what the flows do not have.
    """
    if cost_hat is not None and partial is not None:
        raise DataError("costs come as d̂ or as partial effects, not as both", hint="d̂ = exp(−β/θ)")
    labels = {dim: list(map(str, world.data.indexes[dim])) for dim in PAIRS}
    like = world["tariff_rate"].transpose(*PAIRS)
    cost = np.ones(like.shape)
    if cost_hat is not None:
        if not (cost_hat["value"] > 0).all():
            row = cost_hat[~(cost_hat["value"] > 0)].iloc[0]
            raise DataError(
                f"d̂ must be positive, not {row['value']:g} for {row['exporter']} → {row['importer']}",
                hint="it is new over old cost: 1 is as today; partial effects β go in another table",
            )
        cost = _table(cost_hat, PAIRS, labels, absent=1.0)
    if partial is not None:
        effect = _table(partial, PAIRS, labels, absent=0.0)
        home = np.einsum("iis->is", effect)
        if (home != 0).any():
            place = int(np.argmax((home != 0).any(axis=1)))
            raise DataError(
                f"an effect on domestic sales of {labels['exporter'][place]}",
                hint="effects are relative to trade at home: leave exporter = importer out, or shift the others",
            )
        cost = _iceberg(effect, world["trade_elasticity"].values, labels)
    tariff = like
    if tariffs_new is not None:
        raised = tariffs_new.loc[tariffs_new["value"] > 0, "value"]
        if raised.mean() > LARGEST_MEAN_NEW_TARIFF:
            raise DataError(
                f"new tariffs of {100 * raised.mean():,.0f} per cent in the mean",
                hint="rates are shares: 0.15 is 15 per cent; a d̂ stands for trade that stops",
            )
        tariff = like.copy(data=_table(tariffs_new, PAIRS, labels, other=like.values))
    return Shock.of(world, iceberg_cost_hat=like.copy(data=cost), tariff_rate_counterfactual=tariff)


def _iceberg(effect: Array, trade_elasticity: Array, labels: dict[str, list[str]]) -> Array:
    """d̂ = exp(−β/θ)."""
    exponent = -effect / trade_elasticity
    beyond = np.abs(exponent) > LARGEST_LOG_COST
    if beyond.any():
        exporter, importer, _ = (int(at) for at in np.argwhere(beyond)[0])
        raise DataError(
            f"an effect of {effect[beyond][0]:g} on {labels['exporter'][exporter]} → {labels['importer'][importer]}: "
            f"d̂ = exp({exponent[beyond][0]:.3g})",
            hint="β is what a change adds to ln X, such as 0.5; d̂ = exp(−β/θ)",
        )
    return np.exp(exponent)


def answer(rungs: Ladder) -> pd.DataFrame:
    """One row an economy, every figure new over old.

    `welfare_hat` is real expenditure, `real_wage_hat` the wage over the same prices; `exports_hat` is the full answer,
    `partial`, `conditional` and `full` are exports on the three rungs. With one sector also `factory_gate_price_hat`.
    """
    result, trade = rungs.result, rungs.to_frame().set_index("economy")
    found = {
        "welfare_hat": result["welfare_hat"].values,
        "wage_hat": result["wage_hat"].values,
        "price_index_hat": result["consumer_price_hat"].values,
        "real_wage_hat": result["real_wage_hat"].values,
        "exports_hat": trade["exports_hat_full"].to_numpy(),
        **{rung: trade[f"exports_hat_{rung}"].to_numpy() for rung in RUNGS},
        "imports_hat": trade["imports_hat_full"].to_numpy(),
    }
    if len(result.baseline.sectors) == 1:
        found["factory_gate_price_hat"] = result["unit_cost_hat"].values[:, 0]
    return pd.DataFrame({"economy": list(result.baseline.economies), **found})


def sources_of_gain(rungs: Ladder) -> pd.DataFrame:
    """One row an economy, shares of income: where a gain comes from to first order, and the exact gain beside it.

    Caliendo and Parro (2015), equations 17–19, see `peyvand.trade.decomposition`: `terms_of_trade`, `volume_of_trade`,
    `trade_cost_saving` and `transfer_gain` add up to `first_order_welfare`; `welfare` is exact.
    """
    result = rungs.result
    names = ("terms_of_trade", "volume_of_trade", "trade_cost_saving", "transfer_gain", "first_order_welfare")
    found = {name: result[name].values for name in names} | {"welfare": result["welfare_hat"].values - 1}
    return pd.DataFrame({"economy": list(result.baseline.economies), **found})


def flow_table(rungs: Ladder) -> pd.DataFrame:
    """One row a cell: the flow today and on each rung, in the flows' money and net of tariff."""
    arrays = {
        "value": rungs.result.baseline["trade_flow"],
        "partial": rungs["trade_flow_partial"],
        "conditional": rungs["trade_flow_conditional"],
        "full": rungs["trade_flow_counterfactual"],
    }
    table = pd.DataFrame({name: array.transpose(*PAIRS).to_series() for name, array in arrays.items()}).reset_index()
    return table.drop(columns="sector") if rungs.result.baseline.sectors == (ONE_SECTOR,) else table


def _clearing(flow: Array, given: dict[str, Any]) -> Array:
    """The flows, or those that clear where the tables leave less than nothing to final demand."""
    size = (flow.shape[2], *flow.shape[:2])
    clearing = clearing_flows(
        baseline(
            trade_flow=np.moveaxis(flow, 2, 0),
            tariff_rate=np.moveaxis(given.get("tariff_rate", np.zeros_like(flow)), 2, 0),
            value_added_share=given["value_added_share"].T,
            input_share=given["input_share"],
            trade_elasticity=np.broadcast_to(given["trade_elasticity"], size[:1]),
        )
    )
    if clearing is None:
        return flow
    warnings.warn(AccountsAdjusted(clearing), stacklevel=3)
    return np.moveaxis(clearing.trade_flow, 0, 2)


def _economies(flows: pd.DataFrame) -> list[str]:
    """Exporters, who must be the importers too."""
    sells, buys = (set(pd.unique(flows[side])) for side in ("exporter", "importer"))
    if sells != buys:
        odd = [f"{code} only exports" for code in sorted(sells - buys)]
        odd += [f"{code} only imports" for code in sorted(buys - sells)]
        raise DataError(
            f"the matrix is not square: {_some(odd)}",
            hint="every economy sells and buys, at home too: add its rows, or leave it out",
            economies=sorted(sells ^ buys),
        )
    return sorted(sells)


def _whole(flow: Array, economies: Sequence[str], sectors: Sequence[str], *, absent_is_zero: bool) -> Array:
    """The flows without gaps."""
    places = np.argwhere(np.isnan(flow))
    if len(places) and not absent_is_zero:
        named = [
            f"{economies[i]} → {economies[j]}" + ("" if sectors == [ONE_SECTOR] else f" {sectors[s]}")
            for i, j, s in places[:_SHOWN]
        ]
        home = [economies[i] for i, j, _ in places if i == j]
        raise DataError(
            f"{len(places)} of {flow.size} cells have no row: {', '.join(named)}{' …' if len(places) > _SHOWN else ''}"
            + (f"; domestic sales are missing in {_some(sorted(set(home)))}" if home else ""),
            hint="add them, with value 0 where nothing is traded; or say that absent cells are zero",
            cells=len(places),
        )
    return np.nan_to_num(flow, nan=0.0)


def _expect_domestic_sales(flow: Array, economies: Sequence[str]) -> None:
    home = np.einsum("iis->i", flow)
    without = [code for code, sales in zip(economies, home, strict=True) if not sales > 0]
    if without:
        raise DataError(
            f"no domestic sales in {_some(without)}",
            hint="the model needs X_ii: output less exports, where nothing better is known",
            economies=without,
        )


def _elasticities(given: float | pd.DataFrame, labels: dict[str, list[str]]) -> Array | float:
    values = given if isinstance(given, pd.DataFrame) else pd.DataFrame({"sector": ["θ"], "value": [float(given)]})
    low = values[~((values["value"] > 0) & np.isfinite(values["value"]))]
    if len(low):
        raise ModelError(
            f"a trade elasticity must be positive: {low.iloc[0]['sector']} has {low.iloc[0]['value']:g}",
            hint="θ is the size of d ln trade / d ln cost, such as 4; σ = θ + 1",
        )
    if not isinstance(given, pd.DataFrame):
        return float(given)
    theta = _table(given, ("sector",), labels, absent=np.nan)
    gone = [sector for sector, value in zip(labels["sector"], theta, strict=True) if np.isnan(value)]
    if gone:
        raise DataError(f"no trade elasticity for {_some(gone)}", hint="one row a sector: sector, value")
    return theta


def _cost_shares(
    inputs: pd.DataFrame, value_added: pd.DataFrame, output: Array, labels: dict[str, list[str]]
) -> dict[str, Array]:
    """γ of value added and inputs, from money, shares of output, or shares of all inputs; (economy, …, sector)."""
    dims = ("economy", "input_sector", "sector")
    bought = _table(inputs, dims, labels, absent=0.0)
    added = _table(value_added, ("economy", "sector"), labels, absent=0.0)
    limit = -LARGEST_NEGATIVE_INPUT * (added + bought.sum(axis=1))[:, None, :]
    if (bought < np.minimum(limit, 0.0)).any():
        place = np.unravel_index(int((bought - limit).argmin()), bought.shape)
        named = " ".join(labels[dim][at] for dim, at in zip(dims, place, strict=True))
        raise DataError(
            f"an input is below zero: {bought[place]:g} of {named}",
            hint=f"up to {100 * LARGEST_NEGATIVE_INPUT:g} % of costs are set to zero; this is more",
        )
    bought = np.maximum(bought, 0.0)
    used = bought.sum(axis=1)
    if ((np.abs(used - 1) < 0.01) | ((used == 0) & (np.abs(added - 1) < 0.01)))[output > 0].all():
        bought = bought * (1 - added)[:, None, :]
    cost = added + bought.sum(axis=1)
    spread = np.abs(cost / np.where(output > 0, output, 1.0) - 1) * (output > 0)
    as_shares = np.abs(cost - 1) * (output > 0)
    if min(float(spread.max()), float(as_shares.max())) > 0.01:
        place = np.unravel_index(int(spread.argmax()), spread.shape)
        economy, sector = labels["economy"][place[0]], labels["sector"][place[1]]
        raise DataError(
            f"value added and inputs of {economy} {sector} sum to {cost[place]:g}, its sales to {output[place]:g}; "
            f"{int((spread > 0.01).sum())} of {spread.size} cells are off by more than 1 %",
            hint="give both in the flows' money or both as shares of output; they sum to output or to 1, within 1 %",
        )
    whole = np.where(cost > 0, cost, 1.0)
    share = np.where(cost > 0, added / whole, 1.0)
    return {"value_added_share": share, "input_share": bought / whole[:, None, :]}


def _table(
    cells: pd.DataFrame,
    dims: Sequence[str],
    labels: dict[str, list[str]],
    *,
    absent: float = 0.0,
    other: Array | None = None,
) -> Array:
    """Long cells as an array over `dims`; a table without sectors speaks of all of them.

    Cells without a row are `absent`, or what `other` holds there.
    """
    shape = tuple(len(labels[dim]) for dim in dims)
    values = np.full(shape, absent) if other is None else other.copy()
    places = tuple(_positions(cells[dim], dim, labels[dim]) if dim in cells else slice(None) for dim in dims)
    held = cells["value"].to_numpy(dtype=float)
    missing = [dim for dim in dims if dim not in cells]
    values[places] = held[(...,) + (None,) * len(missing)] if missing else held
    return values


def _positions(column: pd.Series, dim: str, labels: list[str]) -> NDArray[np.intp]:
    found = pd.Index(labels).get_indexer(pd.Index(column))
    unknown = sorted(set(column[found < 0]))
    if unknown:
        kinds = {"sector": UnknownSectorError, "input_sector": UnknownSectorError}
        kind: type[UnknownNameError] = kinds.get(dim, UnknownEconomyError)
        raise kind(
            f"the flows have no {dim} {_some([repr(name) for name in unknown])}",
            hint=did_you_mean(unknown[0], labels),
            names=unknown,
        )
    return np.asarray(found, dtype=np.intp)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
