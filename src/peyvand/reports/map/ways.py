"""Where do the corridors lie on the map?  Links as wide as their traffic, crossings and ports as dots.

Widths are square roots of traffic over that of the busiest link shown, so that a tenth of its traffic is still seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.reports.map.geometry import Frame
from peyvand.reports.map.projection import on_page
from peyvand.reports.rows import Row, records

Array = NDArray[np.float64]

LEAST_SHARE = 2e-4
"""Traffic below this share of the busiest link shown is not drawn."""
NOTICED = 0.02
"""Change of traffic, as a share of the larger of the two, from which on a link is marked."""
WATER = ("sea", "ferry")
_LONGITUDES, _LATITUDES = (0.0, 150.0), (0.0, 75.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A link: its path, its weights before and after (0 to 1), what becomes of its traffic, and its row."""

    path: str
    water: bool
    weight: tuple[float, float]
    tone: str
    row: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A crossing or port whose hours change, with its row."""

    x: float
    y: float
    row: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Everything that lies on the map; `busiest_t` has the full width."""

    ways: tuple[Way, ...]
    stops: tuple[Stop, ...]
    busiest_t: float


def draw_ways(links: pd.DataFrame, crossings: pd.DataFrame, places: pd.DataFrame, *, view: Frame) -> Ways:
    """The corridors of a run on its map.

    Parameters
    ----------
    links, crossings : DataFrame
        As `peyvand.reports.corridors` gives them.
    places : DataFrame
        Index: name; longitude_deg, latitude_deg.
    view : Frame
        What the map shows.
    """
    near = places["longitude_deg"].between(*_LONGITUDES) & places["latitude_deg"].between(*_LATITUDES)
    x, y = on_page(places.loc[near, "longitude_deg"].to_numpy(), places.loc[near, "latitude_deg"].to_numpy())
    at = dict(zip(places.index[near], zip(x.round(1).tolist(), y.round(1).tolist(), strict=True), strict=True))
    rows = [row for row in records(links) if _crosses(view, at.get(row["from_en"]), at.get(row["to_en"]))]
    busiest = max((max(row["traffic_t"], row["traffic_counterfactual_t"]) for row in rows), default=0.0)
    ways = tuple(
        _way(row, at[row["from_en"]], at[row["to_en"]], busiest)
        for row in rows
        if max(row["traffic_t"], row["traffic_counterfactual_t"]) > LEAST_SHARE * busiest
    )
    changed = crossings[(crossings["standing_h"] - crossings["standing_counterfactual_h"]).abs() > 0.05]
    stops = tuple(
        Stop(x=at[row["place_en"]][0], y=at[row["place_en"]][1], row=row)
        for row in records(changed)
        if row["place_en"] in at and view.holds(*at[row["place_en"]])
    )
    return Ways(ways=ways, stops=stops, busiest_t=busiest)


def _way(row: Row, start: tuple[float, float], end: tuple[float, float], busiest: float) -> Way:
    before, after = float(row["traffic_t"]), float(row["traffic_counterfactual_t"])
    change = (after - before) / max(before, after)
    return Way(
        path="M{} {}L{} {}".format(*start, *end),
        water=row["mode"] in WATER,
        weight=(float(np.sqrt(before / busiest)), float(np.sqrt(after / busiest))),
        tone="gain" if change > NOTICED else "loss" if change < -NOTICED else "same",
        row=row,
    )


def _crosses(view: Frame, start: tuple[float, float] | None, end: tuple[float, float] | None) -> bool:
    """Whether the box of a line between two points meets the frame."""
    if start is None or end is None:
        return False
    (x0, y0), (x1, y1) = start, end
    return view.meets((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
