"""How does a network come in and go out?  GMNS tables (node.csv, link.csv) and GeoJSON, nothing lost on the way.

Columns of other programs' networks that peyvand does not know are passed over; columns and cells that are missing are
filled as stated in `NODE_DEFAULTS` and `LINK_DEFAULTS`, and what is filled has the status `assumed`.
"""

from __future__ import annotations

import json
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from peyvand.corridors.network import LINK_COLUMNS, NODE_COLUMNS, Network
from peyvand.errors import DataError, NetworkError, OutputError

FILLED = "not stated in the network's file"
NODE_DEFAULTS: dict[str, Any] = {
    "name_fa": "", "economy": "", "neighbour": "", "kind": "city", "pass_h": 0.0, "pass_usd_per_t": 0.0,
    "transfer_h": np.nan, "transfer_usd_per_t": np.nan, "gauge_change_usd_per_t": 0.0, "capacity_mt_per_year": np.nan,
    "centre_weight": np.nan, "position_status": "assumed", "position_source": FILLED, "stop_status": "assumed",
    "stop_source": FILLED, "capacity_source": "", "note": "",
}  # fmt: skip
LINK_DEFAULTS: dict[str, Any] = {
    "gauge_mm": np.nan, "usd_per_t": 0.0, "departures_per_week": np.nan, "open": True, "corridors": "",
    "length_status": "assumed", "length_source": FILLED, "travel_status": "assumed", "travel_source": FILLED,
    "note": "",
}  # fmt: skip
GMNS_NODE = {"node_id": "name", "x_coord": "longitude_deg", "y_coord": "latitude_deg"}
GMNS_LINK = {"from_node_id": "from_node", "to_node_id": "to_node", "length": "length_km", "allowed_uses": "mode"}
_TEXT = ("name", "name_fa", "economy", "neighbour", "kind", "from_node", "to_node", "mode", "corridors", "note")


def read_network(path: str | Path) -> Network:
    """A network from a GMNS folder or a GeoJSON file, by what the path is.

    Raises
    ------
    DataError
        If it cannot be read.
    NetworkError
        If it breaks a rule.
    """
    return _network(*_tables(Path(path)))


def extend_network(base: Network, path: str | Path) -> Network:
    """A network with the places and links of a file added, or put in place of its own.

    Links may end at places of either. Of a place that the network holds already, what the file does not say stays.

    Raises
    ------
    DataError
        If it cannot be read.
    NetworkError
        If the two together break a rule.
    """
    name, given, ways = _tables(Path(path))
    places = _filled(given, NODE_COLUMNS, NODE_DEFAULTS, name)
    held = base.nodes.set_index("name")
    known = places["name"].isin(held.index)
    for column in set(NODE_COLUMNS) - set(given.columns):
        places.loc[known, column] = places.loc[known, "name"].map(held[column])
    return base.joined(name, places, _filled(ways, LINK_COLUMNS, LINK_DEFAULTS, name))


# -- GMNS ----------------------------------------------------------------------------------------------------------
def read_gmns(folder: Path | Traversable, *, name: str | None = None) -> Network:
    """The network in a folder's node.csv and link.csv (General Modeling Network Specification)."""
    return _network(name or folder.name, *_gmns(folder))


def write_gmns(network: Network, folder: str | Path) -> Path:
    """Write node.csv and link.csv into a folder, which is made if it is absent.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        for part, frame in gmns_tables(network).items():
            frame.to_csv(target / f"{part}.csv", index=False, lineterminator="\n")
    except OSError as error:
        raise OutputError(
            f"cannot write {target}: {error.strerror}", hint="choose a folder you may write to"
        ) from error
    return target


def gmns_tables(network: Network) -> dict[str, pd.DataFrame]:
    """`node` and `link` under GMNS's names, our further columns after its own."""
    nodes = network.nodes.rename(columns={ours: theirs for theirs, ours in GMNS_NODE.items()})
    links = network.links.rename(columns={ours: theirs for theirs, ours in GMNS_LINK.items()})
    links.insert(0, "link_id", np.arange(1, len(links) + 1))
    links.insert(3, "directed", False)
    return {"node": nodes, "link": links}


# -- GeoJSON -------------------------------------------------------------------------------------------------------
def to_geojson(network: Network) -> str:
    """A FeatureCollection: points with the places' columns, lines with the links'."""
    at = {str(row["name"]): [row["longitude_deg"], row["latitude_deg"]] for _, row in network.nodes.iterrows()}
    features = [
        _feature("Point", at[str(row["name"])], row.drop(["longitude_deg", "latitude_deg"]))
        for _, row in network.nodes.iterrows()
    ]
    features += [
        _feature("LineString", [at[row["from_node"]], at[row["to_node"]]], row) for _, row in network.links.iterrows()
    ]
    return json.dumps(
        {"type": "FeatureCollection", "name": network.name, "features": features}, ensure_ascii=False, allow_nan=False
    )


def write_geojson(network: Network, path: str | Path) -> Path:
    """Write the network to a GeoJSON file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    target = Path(path)
    try:
        target.write_text(to_geojson(network), encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot write {target}: {error.strerror}", hint="choose a folder you may write to"
        ) from error
    return target


def from_geojson(content: str | bytes, *, name: str | None = None) -> Network:
    """The network of a FeatureCollection written by `to_geojson`, or made like it.

    Raises
    ------
    DataError
        If it is not one.
    """
    return _network(*_geojson(content, name=name))


# -- rows ----------------------------------------------------------------------------------------------------------
def _tables(place: Path) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Name, places and links as a file states them, under our columns' names."""
    if place.is_dir():
        return place.name, *_gmns(place)
    if not place.is_file():
        raise DataError(f"no network at {place}", hint="a folder with node.csv and link.csv, or a .geojson file")
    return _geojson(place.read_bytes(), name=place.stem)


def _gmns(folder: Path | Traversable) -> tuple[pd.DataFrame, pd.DataFrame]:
    nodes, links = (_table(folder.joinpath(f"{part}.csv")) for part in ("node", "link"))
    return nodes.drop(columns="name", errors="ignore").rename(columns=GMNS_NODE), links.rename(columns=GMNS_LINK)


def _geojson(content: str | bytes, *, name: str | None) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    try:
        read = json.loads(content)
        nodes, links = [], []
        for feature in read["features"]:
            row = dict(feature["properties"])
            if feature["geometry"]["type"] == "Point":
                longitude, latitude = feature["geometry"]["coordinates"][:2]
                nodes.append(row | {"longitude_deg": longitude, "latitude_deg": latitude})
            else:
                links.append(row)
    except (ValueError, KeyError, TypeError, UnicodeError) as error:
        raise DataError(f"not a GeoJSON network: {error}", hint="points are places, lines are links") from error
    return str(read.get("name") or name or "network"), pd.DataFrame(nodes), pd.DataFrame(links)


def _network(name: str, nodes: pd.DataFrame, links: pd.DataFrame) -> Network:
    return Network(
        name, _filled(nodes, NODE_COLUMNS, NODE_DEFAULTS, name), _filled(links, LINK_COLUMNS, LINK_DEFAULTS, name)
    )


def _filled(frame: pd.DataFrame, columns: tuple[str, ...], defaults: dict[str, Any], name: str) -> pd.DataFrame:
    """The columns in their order; missing ones filled, text as text and numbers as numbers."""
    given = frame.copy()
    for column in columns:
        if column not in given:
            if column not in defaults:
                raise NetworkError(f"the network {name} has no column {column!r}", hint="see docs: reference/corridors")
            given[column] = defaults[column]
        if column in _TEXT or column.endswith(("_status", "_source")):
            text = given[column].fillna("").astype(str)
            given[column] = text.where(text != "", defaults.get(column, ""))
        elif column == "open":
            given[column] = [str(value).strip().lower() in ("true", "yes", "1", "1.0") for value in given[column]]
        else:
            given[column] = _numbers(given[column], name).fillna(defaults.get(column, np.nan))
    return given[list(columns)]


def _numbers(column: pd.Series, name: str) -> pd.Series:
    read = pd.to_numeric(column.replace("", np.nan), errors="coerce")
    bad = read.isna() & column.notna() & (column.astype(str).str.strip() != "") & (column.astype(str) != "nan")
    if bad.any():
        raise NetworkError(f"the network {name}: {column.name} holds {column[bad].iloc[0]!r}, not a number")
    return read.astype(float)


def _table(path: Path | Traversable) -> pd.DataFrame:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return pd.read_csv(file, dtype=str, keep_default_na=False)
    except (OSError, ValueError, UnicodeError) as error:
        raise DataError(
            f"{path.name} cannot be read: {error}", hint="a GMNS network is node.csv and link.csv"
        ) from error


def _feature(kind: str, coordinates: Any, row: pd.Series) -> dict[str, Any]:
    properties = {str(key): _plain(value) for key, value in row.items()}
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


def _plain(value: Any) -> Any:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, np.floating)):
        return None if np.isnan(value) else float(value)
    return value
