"""What share of its value does a tonne lose on the way?  Dollars per tonne and hours, by sector."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.errors import UnknownSectorError, did_you_mean

Array = NDArray[np.float64]
DAY_H = 24.0
DEFAULT_SECTOR = "machinery_equipment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Freight:
    """What makes a sector's goods dear or cheap to carry.

    Parameters
    ----------
    sector : str
    value_usd_per_t : float
        Value density: dollars that a tonne is worth.
    time_value_share_per_day : float
        Share of value that a day costs, as an ad valorem tariff would; Hummels and Schaur (2013).
    time_value_se : float
        Its standard error.
    """

    sector: str
    value_usd_per_t: float
    time_value_share_per_day: float
    time_value_se: float

    def cost(self, *, hours: Array, usd_per_t: Array) -> Array:
        """g: dollars per tonne over value density, and hours times the value of time; a share of value.

        >>> freight("mining").cost(hours=np.array([24.0]), usd_per_t=np.array([9.0])).round(4).tolist()
        [0.1003]
        """
        return np.asarray(
            usd_per_t / self.value_usd_per_t + hours * self.time_value_share_per_day / DAY_H, dtype=np.float64
        )

    def with_time_value(self, normal: float) -> Freight:
        """With a value of time off by so many standard deviations of its logarithm; it stays positive.

        >>> freight("machinery_equipment").with_time_value(1.0).time_value_share_per_day.__round__(4)
        0.0251
        """
        relative = self.time_value_se / self.time_value_share_per_day
        factor = np.exp(normal * np.sqrt(np.log1p(relative**2)))
        return replace(self, time_value_share_per_day=float(self.time_value_share_per_day * factor))

    @property
    def usd_per_t_hour(self) -> float:
        """What an hour costs a tonne of these goods, dollars."""
        return self.value_usd_per_t * self.time_value_share_per_day / DAY_H


@cache
def freight_table() -> pd.DataFrame:
    """Value densities and values of time by sector, each with status and source.  Services are not carried."""
    with files(__package__).joinpath("freight.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file).set_index("sector")


def carried(sectors: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the sectors whose goods are carried."""
    return tuple(sector for sector in sectors if sector in freight_table().index)


def freight(sector: str) -> Freight:
    """The figures of one sector.

    Raises
    ------
    UnknownSectorError
        If no row of the table is of this sector.
    """
    table = freight_table()
    if sector not in table.index:
        hint = did_you_mean(sector, table.index)
        raise UnknownSectorError(f"goods of {sector!r} are not carried", hint=hint, name=sector)
    names = ("value_usd_per_t", "time_value_share_per_day", "time_value_se")
    return Freight(sector=sector, **{name: float(table[name].loc[sector]) for name in names})
