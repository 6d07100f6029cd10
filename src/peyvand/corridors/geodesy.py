"""How far is it?  Great circles on a sphere of the Earth's mean radius."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_KM = 6371.0088


def great_circle_km(
    *, from_latitude: ArrayLike, from_longitude: ArrayLike, to_latitude: ArrayLike, to_longitude: ArrayLike
) -> NDArray[np.float64]:
    """Distance on the sphere by the haversine formula, km; degrees in, any shapes that broadcast.

    >>> float(great_circle_km(from_latitude=0, from_longitude=0, to_latitude=0, to_longitude=180).round(1))
    20015.1
    """
    lat1, lon1, lat2, lon2 = (
        np.radians(np.asarray(x, dtype=float)) for x in (from_latitude, from_longitude, to_latitude, to_longitude)
    )
    chord = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))))
