"""How long is each link, and how is that known?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.corridors.compile.drawn import DrawnLines
from peyvand.corridors.compile.inputs import Inputs
from peyvand.corridors.geodesy import great_circle_km

Array = NDArray[np.float64]
NEAR_RAIL_KM = 30.0
LARGEST_DETOUR = 1.6
NEAR_SEA_KM = 400.0


def lengths(links: pd.DataFrame, places: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """length_km, length_status, length_source of every link.

    Rail runs along Natural Earth's railways where both ends lie within 30 km of one and the way is at most 1.6 times
    the great circle; elsewhere it is the great circle times the median detour of the lines that were measured. Sea
    runs along searoute's lanes. Roads and Caspian ferries are great circles times a stated detour.
    """
    start, end = (_points(places, links[side]) for side in ("from_node", "to_node"))
    straight = great_circle_km(
        from_longitude=start[:, 0], from_latitude=start[:, 1], to_longitude=end[:, 0], to_latitude=end[:, 1]
    )
    mode = links["mode"].to_numpy()
    drawn_rail = _along(inputs.railroads, start, end, mode == "rail", near_km=NEAR_RAIL_KM)
    measured = drawn_rail <= LARGEST_DETOUR * straight
    detour = float(np.median((drawn_rail / straight)[measured]))
    drawn_sea = _along(inputs.sea_lanes, start, end, mode == "sea", near_km=NEAR_SEA_KM)
    rows = []
    for at, way in enumerate(mode):
        if measured[at]:
            rows.append((drawn_rail[at], "reported", "measured along Natural Earth railways"))
        elif way == "rail":
            note = f"great circle × {detour:.2f}, the median detour of the railways measured"
            rows.append((straight[at] * detour, "assumed", note))
        elif way == "sea" and np.isfinite(drawn_sea[at]):
            rows.append((max(drawn_sea[at], straight[at]), "reported", "measured along searoute-py sea lanes"))
        else:
            factor = inputs.factor("road_detour" if way == "road" else "ferry_detour")
            note = f"great circle × {factor.value:g}: {factor.source}"
            rows.append((straight[at] * factor.value, factor.status, note))
    frame = pd.DataFrame(rows, columns=["length_km", "length_status", "length_source"])
    return frame.assign(length_km=frame["length_km"].clip(lower=1.0).round(1))


def _points(places: pd.DataFrame, names: pd.Series) -> Array:
    return places.set_index("name").loc[names, ["longitude_deg", "latitude_deg"]].to_numpy(dtype=float)


def _along(lines: tuple[Array, ...], start: Array, end: Array, wanted: NDArray[np.bool_], *, near_km: float) -> Array:
    """Kilometres along the lines where wanted and both ends are near; infinite elsewhere."""
    way = np.full(len(start), np.inf)
    drawn = DrawnLines.of(lines)
    near = (drawn.off_line_km(start) <= near_km) & (drawn.off_line_km(end) <= near_km)
    rows = np.flatnonzero(wanted & near)
    way[rows] = drawn.way_km(start[rows], end[rows])
    return way
