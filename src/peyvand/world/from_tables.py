"""From flows, tariffs and cost shares to a World: labels put on, accounts computed, rules checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import DataError
from peyvand.variables import labelled, labelled_dataset, variable
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
    labels = {dim: [str(label) for label in economies] for dim in _ECONOMY_DIMS}
    labels |= {dim: [str(label) for label in sectors] for dim in _SECTOR_DIMS}
    arrays = {key: _on_labels(key, value, labels) for key, value in given.items()}
    data = labelled_dataset(arrays, labels).assign_attrs(name=name, base_year=int(base_year))
    data = data.assign(final_share=_final_share(data))
    table = blank_provenance() if provenance is None else provenance.loc[:, list(PROVENANCE_COLUMNS)]
    world = World(data, table)
    check(world)
    return world


def _on_labels(name: str, value: Any, labels: Mapping[str, list[str]]) -> NDArray[Any]:
    """The values of one variable in its defined order of dims and the World's order of labels."""
    dims = variable(name).dims
    if isinstance(value, xr.DataArray):
        for dim in dims:
            absent = sorted(set(labels[dim]) - set(map(str, value.indexes[dim])))
            if absent:
                raise DataError(
                    f"{name} lacks {', '.join(absent)} along {dim}",
                    hint=f"give it a value for every {dim}, or leave the {dim} out of the World",
                    name=name,
                    dim=dim,
                    missing=absent,
                )
        value = value.sel({dim: labels[dim] for dim in dims}).transpose(*dims).values
    try:
        values = np.asarray(value)
    except ValueError as error:
        raise DataError(f"{name} has rows of different lengths", hint=f"its dims are {', '.join(dims)}") from error
    if values.dtype.kind not in "biuf" and variable(name).unit != "text":
        raise DataError(
            f"{name} must hold numbers, not {values.ravel()[0] if values.size else 'nothing'!r}",
            hint=f"its unit is {variable(name).unit}: read text with float(…) first",
            name=name,
        )
    if values.dtype.kind in "iu" and not name.endswith("_status"):
        values = values.astype(float)
    shape = tuple(len(labels[dim]) for dim in dims)
    if values.shape not in ((), shape):
        raise DataError(
            f"{name} must have the shape {shape}, not {values.shape}", hint=f"its dims are {', '.join(dims)}", name=name
        )
    return np.broadcast_to(values, shape).copy()


def _final_share(data: xr.Dataset) -> xr.DataArray:
    """α = F / I; rounding below zero is taken away, anything more is left for the checks to name."""
    found = accounts(data)
    share = _part_of(found["final_demand"].values, found["final_expenditure"].values[:, None])
    share[np.abs(share) < 1e-12] = 0.0
    share = _part_of(share, share.sum(axis=1, keepdims=True))
    return labelled(found["final_demand"].copy(data=share), "final_share")


def _part_of(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[Any]:
    """part / whole, the part itself where there is no whole."""
    return np.asarray(part / np.where(whole != 0, whole, 1.0))
