"""Where do ships sail?  The sea lanes of searoute-py and the ports of the World Port Index."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from peyvand.errors import DataError
from peyvand.sources.files import read_frame, require_numbers
from peyvand.sources.table import Source, Table
from peyvand.sources.wkt import Line

SEA_ROUTES = Source(
    publisher="searoute-py (G. Halili) after Oak Ridge National Laboratory",
    title="searoute-py, network of sea lanes",
    licence="Apache-2.0",
    url="https://github.com/genthalili/searoute-py",
    vintage="2026-05",
    citation="G. Halili, searoute-py: sea lanes after the shipping lane network of Oak Ridge National Laboratory.",
    may_feed="figures",
)
WORLD_PORT_INDEX = Source(
    publisher="US National Geospatial-Intelligence Agency",
    title="World Port Index (Pub. 150)",
    licence="public domain",
    url="https://msi.nga.mil/Publications/WPI",
    vintage="about 2016-2019",
    citation="National Geospatial-Intelligence Agency, World Port Index (Pub. 150).",
    may_feed="figures",
)


def read_sea_lanes(path: str | Path) -> Table:
    """Sea lanes of the world: lines (arrays of longitude and latitude), passage (strait or canal, else empty)."""
    path = Path(path)
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        rows = [
            {
                "lines": _lines(feature["geometry"]),
                "passage": feature["properties"].get("passage") or "",
            }
            for feature in features
        ]
    except (OSError, UnicodeError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path.name} is not a GeoJSON file of lines: {error}", path=str(path)) from error
    notes = ("for distance only: no draught, cost or traffic", "the Caspian is a small part of its own")
    return Table(pd.DataFrame(rows, columns=["lines", "passage"]), SEA_ROUTES, notes)


def read_ports(path: str | Path) -> Table:
    """Ports: port, country (NGA's two letters), latitude_deg, longitude_deg."""
    columns = {"port_name": "port", "country": "country", "port_latitude": "latitude_deg"}
    frame = read_frame(path, columns | {"port_longitude": "longitude_deg"})
    require_numbers(frame, ["latitude_deg", "longitude_deg"], path=path, minimum=-180.0)
    return Table(frame, WORLD_PORT_INDEX, ("old names and old country codes; the Caspian is not covered",))


def _lines(geometry: dict[str, Any]) -> tuple[Line, ...]:
    """The lines of a GeoJSON LineString or MultiLineString."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]
    return tuple(np.asarray(part, dtype=float)[:, :2] for part in parts)
