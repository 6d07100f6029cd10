"""What does carriage cost where the value of time is not known for sure?

What an hour on the way is worth comes from one estimate, so that its error moves every sector's ln τ̂ along one curve:
by so many standard deviations. The curve is known at a few of them, with straight lines between; past the last one it
stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import ModelError
from peyvand.variables import KERNEL_CELL

Array = NDArray[np.float64]
NODE = "time_value_normal"
"""Of the dim along which the cost of carriage is given: standard normal numbers, 0 the central value."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CarriedCosts:
    """The change of carriage by how far off the value of time is.

    Parameters
    ----------
    normals : Array (node)
        Standard normal numbers, rising.
    moved : Array (node, sector, exporter, importer)
        ln τ̂ there less the central one.
    """

    normals: Array
    moved: Array

    @classmethod
    def of(cls, cost_hat: xr.DataArray) -> CarriedCosts:
        """From τ̂ (time_value_normal, exporter, importer, sector), one of the numbers zero.

        Raises
        ------
        ModelError
            If the central one is not among them.
        """
        rising = cost_hat.sortby(NODE)
        normals = rising[NODE].values.astype(float)
        if 0.0 not in normals:
            raise ModelError("the cost of carriage at the central value of time is missing", hint=f"{NODE}=0")
        log_cost = np.log(rising.transpose(NODE, *KERNEL_CELL).values)
        return cls(normals=normals, moved=log_cost - log_cost[normals == 0.0])

    def change(self, normals: Array) -> Array:
        """ln τ̂ of draws less the central one, (draw, sector, exporter, importer).

        Parameters
        ----------
        normals : Array (draw)
            How far the value of time is off in each draw.
        """
        unit = np.eye(len(self.normals))
        weight = np.column_stack([np.interp(normals, self.normals, each) for each in unit])
        return np.asarray(np.tensordot(weight, self.moved, axes=1))
