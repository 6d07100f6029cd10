"""Small arithmetic that the tables of a report share: labels go, units come into the names of columns."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from peyvand.variables import CELL

Array = NDArray[np.float64]


def flow_cells(array: xr.DataArray) -> Array:
    return np.asarray(array.transpose(*CELL).values, dtype=float)


def by_economy(array: xr.DataArray) -> Array:
    return np.asarray(array.transpose("economy").values, dtype=float)


def percent_change(hat: xr.DataArray) -> Array:
    return 100 * (by_economy(hat) - 1)


def growth(before: Array, after: Array) -> Array:
    """Change in per cent; NaN where nothing was there to change."""
    before, after = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    return np.asarray(100 * (np.divide(after, before, out=np.full(before.shape, np.nan), where=before > 0) - 1))


def exports_and_imports(flow: Array) -> tuple[Array, Array]:
    """Exports and imports of each economy, all sectors."""
    total = flow.sum(axis=2) * (1 - np.eye(len(flow)))
    return total.sum(axis=1), total.sum(axis=0)
