"""Where does each place lie?  Natural Earth and the World Port Index by name, else a rounded position by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from peyvand.corridors.compile.inputs import Inputs
from peyvand.corridors.geodesy import great_circle_km
from peyvand.errors import DataError

FARTHEST_KM = 60.0
BY_HAND = "general geography, rounded to 0.05 degrees"
_SOURCES = {"ne": "Natural Earth, populated places", "wpi": "World Port Index"}


def positions(inputs: Inputs) -> pd.DataFrame:
    """latitude_deg, longitude_deg, population (NaN where unknown), position_status, position_source, one row a place.

    A stated position picks among places of one name, and stands where no source has the name.

    Raises
    ------
    DataError
        If a place is in no source and has no stated position.
    """
    return pd.DataFrame([_position(place, inputs) for _, place in inputs.places.iterrows()])


def _position(place: pd.Series, inputs: Inputs) -> dict[str, object]:
    shelf, _, key = place["key"].partition(":")
    if shelf == "ne":
        rows = inputs.cities[inputs.cities["place"] == key]
        rows = rows if rows["economy"].ne(place["economy"]).all() else rows[rows["economy"] == place["economy"]]
    elif shelf == "wpi":
        rows = inputs.ports[inputs.ports["port"] == key].assign(population=np.nan)
    else:
        rows = inputs.ports.head(0)
    stated = np.isfinite(place["latitude_deg"])
    if stated and len(rows):
        km = great_circle_km(
            from_latitude=place["latitude_deg"], from_longitude=place["longitude_deg"],
            to_latitude=rows["latitude_deg"], to_longitude=rows["longitude_deg"],
        )  # fmt: skip
        rows = rows[km <= FARTHEST_KM].iloc[np.argsort(km[km <= FARTHEST_KM])]
    if len(rows) == 0 and not stated:
        raise DataError(f"{place['name']}: no source has {place['key']!r} and no position is stated")
    if len(rows) > 1 and not stated:
        raise DataError(f"{place['name']}: {len(rows)} places are called {key!r}", hint="state its position too")
    found = rows.iloc[0] if len(rows) else None
    return {
        "latitude_deg": round(float((place if found is None else found)["latitude_deg"]), 3),
        "longitude_deg": round(float((place if found is None else found)["longitude_deg"]), 3),
        "population": np.nan if found is None else float(found["population"]),
        "position_status": "assumed" if found is None else "reported",
        "position_source": BY_HAND if found is None else _SOURCES[shelf],
    }
