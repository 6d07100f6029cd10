"""From flows, tariffs and cost shares to a World: labels put on, accounts computed, rules checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.errors import DataError
from peyvand.variables import labelled, variable
from peyvand.world.accounts import accounts
from peyvand.world.checks import check
from peyvand.world.world import PROVENANCE_COLUMNS, World, blank_provenance

_ECONOMY_DIMS = ("exporter", "importer", "economy")
_SECTOR_DIMS = ("sector", "input_sector")


def world_from_arrays(
    *,
    economies: Sequence[str],
    sectors: Sequence[str],
    name: str,
    base_year: int,
    trade_flow: Any,
    trade_elasticity: Any,
    tariff_rate: Any = 0.0,
    value_added_share: Any = 1.0,
    input_share: Any = 0.0,
    provenance: pd.DataFrame | None = None,
    **others: Any,
) -> World:
    """A sound World from bare or labelled arrays; the final shares are those that the accounts leave.

    Parameters
    ----------
    economies, sectors : sequence of str
        The labels, in the order of bare arrays.
    trade_flow : array (exporter, importer, sector)
        M USD net of tariff, domestic sales on the diagonal.
    trade_elasticity : array (sector) or number
        Positive.
    tariff_rate : array (exporter, importer, sector) or number
        Shares.
    value_added_share : array (economy, sector) or number
        Of output; with the input shares it sums to one.
    input_share : array (economy, input_sector, sector) or number
        Of output, at tariff-inclusive purchase value.
    provenance : DataFrame, optional
        Rows with the columns of `peyvand.world.world.PROVENANCE_COLUMNS`.
    **others
        Further variables of `variables.csv` (statuses, distances, names …), bare in the defined order of dims or
        labelled.

    Returns
    -------
    World
        Checked: `peyvand.world.check` passed.

    Raises
    ------
    DataError
        If an array has the wrong shape or labels, or the World breaks a rule of `peyvand.world.checks`.
    """
    given = {
        "trade_flow": trade_flow,
        "trade_elasticity": trade_elasticity,
        "tariff_rate": tariff_rate,
        "value_added_share": value_added_share,
        "input_share": input_share,
        **others,
    }
    coords = {dim: [str(label) for label in economies] for dim in _ECONOMY_DIMS}
    coords |= {dim: [str(label) for label in sectors] for dim in _SECTOR_DIMS}
    arrays = {key: _on_labels(key, value, coords) for key, value in given.items()}
    data = xr.Dataset(arrays, attrs={"name": name, "base_year": int(base_year)})
    data["final_share"] = _final_share(data)
    table = blank_provenance() if provenance is None else provenance.loc[:, list(PROVENANCE_COLUMNS)]
    world = World(data, table)
    check(world)
    return world


def _on_labels(name: str, value: Any, coords: dict[str, list[str]]) -> xr.DataArray:
    """The values of one variable on its dims, in the World's order of labels."""
    dims = variable(name).dims
    own = {dim: coords[dim] for dim in dims if dim in coords}
    if isinstance(value, xr.DataArray):
        absent = {dim: sorted(set(own[dim]) - set(map(str, value.indexes[dim]))) for dim in own}
        for dim, labels in absent.items():
            if labels:
                raise DataError(f"{name} lacks {', '.join(labels)} along {dim}", name=name, dim=dim, missing=labels)
        return labelled(value.sel(own), name)
    values = np.asarray(value)
    values = values.astype(float) if values.dtype.kind in "iu" and not name.endswith("_status") else values
    shape = tuple(len(own[dim]) for dim in dims)
    if values.shape not in ((), shape):
        raise DataError(
            f"{name} must have the shape {shape}, not {values.shape}", hint=f"its dims are {', '.join(dims)}", name=name
        )
    return labelled(xr.DataArray(np.broadcast_to(values, shape).copy(), own, dims), name)


def _final_share(data: xr.Dataset) -> xr.DataArray:
    """α = F / I; rounding below zero is taken away, anything more is left for the checks to name."""
    found = accounts(data)
    total = found["final_expenditure"]
    share = found["final_demand"] / total.where(total != 0, 1.0)
    share = share.where(abs(share) > 1e-12, 0.0)
    return labelled(share / share.sum("sector"), "final_share")
