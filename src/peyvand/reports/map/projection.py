"""Where on the page does a place fall?  Lambert's conformal conic, fitted on the lands from Turkey to Mongolia.

Spherical form, Snyder (1987), "Map projections: a working manual", equations 15-1 to 15-4. It keeps angles, so that
small borders look as they are; its scale is within 4 % of true between the 26th and the 56th parallel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LambertConformal:
    """A conformal conic projection of the sphere, in kilometres, y pointing north.

    Parameters
    ----------
    south, north : float
        Standard parallels, degrees.
    centre_longitude, centre_latitude : float
        Where x and y are zero, degrees.
    """

    south: float = 32.0
    north: float = 50.0
    centre_longitude: float = 62.0
    centre_latitude: float = 41.0

    def project(self, longitude: Array | float, latitude: Array | float) -> tuple[Array, Array]:
        """Kilometres east and north of the centre.

        >>> x, y = LambertConformal().project(62.0, 41.0)
        >>> round(float(x)), round(float(y))
        (0, 0)
        """
        first, second = np.radians([self.south, self.north])
        cone = np.log(np.cos(first) / np.cos(second)) / np.log(_half_tangent(second) / _half_tangent(first))
        scale = EARTH_RADIUS_KM * np.cos(first) * _half_tangent(first) ** cone / cone
        radius = scale / _half_tangent(np.radians(latitude)) ** cone
        radius_centre = scale / _half_tangent(np.radians(self.centre_latitude)) ** cone
        angle = cone * np.radians(np.asarray(longitude) - self.centre_longitude)
        return radius * np.sin(angle), radius_centre - radius * np.cos(angle)


PROJECTION = LambertConformal()
UNITS_PER_KM = 0.4
CORNERS = {"west": (13.0, 36.0), "east": (122.0, 44.0), "south": (62.0, 15.5), "north": (62.0, 60.5)}
"""Longitude and latitude of points on the sides of the page."""


def on_page(longitude: Array | float, latitude: Array | float) -> tuple[Array, Array]:
    """Units of the page, y pointing down.

    >>> x, y = on_page(51.424, 35.672)  # Tehran
    >>> round(float(x)), round(float(y))
    (1279, 1086)
    """
    x, y = PROJECTION.project(longitude, latitude)
    west, north = PROJECTION.project(*CORNERS["west"])[0], PROJECTION.project(*CORNERS["north"])[1]
    return np.asarray((x - west) * UNITS_PER_KM), np.asarray((north - y) * UNITS_PER_KM)


def _half_tangent(latitude: Array | float) -> Array:
    """tan(π/4 + φ/2), with φ in radians."""
    return np.asarray(np.tan(np.pi / 4 + np.asarray(latitude) / 2))
