"""Where are the network's sources?  A folder per publisher, and tables written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import pandas as pd

from peyvand.errors import UnknownNameError, did_you_mean
from peyvand.sources import cpmm, doing_business, facts, natural_earth, sea
from peyvand.sources.wkt import Line


@dataclass(frozen=True, slots=True)
class Factor:
    """One number that the compilation uses for many rows, with how it is known."""

    name: str
    value: float
    unit: str
    status: str
    source: str


@dataclass(frozen=True)
class Inputs:
    """The tables that a compilation reads, each when it is first asked for.

    Parameters
    ----------
    folder : Path
        Holds one folder per source.
    """

    folder: Path

    @cached_property
    def places(self) -> pd.DataFrame:
        """Places by hand: name, name_fa, economy, neighbour, kind, key, latitude_deg, longitude_deg, note."""
        return _by_hand("places").astype({"latitude_deg": float, "longitude_deg": float})

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Lines by hand: mode, gauge_mm, corridors, places (joined by " > "), open, note."""
        return _by_hand("lines")

    @cached_property
    def reported_crossings(self) -> pd.DataFrame:
        """Which of CPMM's crossings stands for which place: place, crossing, economy, mode."""
        return _by_hand("reported_crossings")

    @cached_property
    def factors(self) -> dict[str, Factor]:
        rows = _by_hand("factors").drop(columns="note").astype({"value": float})
        return {row["name"]: Factor(**{str(key): value for key, value in row.items()}) for _, row in rows.iterrows()}

    def factor(self, name: str) -> Factor:
        """A factor by its name.

        Raises
        ------
        UnknownNameError
            If `factors.csv` has no such row.
        """
        if name not in self.factors:
            raise UnknownNameError(f"no factor {name!r}", hint=did_you_mean(name, self.factors), name=name)
        return self.factors[name]

    # -- publishers ------------------------------------------------------------------------------------------------
    @cached_property
    def cities(self) -> pd.DataFrame:
        path = self.folder / "natural-earth-places" / "ne_10m_populated_places_simple_v4.parquet"
        return natural_earth.read_places(path).frame

    @cached_property
    def ports(self) -> pd.DataFrame:
        return sea.read_ports(self.folder / "world-port-index" / "world_port_index.parquet").frame

    @cached_property
    def railroads(self) -> tuple[Line, ...]:
        path = self.folder / "natural-earth-railroads" / "ne_10m_railroads_eurasia.parquet"
        frame = natural_earth.read_railroads(path).frame
        return tuple(line for lines in frame["lines"] for line in lines)

    @cached_property
    def sea_lanes(self) -> tuple[Line, ...]:
        frame = sea.read_sea_lanes(self.folder / "maritime-network" / "marnet_searoute.geojson").frame
        return tuple(line for lines in frame["lines"] for line in lines)

    @cached_property
    def crossings(self) -> pd.DataFrame:
        return cpmm.read_crossings(self.folder / "carec-cpmm-border-crossing" / "border_crossing_points.csv").frame

    @cached_property
    def border_compliance(self) -> pd.DataFrame:
        path = self.folder / "world-bank-doing-business" / "trading_across_borders_2016_2020.csv"
        return doing_business.read_border_compliance(path).frame

    @cached_property
    def transport_facts(self) -> pd.DataFrame:
        return facts.read_facts(self.folder / "regional-trade-travel-facts" / "facts.csv", topic="transport").frame


def _by_hand(name: str) -> pd.DataFrame:
    with files(__package__).joinpath(f"{name}.csv").open(encoding="utf-8") as file:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    return frame.replace({"latitude_deg": {"": "nan"}, "longitude_deg": {"": "nan"}})
