"""How much of a border can a provision take away, and how much does it take?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from peyvand.gravity import Thickness
from peyvand.gravity.borders import UNNAMED
from peyvand.scenarios import kernels
from peyvand.scenarios.kernels import Array, Mask
from peyvand.scenarios.provisions import BorderCost
from peyvand.variables import CELL

if TYPE_CHECKING:
    from peyvand.scenarios.effect import Effect


def unmeasured_cells(borders: Thickness, *, paid: Array) -> Mask:
    """(N, N, S) cells with trade whose border cannot be measured, of pairs with a border that is.

    Parameters
    ----------
    borders : Thickness
    paid : Array (exporter, importer, sector)
        What importers pay today, M USD.
    """
    recorded = borders["trade_recorded"].transpose(*CELL).values
    pair = borders["pair_thickness"].transpose(*CELL[:2]).values
    unmeasured = kernels.unmeasured_trade(paid=paid, recorded=recorded)
    return np.asarray(unmeasured & np.isfinite(pair)[..., None])


def unexplained_thickness(borders: Thickness, *, unmeasured: Mask) -> Array:
    """(N, N, S) unexplained thickness and waiting, log points: the pair's mean where unmeasured, NaN if unknown."""
    cell = unnamed(borders["border_thickness_part"]).transpose(*CELL)
    pair = unnamed(borders["pair_thickness_part"]).transpose(*CELL[:2])
    return kernels.estimable_border(unexplained=cell.values, pair_unexplained=pair.values, unmeasured=unmeasured)


def unnamed(parts: xr.DataArray) -> xr.DataArray:
    """The sum of the parts of borders that formalities may be in, over `component`; NaN where a border is unknown."""
    held = [name for name in UNNAMED if name in parts["component"].values]
    return parts.sel(component=held).sum("component", skipna=False)


def border_cost(effect: Effect, provision: BorderCost) -> Array:
    """(N, N, S) ln d̂ of a provision in the end: a stated cut, or a fading of what is unexplained up to its cap."""
    if provision.cut_percent is not None:
        return np.full(effect.world["trade_flow"].transpose(*CELL).shape, np.log1p(-provision.cut_percent / 100))
    return kernels.faded_border(
        unexplained=effect.unexplained,
        fade_share=provision.fade_share or 0.0,
        cap_log_points=provision.cap_log_points,
    )
