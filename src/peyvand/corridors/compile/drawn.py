"""How long is the way along drawn lines?  Shortest paths between places over railways or sea lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from peyvand.corridors.geodesy import EARTH_RADIUS_KM, great_circle_km
from peyvand.sources.wkt import Line

Array = NDArray[np.float64]
_DECIMALS = 4


@dataclass(frozen=True, eq=False)
class DrawnLines:
    """A graph whose vertices are the points of the lines.

    Parameters
    ----------
    points : array (vertex, 2)
        Longitude and latitude, degrees.
    lengths : sparse array (vertex, vertex)
        Kilometres between neighbours on a line.
    """

    points: Array
    lengths: csr_array

    @classmethod
    def of(cls, lines: Sequence[Line]) -> DrawnLines:
        """The graph of these lines; points that agree to four decimals are one."""
        every = np.concatenate(lines).round(_DECIMALS)
        every[every[:, 0] >= 180, 0] -= 360  # lines that end at the date line go on from its other side
        points, vertex = np.unique(every, axis=0, return_inverse=True)
        ends = np.cumsum([len(line) for line in lines])
        follows = np.ones(len(every), dtype=bool)
        follows[ends - 1] = False
        at = np.flatnonzero(follows)
        tail, head = vertex[at], vertex[at + 1]
        km = great_circle_km(
            from_longitude=points[tail, 0], from_latitude=points[tail, 1],
            to_longitude=points[head, 0], to_latitude=points[head, 1],
        )  # fmt: skip
        lengths = csr_array((km, (tail, head)), shape=(len(points), len(points)))
        return cls(points, lengths)

    def way_km(self, start: Array, end: Array) -> Array:
        """Kilometres of the shortest way between points (n, 2) and points (n, 2), the steps to the lines included.

        Infinite where the lines do not join them.
        """
        near_start, off_start = self._nearest(start)
        near_end, off_end = self._nearest(end)
        way = np.empty(len(start))
        for vertex in np.unique(near_start):
            rows = np.flatnonzero(near_start == vertex)
            far = 2.5 * float(np.max(_km(start[rows], end[rows]))) + 500
            reached = dijkstra(self.lengths, directed=False, indices=vertex, limit=far)
            way[rows] = reached[near_end[rows]]
        return way + off_start + off_end

    def off_line_km(self, points: Array) -> Array:
        """How far each point lies from the nearest vertex, km."""
        return self._nearest(points)[1]

    def _nearest(self, points: Array) -> tuple[NDArray[np.intp], Array]:
        chord, vertex = cKDTree(_on_sphere(self.points)).query(_on_sphere(points))
        return np.asarray(vertex), np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.asarray(chord) / 2))


def _on_sphere(points: Array) -> Array:
    """Unit vectors (n, 3) of longitudes and latitudes."""
    lon, lat = np.radians(points).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _km(start: Array, end: Array) -> Array:
    return great_circle_km(
        from_longitude=start[:, 0], from_latitude=start[:, 1], to_longitude=end[:, 0], to_latitude=end[:, 1]
    )
