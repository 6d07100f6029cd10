"""Shock: what a scenario changes, as ratios new / old or as the new value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import DataError, UnknownNameError, did_you_mean
from peyvand.variables import labelled
from peyvand.world.world import World, sector_first

_DIMS = ("exporter", "importer", "sector")


@dataclass(frozen=True, eq=False)
class Shock:
    """Changes on the pairs and sectors of one World.

    Parameters
    ----------
    data : Dataset
        `iceberg_cost_hat` (new / old, 1 is as today) and `tariff_rate_counterfactual` (share, after the change), both
        over (exporter, importer, sector). Where a customs union pools duties also `pooled_duty_share` (exporter,
        importer, sector), the part of the duties that goes into the pool, and `pool_key` (economy), who gets it.

    Raises
    ------
    DataError
        If a variable is missing, a ratio is not positive, a tariff is at or below −100 %, or the keys of a pool do not
        share out exactly what is in it.
    """

    data: xr.Dataset

    def __post_init__(self) -> None:
        for name in ("iceberg_cost_hat", "tariff_rate_counterfactual"):
            if name not in self.data:
                raise DataError(f"a Shock needs {name!r}", hint="start from Shock.none(world)")
        if not bool((self.data["iceberg_cost_hat"] > 0).all()):
            raise DataError("iceberg_cost_hat must be positive everywhere: it is new / old, and 1 is as today")
        if not bool((self.data["tariff_rate_counterfactual"] > -1).all()):
            raise DataError("tariff_rate_counterfactual must be above −1 everywhere: it is a share, 0.05 is 5 %")
        if ("pool_key" in self.data) != ("pooled_duty_share" in self.data):
            raise DataError("pool_key and pooled_duty_share go together", hint="say whose duties, and who gets them")
        if "pool_key" in self.data:
            key = self.data["pool_key"]
            if not (bool((key >= 0).all()) and abs(float(key.sum()) - 1) < 1e-9):
                raise DataError(f"the keys of a pool sum to {float(key.sum()):.6g}", hint="shares that sum to 1")

    @classmethod
    def none(cls, world: World) -> Shock:
        """The shock that changes nothing: cost ratios of one and today's tariffs."""
        tariff = world["tariff_rate"]
        return cls.of(world, iceberg_cost_hat=xr.ones_like(tariff), tariff_rate_counterfactual=tariff)

    @classmethod
    def of(
        cls,
        world: World,
        *,
        iceberg_cost_hat: xr.DataArray | None = None,
        tariff_rate_counterfactual: xr.DataArray | None = None,
    ) -> Shock:
        """A shock on this World's labels; what is not given stays as today.

        Raises
        ------
        DataError
            If an array does not have exactly the World's economies and sectors.
        """
        tariff = world["tariff_rate"]
        cost = xr.ones_like(tariff) if iceberg_cost_hat is None else iceberg_cost_hat
        new_tariff = tariff if tariff_rate_counterfactual is None else tariff_rate_counterfactual
        try:
            cost, new_tariff, _ = xr.align(cost, new_tariff, tariff, join="exact")
        except ValueError as error:
            raise DataError("a Shock has exactly the economies and sectors of its World") from error
        return cls(
            xr.Dataset(
                {
                    "iceberg_cost_hat": labelled(cost, "iceberg_cost_hat"),
                    "tariff_rate_counterfactual": labelled(new_tariff, "tariff_rate_counterfactual"),
                }
            )
        )

    @cached_property
    def by_sector(self) -> Mapping[str, NDArray[np.float64]]:
        """Costs and tariffs with the sector first, (sector, exporter, importer), as the trade model multiplies them."""
        names = ("iceberg_cost_hat", "tariff_rate_counterfactual")
        return {name: sector_first(self.data[name]) for name in names}

    def replace(self, **arrays: xr.DataArray) -> Shock:
        """The same shock with some of its variables changed or added."""
        given = {name: labelled(array, name) for name, array in arrays.items()}
        return Shock(self.data.assign(given))

    def __getitem__(self, name: str) -> xr.DataArray:
        if name not in self.data:
            hint = did_you_mean(name, map(str, self.data.data_vars))
            raise UnknownNameError(f"this Shock holds no {name!r}", hint=hint, name=name)
        return self.data[name]
