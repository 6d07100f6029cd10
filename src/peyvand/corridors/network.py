"""What joins what, how far is it and how long does it take?  Places and links, each with its status.

Places are centres, cities, dry ports, border crossings, ports and points at sea; links are rail (with a gauge), road,
sea and ferry, and run both ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.errors import UnknownNameError, did_you_mean

KINDS = ("centre", "city", "dry_port", "rail_crossing", "road_crossing", "sea_port", "caspian_port", "sea")
MODES = ("rail", "road", "sea", "ferry")
GAUGES_MM = (1000.0, 1067.0, 1435.0, 1520.0, 1668.0, 1676.0)
DEFAULT = "eurasia-corridors"

NODE_COLUMNS = (
    "name", "name_fa", "economy", "neighbour", "kind", "latitude_deg", "longitude_deg", "pass_h", "pass_usd_per_t",
    "transfer_h", "transfer_usd_per_t", "gauge_change_usd_per_t", "capacity_mt_per_year", "centre_weight",
    "position_status", "position_source", "stop_status", "stop_source", "capacity_source", "note",
)  # fmt: skip
"""`pass_` is paid by all that comes through, `transfer_` by what changes mode there (empty: nothing can)."""

LINK_COLUMNS = (
    "from_node", "to_node", "mode", "gauge_mm", "length_km", "hours", "usd_per_t", "departures_per_week", "open",
    "corridors", "length_status", "length_source", "travel_status", "travel_source", "note",
)  # fmt: skip
"""`hours` are under way; with `departures_per_week` half the time between two departures is waited on top."""

WEEK_H = 168.0


@dataclass(frozen=True, eq=False)
class Network:
    """Places and the links among them.

    Parameters
    ----------
    name : str
    nodes : DataFrame
        Columns `NODE_COLUMNS`, one row per place; names are unique.
    links : DataFrame
        Columns `LINK_COLUMNS`, one row per link, both ways.

    Raises
    ------
    NetworkError
        If the network breaks a rule that no route can be computed with, see `peyvand.corridors.checks`.
    """

    name: str
    nodes: pd.DataFrame
    links: pd.DataFrame

    def __post_init__(self) -> None:
        from peyvand.corridors.checks import require_sound

        object.__setattr__(self, "nodes", self.nodes.reset_index(drop=True))
        object.__setattr__(self, "links", self.links.reset_index(drop=True))
        require_sound(self)

    @classmethod
    def embedded(cls, name: str = DEFAULT) -> Network:
        """A network that ships with peyvand.

        Raises
        ------
        UnknownNameError
            If no network of this name ships.
        """
        return _embedded(name)

    @classmethod
    def load(cls, path: str | Path) -> Network:
        """A network from a GMNS folder (node.csv, link.csv) or a GeoJSON file.

        Raises
        ------
        DataError
            If it cannot be read.
        NetworkError
            If it breaks a rule.
        """
        from peyvand.corridors.formats import read_network

        return read_network(path)

    def __len__(self) -> int:
        return len(self.nodes)

    # -- names -----------------------------------------------------------------------------------------------------
    @cached_property
    def place(self) -> dict[str, int]:
        """Row of each name."""
        return {str(name): at for at, name in enumerate(self.nodes["name"])}

    def resolve(self, name: str) -> tuple[int, ...]:
        """The rows that a name stands for.

        The name may be in English or Persian, without its `(rail)` or `(road)`: `Sarakhs` is both crossings.

        Raises
        ------
        UnknownNameError
            With the nearest name.
        """
        wanted = name.strip().casefold()
        if wanted not in self._names:
            hint = did_you_mean(name, self._spellings)
            raise UnknownNameError(f"no place {name!r} in the network {self.name}", hint=hint, name=name)
        return self._names[wanted]

    def resolve_one(self, name: str) -> int:
        """The one row that a name stands for.

        Raises
        ------
        UnknownNameError
            If there is none, or there are several.
        """
        rows = self.resolve(name)
        if len(rows) > 1:
            several = " or ".join(repr(str(self.nodes["name"][row])) for row in rows)
            raise UnknownNameError(f"{name!r} is more than one place", hint=f"say {several}", name=name)
        return rows[0]

    def called(self, name: str, language: str) -> str:
        """What a name is in a reader's language: that of one place, or what several share before `(rail)`.

        Raises
        ------
        UnknownNameError
            With the nearest name.
        """
        rows = list(self.resolve(name))
        said = self.nodes["name_fa" if language == "fa" else "name"].iloc[rows].where(lambda found: found != "", name)
        return str(said.iloc[0]) if len(rows) == 1 else str(said.iloc[0]).rpartition(" (")[0] or name

    def links_between(self, one: str, other: str, *, mode: str | None = None) -> tuple[int, ...]:
        """Rows of the links between two places.

        Raises
        ------
        UnknownNameError
            If a name is unknown or nothing joins the two.
        """
        ends = [{str(self.nodes["name"][row]) for row in self.resolve(name)} for name in (one, other)]
        start, end = self.links["from_node"], self.links["to_node"]
        joined = (start.isin(ends[0]) & end.isin(ends[1])) | (start.isin(ends[1]) & end.isin(ends[0]))
        if mode is not None:
            joined &= self.links["mode"] == mode
        if not joined.any():
            way = f" by {mode}" if mode else ""
            raise UnknownNameError(
                f"no link{way} between {one} and {other}", hint=self._neighbours_of(ends[0]), name=one
            )
        return tuple(int(row) for row in np.flatnonzero(joined))

    @property
    def crossings(self) -> pd.DataFrame:
        """The border crossings."""
        return self.nodes[self.nodes["kind"].isin(["rail_crossing", "road_crossing"])]

    # -- new networks from old -------------------------------------------------------------------------------------
    def with_tables(self, *, nodes: pd.DataFrame | None = None, links: pd.DataFrame | None = None) -> Network:
        """A network with one or both tables replaced."""
        return Network(self.name, self.nodes if nodes is None else nodes, self.links if links is None else links)

    def extended(self, other: Network) -> Network:
        """This network with another's places and links; a place or link of both is taken from the other.

        A link is known by its two ends, its mode and its gauge.
        """
        return self.joined(other.name, other.nodes, other.links)

    def joined(self, name: str, nodes: pd.DataFrame, links: pd.DataFrame) -> Network:
        """As `extended`, by tables whose links may end at places of this network."""
        places = pd.concat([self.nodes[~self.nodes["name"].isin(nodes["name"])], nodes])
        theirs = set(_link_keys(links))
        kept = [key not in theirs for key in _link_keys(self.links)]
        return Network(f"{self.name} + {name}", places, pd.concat([self.links[kept], links], ignore_index=True))

    @cached_property
    def _names(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {}
        for row, (name, name_fa) in enumerate(zip(self.nodes["name"], self.nodes["name_fa"], strict=True)):
            for spelling in {name, name_fa} - {""}:
                found.setdefault(spelling.casefold(), []).append(row)
        bases: dict[str, list[int]] = {}
        for spelling, rows in found.items():
            if spelling.endswith(")"):
                bases.setdefault(spelling.rpartition(" (")[0], []).extend(rows)
        return {spelling: tuple(rows) for spelling, rows in (bases | found).items()}

    @cached_property
    def _spellings(self) -> list[str]:
        names = [str(name) for name in self.nodes["name"]]
        return list(dict.fromkeys([*(name.rpartition(" (")[0] or name for name in names), *names]))

    def _neighbours_of(self, names: set[str]) -> str:
        links = self.links
        near = {
            *links.loc[links["from_node"].isin(names), "to_node"],
            *links.loc[links["to_node"].isin(names), "from_node"],
        }
        return f"{', '.join(sorted(names))} is joined to {', '.join(sorted(near)[:8]) or 'nothing'}"


def waiting_h(departures_per_week: pd.Series) -> pd.Series:
    """Half the time between two departures, hours; zero where no departures are stated.

    >>> waiting_h(pd.Series([7.0, float("nan")])).tolist()
    [12.0, 0.0]
    """
    return (WEEK_H / departures_per_week / 2).fillna(0.0)


def _link_keys(links: pd.DataFrame) -> list[tuple[Iterable[str], str, float]]:
    return [
        (frozenset((one, other)), mode, 0.0 if np.isnan(gauge) else float(gauge))
        for one, other, mode, gauge in links[["from_node", "to_node", "mode", "gauge_mm"]].itertuples(index=False)
    ]


@cache
def _embedded(name: str) -> Network:
    from peyvand.corridors.formats import read_gmns

    shelf = files(__package__).joinpath("embedded")
    held = sorted(entry.name for entry in shelf.iterdir() if entry.is_dir())
    if name not in held:
        raise UnknownNameError(f"no network {name!r} ships with peyvand", hint=did_you_mean(name, held), name=name)
    return read_gmns(shelf.joinpath(name), name=name)
