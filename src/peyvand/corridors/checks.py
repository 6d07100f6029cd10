"""Is a network fit to route on?  One small function per rule, each naming the rows that break it.

A broken rule of `RULES` is refused when a network is made; `REMARKS` are for the one who draws it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from peyvand.corridors.geodesy import great_circle_km
from peyvand.errors import NetworkError, did_you_mean

if TYPE_CHECKING:
    from peyvand.corridors.network import Network

NEAR_KM = 1.0
FASTEST_KMH = {"rail": 200.0, "road": 110.0, "sea": 60.0, "ferry": 60.0}
SHORTEST_RATIO = 0.95

Rule = Callable[["Network"], list[str]]


def columns_are_there(network: Network) -> list[str]:
    """The tables have their columns."""
    from peyvand.corridors.network import LINK_COLUMNS, NODE_COLUMNS

    tables = (("nodes", network.nodes, NODE_COLUMNS), ("links", network.links, LINK_COLUMNS))
    return [f"{name}: no column {column}" for name, frame, wanted in tables for column in wanted if column not in frame]


def names_are_unique(network: Network) -> list[str]:
    """Every place has a name of its own."""
    name = network.nodes["name"]
    return [f"{row} stands twice" for row in name[name.duplicated()]] + ["a place has no name"] * int(
        (name == "").any()
    )


def kinds_are_known(network: Network) -> list[str]:
    """Kinds, modes and gauges are those that the program knows."""
    from peyvand.corridors.network import GAUGES_MM, KINDS, MODES

    nodes, links = network.nodes, network.links
    odd = [
        f"{row['name']}: kind {row['kind']!r}; {did_you_mean(row['kind'], KINDS)}"
        for row in _rows(nodes, ~nodes["kind"].isin(KINDS))
    ]
    odd += [
        f"{_link(row)}: mode {row['mode']!r}; {did_you_mean(row['mode'], MODES)}"
        for row in _rows(links, ~links["mode"].isin(MODES))
    ]
    rail = links["mode"] == "rail"
    unknown = rail & ~links["gauge_mm"].isin(GAUGES_MM)
    return odd + [f"{_link(row)}: unknown gauge {row['gauge_mm']:g} mm" for row in _rows(links, unknown)]


def ends_are_places(network: Network) -> list[str]:
    """Links join two different places of the network."""
    held, links = set(network.nodes["name"]), network.links
    missing = [
        f"{_link(row)}: no place {row[side]!r}; {did_you_mean(row[side], held)}"
        for side in ("from_node", "to_node")
        for row in _rows(links, ~links[side].isin(held))
    ]
    return missing + [
        f"{_link(row)} joins a place to itself" for row in _rows(links, links["from_node"] == links["to_node"])
    ]


def links_are_unique(network: Network) -> list[str]:
    """Two places are joined once by each mode and gauge."""
    links = network.links
    ends = pd.DataFrame(np.sort(links[["from_node", "to_node"]].to_numpy(dtype=str), axis=1), columns=["a", "b"])
    twice = ends.assign(mode=links["mode"], gauge_mm=links["gauge_mm"]).duplicated()
    return [f"{_link(row)} ({row['mode']}) stands twice" for row in _rows(links, twice)]


def figures_are_sound(network: Network) -> list[str]:
    """Hours, dollars, lengths, capacities and departures are numbers, not negative; positions lie on the Earth."""
    nodes, links = network.nodes, network.links
    found = []
    for frame, label, columns in (
        (nodes, lambda row: row["name"], ("pass_h", "pass_usd_per_t", "gauge_change_usd_per_t")),
        (links, _link, ("hours", "usd_per_t", "length_km")),
    ):
        for column in columns:
            found += [f"{label(row)}: {column} is {row[column]}" for row in _rows(frame, ~(frame[column] >= 0))]
    for frame, label, column in (
        (nodes, lambda row: row["name"], "transfer_h"), (nodes, lambda row: row["name"], "transfer_usd_per_t"),
        (nodes, lambda row: row["name"], "centre_weight"),
    ):  # fmt: skip
        found += [f"{label(row)}: {column} is {row[column]}" for row in _rows(frame, frame[column] < 0)]
    found += [
        f"{row['name']}: capacity {row['capacity_mt_per_year']}"
        for row in _rows(nodes, nodes["capacity_mt_per_year"] <= 0)
    ]
    found += [
        f"{_link(row)}: {row['departures_per_week']} departures"
        for row in _rows(links, links["departures_per_week"] <= 0)
    ]
    off = ~(nodes["latitude_deg"].between(-90, 90) & nodes["longitude_deg"].between(-180, 180))
    return found + [f"{row['name']} lies at {row['latitude_deg']}, {row['longitude_deg']}" for row in _rows(nodes, off)]


def places_lie_apart(network: Network) -> list[str]:
    """No two places lie within a kilometre of one another."""
    lat, lon = (network.nodes[f"{name}_deg"].to_numpy(dtype=float) for name in ("latitude", "longitude"))
    km = great_circle_km(from_latitude=lat[:, None], from_longitude=lon[:, None], to_latitude=lat, to_longitude=lon)
    near = np.argwhere(np.triu(km < NEAR_KM, k=1))
    name = network.nodes["name"]
    return [f"{name[one]} and {name[other]} are at one place" for one, other in near]


def speeds_are_possible(network: Network) -> list[str]:
    """Nothing moves faster than its mode can, and no link is shorter than the great circle."""
    links = network.links
    at = network.nodes.set_index("name")
    start, end = at.loc[links["from_node"]], at.loc[links["to_node"]]
    straight = great_circle_km(
        from_latitude=start["latitude_deg"], from_longitude=start["longitude_deg"],
        to_latitude=end["latitude_deg"], to_longitude=end["longitude_deg"],
    )  # fmt: skip
    speed = links["length_km"] / links["hours"].where(links["hours"] > 0)
    fast = (speed > links["mode"].map(FASTEST_KMH)) | ((links["hours"] == 0) & (links["length_km"] > 0))
    short = links["length_km"] < SHORTEST_RATIO * straight - 2
    found = [
        f"{_link(row)}: {row['length_km']:g} km by {row['mode']} in {row['hours']:g} h" for row in _rows(links, fast)
    ]
    return found + [f"{_link(row)}: {row['length_km']:g} km, less than the great circle" for row in _rows(links, short)]


def all_is_joined(network: Network) -> list[str]:
    """Open links join every place to the rest, whatever the mode; a place whose links are all closed is closed too."""
    closed = set(network.nodes["name"]) - {*network.links["from_node"], *network.links["to_node"]}
    return [f"{name} has no link" for name in sorted(closed)] + _islands(network)


def figures_have_sources(network: Network) -> list[str]:
    """Every figure says how it is known and from where."""
    from peyvand.world import STATUSES

    found = []
    for frame, label, shelves in (
        (network.nodes, lambda row: row["name"], ("position", "stop")), (network.links, _link, ("length", "travel")),
    ):  # fmt: skip
        for shelf in shelves:
            silent = ~frame[f"{shelf}_status"].isin(STATUSES) | (frame[f"{shelf}_source"] == "")
            found += [f"{label(row)}: {shelf} has no status or source" for row in _rows(frame, silent)]
    return found


RULES: tuple[Rule, ...] = (
    columns_are_there, names_are_unique, kinds_are_known, ends_are_places, links_are_unique, figures_are_sound,
    places_lie_apart,
)  # fmt: skip
"""Without these no route can be computed; each needs those before it."""

REMARKS: tuple[Rule, ...] = (speeds_are_possible, all_is_joined, figures_have_sources)


def require_sound(network: Network) -> None:
    """Refuse a network that breaks one of `RULES`.

    Raises
    ------
    NetworkError
        With the rule and the first rows that break it.
    """
    for rule in RULES:
        broken = rule(network)
        if broken:
            more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
            raise NetworkError(
                f"the network {network.name}: {'; '.join(broken[:3])}{more}",
                hint=_says(rule),
                rule=rule.__name__,
                rows=broken,
            )


def problems(network: Network) -> dict[str, list[str]]:
    """Every remark on a network: rule → what breaks it.  Empty when it is sound and whole."""
    found = {rule.__name__: rule(network) for rule in REMARKS}
    return {name: broken for name, broken in found.items() if broken}


def _says(rule: Rule) -> str:
    return (rule.__doc__ or "").strip().splitlines()[0]


def _rows(frame: pd.DataFrame, bad: pd.Series) -> list[pd.Series]:
    return [row for _, row in frame[bad.to_numpy(dtype=bool)].iterrows()]


def _link(row: pd.Series) -> str:
    return f"{row['from_node']} – {row['to_node']}"


def _islands(network: Network) -> list[str]:
    links = network.links[network.links["open"].astype(bool)]
    rows = (
        [network.place[str(name)] for name in links["from_node"]],
        [network.place[str(name)] for name in links["to_node"]],
    )
    joined = coo_array((np.ones(len(links)), rows), shape=(len(network), len(network)))
    count, part = connected_components(joined, directed=False)
    if count == 1:
        return []
    main = np.bincount(part).argmax()
    used = {*links["from_node"], *links["to_node"]}
    parts = zip(network.nodes["name"], part, strict=True)
    return [f"{name} is cut off" for name, of in parts if of != main and name in used]
