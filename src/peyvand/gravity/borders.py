"""How thick is a border?  Head–Ries thickness of every pair and sector, its parts, and the border after a union.

With X̃ = trade_flow (1 + t), i and j economies, s sector, θ the trade elasticity:

    h_ijs  = ln( X̃_ii X̃_jj / (X̃_ij X̃_ji) ) / (2 θ_s)                 log points, symmetric, 0 at home
    tariff   ½ [ln(1+t_ij) + ln(1+t_ji)]
    cause k  −(β_k/θ_s) [½(z_ij + z_ji) − ½(z_ii + z_jj)]              z_ii = 1; internal distance for distance
    unexplained  the remainder, always shown, may be negative

A pair's total is Σ_s w_s h_s, w the sector's share in the two economies' expenditure over the sectors with trade both
ways. A missing or zero flow is "no recorded trade": NaN, never infinity.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import DataError
from peyvand.gravity import head_ries
from peyvand.gravity.causes import AGREEMENT
from peyvand.gravity.fitted import Fitted, elasticity_spread, flow_cv
from peyvand.variables import CELL, PAIR, labelled
from peyvand.world import STATUSES, Shock, World

_Z = 1.959964
TARIFF, UNEXPLAINED, UNION = "tariff", "unexplained", "union"
UNNAMED = (UNEXPLAINED, "transport")
"""Parts that formalities may be in: what is not explained, and waiting at crossings and ports."""
_KEPT = (
    "trade_recorded", "border_weight", "border_thickness_status", "border_thickness_deviation", "sanctioned_pair",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Thickness:
    """The borders of one World.

    Parameters
    ----------
    data : Dataset
        `border_thickness`, `border_weight`, `trade_recorded`, `border_thickness_status` (exporter, importer, sector),
        `border_thickness_part` (component, exporter, importer, sector), `pair_thickness`,
        `pair_thickness_size_adjusted`, `sanctioned_pair` (exporter, importer) and `pair_thickness_part` (component,
        exporter, importer); log points. The parts sum to the thickness; where no trade is recorded all are NaN.
        `border_thickness_deviation` and `pair_thickness_deviation` are standard deviations from the errors of θ and of
        the flows, `border_thickness_part_deviation` and `pair_thickness_part_deviation` those of the parts, which also
        hold the errors of β; tariff, waiting at crossings and what a union takes off count as known.
    causes : mapping
        The coefficients that the parts rest on, see `thickness`.
    """

    data: xr.Dataset
    causes: Mapping[str, float | xr.DataArray] = field(default_factory=dict)

    def __getitem__(self, name: str) -> xr.DataArray:
        return self.data[name]

    @property
    def economies(self) -> tuple[str, ...]:
        return tuple(map(str, self.data.indexes["exporter"]))

    @property
    def components(self) -> tuple[str, ...]:
        """The parts, `tariff` first and `unexplained` last (`union` after it once a union has come)."""
        return tuple(map(str, self.data.indexes["component"]))

    def total(self, economy: str, partner: str) -> float:
        """Thickness of one pair in log points, NaN without recorded trade."""
        return float(self.data["pair_thickness"].sel(exporter=economy, importer=partner))

    def interval(self, economy: str, partner: str) -> tuple[float, float, float]:
        """Thickness of one pair with its 95 % interval, log points: middle, low, high."""
        reach = _Z * float(self.data["pair_thickness_deviation"].sel(exporter=economy, importer=partner))
        middle = self.total(economy, partner)
        return middle, middle - reach, middle + reach

    def part_interval(self, economy: str, partner: str, part: str) -> tuple[float, float, float]:
        """One part of one pair with its 95 % interval, log points: middle, low, high."""
        cell = {"exporter": economy, "importer": partner, "component": part}
        middle = float(self.data["pair_thickness_part"].sel(cell))
        reach = _Z * float(self.data["pair_thickness_part_deviation"].sel(cell))
        return middle, middle - reach, middle + reach

    def after(self, world: World, shock: Shock, *, agreement_hat: xr.DataArray | None = None) -> Thickness:
        """The borders after a shock: each sector's thickness plus the mean over the two directions of ln κ̂.

        κ̂ = d̂ (1+t')/(1+t). The tariff part moves with the tariffs; the rest is one more part, `union`. Weights, and so
        the pairs' totals, keep today's expenditure.

        Parameters
        ----------
        world : World
            The World these borders were measured on.
        shock : Shock
            What the union changes.
        agreement_hat : DataArray (exporter, importer, sector), optional
            The factor of d̂ that provisions of agreements are: it moves the part `agreement`, where there is one.
        """
        new_tariff, cost_hat = shock["tariff_rate_counterfactual"], shock["iceberg_cost_hat"]
        tariff, new_tariff, cost_hat, parts = xr.align(
            world["tariff_rate"], new_tariff, cost_hat, self.data["border_thickness_part"], join="exact"
        )
        recorded = self.data["trade_recorded"]
        if UNION not in self.components:
            nothing = xr.zeros_like(parts.sel(component=[UNEXPLAINED])).assign_coords(component=[UNION])
            parts = xr.concat([parts, nothing.where(recorded)], dim="component")
        moved = {TARIFF: _mean_log(1 + new_tariff) - _mean_log(1 + tariff), UNION: _mean_log(cost_hat)}
        if agreement_hat is not None and AGREEMENT in self.components:
            moved[AGREEMENT] = _mean_log(agreement_hat)
            moved[UNION] = moved[UNION] - moved[AGREEMENT]
        parts = xr.concat(
            [part + moved.get(str(part["component"].item()), 0.0) for part in parts.transpose("component", *CELL)],
            dim="component",
        )
        deviations = self.data["border_thickness_part_deviation"]
        kept = self.data[[*_KEPT]]
        data = _assemble(parts=parts, deviations=deviations, kept=kept, output=world["output"].sum("sector"))
        return replace(self, data=data)

    def split(self, name: str, part: xr.DataArray) -> Thickness:
        """The same borders with one more part, taken out of the unexplained one.

        Parameters
        ----------
        name : str
            Of the new part, which stands before `unexplained`.
        part : DataArray (exporter, importer, sector)
            Log points each way; the mean of both ways is the border's. What is absent is zero.
        """
        recorded = self.data["trade_recorded"]
        like = self.data["border_thickness"].transpose(*CELL)
        each_way = part.reindex_like(like).fillna(0.0).transpose(*CELL)
        moved = like.copy(data=head_ries.mean_of_directions(each_way.values)).where(recorded)
        weight = self.data["border_weight"].transpose(*CELL).values
        pair = self.data["pair_thickness"].transpose(*PAIR)
        totals = {
            "border_thickness_part": moved,
            "pair_thickness_part": pair.copy(data=head_ries.weighted_total(weight=weight, part=moved.values)),
        }
        found = {variable: _with_part(self.data[variable], name, total) for variable, total in totals.items()}
        for variable, known in (("border_thickness_part_deviation", recorded), ("pair_thickness_part_deviation", pair)):
            order = found["pair_thickness_part"]["component"].values
            deviations = self.data[variable].reindex(component=order, fill_value=0.0)
            found[variable] = deviations.where(known if known.dtype == bool else known.notnull())
        return replace(self, data=self.data.drop_vars([*found, "component"]).assign(found))

    def to_frame(self, by: Literal["pair", "sector"] = "pair") -> pd.DataFrame:
        """A tidy table: one row per pair of different economies (and sector), a column per part, log points.

        Columns: `economy`, `partner` (and `sector`), `thickness_log_points`, its 95 % interval `low_log_points` and
        `high_log_points`, `thickness_percent` = 100 (exp(h) − 1), a `<part>_log_points` per part, and
        `size_adjusted_log_points` or `weight_share` and `status`; then `recorded` and `sanctioned`.
        """
        if by not in ("pair", "sector"):
            raise DataError(f"borders are by 'pair' or by 'sector', not by {by!r}")
        name = "pair_thickness" if by == "pair" else "border_thickness"
        dims = PAIR if by == "pair" else CELL
        thickness = self.data[name]
        reach = _Z * self.data[f"{name}_deviation"]
        columns = {"thickness_log_points": thickness, "low_log_points": thickness - reach}
        columns |= {"high_log_points": thickness + reach, "thickness_percent": 100 * (math.e**thickness - 1)}
        for part in self.components:
            columns[f"{part}_log_points"] = self.data[f"{name}_part"].sel(component=part, drop=True)
        if by == "pair":
            columns["size_adjusted_log_points"] = self.data["pair_thickness_size_adjusted"]
            columns["recorded"] = self.data["trade_recorded"].any("sector")
        else:
            columns["weight_share"] = self.data["border_weight"]
            columns["status"] = self.data["border_thickness_status"]
            columns["recorded"] = self.data["trade_recorded"]
        columns["sanctioned"] = self.data["sanctioned_pair"]
        table = xr.Dataset({key: array.drop_attrs() for key, array in columns.items()})
        frame = table.to_dataframe(dim_order=list(dims)).reset_index()
        position = {code: place for place, code in enumerate(self.economies)}
        one_way = frame["exporter"].map(position) < frame["importer"].map(position)
        frame = frame[one_way].rename(columns={"exporter": "economy", "importer": "partner"}).reset_index(drop=True)
        if by == "sector":
            frame["status"] = frame["status"].map(lambda code: STATUSES[int(code)])
        return frame


def thickness(world: World, *, causes: Mapping[str, float | xr.DataArray] | None = None) -> Thickness:
    """Thickness of every border of a World, in parts.

    Parameters
    ----------
    world : World
    causes : mapping, optional
        Gravity coefficients β by the World variable they belong to, a number or an array over `sector`, from a
        regression that also holds ln(1+t). `distance_km` enters in logs with the World's internal distance; every
        other variable is 1 at home.

    Raises
    ------
    UnknownNameError
        If the World holds no variable of a cause's name.
    """
    flow, tariff, theta = world["trade_flow"], world["tariff_rate"], world["trade_elasticity"]
    flow, tariff = flow.transpose(*CELL), tariff.transpose(*CELL)
    paid = (flow * (1 + tariff)).values
    recorded = head_ries.recorded_both_ways(trade=paid)
    border = head_ries.head_ries(trade=paid, trade_elasticity=theta.values)

    held = causes or {}
    fitted = Fitted.of(world, held)
    parts = {TARIFF: head_ries.tariff_part(tariff_rate=tariff.values), **fitted.parts}
    parts[UNEXPLAINED] = border - sum(parts.values())

    labels = flow.drop_attrs()
    expenditure = world["expenditure"].transpose("economy", "sector").values
    kept = xr.Dataset(
        {
            "trade_recorded": labels.copy(data=recorded),
            "border_weight": labels.copy(data=head_ries.sector_weights(expenditure=expenditure, recorded=recorded)),
            "border_thickness_status": labels.copy(data=_worst_status(world)),
            "border_thickness_deviation": labels.copy(data=_deviation(world, border)),
            "sanctioned_pair": _sanctioned_either_way(world),
        }
    )
    data = _assemble(
        parts=_by_component(labels, parts, recorded),
        deviations=_by_component(labels, fitted.deviations(world, parts), recorded),
        kept=kept,
        output=world["output"].sum("sector"),
    )
    return Thickness(data, held)


def _by_component(
    labels: xr.DataArray, values: Mapping[str, NDArray[np.float64]], recorded: NDArray[np.bool_]
) -> xr.DataArray:
    """Values (exporter, importer, sector) by component, NaN without recorded trade."""
    stacked = np.where(recorded, np.stack(list(values.values())), np.nan)
    array = xr.DataArray(stacked, dims=("component", *CELL), coords=labels.coords)
    return array.assign_coords(component=list(values))


def _assemble(*, parts: xr.DataArray, deviations: xr.DataArray, kept: xr.Dataset, output: xr.DataArray) -> xr.Dataset:
    """Totals of the parts by sector and by pair, with units and labels; a part without a deviation counts as known."""
    parts = parts.transpose("component", *CELL)
    deviations = deviations.reindex(component=parts["component"].values, fill_value=0.0)
    deviations = deviations.where(kept["trade_recorded"]).transpose("component", *CELL)
    weight = kept["border_weight"].transpose(*CELL)
    pair_parts = parts.isel(sector=0, drop=True).copy(
        data=np.stack([head_ries.weighted_total(weight=weight.values, part=part) for part in parts.values])
    )
    pair = pair_parts.sum("component", skipna=False)
    adjusted = head_ries.size_adjusted(pair_thickness=pair.values, output=output.values)
    found = {
        **{str(name): array for name, array in kept.items()},
        "border_thickness": parts.sum("component", skipna=False),
        "border_thickness_part": parts,
        "pair_thickness": pair,
        "pair_thickness_part": pair_parts,
        "border_thickness_part_deviation": deviations,
        "pair_thickness_part_deviation": pair_parts.copy(
            data=np.stack([_pair_deviation(weight.values, own) for own in deviations.values])
        ),
        "pair_thickness_size_adjusted": pair.copy(data=adjusted),
        "pair_thickness_deviation": pair.copy(
            data=_pair_deviation(weight.values, kept["border_thickness_deviation"].transpose(*CELL).values)
        ),
    }
    return xr.Dataset({name: labelled(array, name) for name, array in found.items()})


def _with_part(parts: xr.DataArray, name: str, part: xr.DataArray) -> xr.DataArray:
    """Parts by component with one more before the unexplained, which is less by as much."""
    held = {str(component): parts.sel(component=component) for component in parts.indexes["component"]}
    held[UNEXPLAINED] = held[UNEXPLAINED] - part
    at = list(held).index(UNEXPLAINED)
    order = [*list(held)[:at], name, *list(held)[at:]]
    stacked = [held.get(component, part).drop_vars("component", errors="ignore") for component in order]
    return xr.concat(stacked, dim="component").assign_coords(component=order).assign_attrs(parts.attrs)


def _deviation(world: World, border: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation of each thickness; what the World says nothing of counts as known."""
    theta = world["trade_elasticity"].values
    return np.asarray(
        np.sqrt(
            head_ries.thickness_variance(
                thickness=border, trade_cv=flow_cv(world), trade_elasticity=theta, spread=elasticity_spread(world)
            )
        )
    )


def _pair_deviation(weight: NDArray[np.float64], deviation: NDArray[np.float64]) -> NDArray[np.float64]:
    """√ Σ_s w_s² Var(h_s): sectors err independently."""
    return np.asarray(np.sqrt(head_ries.weighted_total(weight=weight, part=weight * deviation**2)))


def _worst_status(world: World) -> NDArray[np.int_]:
    """The least certain status among the four flows of a thickness; `assumed` where the World does not say."""
    if "trade_flow_status" not in world.data:
        return np.full(world["trade_flow"].shape, STATUSES.index("assumed"))
    status = world["trade_flow_status"].transpose(*CELL).values.astype(int)
    home = np.einsum("iis->is", status)
    abroad = np.maximum(status, status.swapaxes(0, 1))
    return np.asarray(np.maximum(abroad, np.maximum(home[:, None], home[None, :])))


def _sanctioned_either_way(world: World) -> xr.DataArray:
    """Pairs whose thickness holds sanctions that cannot be separated from the rest of the border."""
    empty = xr.zeros_like(world["trade_flow"].isel(sector=0, drop=True), dtype=bool).drop_attrs()
    if "sanctioned" not in world.data:
        return empty
    flag = world["sanctioned"].transpose(*PAIR).values.astype(bool)
    return empty.transpose(*PAIR).copy(data=flag | flag.T)


def _mean_log(directed: xr.DataArray) -> xr.DataArray:
    """½ (ln a_ij + ln a_ji)."""
    directed = directed.transpose(*CELL)
    return directed.copy(data=head_ries.mean_of_directions(np.log(directed.values)))
